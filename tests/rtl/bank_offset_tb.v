// Every amount: the bank of each position gets (amount + lane value) / BANKS.
module bank_offset_tb;
    `include "testbench.vh"
    localparam integer BANKS = `BANKS, WIDTH = `WIDTH, AMOUNT_WIDTH = BANKS > 1 ? $clog2(BANKS) : 1;
    localparam [BANKS*16-1:0] LANE_VALUES = `LANE_VALUES;
    reg  [AMOUNT_WIDTH-1:0] amount;
    wire [BANKS*WIDTH-1:0]  offset;
    bank_offset #(.BANKS(BANKS), .WIDTH(WIDTH), .LANE_VALUES(LANE_VALUES)) dut (.amount_i(amount), .offset_o(offset));
    integer a, p, bank;
    initial begin
        reset;
        for (a = 0; a < BANKS; a = a + 1) begin
            amount = a;
            settle;
            for (p = 0; p < BANKS; p = p + 1) begin
                bank = (p + a) % BANKS;
                check(offset[bank*WIDTH +: WIDTH] === (a + LANE_VALUES[p*16 +: 16]) / BANKS, "offset");
            end
        end
        finish;
    end
endmodule
