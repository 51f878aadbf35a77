`default_nettype none
// One lane of sum_s1.
module sum_s1_element (
    input wire clk_i,
    input wire signed [7:0] load1_i, load2_i,
    output wire signed [15:0] value0_o
);

    // Stage 1 of 1
    reg signed [15:0] product_1_q;
    assign value0_o = product_1_q;

    always @(posedge clk_i) begin
        product_1_q <= load1_i * load2_i;
    end
endmodule
`default_nettype wire
