// New random values, extremes among them, every cycle; the result clog2(COUNT) cycles later.
module reduction_tree_tb;
    `include "testbench.vh"
    localparam integer COUNT = `COUNT, IN = `IN_WIDTH, OUT = `OUT_WIDTH, SIGNED = `SIGNED, OPERATION = `OPERATION;
    localparam integer LATENCY = $clog2(COUNT);
    reg  [COUNT*IN-1:0] data = 0;
    wire [OUT-1:0]      out;
    reduction_tree #(.COUNT(COUNT), .IN_WIDTH(IN), .OUT_WIDTH(OUT), .SIGNED(SIGNED), .OPERATION(OPERATION)) dut (
        .clk_i(clk), .data_i(data), .data_o(out));
    reg signed [63:0] result, value;
    reg [OUT-1:0]     expected [0:1023];
    integer cycle, i, kind;
    initial begin
        reset;
        for (cycle = 0; cycle < 600; cycle = cycle + 1) begin
            kind = below(4);
            for (i = 0; i < COUNT; i = i + 1)
                data[i*IN +: IN] = kind == 0 ? {IN{1'b1}} : kind == 1 ? {1'b1, {IN{1'b0}}} >> 1 : $random(seed);
            for (i = 0; i < COUNT; i = i + 1) begin
                value = data[i*IN +: IN];
                if (SIGNED != 0 && data[i*IN+IN-1]) value = value - (64'd1 << IN);
                if (i == 0) result = value;
                else if (OPERATION == 0) result = result + value;
                else if (OPERATION == 1) result = value > result ? value : result;
                else result = value < result ? value : result;
            end
            expected[cycle] = result;
            settle;
            if (cycle >= LATENCY) check(out === expected[cycle-LATENCY], "result");
            @(negedge clk);
        end
        finish;
    end
endmodule
