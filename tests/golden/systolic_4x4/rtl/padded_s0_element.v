`default_nettype none
// One lane of padded_s0.
module padded_s0_element (
    input wire clk_i,
    input wire signed [7:0] load0_i,
    input wire control1_i,
    output wire signed [7:0] value0_o
);

    // Stage 1 of 1
    wire signed [7:0] choice_1 = control1_i ? 8'd0 : $unsigned(load0_i);
    reg signed [7:0] choice_1_q;
    assign value0_o = choice_1_q;

    always @(posedge clk_i) begin
        choice_1_q <= choice_1;
    end
endmodule
`default_nettype wire
