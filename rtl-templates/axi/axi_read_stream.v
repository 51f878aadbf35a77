`default_nettype none
// Reads runs of bytes from memory and gives the bytes of all runs, one after the other, without gaps.
// Protocol:   run: valid/ready, byte address and length (at least 1). The user consumes take_i <= available_o bytes of
//             data_o per cycle, as in byte_queue. m_axi: AXI4 read master, one id, INCR bursts of full bus words in
//             order. settled_o: the data of all runs that were taken has come. error_o: a response was an error; sticky until
//             reset.
// Latency:    a run's address is on the bus in the cycle after the run was taken; a byte is available in the cycle
//             after its beat (one more with BUFFER_BEATS).
// Throughput: min(BUS_BYTES, CHUNK_BYTES) bytes per cycle; a beat that a run covers in part takes a cycle all the same.
// Reset:      forgets everything; bursts under way must not be answered afterwards.
// Parameters: ADDRESS_WIDTH, LENGTH_WIDTH, BUS_BYTES, MAX_BURST as in burst_splitter; CHUNK_BYTES: most bytes per cycle
//             for the user; OUTSTANDING >= 1: bursts under way; BUFFER_BEATS: 0, or the places of a buffer (at least
//             MAX_BURST) in which a burst is reserved before it is requested, so that m_axi_rready_o is always 1: for
//             ports shared by several streams; COUNT_WIDTH is derived, leave it alone.
module axi_read_stream #(
    parameter integer ADDRESS_WIDTH = 32, LENGTH_WIDTH = 16, BUS_BYTES = 16, CHUNK_BYTES = 16,
                      MAX_BURST = 16, OUTSTANDING = 16, BUFFER_BEATS = 0,
    parameter integer COUNT_WIDTH = $clog2(CHUNK_BYTES + 1)
) (
    input  wire                     clk_i, rst_i,
    input  wire                     idle_i, // for byte_queue
    input  wire                     run_valid_i,
    output wire                     run_ready_o,
    input  wire [ADDRESS_WIDTH-1:0] run_address_i,
    input  wire [LENGTH_WIDTH-1:0]  run_length_i,
    output wire [COUNT_WIDTH-1:0]   available_o,
    output wire [CHUNK_BYTES*8-1:0] data_o,
    input  wire [COUNT_WIDTH-1:0]   take_i,
    output wire                     settled_o,
    output wire                     error_o,
    output wire [ADDRESS_WIDTH-1:0] m_axi_araddr_o,
    output wire [7:0]               m_axi_arlen_o,
    output wire [2:0]               m_axi_arsize_o,
    output wire [1:0]               m_axi_arburst_o,
    output wire                     m_axi_arvalid_o,
    input  wire                     m_axi_arready_i,
    input  wire [BUS_BYTES*8-1:0]   m_axi_rdata_i,
    input  wire [1:0]               m_axi_rresp_i,
    input  wire                     m_axi_rlast_i,
    input  wire                     m_axi_rvalid_i,
    output wire                     m_axi_rready_o
);
    localparam integer LANE_WIDTH = $clog2(BUS_BYTES);
    localparam [2:0]   SIZE       = LANE_WIDTH[2:0];

    wire                   burst_valid, space, credit, info_ready, info_valid;
    wire [LANE_WIDTH-1:0]  first_byte, last_byte, info_first, info_last;
    wire                   beat_valid, beat_last, queue_ready;
    wire [BUS_BYTES*8-1:0] beat_data;
    wire                   request    = m_axi_arvalid_o && m_axi_arready_i;
    wire                   beat_ready = queue_ready && info_valid;
    wire                   beat       = beat_valid && beat_ready;
    wire                   unused_ok  = &{1'b0, info_ready, m_axi_rresp_i[0]};

    // Requests. Which bytes of a burst belong to the run is remembered until its data comes.
    assign m_axi_arvalid_o = burst_valid && credit && space;
    assign m_axi_arsize_o  = SIZE;
    assign m_axi_arburst_o = 2'b01;

    burst_splitter #(.ADDRESS_WIDTH(ADDRESS_WIDTH), .LENGTH_WIDTH(LENGTH_WIDTH), .BUS_BYTES(BUS_BYTES),
                     .MAX_BURST(MAX_BURST)) u_bursts (
        .clk_i(clk_i), .rst_i(rst_i),
        .run_valid_i(run_valid_i), .run_ready_o(run_ready_o),
        .run_address_i(run_address_i), .run_length_i(run_length_i),
        .burst_valid_o(burst_valid), .burst_ready_i(request),
        .burst_address_o(m_axi_araddr_o), .burst_beats_o(m_axi_arlen_o),
        .burst_first_byte_o(first_byte), .burst_last_byte_o(last_byte));

    credit_counter #(.CREDITS(OUTSTANDING)) u_outstanding (
        .clk_i(clk_i), .rst_i(rst_i), .take_i(request), .give_i(beat && beat_last), .available_o(credit));

    stream_fifo #(.WIDTH(2 * LANE_WIDTH), .DEPTH(1 << $clog2(OUTSTANDING))) u_info (
        .clk_i(clk_i), .rst_i(rst_i),
        .in_valid_i(request), .in_ready_o(info_ready), .in_data_i({last_byte, first_byte}),
        .out_valid_o(info_valid), .out_ready_i(beat && beat_last), .out_data_o({info_last, info_first}));

    // Beats, through the buffer if there is one.
    generate
        if (BUFFER_BEATS == 0) begin : gen_direct
            assign space          = 1'b1;
            assign beat_valid     = m_axi_rvalid_i;
            assign beat_last      = m_axi_rlast_i;
            assign beat_data      = m_axi_rdata_i;
            assign m_axi_rready_o = beat_ready;
        end else begin : gen_buffer
            localparam integer          FREE_WIDTH = 9 + $clog2(BUFFER_BEATS); // holds BUFFER_BEATS and any burst
            localparam [FREE_WIDTH-1:0] ALL        = BUFFER_BEATS[FREE_WIDTH-1:0];
            reg  [FREE_WIDTH-1:0] free_q; // places that are not reserved
            wire [FREE_WIDTH-1:0] beats = {{(FREE_WIDTH-8){1'b0}}, m_axi_arlen_o} + 1'b1;
            wire                  beats_ready; // always, because the places are reserved
            wire                  unused_ready = beats_ready;
            assign space          = free_q >= beats;
            assign m_axi_rready_o = 1'b1;
            always @(posedge clk_i) begin
                if (rst_i) free_q <= ALL;
                else       free_q <= free_q - (request ? beats : {FREE_WIDTH{1'b0}}) + {{(FREE_WIDTH-1){1'b0}}, beat};
            end
            stream_fifo #(.WIDTH(BUS_BYTES * 8 + 1), .DEPTH(1 << $clog2(BUFFER_BEATS))) u_beats (
                .clk_i(clk_i), .rst_i(rst_i),
                .in_valid_i(m_axi_rvalid_i), .in_ready_o(beats_ready), .in_data_i({m_axi_rlast_i, m_axi_rdata_i}),
                .out_valid_o(beat_valid), .out_ready_i(beat_ready), .out_data_o({beat_last, beat_data}));
        end
        if (OUTSTANDING < 1 || CHUNK_BYTES < 1 || (BUFFER_BEATS != 0 && BUFFER_BEATS < MAX_BURST)) begin : gen_bad
            axi_read_stream_has_a_bad_parameter u_error ();
        end
    endgenerate

    // The bytes of the run in a beat are shifted down and appended.
    reg                   first_beat_q, error_q;
    wire [LANE_WIDTH-1:0] first = first_beat_q ? info_first : {LANE_WIDTH{1'b0}};
    wire [LANE_WIDTH-1:0] last  = beat_last ? info_last : {LANE_WIDTH{1'b1}};
    wire [LANE_WIDTH:0]   count = {1'b0, last} - {1'b0, first} + 1'b1;

    byte_queue #(.IN_BYTES(BUS_BYTES), .OUT_BYTES(CHUNK_BYTES)) u_queue (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle_i),
        .in_valid_i(beat_valid && info_valid), .in_ready_o(queue_ready),
        .in_count_i(count), .in_data_i(beat_data >> {first, 3'b000}),
        .available_o(available_o), .out_data_o(data_o), .take_i(take_i));

    assign settled_o = !burst_valid && !info_valid;
    assign error_o   = error_q;

    always @(posedge clk_i) begin
        if (rst_i) begin
            first_beat_q <= 1'b1;
            error_q      <= 1'b0;
        end else begin
            if (beat)                                                  first_beat_q <= beat_last;
            if (m_axi_rvalid_i && m_axi_rready_o && m_axi_rresp_i[1]) error_q      <= 1'b1;
        end
    end
endmodule
`default_nettype wire
