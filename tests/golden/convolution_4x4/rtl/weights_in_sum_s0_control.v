`default_nettype none
// Loop extents, conditions and address parts of weights_in_sum_s0.
module weights_in_sum_s0_control (
    input wire [2:0] counter0_i, counter1_i,
    output wire [1:0] weights_in_sum_write_rotation3_o,
    output wire [2:0] extent1_o
);
    wire [2:0] product_1 = {counter0_i[0], 2'd0};
    wire [2:0] maximum_1 = (product_1 < 3'd2) ? 3'd2 : product_1;
    wire [2:0] difference_1 = 3'd6 - maximum_1;
    wire [1:0] remainder_1 = counter1_i[1:0];
    assign weights_in_sum_write_rotation3_o = remainder_1;
    assign extent1_o = difference_1;
    wire unused_ok = &{1'b0, counter0_i[2:1], counter1_i[2]};
endmodule
`default_nettype wire
