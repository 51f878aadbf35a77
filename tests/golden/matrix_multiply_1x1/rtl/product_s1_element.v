`default_nettype none
// One lane of product_s1.
module product_s1_element (
    input wire clk_i,
    input wire [7:0] load2_i,
    input wire signed [15:0] load1_i,
    output wire signed [23:0] value0_o
);

    // Stage 1 of 1
    reg signed [23:0] product_1_q;
    assign value0_o = product_1_q;

    always @(posedge clk_i) begin
        product_1_q <= load1_i * $signed({1'b0, load2_i});
    end
endmodule
`default_nettype wire
