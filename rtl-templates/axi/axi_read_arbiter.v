`default_nettype none
// Several read streams share one AXI4 read port: round robin over the addresses, the data routed in the order of the
// requests.
// Protocol:   s_axi: one AXI4 read slave per stream (port 0 in the least significant bits), one id, bursts answered in
//             order. A stream that does not take its data holds up all others: give the streams BUFFER_BEATS.
// Latency:    an address passes in the next cycle, data in the same.
// Throughput: one address and one beat per cycle.
// Reset:      forgets everything; bursts under way must not be answered afterwards.
// Parameters: PORTS >= 1; ADDRESS_WIDTH; BUS_BYTES; OUTSTANDING >= 1: bursts under way, rounded up to a power of two.
module axi_read_arbiter #(
    parameter integer PORTS = 2, ADDRESS_WIDTH = 32, BUS_BYTES = 16, OUTSTANDING = 16
) (
    input  wire                           clk_i, rst_i,
    input  wire [PORTS*ADDRESS_WIDTH-1:0] s_axi_araddr_i,
    input  wire [PORTS*8-1:0]             s_axi_arlen_i,
    input  wire [PORTS*3-1:0]             s_axi_arsize_i,
    input  wire [PORTS*2-1:0]             s_axi_arburst_i,
    input  wire [PORTS-1:0]               s_axi_arvalid_i,
    output wire [PORTS-1:0]               s_axi_arready_o,
    output wire [PORTS*BUS_BYTES*8-1:0]   s_axi_rdata_o,
    output wire [PORTS*2-1:0]             s_axi_rresp_o,
    output wire [PORTS-1:0]               s_axi_rlast_o,
    output wire [PORTS-1:0]               s_axi_rvalid_o,
    input  wire [PORTS-1:0]               s_axi_rready_i,
    output wire [ADDRESS_WIDTH-1:0]       m_axi_araddr_o,
    output wire [7:0]                     m_axi_arlen_o,
    output wire [2:0]                     m_axi_arsize_o,
    output wire [1:0]                     m_axi_arburst_o,
    output wire                           m_axi_arvalid_o,
    input  wire                           m_axi_arready_i,
    input  wire [BUS_BYTES*8-1:0]         m_axi_rdata_i,
    input  wire [1:0]                     m_axi_rresp_i,
    input  wire                           m_axi_rlast_i,
    input  wire                           m_axi_rvalid_i,
    output wire                           m_axi_rready_o
);
    localparam integer REQUEST_WIDTH = ADDRESS_WIDTH + 13;

    // The ports behind the one served last come first; of these, or else of all, the lowest one that asks.
    reg  [PORTS-1:0] behind_q;
    wire [PORTS-1:0] first_behind = s_axi_arvalid_i & behind_q & (~(s_axi_arvalid_i & behind_q) + 1'b1);
    wire [PORTS-1:0] first_of_all = s_axi_arvalid_i & (~s_axi_arvalid_i + 1'b1);
    wire [PORTS-1:0] chosen       = |first_behind ? first_behind : first_of_all;

    reg                      valid_q;
    reg  [REQUEST_WIDTH-1:0] request_q;
    wire                     order_ready, order_valid;
    wire [PORTS-1:0]         served; // one-hot: whose data comes next
    wire                     free   = (!valid_q || m_axi_arready_i) && order_ready;
    wire                     accept = free && |s_axi_arvalid_i;

    assign s_axi_arready_o = free ? chosen : {PORTS{1'b0}};
    assign m_axi_arvalid_o = valid_q;
    assign {m_axi_arburst_o, m_axi_arsize_o, m_axi_arlen_o, m_axi_araddr_o} = request_q;
    assign s_axi_rdata_o   = {PORTS{m_axi_rdata_i}};
    assign s_axi_rresp_o   = {PORTS{m_axi_rresp_i}};
    assign s_axi_rlast_o   = {PORTS{m_axi_rlast_i}};
    assign s_axi_rvalid_o  = order_valid && m_axi_rvalid_i ? served : {PORTS{1'b0}};
    assign m_axi_rready_o  = order_valid && |(served & s_axi_rready_i);

    stream_fifo #(.WIDTH(PORTS), .DEPTH(1 << $clog2(OUTSTANDING))) u_order (
        .clk_i(clk_i), .rst_i(rst_i),
        .in_valid_i(accept), .in_ready_o(order_ready), .in_data_i(chosen),
        .out_valid_o(order_valid), .out_ready_i(m_axi_rvalid_i && m_axi_rready_o && m_axi_rlast_i),
        .out_data_o(served));

    genvar i;
    generate
        if (PORTS < 1 || OUTSTANDING < 1) begin : gen_bad axi_read_arbiter_needs_a_port_and_a_burst u_error (); end
        for (i = 0; i < PORTS; i = i + 1) begin : gen_port
            wire [REQUEST_WIDTH-1:0] mine = {s_axi_arburst_i[i*2 +: 2], s_axi_arsize_i[i*3 +: 3],
                                             s_axi_arlen_i[i*8 +: 8], s_axi_araddr_i[i*ADDRESS_WIDTH +: ADDRESS_WIDTH]};
            wire [REQUEST_WIDTH-1:0] request; // of the chosen one among ports 0 .. i
            if (i == 0) begin : gen_first
                assign request = mine;
            end else begin : gen_later
                assign request = chosen[i] ? mine : gen_port[i-1].request;
            end
            always @(posedge clk_i) begin
                if (rst_i)       behind_q[i] <= 1'b0;
                else if (accept) behind_q[i] <= |(chosen & ~({PORTS{1'b1}} << i));
            end
        end
    endgenerate

    always @(posedge clk_i) begin
        if (rst_i)                           valid_q <= 1'b0;
        else if (!valid_q || m_axi_arready_i) valid_q <= accept;
        if (accept) request_q <= gen_port[PORTS-1].request;
    end
endmodule
`default_nettype wire
