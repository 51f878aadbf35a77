// base + sum(coefficient x index), modulo MODULUS if there is one, behind a sequencer; the coefficients of unused loops must
// be ignored.
module address_generator_tb;
    `include "testbench.vh"
    localparam integer LOOPS = `LOOPS, WIDTH = `WIDTH, MODULUS = `MODULUS;
    localparam [LOOPS-1:0] USED = `USED;

    reg                    start = 1'b0, stall = 1'b0;
    reg  [LOOPS*3-1:0]     extent = 0;
    reg  [WIDTH-1:0]       base = 0, started_base = 0, expected;
    reg  [LOOPS*WIDTH-1:0] coefficient = 0;
    wire [LOOPS*3-1:0]     index;
    wire [LOOPS-1:0]       increment;
    wire [WIDTH-1:0]       address;
    wire                   valid, fire, done;
    sequencer #(.LOOPS(LOOPS), .WIDTH(3)) u_sequencer (
        .clk_i(clk), .rst_i(rst), .start_i(start), .stall_i(stall), .extent_i(extent), .index_o(index), .first_o(),
        .first_from_o(), .last_from_o(), .increment_o(increment), .valid_o(valid), .enable_o(), .fire_o(fire), .done_o(done));
    address_generator #(.LOOPS(LOOPS), .WIDTH(WIDTH), .USED(USED), .MODULUS(MODULUS)) dut (
        .clk_i(clk), .start_i(start), .step_i(fire), .increment_i(increment), .base_i(base), .coefficient_i(coefficient),
        .address_o(address));

    // A number that the address may be: below the modulus.
    function [WIDTH-1:0] number(input integer unused);
        reg [31:0] any;
        begin
            any = $random(seed);
            if (MODULUS != 0) any = any % MODULUS;
            number = any[WIDTH-1:0];
        end
    endfunction

    reg [63:0] sum;
    integer runs, i;
    initial begin
        reset;
        runs = 0;
        while (runs < 80) begin
            stall = chance(30);
            start = 1'b0;
            base  = number(0);
            settle;
            if (valid) begin
                sum = started_base;
                for (i = 0; i < LOOPS; i = i + 1)
                    if (USED[i]) sum = sum + coefficient[i*WIDTH +: WIDTH] * index[i*3 +: 3];
                if (MODULUS != 0) sum = sum % MODULUS;
                expected = sum[WIDTH-1:0];
                check(address === expected, "address");
            end
            if ((!valid || done) && chance(70)) begin
                start = 1'b1;
                runs  = runs + 1;
            end
            @(posedge clk);
            #1;
            if (start) begin
                started_base = base;
                for (i = 0; i < LOOPS; i = i + 1) begin
                    coefficient[i*WIDTH +: WIDTH] = number(0);
                    extent[i*3 +: 3] = LOOPS > 4 ? below(3) : below(5);
                end
            end
            @(negedge clk);
        end
        finish;
    end
endmodule
