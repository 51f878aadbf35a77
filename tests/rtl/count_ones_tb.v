// Random vectors of all densities, all ones and none.
module count_ones_tb;
    `include "testbench.vh"
    localparam integer COUNT = `COUNT, COUNT_WIDTH = $clog2(COUNT + 1);
    reg  [COUNT-1:0]       bits;
    wire [COUNT_WIDTH-1:0] count;
    count_ones #(.COUNT(COUNT)) dut (.bits_i(bits), .count_o(count));
    integer round, i, expected, density;
    initial begin
        reset;
        for (round = 0; round < 300; round = round + 1) begin
            density  = round == 0 ? 0 : round == 1 ? 100 : below(101);
            expected = 0;
            for (i = 0; i < COUNT; i = i + 1) begin
                bits[i]  = chance(density);
                expected = expected + bits[i];
            end
            settle;
            check(count === expected, "count");
        end
        finish;
    end
endmodule
