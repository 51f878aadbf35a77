// Each word CYCLES later; zeros behind the reset if RESET is set.
module delay_line_tb;
    `include "testbench.vh"
    localparam integer WIDTH = `WIDTH, CYCLES = `CYCLES, RESET = `RESET;
    reg  [WIDTH-1:0] data = {WIDTH{1'b1}}; // during the reset
    wire [WIDTH-1:0] out;
    reg  [WIDTH-1:0] history [0:511];
    delay_line #(.WIDTH(WIDTH), .CYCLES(CYCLES), .RESET(RESET)) dut (.clk_i(clk), .rst_i(rst), .data_i(data), .data_o(out));
    integer cycle;
    initial begin
        reset;
        for (cycle = 0; cycle < 400; cycle = cycle + 1) begin
            data = {3{$random(seed)}};
            history[cycle] = data;
            settle;
            if (cycle >= CYCLES) check(out === history[cycle-CYCLES], "data");
            else if (RESET != 0) check(out === 0, "data after reset");
            @(negedge clk);
        end
        finish;
    end
endmodule
