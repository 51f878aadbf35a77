// Read streams share a memory through the arbiter; each must get its own bytes, and no one waits for more than one turn.
module axi_read_arbiter_tb;
    `include "testbench.vh"
    `include "models/memory_byte.vh"
    localparam integer PORTS = `PORTS, AW = `ADDRESS_WIDTH, BUS = `BUS_BYTES, BURSTS = `OUTSTANDING, CW = $clog2(BUS + 1);

    reg  [7:0]               stall = 0, latency = 0;
    wire [PORTS*AW-1:0]      s_araddr;
    wire [PORTS*8-1:0]       s_arlen;
    wire [PORTS*3-1:0]       s_arsize;
    wire [PORTS*2-1:0]       s_arburst, s_rresp;
    wire [PORTS-1:0]         s_arvalid, s_arready, s_rlast, s_rvalid, s_rready;
    wire [PORTS*BUS*8-1:0]   s_rdata;
    wire [AW-1:0]            araddr;
    wire [7:0]               arlen;
    wire [2:0]               arsize;
    wire [1:0]               arburst, rresp;
    wire                     arvalid, arready, rlast, rvalid, rready;
    wire [BUS*8-1:0]         rdata;
    wire [31:0]              violations, outstanding, most_outstanding;
    axi_read_arbiter #(.PORTS(PORTS), .ADDRESS_WIDTH(AW), .BUS_BYTES(BUS), .OUTSTANDING(BURSTS)) dut (
        .clk_i(clk), .rst_i(rst), .s_axi_araddr_i(s_araddr), .s_axi_arlen_i(s_arlen), .s_axi_arsize_i(s_arsize),
        .s_axi_arburst_i(s_arburst), .s_axi_arvalid_i(s_arvalid), .s_axi_arready_o(s_arready), .s_axi_rdata_o(s_rdata),
        .s_axi_rresp_o(s_rresp), .s_axi_rlast_o(s_rlast), .s_axi_rvalid_o(s_rvalid), .s_axi_rready_i(s_rready),
        .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen), .m_axi_arsize_o(arsize), .m_axi_arburst_o(arburst),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_rdata_i(rdata), .m_axi_rresp_i(rresp),
        .m_axi_rlast_i(rlast), .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready));
    axi_read_memory #(.ADDRESS_WIDTH(AW), .BUS_BYTES(BUS)) u_memory (
        .clk(clk), .rst(rst), .stall_percent(stall), .latency(latency), .fail(1'b0), .araddr(araddr), .arlen(arlen),
        .arsize(arsize), .arburst(arburst), .arvalid(arvalid), .arready(arready), .rdata(rdata), .rresp(rresp), .rlast(rlast),
        .rvalid(rvalid), .rready(rready), .violations(violations), .outstanding(outstanding), .most_outstanding(most_outstanding));

    // One stream per port. The first one has no buffer and takes its time: it may hold the others up, but no byte may go astray.
    reg  [PORTS-1:0]       run_valid = 0;
    reg  [PORTS*AW-1:0]    run_address = 0;
    reg  [PORTS*10-1:0]    run_length = 0;
    reg  [PORTS*CW-1:0]    take = 0;
    wire [PORTS-1:0]       run_ready, error;
    wire [PORTS*CW-1:0]    available;
    wire [PORTS*BUS*8-1:0] data;
    genvar g;
    generate
        for (g = 0; g < PORTS; g = g + 1) begin : gen_stream
            axi_read_stream #(.ADDRESS_WIDTH(AW), .LENGTH_WIDTH(10), .BUS_BYTES(BUS), .CHUNK_BYTES(BUS), .MAX_BURST(4),
                              .OUTSTANDING(4), .BUFFER_BEATS(g == 0 ? 0 : 16)) u_stream (
                .clk_i(clk), .rst_i(rst), .idle_i(1'b0), .run_valid_i(run_valid[g]), .run_ready_o(run_ready[g]),
                .run_address_i(run_address[g*AW +: AW]), .run_length_i(run_length[g*10 +: 10]),
                .available_o(available[g*CW +: CW]), .data_o(data[g*BUS*8 +: BUS*8]), .take_i(take[g*CW +: CW]),
                .error_o(error[g]),
                .m_axi_araddr_o(s_araddr[g*AW +: AW]), .m_axi_arlen_o(s_arlen[g*8 +: 8]), .m_axi_arsize_o(s_arsize[g*3 +: 3]),
                .m_axi_arburst_o(s_arburst[g*2 +: 2]), .m_axi_arvalid_o(s_arvalid[g]), .m_axi_arready_i(s_arready[g]),
                .m_axi_rdata_i(s_rdata[g*BUS*8 +: BUS*8]), .m_axi_rresp_i(s_rresp[g*2 +: 2]), .m_axi_rlast_i(s_rlast[g]),
                .m_axi_rvalid_i(s_rvalid[g]), .m_axi_rready_o(s_rready[g]));
        end
    endgenerate

    reg [7:0] bytes [0:PORTS*262144-1];
    integer put [0:PORTS-1], taken [0:PORTS-1], passed_by [0:PORTS-1];
    integer cycle, p, i, runs, left; // left: bytes are still to come
    reg [AW-1:0]    address;
    reg [9:0]       length;
    reg [PORTS-1:0] accepted;
    reg [CW-1:0]    amount;
    initial begin
        for (p = 0; p < PORTS; p = p + 1) begin put[p] = 0; taken[p] = 0; passed_by[p] = 0; end
        reset;
        runs  = 0;
        cycle = 0;
        left  = 0;
        while (cycle < 3000 || left) begin
            cycle = cycle + 1;
            if (cycle % 500 == 1) begin
                stall   = below(3) * 25;
                latency = below(30);
            end
            for (p = 0; p < PORTS; p = p + 1)
                if (!run_valid[p] && cycle < 3000 && (cycle > 2000 || chance(20))) begin
                    run_valid[p]             = 1;
                    run_address[p*AW +: AW]  = below(60000);
                    run_length[p*10 +: 10]   = 1 + below(chance(50) ? 200 : 10);
                end
            take = 0;
            settle;
            for (p = 0; p < PORTS; p = p + 1) begin
                amount = available[p*CW +: CW];
                for (i = 0; i < amount; i = i + 1) check(data[(p*BUS+i)*8 +: 8] === bytes[p*262144+taken[p]+i], "byte");
                if (chance(80)) take[p*CW +: CW] = below(amount + 1);
                taken[p] = taken[p] + take[p*CW +: CW];
            end
            settle;
            accepted = run_valid & run_ready;
            for (p = 0; p < PORTS; p = p + 1) begin
                address = run_address[p*AW +: AW];
                length  = run_length[p*10 +: 10];
                if (accepted[p]) begin
                    for (i = 0; i < length; i = i + 1) bytes[p*262144+put[p]+i] = memory_byte(address + i);
                    put[p] = put[p] + length;
                    runs   = runs + 1;
                end
                passed_by[p] = s_arvalid[p] && !s_arready[p] ? passed_by[p] + |(s_arvalid & s_arready) : 0;
                check(passed_by[p] < PORTS, "fairness");
            end
            @(posedge clk);
            #1 run_valid = run_valid & ~accepted;
            left = run_valid != 0;
            for (p = 0; p < PORTS; p = p + 1) if (put[p] != taken[p]) left = 1;
            @(negedge clk);
        end
        for (p = 0; p < PORTS; p = p + 1) check(put[p] == taken[p] && put[p] > 1000, "number of bytes");
        check(violations == 0, "AXI");
        check(error == 0, "error");
        finish;
    end
endmodule
