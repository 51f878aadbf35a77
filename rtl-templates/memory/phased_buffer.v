`default_nettype none
// A buffer whose slots are worked on by several processes at once (an accumulation in one slot, the store of another):
// every slot has memories of its own, and each bank of a port goes to the slot that it names.
// Protocol:   in one cycle at most one write port and one read port use the same bank of the same slot.
// Latency:    read_data_o of a port follows its read_enable_i by one cycle; it holds while nobody else reads that slot.
// Throughput: one access per port, bank and cycle.
// Reset:      none.
// Parameters: as banked_buffer; WRITE_PORTS, READ_PORTS >= 1, port 0 in the least significant bits of all vectors.
module phased_buffer #(
    parameter integer BANKS = 2, PACK = 1, WIDTH = 8, DEPTH = 16, SLOTS = 2, REGISTERS = 0,
                      WRITE_PORTS = 1, READ_PORTS = 2,
    parameter integer ADDRESS_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1,
                      SLOT_WIDTH = SLOTS > 1 ? $clog2(SLOTS) : 1
) (
    input  wire                                       clk_i, rst_i, generation_i, // the latter two for checks only
    input  wire [WRITE_PORTS*BANKS*SLOT_WIDTH-1:0]    write_slot_i,
    input  wire [WRITE_PORTS*BANKS*PACK-1:0]          write_enable_i,
    input  wire [WRITE_PORTS*BANKS*ADDRESS_WIDTH-1:0] write_address_i,
    input  wire [WRITE_PORTS*BANKS*PACK*WIDTH-1:0]    write_data_i,
    input  wire [READ_PORTS*BANKS*SLOT_WIDTH-1:0]     read_slot_i,
    input  wire [READ_PORTS*BANKS-1:0]                read_enable_i,
    input  wire [READ_PORTS*BANKS*ADDRESS_WIDTH-1:0]  read_address_i,
    output wire [READ_PORTS*BANKS*PACK*WIDTH-1:0]     read_data_o
);
    localparam integer WORD = PACK * WIDTH;

`ifdef ORRERY_CHECKS
    integer next_slot; // of the next generation
    always @(posedge clk_i) if (rst_i || generation_i) next_slot <= rst_i || next_slot == SLOTS - 1 ? 0 : next_slot + 1;
`else
    localparam integer next_slot = 0;
`endif

    genvar b, s, p;
    generate
        if (WRITE_PORTS < 1 || READ_PORTS < 1) begin : gen_bad
            phased_buffer_needs_a_write_port_and_a_read_port u_error ();
        end
        for (b = 0; b < BANKS; b = b + 1) begin : gen_bank
            for (s = 0; s < SLOTS; s = s + 1) begin : gen_slot
                localparam [SLOT_WIDTH-1:0] SLOT = s;
                wire [WORD-1:0] read_data;
                for (p = 0; p < WRITE_PORTS; p = p + 1) begin : gen_write // what ports 0 .. p do to this bank and slot
                    localparam integer AT = p * BANKS + b;
                    wire [PACK-1:0] mine = write_slot_i[AT*SLOT_WIDTH +: SLOT_WIDTH] == SLOT
                                         ? write_enable_i[AT*PACK +: PACK] : {PACK{1'b0}};
                    wire [PACK-1:0]          enable;
                    wire [ADDRESS_WIDTH-1:0] address;
                    wire [WORD-1:0]          data;
                    if (p == 0) begin : gen_first
                        assign enable  = mine;
                        assign address = write_address_i[AT*ADDRESS_WIDTH +: ADDRESS_WIDTH];
                        assign data    = write_data_i[AT*WORD +: WORD];
                    end else begin : gen_later
                        assign enable  = mine | gen_write[p-1].enable;
                        assign address = |mine ? write_address_i[AT*ADDRESS_WIDTH +: ADDRESS_WIDTH]
                                       : gen_write[p-1].address;
                        assign data    = |mine ? write_data_i[AT*WORD +: WORD] : gen_write[p-1].data;
`ifndef SYNTHESIS
                        always @(posedge clk_i) begin
                            if (!rst_i && |mine && |gen_write[p-1].enable) begin $display("%m: two write ports use the bank"); $stop; end
                        end
`endif
                    end
                end
                for (p = 0; p < READ_PORTS; p = p + 1) begin : gen_read
                    localparam integer AT = p * BANKS + b;
                    wire mine = read_enable_i[AT] && read_slot_i[AT*SLOT_WIDTH +: SLOT_WIDTH] == SLOT;
                    wire                     enable;
                    wire [ADDRESS_WIDTH-1:0] address;
                    if (p == 0) begin : gen_first
                        assign enable  = mine;
                        assign address = read_address_i[AT*ADDRESS_WIDTH +: ADDRESS_WIDTH];
                    end else begin : gen_later
                        assign enable  = mine || gen_read[p-1].enable;
                        assign address = mine ? read_address_i[AT*ADDRESS_WIDTH +: ADDRESS_WIDTH]
                                       : gen_read[p-1].address;
`ifndef SYNTHESIS
                        always @(posedge clk_i) begin
                            if (!rst_i && mine && gen_read[p-1].enable) begin $display("%m: two read ports use the bank"); $stop; end
                        end
`endif
                    end
                end
                banked_buffer #(.BANKS(1), .PACK(PACK), .WIDTH(WIDTH), .DEPTH(DEPTH), .SLOTS(1),
                                .REGISTERS(REGISTERS)) u_memory (
                    .clk_i(clk_i), .rst_i(rst_i), .generation_i(generation_i && next_slot == s),
                    .write_slot_i(1'b0),
                    .write_enable_i(gen_write[WRITE_PORTS-1].enable),
                    .write_address_i(gen_write[WRITE_PORTS-1].address),
                    .write_data_i(gen_write[WRITE_PORTS-1].data),
                    .read_slot_i(1'b0),
                    .read_enable_i(gen_read[READ_PORTS-1].enable),
                    .read_address_i(gen_read[READ_PORTS-1].address),
                    .read_data_o(read_data));
            end
            for (p = 0; p < READ_PORTS; p = p + 1) begin : gen_return
                localparam integer AT = p * BANKS + b;
                reg [SLOT_WIDTH-1:0] slot_q; // that the data comes from
                always @(posedge clk_i) begin
                    if (read_enable_i[AT]) slot_q <= read_slot_i[AT*SLOT_WIDTH +: SLOT_WIDTH];
                end
                for (s = 0; s < SLOTS; s = s + 1) begin : gen_choice
                    localparam [SLOT_WIDTH-1:0] SLOT = s;
                    wire [WORD-1:0] data;
                    if (s == 0) begin : gen_first
                        assign data = gen_slot[0].read_data;
                    end else begin : gen_later
                        assign data = slot_q == SLOT ? gen_slot[s].read_data : gen_choice[s-1].data;
                    end
                end
                assign read_data_o[AT*WORD +: WORD] = gen_choice[SLOTS-1].data;
                wire unused_ok = &{1'b0, slot_q};
            end
        end
    endgenerate
endmodule
`default_nettype wire
