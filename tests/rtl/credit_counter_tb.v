// Credits taken and given at random, from full and from empty.
module credit_counter_tb;
    `include "testbench.vh"
    localparam integer CREDITS = `CREDITS;
    reg  take = 1'b0, give = 1'b0, take_empty = 1'b0, give_empty = 1'b0;
    wire available, available_empty;
    credit_counter #(.CREDITS(CREDITS)) dut (.clk_i(clk), .rst_i(rst), .take_i(take), .give_i(give), .available_o(available));
    credit_counter #(.CREDITS(CREDITS), .INITIAL(0)) dut_empty (
        .clk_i(clk), .rst_i(rst), .take_i(take_empty), .give_i(give_empty), .available_o(available_empty));
    integer cycle, left, left_empty;
    initial begin
        reset;
        left       = CREDITS;
        left_empty = 0;
        for (cycle = 0; cycle < 2000; cycle = cycle + 1) begin
            take       = left > 0 && chance(cycle / 500 * 25 + 10);
            give       = (left < CREDITS || take) && chance(50);
            take_empty = left_empty > 0 && chance(40);
            give_empty = (left_empty < CREDITS || take_empty) && chance(50);
            settle;
            check(available === (left > 0), "available");
            check(available_empty === (left_empty > 0), "available from empty");
            left       = left - take + give;
            left_empty = left_empty - take_empty + give_empty;
            @(negedge clk);
        end
        finish;
    end
endmodule
