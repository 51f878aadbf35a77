`default_nettype none
// The slot of a buffer that a process works on: it moves on when the process leaves a generation.
// Protocol:   next_i with the last point of a generation.
// Latency:    slot_o changes in the cycle after next_i.
// Reset:      slot FIRST.
// Parameters: SLOTS >= 1; FIRST < SLOTS; SLOT_WIDTH is derived, leave it alone.
module slot_pointer #(
    parameter integer SLOTS = 2, FIRST = 0,
    parameter integer SLOT_WIDTH = SLOTS > 1 ? $clog2(SLOTS) : 1
) (
    input  wire                  clk_i, rst_i,
    input  wire                  next_i,
    output wire [SLOT_WIDTH-1:0] slot_o
);
    localparam integer          LAST_SLOT = SLOTS - 1;
    localparam [SLOT_WIDTH-1:0] LAST      = LAST_SLOT[SLOT_WIDTH-1:0];
    localparam [SLOT_WIDTH-1:0] START     = FIRST[SLOT_WIDTH-1:0];
    generate
        if (SLOTS < 1 || FIRST < 0 || FIRST >= SLOTS) begin : gen_bad slot_pointer_needs_a_slot u_error (); end
        if (SLOTS == 1) begin : gen_one
            wire unused_ok = &{1'b0, clk_i, rst_i, next_i, LAST, START};
            assign slot_o = 1'b0;
        end else begin : gen_several
            reg [SLOT_WIDTH-1:0] slot_q;
            assign slot_o = slot_q;
            always @(posedge clk_i) begin
                if (rst_i)       slot_q <= START;
                else if (next_i) slot_q <= slot_q == LAST ? {SLOT_WIDTH{1'b0}} : slot_q + 1'b1;
            end
        end
    endgenerate
endmodule
`default_nettype wire
