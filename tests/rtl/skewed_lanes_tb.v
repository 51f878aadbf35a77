// Each value CYCLES later than it came in; zeros behind the reset if RESET is set.
module skewed_lanes_tb;
    `include "testbench.vh"
    localparam integer COUNT = `COUNT, WIDTH = `WIDTH, RESET = `RESET;
    localparam [COUNT*16-1:0] CYCLES = `CYCLES;
    reg  [COUNT*WIDTH-1:0] data = {(COUNT*WIDTH){1'b1}}; // during the reset
    wire [COUNT*WIDTH-1:0] out;
    reg  [COUNT*WIDTH-1:0] history [0:511];
    skewed_lanes #(.COUNT(COUNT), .WIDTH(WIDTH), .RESET(RESET), .CYCLES(CYCLES)) dut (
        .clk_i(clk), .rst_i(rst), .data_i(data), .data_o(out));
    integer cycle, i, after;
    initial begin
        reset;
        for (cycle = 0; cycle < 400; cycle = cycle + 1) begin
            for (i = 0; i < COUNT; i = i + 1) data[i*WIDTH +: WIDTH] = {3{$random(seed)}};
            history[cycle] = data;
            settle;
            for (i = 0; i < COUNT; i = i + 1) begin
                after = CYCLES[i*16 +: 16];
                if (cycle >= after) check(out[i*WIDTH +: WIDTH] === history[cycle-after][i*WIDTH +: WIDTH], "data");
                else if (RESET != 0) check(out[i*WIDTH +: WIDTH] === 0, "data after reset");
            end
            @(negedge clk);
        end
        finish;
    end
endmodule
