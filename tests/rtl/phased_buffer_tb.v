// Ports that take the slots of each bank in turns: port p uses slot (p + shift) mod SLOTS, so that no two ports of a kind meet.
module phased_buffer_tb;
    `include "testbench.vh"
    localparam integer BANKS = `BANKS, PACK = `PACK, WIDTH = `WIDTH, DEPTH = `DEPTH, SLOTS = `SLOTS, REGISTERS = `REGISTERS;
    localparam integer WRITES = `WRITE_PORTS, READS = `READ_PORTS;
    localparam integer AW = DEPTH > 1 ? $clog2(DEPTH) : 1, SW = SLOTS > 1 ? $clog2(SLOTS) : 1, WORD = PACK * WIDTH;
    reg  [WRITES*BANKS*SW-1:0]   write_slot = 0;
    reg  [WRITES*BANKS*PACK-1:0] write_enable = 0;
    reg  [WRITES*BANKS*AW-1:0]   write_address = 0;
    reg  [WRITES*BANKS*WORD-1:0] write_data = 0;
    reg  [READS*BANKS*SW-1:0]    read_slot = 0;
    reg  [READS*BANKS-1:0]       read_enable = 0, fresh = 0;
    reg  [READS*BANKS*AW-1:0]    read_address = 0;
    reg  [READS*BANKS*WORD-1:0]  expected = 0;
    wire [READS*BANKS*WORD-1:0]  read_data;
    phased_buffer #(.BANKS(BANKS), .PACK(PACK), .WIDTH(WIDTH), .DEPTH(DEPTH), .SLOTS(SLOTS), .REGISTERS(REGISTERS), .WRITE_PORTS(WRITES),
                    .READ_PORTS(READS)) dut (
        .clk_i(clk), .rst_i(rst), .generation_i(1'b0), .write_slot_i(write_slot), .write_enable_i(write_enable), .write_address_i(write_address),
        .write_data_i(write_data), .read_slot_i(read_slot), .read_enable_i(read_enable), .read_address_i(read_address),
        .read_data_o(read_data));
    reg [WORD-1:0] model [0:SLOTS*DEPTH*BANKS-1];
    integer cycle, p, b, e, shift, at, filling;
    reg [AW-1:0] address;
    initial begin
        reset;
        for (cycle = 0; cycle < SLOTS * DEPTH + 1500; cycle = cycle + 1) begin
            filling = cycle < SLOTS * DEPTH;
            for (b = 0; b < BANKS; b = b + 1) begin
                shift = below(SLOTS);
                for (p = 0; p < READS; p = p + 1) begin
                    read_slot[(p*BANKS+b)*SW +: SW]  = (p + shift) % SLOTS;
                    read_enable[p*BANKS+b]           = !filling && p < SLOTS && chance(60);
                    read_address[(p*BANKS+b)*AW +: AW] = below(DEPTH);
                end
            end
            for (b = 0; b < BANKS; b = b + 1) begin
                shift = below(SLOTS);
                for (p = 0; p < WRITES; p = p + 1) begin
                    write_slot[(p*BANKS+b)*SW +: SW]    = filling ? cycle / DEPTH : (p + shift) % SLOTS;
                    write_address[(p*BANKS+b)*AW +: AW] = filling ? cycle % DEPTH : below(DEPTH);
                end
            end
            for (p = 0; p < WRITES; p = p + 1) begin
                for (e = p * BANKS * PACK; e < (p + 1) * BANKS * PACK; e = e + 1) begin
                    write_enable[e]              = filling ? p == 0 : p < SLOTS && chance(50);
                    write_data[e*WIDTH +: WIDTH] = $random(seed);
                end
            end
            settle;
            for (b = 0; b < READS * BANKS; b = b + 1) begin
                if (fresh[b]) check(read_data[b*WORD +: WORD] === expected[b*WORD +: WORD], "data");
                address = read_address[b*AW +: AW];
                at = (read_slot[b*SW +: SW] * DEPTH + address) * BANKS + b % BANKS;
                if (read_enable[b]) expected[b*WORD +: WORD] = model[at];
            end
            fresh = read_enable;
            for (e = 0; e < WRITES * BANKS * PACK; e = e + 1) begin
                b = e / PACK;
                address = write_address[b*AW +: AW];
                at = (write_slot[b*SW +: SW] * DEPTH + address) * BANKS + b % BANKS;
                if (write_enable[e]) model[at][e%PACK*WIDTH +: WIDTH] = write_data[e*WIDTH +: WIDTH];
            end
            @(negedge clk);
        end
        finish;
    end
endmodule
