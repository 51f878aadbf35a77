`default_nettype none
// One lane of output_s0.
module output_s0_element (
    input wire clk_i,
    input wire signed [31:0] load0_i,
    output wire signed [7:0] value0_o
);

    // Stage 1 of 2
    wire signed [32:0] sum_1 = {load0_i[31], load0_i} + 33'd64;
    wire signed [25:0] shifted_1 = sum_1[32:7];
    wire signed [24:0] minimum_1 = (shifted_1 < 26'sd127) ? shifted_1[24:0] : 25'd127;
    reg signed [24:0] minimum_1_q;

    always @(posedge clk_i) begin
        minimum_1_q <= minimum_1;
    end

    // Stage 2 of 2
    wire signed [7:0] maximum_1 = (minimum_1_q < (-25'sd128)) ? 8'd128 : minimum_1_q[7:0];
    reg signed [7:0] maximum_1_q;
    assign value0_o = maximum_1_q;
    wire unused_ok = &{1'b0, sum_1[6:0]};

    always @(posedge clk_i) begin
        maximum_1_q <= maximum_1;
    end
endmodule
`default_nettype wire
