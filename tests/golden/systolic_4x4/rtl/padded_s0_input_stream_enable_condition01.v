`default_nettype none
// One lane of input_stream_enable_condition0 in padded_s0.
module padded_s0_input_stream_enable_condition01 (
    input wire [2:0] counter2_i,
    input wire [1:0] counter3_i,
    output wire value_o
);
    wire [3:0] product_1 = {counter2_i[1:0], 2'd0};
    wire [3:0] maximum_1 = (product_1 < 4'd6) ? 4'd6 : product_1;
    wire [2:0] difference_1 = 3'd2 - maximum_1[2:0];
    wire less_1 = {1'b0, counter3_i} < difference_1;
    assign value_o = less_1;
    wire unused_ok = &{1'b0, counter2_i[2], maximum_1[3]};
endmodule
`default_nettype wire
