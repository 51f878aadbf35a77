`default_nettype none
// Makes what nobody has written useless: in simulation, elements of a bank that were not written in the present generation
// of their slot are read as noise, so that no result that depends on them can be right by luck. To read them is no mistake
// by itself: lanes that are disabled do. Says once that it has happened; a write beyond the slot ends the simulation.
// Protocol:   as banked_buffer, one bank; generation_i: the first writer enters a generation, the slots in turns.
// Latency:    noise_o belongs to the data that the bank reads at the same time; it is to be combined by exclusive or.
// Reset:      all that was written is forgotten.
// Parameters: as banked_buffer.
module buffer_check #(
    parameter integer PACK = 1, WIDTH = 8, DEPTH = 16, SLOTS = 2,
    parameter integer ADDRESS_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1,
                      SLOT_WIDTH = SLOTS > 1 ? $clog2(SLOTS) : 1
) (
    input  wire                     clk_i, rst_i, generation_i,
    input  wire [SLOT_WIDTH-1:0]    write_slot_i,
    input  wire [PACK-1:0]          write_enable_i,
    input  wire [ADDRESS_WIDTH-1:0] write_address_i,
    input  wire [SLOT_WIDTH-1:0]    read_slot_i,
    input  wire                     read_enable_i,
    input  wire [ADDRESS_WIDTH-1:0] read_address_i,
    output wire [PACK*WIDTH-1:0]    noise_o
);
    localparam integer RANDOM_WORDS = (WIDTH + 31) / 32;

    reg [31:0]           generation [0:SLOTS-1];             // of each slot
    reg [31:0]           word_generation [0:SLOTS*DEPTH-1];  // of the last write of each word
    reg [PACK-1:0]       written [0:SLOTS*DEPTH-1];          // its elements that were written in it
    reg [PACK*WIDTH-1:0] noise_q;
    assign noise_o = noise_q;

    // Variables of one cycle, and state that nothing else sees: blocking assignments.
    // verilator lint_off BLKSEQ
    integer                   next_slot, slot, word, e;
    reg                       noted;
    reg [PACK-1:0]            known;
    reg [RANDOM_WORDS*32-1:0] random;
    wire                      unused_ok = &{1'b0, random};
    initial begin
        noted = 1'b0;
        for (slot = 0; slot < SLOTS; slot = slot + 1) generation[slot] = 0;
    end

    always @(posedge clk_i) begin
        if (read_enable_i) begin
            slot  = {{(32-SLOT_WIDTH){1'b0}}, read_slot_i};
            word  = slot * DEPTH + {{(32-ADDRESS_WIDTH){1'b0}}, read_address_i};
            known = {PACK{1'b0}};
            if (word < SLOTS * DEPTH) begin
                if (word_generation[word] === generation[slot]) known = written[word];
            end
            noise_q <= 0;
            if (!(&known)) begin
                for (e = 0; e < PACK; e = e + 1) begin
                    if (!known[e]) begin
                        random = {RANDOM_WORDS{$random}};
                        noise_q[e*WIDTH +: WIDTH] <= random[WIDTH-1:0];
                    end
                end
                if (!noted && !rst_i) $display("unwritten: %m");
                noted = 1'b1;
            end
        end
        if (|write_enable_i) begin
            slot = {{(32-SLOT_WIDTH){1'b0}}, write_slot_i};
            word = {{(32-ADDRESS_WIDTH){1'b0}}, write_address_i};
            if (word >= DEPTH) begin
                if (!rst_i) begin $display("%m: address beyond the slot"); $stop; end
            end else begin
                word = slot * DEPTH + word;
                written[word] = write_enable_i |
                    (word_generation[word] === generation[slot] ? written[word] : {PACK{1'b0}});
                word_generation[word] = generation[slot];
            end
        end
        if (rst_i) begin
            next_slot = 0;
            for (slot = 0; slot < SLOTS; slot = slot + 1) generation[slot] = generation[slot] + 1;
        end else if (generation_i) begin
            generation[next_slot] = generation[next_slot] + 1;
            next_slot = next_slot == SLOTS - 1 ? 0 : next_slot + 1;
        end
    end
    // verilator lint_on BLKSEQ
endmodule
`default_nettype wire
