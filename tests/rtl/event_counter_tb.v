// Sums of random amounts, cleared now and then.
module event_counter_tb;
    `include "testbench.vh"
    localparam integer WIDTH = `WIDTH, AMOUNT_WIDTH = `AMOUNT_WIDTH;
    reg                     clear = 1'b0, enable = 1'b0;
    reg  [AMOUNT_WIDTH-1:0] amount = 0;
    wire [WIDTH-1:0]        count;
    reg  [WIDTH-1:0]        expected = 0;
    event_counter #(.WIDTH(WIDTH), .AMOUNT_WIDTH(AMOUNT_WIDTH)) dut (
        .clk_i(clk), .rst_i(rst), .clear_i(clear), .enable_i(enable), .amount_i(amount), .count_o(count));
    integer cycle;
    initial begin
        reset;
        for (cycle = 0; cycle < 1000; cycle = cycle + 1) begin
            clear  = chance(2);
            enable = chance(70);
            amount = $random(seed);
            settle;
            check(count === expected, "count");
            expected = clear ? 0 : enable ? expected + amount : expected;
            @(negedge clk);
        end
        finish;
    end
endmodule
