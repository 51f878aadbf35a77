`default_nettype none
// Read-modify-write of a buffer, one point per cycle, also when consecutive points update the same element: an old
// value that is still on its way to the memory is forwarded. The function of the old value stands outside.
// Protocol:   cycle t: valid_i, slot and address of a bank, mask per element; read_* go to the buffer in the same cycle.
//             cycle t+1: read_data_i comes back; old_o is the old value, new_i is a combinational function of it.
//             cycle t+2: write_* go to the buffer; a read by somebody else sees the new value from cycle t+3 on.
//             The buffer gives the old word when a read meets a write (ram_1r1w does). Banks do not know of each other:
//             each may be given the same point in another cycle.
// Latency:    two cycles from valid_i to the write.
// Throughput: one point per cycle; it never stalls.
// Reset:      forgets the points under way.
// Parameters: BANKS, PACK, WIDTH, DEPTH, SLOTS of the buffer; ADDRESS_WIDTH and SLOT_WIDTH are derived, leave them
//             alone.
module accumulate_port #(
    parameter integer BANKS = 2, PACK = 1, WIDTH = 8, DEPTH = 16, SLOTS = 2,
    parameter integer ADDRESS_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1,
                      SLOT_WIDTH = SLOTS > 1 ? $clog2(SLOTS) : 1
) (
    input  wire                           clk_i, rst_i,
    input  wire [BANKS-1:0]               valid_i,
    input  wire [BANKS*SLOT_WIDTH-1:0]    slot_i,
    input  wire [BANKS*ADDRESS_WIDTH-1:0] address_i,
    input  wire [BANKS*PACK-1:0]          mask_i,
    output wire [BANKS*SLOT_WIDTH-1:0]    read_slot_o,
    output wire [BANKS-1:0]               read_enable_o,
    output wire [BANKS*ADDRESS_WIDTH-1:0] read_address_o,
    input  wire [BANKS*PACK*WIDTH-1:0]    read_data_i,
    output wire [BANKS*PACK*WIDTH-1:0]    old_o,
    input  wire [BANKS*PACK*WIDTH-1:0]    new_i,
    output wire [BANKS*SLOT_WIDTH-1:0]    write_slot_o,
    output wire [BANKS*PACK-1:0]          write_enable_o,
    output wire [BANKS*ADDRESS_WIDTH-1:0] write_address_o,
    output wire [BANKS*PACK*WIDTH-1:0]    write_data_o
);
    // Stage 1 holds the point that is modified, stage 2 the one that is written, stage 3 the one written
    // a cycle ago: its word was read by the point of stage 1 while it was written. An element that a point leaves
    // alone has its enable bit at 0.
    reg [BANKS*PACK-1:0]          enable1_q, enable2_q, enable3_q;
    reg [BANKS*SLOT_WIDTH-1:0]    slot1_q, slot2_q, slot3_q;
    reg [BANKS*ADDRESS_WIDTH-1:0] address1_q, address2_q, address3_q;
    reg [BANKS*PACK*WIDTH-1:0]    data2_q, data3_q;

    wire [BANKS*PACK-1:0] enable; // of the point that comes in

    assign read_slot_o     = slot_i;
    assign read_address_o  = address_i;
    assign write_slot_o    = slot2_q;
    assign write_enable_o  = enable2_q;
    assign write_address_o = address2_q;
    assign write_data_o    = data2_q;

    always @(posedge clk_i) begin
        if (rst_i) begin
            enable1_q <= {(BANKS*PACK){1'b0}};
            enable2_q <= {(BANKS*PACK){1'b0}};
            enable3_q <= {(BANKS*PACK){1'b0}};
        end else begin
            enable1_q <= enable;
            enable2_q <= enable1_q;
            enable3_q <= enable2_q;
        end
        slot1_q    <= slot_i;
        slot2_q    <= slot1_q;
        slot3_q    <= slot2_q;
        address1_q <= address_i;
        address2_q <= address1_q;
        address3_q <= address2_q;
        data2_q    <= new_i;
        data3_q    <= data2_q;
    end

    genvar b, e;
    generate
        if (BANKS < 1 || PACK < 1 || WIDTH < 1) begin : gen_bad
            accumulate_port_needs_a_bank_an_element_and_a_width u_error ();
        end
        for (b = 0; b < BANKS; b = b + 1) begin : gen_bank
            wire [SLOT_WIDTH-1:0]    slot    = slot1_q[b*SLOT_WIDTH +: SLOT_WIDTH];
            wire [ADDRESS_WIDTH-1:0] address = address1_q[b*ADDRESS_WIDTH +: ADDRESS_WIDTH];
            wire same2 = slot2_q[b*SLOT_WIDTH +: SLOT_WIDTH] == slot &&
                         address2_q[b*ADDRESS_WIDTH +: ADDRESS_WIDTH] == address;
            wire same3 = slot3_q[b*SLOT_WIDTH +: SLOT_WIDTH] == slot &&
                         address3_q[b*ADDRESS_WIDTH +: ADDRESS_WIDTH] == address;
            assign enable[b*PACK +: PACK] = valid_i[b] ? mask_i[b*PACK +: PACK] : {PACK{1'b0}};
            assign read_enable_o[b] = |enable[b*PACK +: PACK];
            for (e = b * PACK; e < (b + 1) * PACK; e = e + 1) begin : gen_element
                assign old_o[e*WIDTH +: WIDTH] = same2 && enable2_q[e] ? data2_q[e*WIDTH +: WIDTH]
                                               : same3 && enable3_q[e] ? data3_q[e*WIDTH +: WIDTH]
                                               : read_data_i[e*WIDTH +: WIDTH];
            end
        end
    endgenerate
endmodule
`default_nettype wire
