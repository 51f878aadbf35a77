// Parts that finish at random, up to two runs ahead of the slowest.
module run_join_tb;
    `include "testbench.vh"
    localparam integer PARTS = `PARTS;
    reg  [PARTS-1:0] done = 0;
    wire             finished;
    run_join #(.PARTS(PARTS)) dut (.clk_i(clk), .rst_i(rst), .done_i(done), .finish_o(finished));
    integer cycle, i, runs, all;
    integer count [0:PARTS-1];
    initial begin
        reset;
        runs = 0;
        for (i = 0; i < PARTS; i = i + 1) count[i] = 0;
        for (cycle = 0; cycle < 3000; cycle = cycle + 1) begin
            all = 1;
            for (i = 0; i < PARTS; i = i + 1) if (count[i] == 0) all = 0;
            for (i = 0; i < PARTS; i = i + 1) done[i] = (count[i] < 2 || all) && chance(40);
            settle;
            check(finished === all[0], "finish");
            runs = runs + all;
            for (i = 0; i < PARTS; i = i + 1) count[i] = count[i] + done[i] - all;
            @(negedge clk);
        end
        check(runs > 100, "many runs");
        finish;
    end
endmodule
