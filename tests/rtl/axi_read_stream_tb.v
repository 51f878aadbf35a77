// Random runs at any alignment, back to back, from a memory with random latency and stalls; then aligned runs at full speed.
module axi_read_stream_tb;
    `include "testbench.vh"
    `include "models/memory_byte.vh"
    localparam integer AW = `ADDRESS_WIDTH, LW = `LENGTH_WIDTH, BUS = `BUS_BYTES, CHUNK = `CHUNK_BYTES, MOST = `MAX_BURST;
    localparam integer BURSTS = `OUTSTANDING, BUFFER = `BUFFER_BEATS, CW = $clog2(CHUNK + 1);
    localparam integer LONGEST = LW < 11 ? (1 << LW) - 1 : 2000;
    localparam integer RATE = BUS < CHUNK ? BUS : CHUNK;
    localparam integer FAST = BURSTS * MOST >= 32 && LW >= 10; // enough is under way to hide the latency of the fast phase

    reg                run_valid = 0;
    reg  [AW-1:0]      run_address = 0;
    reg  [LW-1:0]      run_length = 0;
    reg  [CW-1:0]      take = 0;
    reg  [7:0]         stall = 0, latency = 0;
    reg                fail = 0;
    wire               run_ready, settled, error, arvalid, arready, rlast, rvalid, rready;
    wire [CW-1:0]      available;
    wire [CHUNK*8-1:0] data;
    wire [AW-1:0]      araddr;
    wire [7:0]         arlen;
    wire [2:0]         arsize;
    wire [1:0]         arburst, rresp;
    wire [BUS*8-1:0]   rdata;
    wire [31:0]        violations, outstanding, most_outstanding;
    axi_read_stream #(.ADDRESS_WIDTH(AW), .LENGTH_WIDTH(LW), .BUS_BYTES(BUS), .CHUNK_BYTES(CHUNK), .MAX_BURST(MOST),
                      .OUTSTANDING(BURSTS), .BUFFER_BEATS(BUFFER)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(1'b0), .run_valid_i(run_valid), .run_ready_o(run_ready), .run_address_i(run_address),
        .run_length_i(run_length), .available_o(available), .data_o(data), .take_i(take), .settled_o(settled), .error_o(error),
        .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen), .m_axi_arsize_o(arsize), .m_axi_arburst_o(arburst),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_rdata_i(rdata), .m_axi_rresp_i(rresp),
        .m_axi_rlast_i(rlast), .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready));
    axi_read_memory #(.ADDRESS_WIDTH(AW), .BUS_BYTES(BUS)) u_memory (
        .clk(clk), .rst(rst), .stall_percent(stall), .latency(latency), .fail(fail), .araddr(araddr), .arlen(arlen), .arsize(arsize),
        .arburst(arburst), .arvalid(arvalid), .arready(arready), .rdata(rdata), .rresp(rresp), .rlast(rlast), .rvalid(rvalid),
        .rready(rready), .violations(violations), .outstanding(outstanding), .most_outstanding(most_outstanding));

    reg [7:0] bytes [0:1048575];
    integer put, taken, runs, i, aligned, first_cycle, cycle, eager, quiet;

    task step; // one cycle; offers a new run if there is none
        begin
            take = 0;
            settle;
            for (i = 0; i < available; i = i + 1) check(data[i*8 +: 8] === bytes[taken+i], "byte");
            check(put - taken >= available, "bytes that nobody asked for");
            if (BUFFER != 0) check(rready, "rready falls");
            check(!settled || outstanding == 0, "settled");
            check(!error, "error");
            take = eager ? available : chance(70) ? below(available + 1) : 0;
            settle;
            taken = taken + take;
            cycle = cycle + 1;
            if (run_valid && run_ready) begin
                for (i = 0; i < run_length; i = i + 1) bytes[put+i] = memory_byte(run_address + i);
                put  = put + run_length;
                runs = runs + 1;
                @(posedge clk);
                #1 run_valid = 0;
            end
            @(negedge clk);
        end
    endtask

    initial begin
        reset;
        put = 0; taken = 0; runs = 0; cycle = 0; eager = 0;
        while (runs < 300) begin
            if (runs % 50 == 0) begin
                stall   = below(3) * 25;
                latency = below(40);
                eager   = runs % 100 == 0;
            end
            if (!run_valid && chance(80)) begin
                run_valid   = 1;
                run_length  = 1 + below(chance(60) && LONGEST > 3 * BUS ? 3 * BUS : LONGEST);
                run_address = below(60000);
                if (chance(30)) run_address = 4096 * (1 + below(12)) - 1 - below(run_length);
            end
            step;
        end
        run_valid = 0;
        while (put != taken) step;
        repeat (20) step;
        check(available == 0 && outstanding == 0, "nothing is left");
        check(most_outstanding <= BURSTS, "bursts under way");
        if (BUFFER == 0 && MOST <= 2) check(most_outstanding == BURSTS, "bursts under way at most");
        // Full speed: aligned runs of 32 beats.
        stall   = 0;
        latency = 4;
        eager   = 1;
        taken   = put;
        if (FAST) begin
            repeat (20) step;
            runs        = 0;
            first_cycle = 0;
            while (runs < 12) begin
                if (!run_valid) begin
                    run_valid   = 1;
                    run_length  = 32 * BUS < LONGEST ? 32 * BUS : 8 * BUS;
                    run_address = 4096 + runs * 64 * BUS;
                    if (runs == 0 && first_cycle == 0) first_cycle = cycle;
                    i = run_length;
                end
                step;
            end
            while (put != taken) step;
            check(cycle - first_cycle <= 12 * run_length / RATE + 20, "throughput");
        end
        check(violations == 0, "AXI");
        // An error stays.
        run_valid = 1;
        fail      = 1;
        take      = 0;
        while (!error) @(negedge clk);
        fail = 0;
        repeat (20) @(negedge clk);
        check(error, "error is sticky");
        finish;
    end
endmodule
