`default_nettype none
// Nested loops that issue one iteration point per cycle, without a bubble at any wrap.
// Protocol:   start_i asks for a run, which start_o begins: at once, or with done_o of the run before (one may wait). While
//             valid_o is 1 a point is presented;
//             it fires in the first cycle without stall_i, which may depend on every output but fire_o and done_o. The
//             extent of a loop may depend combinationally on the indices of the loops around it. An extent of 0 gives
//             one point with enable_o = 0, so that what travels with the points of the loops around it (tokens) still
//             passes.
// Latency:    the first point is presented in the cycle after start_o.
// Throughput: one point per cycle without stall_i.
// Reset:      ends the run; all indices are 0.
// Parameters: LOOPS >= 1, loop 0 is the outermost; WIDTH: bits of an extent and of an index.
module sequencer #(
    parameter integer LOOPS = 2, WIDTH = 8
) (
    input  wire                   clk_i, rst_i,
    input  wire                   start_i,
    input  wire                   stall_i,
    input  wire [LOOPS*WIDTH-1:0] extent_i,
    output wire [LOOPS*WIDTH-1:0] index_o,
    output wire [LOOPS-1:0]       first_o,       // the index is 0
    output wire [LOOPS:0]         first_from_o,  // bit i: every loop from i inwards is at its first index
    output wire [LOOPS:0]         last_from_o,   // bit i: every loop from i inwards is at its last index
    output wire [LOOPS-1:0]       increment_o,   // one-hot: the loop that this point advances; 0 at the last one
    output wire                   valid_o,
    output wire                   enable_o,      // valid, and no extent is 0
    output wire                   fire_o,        // valid and not stalled
    output wire                   done_o,        // the last point of the run fires
    output wire                   start_o        // a run begins
);
    reg              running_q, waiting_q; // waiting_q: a run is asked for
    wire             wanted = start_i || waiting_q;
    wire [LOOPS-1:0] last;
    wire [LOOPS-1:0] empty;

    assign valid_o             = running_q;
    assign enable_o            = running_q && !(|empty);
    assign fire_o              = running_q && !stall_i;
    assign done_o              = fire_o && last_from_o[0];
    assign start_o             = wanted && (!running_q || done_o);
    assign first_from_o[LOOPS] = 1'b1;
    assign last_from_o[LOOPS]  = 1'b1;

    always @(posedge clk_i) begin
        running_q <= !rst_i && (start_o || (running_q && !done_o));
        waiting_q <= !rst_i && wanted && !start_o;
    end

    genvar i;
    generate
        if (LOOPS < 1 || WIDTH < 1) begin : gen_bad sequencer_needs_a_loop_and_a_width u_error (); end
        for (i = 0; i < LOOPS; i = i + 1) begin : gen_loop
            reg  [WIDTH-1:0] index_q;
            wire [WIDTH-1:0] extent = extent_i[i*WIDTH +: WIDTH];
            wire [WIDTH-1:0] next   = index_q + 1'b1;
            wire             inner_last;
            if (i == LOOPS - 1) begin : gen_innermost
                assign inner_last = 1'b1;
            end else begin : gen_inner
                assign inner_last = &last[LOOPS-1:i+1];
            end
            // Reductions over slices: a ripple inside one vector is a combinational loop to Verilator.
            assign empty[i]                  = extent == {WIDTH{1'b0}};
            assign last[i]                   = next >= extent || (|empty[i:0]);
            assign first_o[i]                = index_q == {WIDTH{1'b0}};
            assign first_from_o[i]           = &first_o[LOOPS-1:i];
            assign last_from_o[i]            = &last[LOOPS-1:i];
            assign increment_o[i]            = inner_last && !last[i];
            assign index_o[i*WIDTH +: WIDTH] = index_q;
            always @(posedge clk_i) begin
                if (rst_i)                     index_q <= {WIDTH{1'b0}};
                else if (fire_o && inner_last) index_q <= last[i] ? {WIDTH{1'b0}} : next;
            end
        end
    endgenerate

`ifndef SYNTHESIS
    always @(posedge clk_i) begin
        if (!rst_i && start_i && waiting_q) begin $display("%m: a second run to wait"); $stop; end
    end
`endif
endmodule
`default_nettype wire
