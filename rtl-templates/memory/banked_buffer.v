`default_nettype none
// BANKS memories with a slot and an address each; a bank holds words of PACK elements. A slot is an offset of the
// addresses.
// Protocol, latency, throughput: as ram_1r1w, per bank; one write and one read of each bank per cycle, of any slots.
//             generation_i: what the next slot holds has become useless (the slots in turns). It is for buffer_check of the
//             simulator alone.
// Reset:      none.
// Parameters: BANKS, PACK, WIDTH (bits of an element), DEPTH (words of a bank in one slot), SLOTS >= 1; REGISTERS: 1 for
//             banks of flip-flops; ADDRESS_WIDTH and SLOT_WIDTH are derived, leave them alone.
module banked_buffer #(
    parameter integer BANKS = 2, PACK = 1, WIDTH = 8, DEPTH = 16, SLOTS = 2, REGISTERS = 0,
    parameter integer ADDRESS_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1,
                      SLOT_WIDTH = SLOTS > 1 ? $clog2(SLOTS) : 1
) (
    input  wire                           clk_i, rst_i, generation_i, // the latter two for checks only
    input  wire [BANKS*SLOT_WIDTH-1:0]    write_slot_i,
    input  wire [BANKS*PACK-1:0]          write_enable_i,
    input  wire [BANKS*ADDRESS_WIDTH-1:0] write_address_i,
    input  wire [BANKS*PACK*WIDTH-1:0]    write_data_i,
    input  wire [BANKS*SLOT_WIDTH-1:0]    read_slot_i,
    input  wire [BANKS-1:0]               read_enable_i,
    input  wire [BANKS*ADDRESS_WIDTH-1:0] read_address_i,
    output wire [BANKS*PACK*WIDTH-1:0]    read_data_o
);
    localparam integer WORDS      = SLOTS * DEPTH;
    localparam integer WORD_WIDTH = WORDS > 1 ? $clog2(WORDS) : 1;

    wire unused_checks = &{1'b0, rst_i, generation_i};

    genvar i, s;
    generate
        if (BANKS < 1 || SLOTS < 1) begin : gen_bad banked_buffer_needs_a_bank_and_a_slot u_error (); end
        for (i = 0; i < BANKS; i = i + 1) begin : gen_bank
            wire [ADDRESS_WIDTH-1:0] write_address = write_address_i[i*ADDRESS_WIDTH +: ADDRESS_WIDTH];
            wire [ADDRESS_WIDTH-1:0] read_address  = read_address_i[i*ADDRESS_WIDTH +: ADDRESS_WIDTH];
            wire [SLOT_WIDTH-1:0] write_slot = write_slot_i[i*SLOT_WIDTH +: SLOT_WIDTH];
            wire [SLOT_WIDTH-1:0] read_slot  = read_slot_i[i*SLOT_WIDTH +: SLOT_WIDTH];
            wire unused_ok = &{1'b0, write_slot, read_slot}; // where there is one slot
            for (s = 0; s < SLOTS; s = s + 1) begin : gen_slot // a choice between multiples of DEPTH, not a multiplier
                localparam integer          FIRST = s * DEPTH;
                localparam [WORD_WIDTH-1:0] BASE  = FIRST[WORD_WIDTH-1:0];
                localparam [SLOT_WIDTH-1:0] SLOT  = s;
                wire [WORD_WIDTH-1:0] write_choice, read_choice;
                if (s == 0) begin : gen_first
                    assign write_choice = BASE;
                    assign read_choice  = BASE;
                end else begin : gen_later
                    assign write_choice = write_slot == SLOT ? BASE : gen_slot[s-1].write_choice;
                    assign read_choice  = read_slot == SLOT ? BASE : gen_slot[s-1].read_choice;
                end
            end
            wire [WORD_WIDTH-1:0] write_base = gen_slot[SLOTS-1].write_choice;
            wire [WORD_WIDTH-1:0] read_base  = gen_slot[SLOTS-1].read_choice;
            wire [WORD_WIDTH-1:0] write_word, read_word;
            if (WORD_WIDTH > ADDRESS_WIDTH) begin : gen_extend
                localparam integer MORE = WORD_WIDTH - ADDRESS_WIDTH;
                assign write_word = write_base + {{MORE{1'b0}}, write_address};
                assign read_word  = read_base + {{MORE{1'b0}}, read_address};
            end else begin : gen_full
                assign write_word = write_base + write_address;
                assign read_word  = read_base + read_address;
            end
            wire [PACK*WIDTH-1:0] data;
            if (REGISTERS != 0) begin : gen_registers
                register_file #(.WIDTH(WIDTH), .LANES(PACK), .DEPTH(WORDS)) u_registers (
                    .clk_i(clk_i),
                    .write_enable_i(write_enable_i[i*PACK +: PACK]),
                    .write_address_i(write_word),
                    .write_data_i(write_data_i[i*PACK*WIDTH +: PACK*WIDTH]),
                    .read_enable_i(read_enable_i[i]),
                    .read_address_i(read_word),
                    .read_data_o(data));
            end else begin : gen_ram
                ram_1r1w #(.WIDTH(WIDTH), .LANES(PACK), .DEPTH(WORDS)) u_ram (
                    .clk_i(clk_i),
                    .write_enable_i(write_enable_i[i*PACK +: PACK]),
                    .write_address_i(write_word),
                    .write_data_i(write_data_i[i*PACK*WIDTH +: PACK*WIDTH]),
                    .read_enable_i(read_enable_i[i]),
                    .read_address_i(read_word),
                    .read_data_o(data));
            end
`ifdef ORRERY_CHECKS
            wire [PACK*WIDTH-1:0] noise;
            buffer_check #(.PACK(PACK), .WIDTH(WIDTH), .DEPTH(DEPTH), .SLOTS(SLOTS)) u_check (
                .clk_i(clk_i), .rst_i(rst_i), .generation_i(generation_i),
                .write_slot_i(write_slot), .write_enable_i(write_enable_i[i*PACK +: PACK]), .write_address_i(write_address),
                .read_slot_i(read_slot), .read_enable_i(read_enable_i[i]), .read_address_i(read_address), .noise_o(noise));
            assign read_data_o[i*PACK*WIDTH +: PACK*WIDTH] = data ^ noise;
`else
            assign read_data_o[i*PACK*WIDTH +: PACK*WIDTH] = data;
`endif
        end
    endgenerate
endmodule
`default_nettype wire
