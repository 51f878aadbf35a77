`default_nettype none
// One lane of output_stream_enable_condition0 in output_s0.
module output_s0_output_stream_enable_condition01 (
    input wire [2:0] counter0_i,
    input wire [1:0] counter3_i,
    output wire value_o
);
    wire [2:0] product_1 = {counter0_i[0], 2'd0};
    wire [2:0] maximum_1 = (product_1 < 3'd2) ? 3'd2 : product_1;
    wire [2:0] difference_1 = 3'd6 - maximum_1;
    wire less_1 = {1'b0, counter3_i} < difference_1;
    assign value_o = less_1;
    wire unused_ok = &{1'b0, counter0_i[2:1]};
endmodule
`default_nettype wire
