`default_nettype none
// Writes a stream of bytes to runs of memory; a run may take several chunks and a chunk may fill several runs.
// Protocol:   run: valid/ready, byte address and length (at least 1). chunk: valid/ready, the first chunk_count_i bytes
//             (may be 0). m_axi: AXI4 write master, one id, INCR bursts of full bus words with byte strobes; no data
//             before its address. settled_o: all runs that were taken are in memory (bytes of later ones may be waiting).
//             error_o: a response was an error; sticky until reset.
// Latency:    a run's address is on the bus in the cycle after the run was taken; its data from the next cycle on.
// Throughput: min(BUS_BYTES, CHUNK_BYTES) bytes per cycle; a beat that a run covers in part takes a cycle all the same.
// Reset:      forgets everything; bursts under way must not be answered afterwards.
// Parameters: as axi_read_stream; OUTSTANDING: bursts that wait for data or for their response.
module axi_write_stream #(
    parameter integer ADDRESS_WIDTH = 32, LENGTH_WIDTH = 16, BUS_BYTES = 16, CHUNK_BYTES = 16,
                      MAX_BURST = 16, OUTSTANDING = 16,
    parameter integer COUNT_WIDTH = $clog2(CHUNK_BYTES + 1)
) (
    input  wire                     clk_i, rst_i,
    input  wire                     idle_i, // for byte_queue
    input  wire                     run_valid_i,
    output wire                     run_ready_o,
    input  wire [ADDRESS_WIDTH-1:0] run_address_i,
    input  wire [LENGTH_WIDTH-1:0]  run_length_i,
    input  wire                     chunk_valid_i,
    output wire                     chunk_ready_o,
    input  wire [COUNT_WIDTH-1:0]   chunk_count_i,
    input  wire [CHUNK_BYTES*8-1:0] chunk_data_i,
    output wire                     settled_o,
    output wire                     error_o,
    output wire [ADDRESS_WIDTH-1:0] m_axi_awaddr_o,
    output wire [7:0]               m_axi_awlen_o,
    output wire [2:0]               m_axi_awsize_o,
    output wire [1:0]               m_axi_awburst_o,
    output wire                     m_axi_awvalid_o,
    input  wire                     m_axi_awready_i,
    output wire [BUS_BYTES*8-1:0]   m_axi_wdata_o,
    output wire [BUS_BYTES-1:0]     m_axi_wstrb_o,
    output wire                     m_axi_wlast_o,
    output wire                     m_axi_wvalid_o,
    input  wire                     m_axi_wready_i,
    input  wire [1:0]               m_axi_bresp_i,
    input  wire                     m_axi_bvalid_i,
    output wire                     m_axi_bready_o
);
    localparam integer             LANE_WIDTH  = $clog2(BUS_BYTES);
    localparam integer             BURST_WIDTH = $clog2(OUTSTANDING + 1);
    localparam [2:0]               SIZE        = LANE_WIDTH[2:0];
    localparam [BURST_WIDTH-1:0]   MOST        = OUTSTANDING[BURST_WIDTH-1:0];

    wire                   burst_valid, info_ready, info_valid;
    wire [LANE_WIDTH-1:0]  first_byte, last_byte, info_first, info_last;
    wire [7:0]             info_beats;
    reg  [BURST_WIDTH-1:0] outstanding_q; // bursts without their response
    reg  [7:0]             beat_q;        // of the burst
    reg                    error_q;
    wire                   request   = m_axi_awvalid_o && m_axi_awready_i;
    wire                   response  = m_axi_bvalid_i && m_axi_bready_o;
    wire                   beat      = m_axi_wvalid_o && m_axi_wready_i;
    wire                   unused_ok = &{1'b0, info_ready, m_axi_bresp_i[0]};

    // Requests. The data of a burst begins when its address has been taken.
    assign m_axi_awvalid_o = burst_valid && outstanding_q != MOST;
    assign m_axi_awsize_o  = SIZE;
    assign m_axi_awburst_o = 2'b01;
    assign m_axi_bready_o  = 1'b1;

    burst_splitter #(.ADDRESS_WIDTH(ADDRESS_WIDTH), .LENGTH_WIDTH(LENGTH_WIDTH), .BUS_BYTES(BUS_BYTES),
                     .MAX_BURST(MAX_BURST)) u_bursts (
        .clk_i(clk_i), .rst_i(rst_i),
        .run_valid_i(run_valid_i), .run_ready_o(run_ready_o),
        .run_address_i(run_address_i), .run_length_i(run_length_i),
        .burst_valid_o(burst_valid), .burst_ready_i(request),
        .burst_address_o(m_axi_awaddr_o), .burst_beats_o(m_axi_awlen_o),
        .burst_first_byte_o(first_byte), .burst_last_byte_o(last_byte));

    stream_fifo #(.WIDTH(8 + 2 * LANE_WIDTH), .DEPTH(1 << $clog2(OUTSTANDING))) u_info (
        .clk_i(clk_i), .rst_i(rst_i),
        .in_valid_i(request), .in_ready_o(info_ready), .in_data_i({m_axi_awlen_o, last_byte, first_byte}),
        .out_valid_o(info_valid), .out_ready_i(beat && m_axi_wlast_o),
        .out_data_o({info_beats, info_last, info_first}));

    // The bytes up to the end of the bus word or of the run are taken and shifted up.
    wire [LANE_WIDTH:0]    available;
    wire [BUS_BYTES*8-1:0] bytes;
    wire [LANE_WIDTH-1:0]  first   = beat_q == 8'd0 ? info_first : {LANE_WIDTH{1'b0}};
    wire [LANE_WIDTH-1:0]  last    = m_axi_wlast_o ? info_last : {LANE_WIDTH{1'b1}};
    wire [LANE_WIDTH:0]    count   = {1'b0, last} - {1'b0, first} + 1'b1;
    wire [BUS_BYTES-1:0]   strobes = ~({BUS_BYTES{1'b1}} << count);
    wire [BUS_BYTES*8-1:0] others  = {(BUS_BYTES*8){1'b1}} << {count, 3'b000}; // bits of bytes behind the run

    assign m_axi_wlast_o  = beat_q == info_beats;
    assign m_axi_wvalid_o = info_valid && available >= count;
    assign m_axi_wstrb_o  = strobes << first;
    assign m_axi_wdata_o  = (bytes & ~others) << {first, 3'b000};

    byte_queue #(.IN_BYTES(CHUNK_BYTES), .OUT_BYTES(BUS_BYTES)) u_queue (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle_i),
        .in_valid_i(chunk_valid_i), .in_ready_o(chunk_ready_o), .in_count_i(chunk_count_i), .in_data_i(chunk_data_i),
        .available_o(available), .out_data_o(bytes), .take_i(beat ? count : {(LANE_WIDTH+1){1'b0}}));

    assign settled_o = !burst_valid && outstanding_q == {BURST_WIDTH{1'b0}};
    assign error_o   = error_q;

    always @(posedge clk_i) begin
        if (rst_i) begin
            outstanding_q <= {BURST_WIDTH{1'b0}};
            beat_q        <= 8'd0;
            error_q       <= 1'b0;
        end else begin
            if (request && !response)         outstanding_q <= outstanding_q + 1'b1;
            else if (response && !request)    outstanding_q <= outstanding_q - 1'b1;
            if (beat)                         beat_q        <= m_axi_wlast_o ? 8'd0 : beat_q + 1'b1;
            if (response && m_axi_bresp_i[1]) error_q       <= 1'b1;
        end
    end

    generate
        if (OUTSTANDING < 1 || CHUNK_BYTES < 1) begin : gen_bad axi_write_stream_has_a_bad_parameter u_error (); end
    endgenerate
endmodule
`default_nettype wire
