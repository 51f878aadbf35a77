// Random writes and reads of all banks, each in a random slot of its own, against one array; first every word of every slot is written.
module banked_buffer_tb;
    `include "testbench.vh"
    localparam integer BANKS = `BANKS, PACK = `PACK, WIDTH = `WIDTH, DEPTH = `DEPTH, SLOTS = `SLOTS, REGISTERS = `REGISTERS;
    localparam integer AW = DEPTH > 1 ? $clog2(DEPTH) : 1, SW = SLOTS > 1 ? $clog2(SLOTS) : 1, WORD = PACK * WIDTH;
    reg  [BANKS*SW-1:0]   write_slot = 0, read_slot = 0;
    reg  [BANKS*PACK-1:0] write_enable = 0;
    reg  [BANKS*AW-1:0]   write_address = 0, read_address = 0;
    reg  [BANKS*WORD-1:0] write_data = 0, expected = 0;
    reg  [BANKS-1:0]      read_enable = 0, known = 0;
    wire [BANKS*WORD-1:0] read_data;
    banked_buffer #(.BANKS(BANKS), .PACK(PACK), .WIDTH(WIDTH), .DEPTH(DEPTH), .SLOTS(SLOTS), .REGISTERS(REGISTERS)) dut (
        .clk_i(clk), .rst_i(rst), .generation_i(1'b0), .write_slot_i(write_slot), .write_enable_i(write_enable), .write_address_i(write_address),
        .write_data_i(write_data), .read_slot_i(read_slot), .read_enable_i(read_enable), .read_address_i(read_address),
        .read_data_o(read_data));
    reg [WORD-1:0] model [0:SLOTS*DEPTH*BANKS-1];
    integer cycle, b, e;
    initial begin
        reset;
        for (cycle = 0; cycle < SLOTS * DEPTH + 2000; cycle = cycle + 1) begin
            for (b = 0; b < BANKS; b = b + 1) begin
                write_slot[b*SW +: SW]     = cycle < SLOTS * DEPTH ? cycle / DEPTH : below(SLOTS);
                read_slot[b*SW +: SW]      = below(SLOTS);
                write_address[b*AW +: AW]  = cycle < SLOTS * DEPTH ? cycle % DEPTH : below(DEPTH);
                read_address[b*AW +: AW]   = chance(50) ? write_address[b*AW +: AW] : below(DEPTH);
                read_enable[b]             = cycle >= SLOTS * DEPTH && chance(60);
            end
            for (e = 0; e < BANKS * PACK; e = e + 1) begin
                write_enable[e]               = cycle < SLOTS * DEPTH || chance(50);
                write_data[e*WIDTH +: WIDTH]  = $random(seed);
            end
            settle;
            for (b = 0; b < BANKS; b = b + 1) begin
                if (known[b]) check(read_data[b*WORD +: WORD] === expected[b*WORD +: WORD], "data");
                if (read_enable[b])
                    expected[b*WORD +: WORD] = model[(read_slot[b*SW +: SW] * DEPTH + read_address[b*AW +: AW]) * BANKS + b];
                for (e = 0; e < PACK; e = e + 1)
                    if (write_enable[b*PACK+e])
                        model[(write_slot[b*SW +: SW] * DEPTH + write_address[b*AW +: AW]) * BANKS + b][e*WIDTH +: WIDTH] =
                            write_data[(b*PACK+e)*WIDTH +: WIDTH];
            end
            known = known | read_enable;
            @(negedge clk);
        end
        finish;
    end
endmodule
