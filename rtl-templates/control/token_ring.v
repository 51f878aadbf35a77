`default_nettype none
// Tokens of one buffer: free -> writer 0 -> writer 1 .. -> all readers -> free. A token is the right to use one slot.
// Protocol:   a process may enter a generation when its ready bit is 1; it takes its token in that cycle (acquire) and
//             hands it on behind its last access (commit, release). The first writer waits until every reader has
//             released the slot. A reader that starts early, in a generation that is still being written, takes its token
//             when it leaves the generation. A reader of the previous generation is one generation behind: it
//             has a token from the beginning, and reads what was there before the first generation.
// Latency:    the ready bits are registered: a token handed on in cycle t is visible to the next process in t + 1.
// Throughput: one acquire and one commit or release per process and cycle.
// Reset:      all slots are free, but for one that is with the readers of the previous generation.
// Parameters: SLOTS, WRITERS, READERS >= 1; PREVIOUS: a bit per reader, 1 for those of the previous generation.
module token_ring #(
    parameter integer SLOTS = 2, WRITERS = 1, READERS = 1,
    parameter [READERS-1:0] PREVIOUS = {READERS{1'b0}}
) (
    input  wire               clk_i, rst_i,
    input  wire               idle_i, // for the check only: nobody has a token
    input  wire [WRITERS-1:0] writer_acquire_i,
    input  wire [WRITERS-1:0] writer_commit_i,
    input  wire [READERS-1:0] reader_acquire_i,
    input  wire [READERS-1:0] reader_release_i,
    output wire [WRITERS-1:0] writer_ready_o,
    output wire [READERS-1:0] reader_ready_o
);
    // One place of the ring per writer but the first, then two per reader: tokens to read and tokens released.
    localparam integer PLACES = WRITERS - 1 + 2 * READERS;
    wire [PLACES-1:0] put, take, ready;
    wire [PLACES-1:0] at_end;
    wire              unused_ok = &{1'b0, idle_i, at_end};

    assign writer_ready_o[0] = &ready[PLACES-1:PLACES-READERS];
    assign reader_ready_o    = ready[PLACES-READERS-1:WRITERS-1];

    genvar i;
    generate
        if (SLOTS < 1 || WRITERS < 1 || READERS < 1) begin : gen_bad
            token_ring_needs_a_slot_a_writer_and_a_reader u_error ();
        end
        for (i = 1; i < WRITERS; i = i + 1) begin : gen_writer
            assign writer_ready_o[i] = ready[i-1];
            assign put[i-1]          = writer_commit_i[i-1];
            assign take[i-1]         = writer_acquire_i[i];
        end
        for (i = 0; i < READERS; i = i + 1) begin : gen_reader
            assign put[WRITERS-1+i]       = writer_commit_i[WRITERS-1];
            assign take[WRITERS-1+i]      = reader_acquire_i[i];
            assign put[PLACES-READERS+i]  = reader_release_i[i];
            assign take[PLACES-READERS+i] = writer_acquire_i[0];
        end
        for (i = 0; i < PLACES; i = i + 1) begin : gen_place
            localparam integer BEFORE = i < WRITERS - 1 ? 0 : PREVIOUS[(i - (WRITERS - 1)) % READERS] ? 1 : 0;
            localparam integer TOKENS = i < WRITERS - 1 ? 0 : i < PLACES - READERS ? BEFORE : SLOTS - BEFORE;
            credit_counter #(.CREDITS(SLOTS), .INITIAL(TOKENS)) u_tokens (
                .clk_i(clk_i), .rst_i(rst_i), .take_i(take[i]), .give_i(put[i]), .available_o(ready[i]));
            assign at_end[i] = TOKENS != 0;
        end
    endgenerate

`ifndef SYNTHESIS
    always @(posedge clk_i) begin
        if (!rst_i && idle_i && ready != at_end)
            begin $display("%m: a token is not free at the end"); $stop; end
    end
`endif
endmodule
`default_nettype wire
