// Tap i of the line i cycles later; zeros behind the reset if RESET is set.
module tapped_line_tb;
    `include "testbench.vh"
    localparam integer WIDTH = `WIDTH, TAPS = `TAPS, RESET = `RESET;
    reg  [WIDTH-1:0]      data = {WIDTH{1'b1}}; // during the reset
    wire [TAPS*WIDTH-1:0] out;
    reg  [WIDTH-1:0]      history [0:511];
    tapped_line #(.WIDTH(WIDTH), .TAPS(TAPS), .RESET(RESET)) dut (.clk_i(clk), .rst_i(rst), .data_i(data), .data_o(out));
    integer cycle, i;
    initial begin
        reset;
        for (cycle = 0; cycle < 400; cycle = cycle + 1) begin
            data = {3{$random(seed)}};
            history[cycle] = data;
            settle;
            for (i = 0; i < TAPS; i = i + 1) begin
                if (cycle >= i) check(out[i*WIDTH +: WIDTH] === history[cycle-i], "data");
                else if (RESET != 0) check(out[i*WIDTH +: WIDTH] === 0, "data after reset");
            end
            @(negedge clk);
        end
        finish;
    end
endmodule
