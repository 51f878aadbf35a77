`default_nettype none
// data_i, CYCLES cycles later.
// Reset:      all stages to 0 if RESET is not 0 (control), none otherwise (data).
// Parameters: WIDTH >= 1; CYCLES >= 0 (0: a wire); RESET.
module delay_line #(
    parameter integer WIDTH = 1, CYCLES = 1, RESET = 0
) (
    input  wire             clk_i, rst_i,
    input  wire [WIDTH-1:0] data_i,
    output wire [WIDTH-1:0] data_o
);
    genvar i;
    generate
        if (WIDTH < 1 || CYCLES < 0) begin : gen_bad delay_line_needs_a_width u_error (); end
        if (CYCLES == 0) begin : gen_wire
            wire unused_ok = &{1'b0, clk_i, rst_i};
            assign data_o = data_i;
        end else begin : gen_stages
            for (i = 0; i < CYCLES; i = i + 1) begin : gen_stage
                reg  [WIDTH-1:0] data_q;
                wire [WIDTH-1:0] data_d;
                if (i == 0) begin : gen_first
                    assign data_d = data_i;
                end else begin : gen_later
                    assign data_d = gen_stage[i-1].data_q;
                end
                if (RESET != 0) begin : gen_reset
                    always @(posedge clk_i) data_q <= rst_i ? {WIDTH{1'b0}} : data_d;
                end else begin : gen_no_reset
                    always @(posedge clk_i) data_q <= data_d;
                end
            end
            if (RESET == 0) begin : gen_unused
                wire unused_ok = &{1'b0, rst_i};
            end
            assign data_o = gen_stage[CYCLES-1].data_q;
        end
    endgenerate
endmodule
`default_nettype wire
