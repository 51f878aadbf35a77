`default_nettype none
// Splits runs of bytes into aligned AXI4 INCR bursts that do not cross a 4 KB boundary.
// Protocol:   valid/ready on both sides. A run is a byte address and a length of at least one byte. A burst is the
//             address of its first beat, its number of beats less one, and which byte of its first beat and which byte
//             of its last beat belong to the run. The end of a run must lie within the address space.
// Latency:    the first burst is presented in the cycle after the run was taken.
// Throughput: one burst per cycle, also from run to run.
// Reset:      forgets the run.
// Parameters: LENGTH_WIDTH <= ADDRESS_WIDTH, ADDRESS_WIDTH > 12; BUS_BYTES: a power of two, 2 .. 128; MAX_BURST: beats,
//             1 .. 256; LANE_WIDTH is derived, leave it alone.
module burst_splitter #(
    parameter integer ADDRESS_WIDTH = 32, LENGTH_WIDTH = 16, BUS_BYTES = 16, MAX_BURST = 256,
    parameter integer LANE_WIDTH = $clog2(BUS_BYTES)
) (
    input  wire                     clk_i, rst_i,
    input  wire                     run_valid_i,
    output wire                     run_ready_o,
    input  wire [ADDRESS_WIDTH-1:0] run_address_i,
    input  wire [LENGTH_WIDTH-1:0]  run_length_i,
    output wire                     burst_valid_o,
    input  wire                     burst_ready_i,
    output wire [ADDRESS_WIDTH-1:0] burst_address_o,
    output wire [7:0]               burst_beats_o,      // beats - 1, as AxLEN
    output wire [LANE_WIDTH-1:0]    burst_first_byte_o, // in the first beat
    output wire [LANE_WIDTH-1:0]    burst_last_byte_o   // in the last beat
);
    localparam integer PAGE_WIDTH = 12 - LANE_WIDTH; // bits of a beat's number in its 4 KB page
    localparam integer BEAT_WIDTH = ADDRESS_WIDTH - LANE_WIDTH;
    localparam integer MOST       = MAX_BURST < (1 << PAGE_WIDTH) ? MAX_BURST - 1 : (1 << PAGE_WIDTH) - 1;
    localparam [PAGE_WIDTH-1:0] MOST_BEATS = MOST[PAGE_WIDTH-1:0];

    reg                  active_q;
    reg [BEAT_WIDTH-1:0] beat_q, last_beat_q; // next beat and last beat of the run, as bus words
    reg [LANE_WIDTH-1:0] first_byte_q, last_byte_q;

    wire [ADDRESS_WIDTH:0] after     = {1'b0, run_address_i} + {{(ADDRESS_WIDTH+1-LENGTH_WIDTH){1'b0}}, run_length_i};
    wire [ADDRESS_WIDTH:0] last_byte = after - 1'b1;

    wire                  last_page = beat_q[BEAT_WIDTH-1:PAGE_WIDTH] == last_beat_q[BEAT_WIDTH-1:PAGE_WIDTH];
    wire [PAGE_WIDTH-1:0] page_end  = last_page ? last_beat_q[PAGE_WIDTH-1:0] : {PAGE_WIDTH{1'b1}};
    wire [PAGE_WIDTH-1:0] span      = page_end - beat_q[PAGE_WIDTH-1:0];
    wire [PAGE_WIDTH-1:0] beats;
    wire                  clipped;
    wire                  fire      = active_q && burst_ready_i;
    wire                  last      = last_page && !clipped;
    wire                  unused_ok = &{1'b0, last_byte[ADDRESS_WIDTH]};

    assign run_ready_o        = !active_q || (fire && last);
    assign burst_valid_o      = active_q;
    assign burst_address_o    = {beat_q, {LANE_WIDTH{1'b0}}};
    assign burst_first_byte_o = first_byte_q;
    assign burst_last_byte_o  = last ? last_byte_q : {LANE_WIDTH{1'b1}};

    generate
        if (LENGTH_WIDTH > ADDRESS_WIDTH || ADDRESS_WIDTH < 13 || BUS_BYTES < 2 || BUS_BYTES > 128 ||
            BUS_BYTES != 1 << LANE_WIDTH || MAX_BURST < 1 || MAX_BURST > 256) begin : gen_bad
            burst_splitter_has_a_bad_parameter u_error ();
        end
        if (MOST == (1 << PAGE_WIDTH) - 1) begin : gen_page_limit
            wire unused_most = &{1'b0, MOST_BEATS};
            assign clipped = 1'b0;
            assign beats   = span;
        end else begin : gen_limit
            assign clipped = span > MOST_BEATS;
            assign beats   = clipped ? MOST_BEATS : span;
        end
        if (PAGE_WIDTH > 8) begin : gen_many
            wire unused_beats = &{1'b0, beats[PAGE_WIDTH-1:8]};
            assign burst_beats_o = beats[7:0];
        end else if (PAGE_WIDTH == 8) begin : gen_exact
            assign burst_beats_o = beats;
        end else begin : gen_few
            assign burst_beats_o = {{(8 - PAGE_WIDTH){1'b0}}, beats};
        end
    endgenerate

    always @(posedge clk_i) begin
        if (rst_i)            active_q <= 1'b0;
        else if (run_ready_o) active_q <= run_valid_i;
        if (run_ready_o) begin
            beat_q       <= run_address_i[ADDRESS_WIDTH-1:LANE_WIDTH];
            last_beat_q  <= last_byte[ADDRESS_WIDTH-1:LANE_WIDTH];
            first_byte_q <= run_address_i[LANE_WIDTH-1:0];
            last_byte_q  <= last_byte[LANE_WIDTH-1:0];
        end else if (fire) begin
            beat_q       <= beat_q + {{(BEAT_WIDTH-PAGE_WIDTH){1'b0}}, beats} + 1'b1;
            first_byte_q <= {LANE_WIDTH{1'b0}};
        end
    end

`ifndef SYNTHESIS
    always @(posedge clk_i) begin
        if (!rst_i && run_valid_i && run_ready_o && run_length_i == {LENGTH_WIDTH{1'b0}}) begin $display("%m: a run of no bytes"); $stop; end
    end
`endif
endmodule
`default_nettype wire
