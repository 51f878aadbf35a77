// AXI4 read slave: one id, in order, with a latency and random stalls; counts violations of the rules by the master.
module axi_read_memory #(
    parameter integer ADDRESS_WIDTH = 32,
    parameter integer BUS_BYTES     = 16,
    parameter integer SEED          = 1
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire [7:0]               stall_percent,
    input  wire [7:0]               latency,
    input  wire                     fail, // answer with an error
    input  wire [ADDRESS_WIDTH-1:0] araddr,
    input  wire [7:0]               arlen,
    input  wire [2:0]               arsize,
    input  wire [1:0]               arburst,
    input  wire                     arvalid,
    output reg                      arready,
    output reg  [BUS_BYTES*8-1:0]   rdata,
    output reg  [1:0]               rresp,
    output reg                      rlast,
    output reg                      rvalid,
    input  wire                     rready,
    output reg  [31:0]              violations,
    output reg  [31:0]              outstanding,
    output reg  [31:0]              most_outstanding
);
    `include "models/memory_byte.vh"
    reg [31:0] address [0:255], due [0:255];
    reg [8:0]  beats [0:255];
    reg [7:0]  put, get;
    reg        refused;
    reg [ADDRESS_WIDTH+7:0] refused_request;
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
            put = 0; get = 0; now = 0; violations = 0; outstanding = 0; most_outstanding = 0; refused = 0;
            arready <= 0;
            rvalid  <= 0;
            rresp   <= 0;
        end else begin
            now = now + 1;
            if (!rvalid || rready) rresp <= fail ? 2'b10 : 2'b00;
            if (refused && (!arvalid || {arlen, araddr} != refused_request)) violation("request changed");
            refused = arvalid && !arready;
            refused_request = {arlen, araddr};
            if (rvalid && rready) begin
                if (rlast) begin
                    get = get + 1;
                    outstanding = outstanding - 1;
                end else begin
                    address[get] = address[get] + BUS_BYTES;
                    beats[get]   = beats[get] - 1;
                end
            end
            if (arvalid && arready) begin
                if (arburst != 2'b01 || 1 << arsize != BUS_BYTES) violation("burst or size");
                if (araddr % BUS_BYTES != 0) violation("unaligned");
                if (araddr[11:0] + (arlen + 1) * BUS_BYTES > 4096) violation("4 KB boundary");
                address[put] = araddr;
                beats[put]   = arlen + 1;
                due[put]     = now + latency;
                put          = put + 1;
                outstanding  = outstanding + 1;
                if (outstanding > most_outstanding) most_outstanding = outstanding;
            end
            arready <= outstanding < 200 && !chance(stall_percent);
            if (!rvalid || rready) begin
                rvalid <= 0;
                if (put != get && due[get] <= now && !chance(stall_percent)) begin
                    rvalid <= 1;
                    rlast  <= beats[get] == 1;
                    for (i = 0; i < BUS_BYTES; i = i + 1) rdata[i*8 +: 8] <= memory_byte(address[get] + i);
                end else begin
                    rlast <= 1'bx;
                    rdata <= {BUS_BYTES*8{1'bx}};
                end
            end
        end
    end
endmodule
