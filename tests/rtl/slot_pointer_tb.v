// The pointer against a count modulo SLOTS.
module slot_pointer_tb;
    `include "testbench.vh"
    localparam integer SLOTS = `SLOTS, FIRST = `FIRST, SLOT_WIDTH = SLOTS > 1 ? $clog2(SLOTS) : 1;
    reg                   next = 1'b0;
    wire [SLOT_WIDTH-1:0] slot;
    slot_pointer #(.SLOTS(SLOTS), .FIRST(FIRST)) dut (.clk_i(clk), .rst_i(rst), .next_i(next), .slot_o(slot));
    integer cycle, expected;
    initial begin
        reset;
        expected = FIRST;
        for (cycle = 0; cycle < 500; cycle = cycle + 1) begin
            next = chance(50);
            settle;
            check(slot === expected, "slot");
            expected = (expected + next) % SLOTS;
            @(negedge clk);
        end
        finish;
    end
endmodule
