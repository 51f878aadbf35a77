// Generations are left at random; each gives one token, never before what it asked for is settled.
module settle_fence_tb;
    `include "testbench.vh"
    reg  leave = 1'b0, settled = 1'b1;
    wire waiting, released;
    settle_fence dut (.clk_i(clk), .rst_i(rst), .leave_i(leave), .settled_i(settled), .waiting_o(waiting), .release_o(released));
    integer cycle, left, tokens, open;
    initial begin
        reset;
        left   = 0;
        tokens = 0;
        open   = 0;
        for (cycle = 0; cycle < 3000; cycle = cycle + 1) begin
            leave   = !open && chance(40);
            settled = chance(cycle < 1500 ? 30 : 100);
            settle;
            check(waiting === (open != 0), "waiting");
            check(released === (open != 0 && settled), "release");
            tokens = tokens + released;
            open   = leave || (open != 0 && !settled);
            left   = left + leave;
            check(left - tokens === open, "one token per generation");
            @(negedge clk);
        end
        check(tokens > 300, "number of tokens");
        finish;
    end
endmodule
