// Random reads and writes of one bank in two slots or more, against a model of what was written since each slot began its generation:
// noise where nothing was, none elsewhere.
module buffer_check_tb;
    `include "testbench.vh"
    localparam integer PACK = `PACK, WIDTH = `WIDTH, DEPTH = `DEPTH, SLOTS = `SLOTS;
    localparam integer AW = DEPTH > 1 ? $clog2(DEPTH) : 1, SW = SLOTS > 1 ? $clog2(SLOTS) : 1;
    reg  [SW-1:0]         write_slot = 0, read_slot = 0;
    reg  [PACK-1:0]       write_enable = 0, known = 0;
    reg  [AW-1:0]         write_address = 0, read_address = 0;
    reg                   read_enable = 0, generation = 0;
    wire [PACK*WIDTH-1:0] noise;
    buffer_check #(.PACK(PACK), .WIDTH(WIDTH), .DEPTH(DEPTH), .SLOTS(SLOTS)) dut (
        .clk_i(clk), .rst_i(rst), .generation_i(generation), .write_slot_i(write_slot), .write_enable_i(write_enable),
        .write_address_i(write_address), .read_slot_i(read_slot), .read_enable_i(read_enable), .read_address_i(read_address),
        .noise_o(noise));
    reg [PACK-1:0] written [0:SLOTS*DEPTH-1];
    integer cycle, e, w, turn, unknown, noisy;
    initial begin
        for (w = 0; w < SLOTS * DEPTH; w = w + 1) written[w] = 0;
        turn    = 0;
        unknown = 0;
        noisy   = 0;
        reset;
        for (cycle = 0; cycle < 4000; cycle = cycle + 1) begin
            write_slot    = below(SLOTS);
            read_slot     = below(SLOTS);
            write_address = below(DEPTH);
            read_address  = chance(30) ? write_address : below(DEPTH);
            write_enable  = chance(70) ? $random(seed) : 0;
            read_enable   = cycle == 0 || chance(70);
            generation    = chance(10);
            // A read sees what was written before, and the generation begins behind both.
            if (read_enable) known = written[read_slot*DEPTH+read_address];
            written[write_slot*DEPTH+write_address] = written[write_slot*DEPTH+write_address] | write_enable;
            if (generation) begin
                for (w = turn * DEPTH; w < (turn + 1) * DEPTH; w = w + 1) written[w] = 0;
                turn = (turn + 1) % SLOTS;
            end
            @(negedge clk);
            for (e = 0; e < PACK; e = e + 1) begin
                if (known[e]) check(noise[e*WIDTH +: WIDTH] === {WIDTH{1'b0}}, "noise in an element that was written");
                else begin
                    check(^noise[e*WIDTH +: WIDTH] !== 1'bx, "noise is defined");
                    unknown = unknown + read_enable;
                    noisy   = noisy + (read_enable && noise[e*WIDTH +: WIDTH] != {WIDTH{1'b0}});
                end
            end
        end
        check(unknown > 100 && noisy > unknown / (WIDTH == 1 ? 3 : 2), "noise in elements that were not");
        finish;
    end
endmodule
