// New random values, extremes among them, every cycle; value i of a result i cycles after value 0.
module reduction_chain_tb;
    `include "testbench.vh"
    localparam integer COUNT = `COUNT, IN = `IN_WIDTH, OUT = `OUT_WIDTH, SIGNED = `SIGNED, OPERATION = `OPERATION;
    reg  [COUNT*IN-1:0] data = 0, skewed = 0;
    reg  [COUNT*IN-1:0] history [0:1023];
    wire [OUT-1:0]      out;
    reduction_chain #(.COUNT(COUNT), .IN_WIDTH(IN), .OUT_WIDTH(OUT), .SIGNED(SIGNED), .OPERATION(OPERATION)) dut (
        .clk_i(clk), .data_i(skewed), .data_o(out));
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
            history[cycle]  = data;
            for (i = 0; i < COUNT && i <= cycle; i = i + 1) skewed[i*IN +: IN] = history[cycle-i][i*IN +: IN];
            settle;
            if (cycle >= COUNT) check(out === expected[cycle-COUNT], "result");
            @(negedge clk);
        end
        finish;
    end
endmodule
