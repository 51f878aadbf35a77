// Random stalls on both sides, full, empty, and a word per cycle when neither side stalls.
module stream_fifo_tb;
    `include "testbench.vh"
    localparam integer WIDTH = `WIDTH, DEPTH = `DEPTH;
    reg              in_valid = 0, out_ready = 0;
    reg  [WIDTH-1:0] in_data = 0;
    wire             in_ready, out_valid;
    wire [WIDTH-1:0] out_data;
    stream_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (
        .clk_i(clk), .rst_i(rst), .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data),
        .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data));
    reg [WIDTH-1:0] words [0:8191];
    integer cycle, put, taken, before, in_rate, out_rate;
    initial begin
        reset;
        put     = 0;
        taken   = 0;
        in_rate = 100;
        for (cycle = 0; cycle < 5000; cycle = cycle + 1) begin
            // Five phases: fills up, drains, balanced, both sides always ready, random.
            in_rate  = cycle < 1000 ? 90 : cycle < 2000 ? 20 : cycle < 3000 ? 50 : cycle < 4000 ? 100 : 70;
            out_rate = cycle < 1000 ? 20 : cycle < 2000 ? 90 : cycle < 3000 ? 50 : cycle < 4000 ? 100 : 60;
            if (cycle == 3100) before = taken;
            if (cycle == 4000) check(taken - before == (DEPTH == 1 ? 450 : 900), "throughput");
            if (!in_valid) begin
                in_valid = chance(in_rate);
                in_data  = {5{$random(seed)}};
            end
            out_ready = chance(out_rate);
            settle;
            check(in_ready === (put - taken < DEPTH), "in_ready");
            check(out_valid === (put > taken), "out_valid");
            if (put > taken) check(out_data === words[taken], "data");
            if (out_valid && out_ready) taken = taken + 1;
            if (in_valid && in_ready) begin
                words[put] = in_data;
                put        = put + 1;
                in_valid   = 1'b1;
                @(posedge clk);
                #1 in_valid = 1'b0;
            end
            @(negedge clk);
        end
        check(put > 1000, "progress");
        finish;
    end
endmodule
