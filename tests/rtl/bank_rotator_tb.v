// Every amount, random data.
module bank_rotator_tb;
    `include "testbench.vh"
    localparam integer OUTER = `OUTER, BANKS = `BANKS, INNER = `INNER, WIDTH = `WIDTH, INVERSE = `INVERSE;
    localparam integer COUNT = OUTER * BANKS * INNER, AMOUNT_WIDTH = BANKS > 1 ? $clog2(BANKS) : 1;
    reg  [COUNT*WIDTH-1:0]  data;
    reg  [AMOUNT_WIDTH-1:0] amount;
    wire [COUNT*WIDTH-1:0]  out;
    bank_rotator #(.OUTER(OUTER), .BANKS(BANKS), .INNER(INNER), .WIDTH(WIDTH), .INVERSE(INVERSE)) dut (
        .data_i(data), .amount_i(amount), .data_o(out));
    integer round, o, p, i, e, moved;
    initial begin
        reset;
        for (round = 0; round < 4 * BANKS; round = round + 1) begin
            amount = round % BANKS;
            for (e = 0; e < COUNT; e = e + 1) data[e*WIDTH +: WIDTH] = $random(seed);
            settle;
            for (o = 0; o < OUTER; o = o + 1) for (p = 0; p < BANKS; p = p + 1) for (i = 0; i < INNER; i = i + 1) begin
                e     = (o * BANKS + p) * INNER + i;
                moved = (o * BANKS + (p + amount) % BANKS) * INNER + i;
                if (INVERSE != 0) check(out[moved*WIDTH +: WIDTH] === data[e*WIDTH +: WIDTH], "data");
                else check(out[e*WIDTH +: WIDTH] === data[moved*WIDTH +: WIDTH], "data");
            end
        end
        finish;
    end
endmodule
