// Random runs at any alignment and chunks of random sizes, to a memory with random latency and stalls; then full speed.
module axi_write_stream_tb;
    `include "testbench.vh"
    localparam integer AW = `ADDRESS_WIDTH, LW = `LENGTH_WIDTH, BUS = `BUS_BYTES, CHUNK = `CHUNK_BYTES, MOST = `MAX_BURST;
    localparam integer BURSTS = `OUTSTANDING, CW = $clog2(CHUNK + 1);
    localparam integer LONGEST = LW < 11 ? (1 << LW) - 1 : 2000;
    localparam integer RATE = BUS < CHUNK ? BUS : CHUNK;
    localparam integer FAST = BURSTS * MOST >= 32 && LW >= 10;

    reg                run_valid = 0, chunk_valid = 0;
    reg  [AW-1:0]      run_address = 0;
    reg  [LW-1:0]      run_length = 0;
    reg  [CW-1:0]      chunk_count = 0;
    reg  [CHUNK*8-1:0] chunk_data = 0;
    reg  [7:0]         stall = 0, latency = 0;
    reg                fail = 0;
    wire               run_ready, chunk_ready, settled, error, awvalid, awready, wlast, wvalid, wready, bvalid, bready;
    wire [AW-1:0]      awaddr;
    wire [7:0]         awlen;
    wire [2:0]         awsize;
    wire [1:0]         awburst, bresp;
    wire [BUS*8-1:0]   wdata;
    wire [BUS-1:0]     wstrb;
    wire [31:0]        violations, outstanding, most_outstanding;
    axi_write_stream #(.ADDRESS_WIDTH(AW), .LENGTH_WIDTH(LW), .BUS_BYTES(BUS), .CHUNK_BYTES(CHUNK), .MAX_BURST(MOST),
                       .OUTSTANDING(BURSTS)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(1'b0), .run_valid_i(run_valid), .run_ready_o(run_ready), .run_address_i(run_address),
        .run_length_i(run_length), .chunk_valid_i(chunk_valid), .chunk_ready_o(chunk_ready), .chunk_count_i(chunk_count),
        .chunk_data_i(chunk_data), .settled_o(settled), .error_o(error), .m_axi_awaddr_o(awaddr), .m_axi_awlen_o(awlen),
        .m_axi_awsize_o(awsize), .m_axi_awburst_o(awburst), .m_axi_awvalid_o(awvalid), .m_axi_awready_i(awready),
        .m_axi_wdata_o(wdata), .m_axi_wstrb_o(wstrb), .m_axi_wlast_o(wlast), .m_axi_wvalid_o(wvalid), .m_axi_wready_i(wready),
        .m_axi_bresp_i(bresp), .m_axi_bvalid_i(bvalid), .m_axi_bready_o(bready));
    axi_write_memory #(.ADDRESS_WIDTH(AW), .BUS_BYTES(BUS)) u_memory (
        .clk(clk), .rst(rst), .stall_percent(stall), .latency(latency), .fail(fail), .awaddr(awaddr), .awlen(awlen), .awsize(awsize),
        .awburst(awburst), .awvalid(awvalid), .awready(awready), .wdata(wdata), .wstrb(wstrb), .wlast(wlast), .wvalid(wvalid),
        .wready(wready), .bresp(bresp), .bvalid(bvalid), .bready(bready), .violations(violations), .outstanding(outstanding),
        .most_outstanding(most_outstanding));

    // The memory as it must be in the end; the stream fills the runs in their order.
    reg [7:0]  expected [0:65535];
    reg [31:0] where [0:1048575]; // address of each byte of the stream
    integer asked, sent, runs, i, cycle, eager, first_cycle, enough;

    task step; // one cycle; offers a chunk if there is none and the runs so far need bytes
        begin
            if (!chunk_valid && asked > sent && (eager || chance(70))) begin
                chunk_valid = 1;
                chunk_count = eager ? CHUNK : below(CHUNK + 1);
                if (chunk_count > asked - sent) chunk_count = asked - sent;
                for (i = 0; i < CHUNK; i = i + 1) chunk_data[i*8 +: 8] = $random(seed);
            end
            settle;
            check(!settled || (asked == sent && outstanding == 0), "settled");
            check(!error, "error");
            cycle = cycle + 1;
            enough = chunk_valid && chunk_ready;
            if (enough) begin
                for (i = 0; i < chunk_count; i = i + 1) expected[where[sent+i]] = chunk_data[i*8 +: 8];
                sent = sent + chunk_count;
            end
            if (run_valid && run_ready) begin
                for (i = 0; i < run_length; i = i + 1) where[asked+i] = (run_address + i) & 32'hffff;
                asked = asked + run_length;
                runs  = runs + 1;
                @(posedge clk);
                #1 run_valid = 0;
            end else @(posedge clk);
            #1;
            if (enough) chunk_valid = 0;
            @(negedge clk);
        end
    endtask

    initial begin
        for (i = 0; i < 65536; i = i + 1) begin
            expected[i]       = i * 7;
            u_memory.bytes[i] = i * 7;
        end
        reset;
        asked = 0; sent = 0; runs = 0; cycle = 0; eager = 0;
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
        while (!settled || chunk_valid || asked > sent) step;
        for (i = 0; i < 65536; i = i + 1) check(u_memory.bytes[i] === expected[i], "byte in memory");
        check(most_outstanding <= BURSTS, "bursts under way");
        if (MOST <= 2) check(most_outstanding == BURSTS, "bursts under way at most");
        // Full speed: aligned runs of 32 beats.
        stall   = 0;
        latency = 4;
        eager   = 1;
        if (FAST) begin
            repeat (10) step;
            runs        = 0;
            first_cycle = cycle;
            while (runs < 12) begin
                if (!run_valid) begin
                    run_valid   = 1;
                    run_length  = 32 * BUS < LONGEST ? 32 * BUS : 8 * BUS;
                    run_address = 4096 + runs * 64 * BUS;
                end
                step;
            end
            while (!settled || chunk_valid || asked > sent) step;
            check(cycle - first_cycle <= 12 * run_length / RATE + 20, "throughput");
        end
        check(violations == 0, "AXI");
        // An error stays.
        run_valid = 1;
        fail      = 1;
        chunk_valid = 1;
        chunk_count = CHUNK;
        while (!error) @(negedge clk);
        fail = 0;
        repeat (20) @(negedge clk);
        check(error, "error is sticky");
        finish;
    end
endmodule
