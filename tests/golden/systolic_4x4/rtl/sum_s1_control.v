`default_nettype none
// Loop extents, conditions and address parts of sum_s1.
module sum_s1_control (
    input wire [2:0] counter1_i, counter2_i, counter3_i,
    output wire bias_in_sum_read0_condition_o, bias_in_sum_read0_condition2_o,
    output wire bias_in_sum_read0_condition3_o
);
    wire equal_1 = counter1_i[1:0] == 2'd0;
    wire equal_2 = counter2_i[1:0] == 2'd0;
    wire equal_3 = counter3_i[1:0] == 2'd0;
    assign bias_in_sum_read0_condition_o = equal_1;
    assign bias_in_sum_read0_condition2_o = equal_2;
    assign bias_in_sum_read0_condition3_o = equal_3;
    wire unused_ok = &{1'b0, counter1_i[2], counter2_i[2], counter3_i[2]};
endmodule
`default_nettype wire
