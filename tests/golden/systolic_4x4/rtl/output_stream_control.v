`default_nettype none
// Loop extents, conditions and address parts of output_stream.
module output_stream_control (
    input wire [2:0] counter0_i,
    output wire not_empty_o,
    output wire [15:0] run_length_o
);
    wire [2:0] product_1 = {counter0_i[0], 2'd0};
    wire [2:0] difference_1 = 3'd6 - product_1;
    wire [2:0] minimum_1 = (difference_1 < 3'd4) ? difference_1 : 3'd4;
    assign not_empty_o = 1'b1;
    assign run_length_o = {13'd0, minimum_1};
    wire unused_ok = &{1'b0, counter0_i[2:1]};
endmodule
`default_nettype wire
