// AXI4 write slave: one id, in order, random stalls, responses after a latency; counts violations of the rules by the master.
module axi_write_memory #(
    parameter integer ADDRESS_WIDTH = 32,
    parameter integer BUS_BYTES     = 16,
    parameter integer SEED          = 1
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire [7:0]               stall_percent,
    input  wire [7:0]               latency,
    input  wire                     fail, // answer with an error
    input  wire [ADDRESS_WIDTH-1:0] awaddr,
    input  wire [7:0]               awlen,
    input  wire [2:0]               awsize,
    input  wire [1:0]               awburst,
    input  wire                     awvalid,
    output reg                      awready,
    input  wire [BUS_BYTES*8-1:0]   wdata,
    input  wire [BUS_BYTES-1:0]     wstrb,
    input  wire                     wlast,
    input  wire                     wvalid,
    output reg                      wready,
    output reg  [1:0]               bresp,
    output reg                      bvalid,
    input  wire                     bready,
    output reg  [31:0]              violations,
    output reg  [31:0]              outstanding,
    output reg  [31:0]              most_outstanding
);
    reg [7:0]  bytes [0:65535]; // at the low 16 bits of the address
    reg [31:0] address [0:255], due [0:255];
    reg [8:0]  beats [0:255];
    reg [7:0]  put, data, get; // bursts requested, written, answered
    reg        refused, refused_beat;
    reg [ADDRESS_WIDTH+7:0] refused_request;
    reg [BUS_BYTES*9:0]     refused_data;
    integer seed = SEED, now, i;

    function chance(input integer percent);
        chance = $unsigned($random(seed)) % 100 < percent;
    endfunction
    task violation(input [8*40-1:0] what);
        begin
            violations = violations + 1;
            if (violations < 10) $display("%m: %0s", what);
        end
    endtask

    always @(posedge clk) begin
        if (rst) begin
            put = 0; data = 0; get = 0; now = 0; violations = 0; outstanding = 0; most_outstanding = 0;
            refused = 0; refused_beat = 0;
            awready <= 0;
            wready  <= 0;
            bvalid  <= 0;
            bresp   <= 0;
        end else begin
            now = now + 1;
            if (!bvalid || bready) bresp <= fail ? 2'b10 : 2'b00;
            if (refused && (!awvalid || {awlen, awaddr} != refused_request)) violation("request changed");
            refused = awvalid && !awready;
            refused_request = {awlen, awaddr};
            if (refused_beat && (!wvalid || {wlast, wstrb, wdata} !== refused_data)) violation("data changed");
            refused_beat = wvalid && !wready;
            refused_data = {wlast, wstrb, wdata};
            if (bvalid && bready) begin
                get = get + 1;
                outstanding = outstanding - 1;
            end
            if (wvalid && data == put) violation("data before its address");
            if (wvalid && wready && data != put) begin
                if (^wstrb === 1'bx || ^wdata === 1'bx) violation("unknown data");
                for (i = 0; i < BUS_BYTES; i = i + 1)
                    if (wstrb[i]) bytes[(address[data] + i) & 32'hffff] = wdata[i*8 +: 8];
                if (wlast != (beats[data] == 1)) violation("wlast");
                address[data] = address[data] + BUS_BYTES;
                beats[data]   = beats[data] - 1;
                if (beats[data] == 0) begin
                    due[data] = now + latency;
                    data      = data + 1;
                end
            end
            if (awvalid && awready) begin
                if (awburst != 2'b01 || 1 << awsize != BUS_BYTES) violation("burst or size");
                if (awaddr % BUS_BYTES != 0) violation("unaligned");
                if (awaddr[11:0] + (awlen + 1) * BUS_BYTES > 4096) violation("4 KB boundary");
                address[put] = awaddr;
                beats[put]   = awlen + 1;
                put          = put + 1;
                outstanding  = outstanding + 1;
                if (outstanding > most_outstanding) most_outstanding = outstanding;
            end
            awready <= outstanding < 200 && !chance(stall_percent);
            wready  <= !chance(stall_percent);
            if (!bvalid || bready) bvalid <= data != get && due[get] <= now && !chance(stall_percent);
        end
    end
endmodule
