// Runs at and around 4 KB boundaries: the bursts must cover each run exactly, be aligned, legal and as long as possible.
module burst_splitter_tb;
    `include "testbench.vh"
    localparam integer AW = `ADDRESS_WIDTH, LW = `LENGTH_WIDTH, BUS = `BUS_BYTES, MOST = `MAX_BURST, LANE = $clog2(BUS);
    localparam integer LONGEST = LW < 13 ? (1 << LW) - 1 : 9000;
    reg             run_valid = 0, burst_ready = 0;
    reg  [AW-1:0]   run_address = 0;
    reg  [LW-1:0]   run_length = 0;
    wire            run_ready, burst_valid;
    wire [AW-1:0]   burst_address;
    wire [7:0]      burst_beats;
    wire [LANE-1:0] first_byte, last_byte;
    burst_splitter #(.ADDRESS_WIDTH(AW), .LENGTH_WIDTH(LW), .BUS_BYTES(BUS), .MAX_BURST(MOST)) dut (
        .clk_i(clk), .rst_i(rst), .run_valid_i(run_valid), .run_ready_o(run_ready), .run_address_i(run_address),
        .run_length_i(run_length), .burst_valid_o(burst_valid), .burst_ready_i(burst_ready), .burst_address_o(burst_address),
        .burst_beats_o(burst_beats), .burst_first_byte_o(first_byte), .burst_last_byte_o(last_byte));
    reg [AW:0] at, after, run_end, page_end; // next byte of the run, byte behind the burst, byte behind the run
    integer runs, active, fast;
    initial begin
        reset;
        active = 0;
        runs   = 0;
        while (runs < 400) begin
            fast = runs > 300;
            if (!run_valid) begin
                run_valid   = fast || chance(60);
                run_length  = 1 + below(chance(50) || LONGEST < 100 ? (LONGEST < 100 ? LONGEST : 100) : LONGEST);
                run_address = (1 << AW) - LONGEST - 1 - (below(chance(50) ? 100 : 1 << AW - 1)) % ((1 << AW - 1) - 1);
                if (AW > 20) run_address = $random(seed) & ~(32'h80000000);
                if (chance(40)) run_address = (run_address & ~32'hfff) + 4096 - below(3 * BUS) - 1;
                if (run_address > (1 << AW) - LONGEST - 1 && AW < 20) run_address = 4096 - BUS;
            end
            burst_ready = fast || chance(60);
            settle;
            check(burst_valid === active, "burst_valid");
            if (active) begin
                after    = burst_address + burst_beats * BUS + last_byte + 1;
                page_end = (burst_address & ~{{(AW-11){1'b0}}, 12'hfff}) + 4096;
                check(burst_address + first_byte == at, "first byte");
                check(burst_address % BUS == 0, "alignment");
                check(after <= run_end, "end beyond the run");
                check(burst_beats < MOST, "number of beats");
                check(after <= page_end, "4 KB boundary");
                check(after == run_end || (last_byte == BUS - 1 && (burst_beats == MOST - 1 || after == page_end)), "short burst");
                if (burst_ready) begin
                    at = after;
                    if (at == run_end) active = 0;
                end
            end
            check(run_ready === !active, "run_ready");
            if (run_valid && run_ready) begin
                active  = 1;
                runs    = runs + 1;
                at      = run_address;
                run_end = {1'b0, run_address} + run_length;
                @(posedge clk);
                #1 run_valid = 1'b0;
            end
            @(negedge clk);
        end
        finish;
    end
endmodule
