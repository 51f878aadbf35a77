`default_nettype none
// COUNT values side by side, each with a delay of its own: value i comes out CYCLES[i] cycles later.
// Reset:      all stages to 0 if RESET is not 0 (control), none otherwise (data).
// Parameters: COUNT, WIDTH (of a value) >= 1; CYCLES: 16 bits per value; RESET.
module skewed_lanes #(
    parameter integer COUNT = 2, WIDTH = 1, RESET = 0,
    parameter [COUNT*16-1:0] CYCLES = {COUNT{16'd1}}
) (
    input  wire                   clk_i, rst_i,
    input  wire [COUNT*WIDTH-1:0] data_i,
    output wire [COUNT*WIDTH-1:0] data_o
);
    genvar i;
    generate
        if (COUNT < 1 || WIDTH < 1) begin : gen_bad skewed_lanes_needs_a_value_and_a_width u_error (); end
        for (i = 0; i < COUNT; i = i + 1) begin : gen_lane
            localparam integer AFTER = {16'd0, CYCLES[i*16 +: 16]};
            delay_line #(.WIDTH(WIDTH), .CYCLES(AFTER), .RESET(RESET)) u_delay (
                .clk_i(clk_i), .rst_i(rst_i), .data_i(data_i[i*WIDTH +: WIDTH]), .data_o(data_o[i*WIDTH +: WIDTH]));
        end
    endgenerate
endmodule
`default_nettype wire
