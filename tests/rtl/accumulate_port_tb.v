// Each bank has points of its own on few addresses, often the same one in consecutive cycles, through a banked buffer. An element becomes 3 * old + data, so
// that a lost, late or repeated update shows in the next old value. In the end every element is visited once more.
module accumulate_port_tb;
    `include "testbench.vh"
    localparam integer BANKS = `BANKS, PACK = `PACK, WIDTH = `WIDTH, DEPTH = `DEPTH, SLOTS = `SLOTS;
    localparam integer AW = DEPTH > 1 ? $clog2(DEPTH) : 1, SW = SLOTS > 1 ? $clog2(SLOTS) : 1, ELEMENTS = BANKS * PACK;
    reg  [BANKS-1:0]          valid = {BANKS{1'b1}}; // also during the reset
    reg  [BANKS*SW-1:0]       slot = 0;
    reg  [BANKS*AW-1:0]       address = 0;
    reg  [ELEMENTS-1:0]       mask = {ELEMENTS{1'b1}}, checked = 0, first = 0;
    reg  [ELEMENTS*WIDTH-1:0] data = 0, expected = 0;
    reg  [ELEMENTS*WIDTH-1:0] new_value;
    wire [BANKS*SW-1:0]       read_slot, write_slot;
    wire [BANKS-1:0]          read_enable;
    wire [BANKS*AW-1:0]       read_address, write_address;
    wire [ELEMENTS-1:0]       write_enable;
    wire [ELEMENTS*WIDTH-1:0] read_data, old, write_data;
    accumulate_port #(.BANKS(BANKS), .PACK(PACK), .WIDTH(WIDTH), .DEPTH(DEPTH), .SLOTS(SLOTS)) dut (
        .clk_i(clk), .rst_i(rst), .valid_i(valid), .slot_i(slot), .address_i(address), .mask_i(mask), .read_slot_o(read_slot),
        .read_enable_o(read_enable), .read_address_o(read_address), .read_data_i(read_data), .old_o(old), .new_i(new_value),
        .write_slot_o(write_slot), .write_enable_o(write_enable), .write_address_o(write_address), .write_data_o(write_data));
    banked_buffer #(.BANKS(BANKS), .PACK(PACK), .WIDTH(WIDTH), .DEPTH(DEPTH), .SLOTS(SLOTS)) u_buffer (
        .clk_i(clk), .rst_i(rst), .generation_i(1'b0), .write_slot_i(write_slot), .write_enable_i(write_enable), .write_address_i(write_address),
        .write_data_i(write_data), .read_slot_i(read_slot), .read_enable_i(read_enable), .read_address_i(read_address),
        .read_data_o(read_data));

    integer i;
    reg [ELEMENTS*WIDTH-1:0] data1 = 0; // of the point in the second cycle
    reg [ELEMENTS-1:0]       first1 = 0;
    always @* begin
        for (i = 0; i < ELEMENTS; i = i + 1)
            new_value[i*WIDTH +: WIDTH] =
                first1[i] ? data1[i*WIDTH +: WIDTH] : old[i*WIDTH +: WIDTH] + old[i*WIDTH +: WIDTH] + old[i*WIDTH +: WIDTH] +
                                                      data1[i*WIDTH +: WIDTH];
    end

    reg [WIDTH-1:0]              model [0:SLOTS*DEPTH*ELEMENTS-1];
    reg [SLOTS*DEPTH*ELEMENTS-1:0] written = 0;
    integer cycle, e, at, repeated, places, last_cycles;
    reg [AW-1:0] word;
    reg [AW-1:0] last_word;
    initial begin
        reset;
        repeated    = 0;
        places      = DEPTH < 3 ? DEPTH : 3; // addresses in use
        last_cycles = SLOTS * DEPTH;
        for (cycle = 0; cycle < 4000 + last_cycles; cycle = cycle + 1) begin
            for (e = 0; e < BANKS; e = e + 1) begin
                valid[e] = chance(75) || cycle >= 4000;
                if (chance(20)) slot[e*SW +: SW] = below(SLOTS);
                if (cycle >= 4000) slot[e*SW +: SW] = (cycle - 4000) / DEPTH;
                if (chance(40)) address[e*AW +: AW] = below(places);
                else if (valid[e]) repeated = repeated + 1;
                if (cycle >= 4000) address[e*AW +: AW] = (cycle - 4000) % DEPTH;
            end
            settle;
            if (cycle < 2) check(write_enable === 0, "write after the reset");
            for (e = 0; e < ELEMENTS; e = e + 1)
                if (checked[e]) check(old[e*WIDTH +: WIDTH] === expected[e*WIDTH +: WIDTH], "old value");
            for (e = 0; e < ELEMENTS; e = e + 1) begin
                mask[e] = chance(60) || cycle >= 4000;
                data[e*WIDTH +: WIDTH] = $random(seed);
                word = address[e/PACK*AW +: AW];
                at   = (slot[e/PACK*SW +: SW] * DEPTH + word) * ELEMENTS + e;
                first[e]   = !written[at] || chance(5);
                checked[e] = valid[e/PACK] && mask[e] && written[at];
                expected[e*WIDTH +: WIDTH] = model[at];
                if (valid[e/PACK] && mask[e]) begin
                    model[at]   = first[e] ? data[e*WIDTH +: WIDTH] : model[at] * 3 + data[e*WIDTH +: WIDTH];
                    written[at] = 1'b1;
                end
            end
            settle;
            for (e = 0; e < BANKS; e = e + 1)
                check(read_enable[e] === (valid[e] && |mask[e*PACK +: PACK]), "read_enable");
            @(posedge clk);
            #1;
            data1  = data;
            first1 = first;
            @(negedge clk);
        end
        check(repeated > 500, "number of repeated addresses");
        finish;
    end
endmodule
