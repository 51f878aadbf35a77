`default_nettype none
// A value that moves from neighbour to neighbour, one per cycle: tap i of data_o is data_i, i cycles later.
// Reset:      all stages to 0 if RESET is not 0 (control), none otherwise (data).
// Parameters: WIDTH, TAPS >= 1; RESET.
module tapped_line #(
    parameter integer WIDTH = 1, TAPS = 2, RESET = 0
) (
    input  wire                  clk_i, rst_i,
    input  wire [WIDTH-1:0]      data_i,
    output wire [TAPS*WIDTH-1:0] data_o
);
    genvar i;
    generate
        if (WIDTH < 1 || TAPS < 1) begin : gen_bad tapped_line_needs_a_width_and_a_tap u_error (); end
        assign data_o[WIDTH-1:0] = data_i;
        for (i = 1; i < TAPS; i = i + 1) begin : gen_stage
            reg [WIDTH-1:0] data_q;
            assign data_o[i*WIDTH +: WIDTH] = data_q;
            always @(posedge clk_i) data_q <= rst_i && RESET != 0 ? {WIDTH{1'b0}} : data_o[(i-1)*WIDTH +: WIDTH];
        end
    endgenerate

    wire unused_ok = &{1'b0, clk_i, rst_i};
endmodule
`default_nettype wire
