// Random writes and reads; a read that meets a write gives the old word, and the word holds.
module register_file_tb;
    `include "testbench.vh"
    localparam integer WIDTH = `WIDTH, LANES = `LANES, DEPTH = `DEPTH, ADDRESS_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1;
    reg  [LANES-1:0]         write_enable = 0;
    reg  [ADDRESS_WIDTH-1:0] write_address = 0, read_address = 0;
    reg  [LANES*WIDTH-1:0]   write_data = 0, expected;
    reg                      read_enable = 0;
    wire [LANES*WIDTH-1:0]   read_data;
    register_file #(.WIDTH(WIDTH), .LANES(LANES), .DEPTH(DEPTH)) dut (
        .clk_i(clk), .write_enable_i(write_enable), .write_address_i(write_address), .write_data_i(write_data),
        .read_enable_i(read_enable), .read_address_i(read_address), .read_data_o(read_data));
    reg [LANES*WIDTH-1:0] model [0:DEPTH-1];
    integer cycle, i, collisions;
    initial begin
        reset;
        collisions = 0;
        for (cycle = 0; cycle < DEPTH + 3000; cycle = cycle + 1) begin
            // First every word is written; the first read is that of word 0.
            write_enable  = cycle < DEPTH ? {LANES{1'b1}} : $random(seed);
            write_address = cycle < DEPTH ? cycle : below(DEPTH);
            for (i = 0; i < LANES; i = i + 1) write_data[i*WIDTH +: WIDTH] = $random(seed);
            read_enable   = cycle == DEPTH || (cycle > DEPTH && chance(60));
            read_address  = cycle <= DEPTH ? 0 : chance(50) ? write_address : below(DEPTH);
            settle;
            if (cycle > DEPTH) check(read_data === expected, "data");
            if (read_enable) begin
                expected   = model[read_address];
                collisions = collisions + (read_address == write_address);
            end
            for (i = 0; i < LANES; i = i + 1)
                if (write_enable[i]) model[write_address][i*WIDTH +: WIDTH] = write_data[i*WIDTH +: WIDTH];
            @(negedge clk);
        end
        check(collisions > 100, "number of collisions");
        finish;
    end
endmodule
