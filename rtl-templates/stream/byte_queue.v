`default_nettype none
// A stream of bytes that comes in words of up to IN_BYTES bytes and leaves in portions of up to OUT_BYTES bytes.
// Protocol:   in: valid/ready, a word is the first in_count_i bytes of in_data_i. out: available_o bytes of out_data_o
//             are ready (all OUT_BYTES of them, or the whole queue); the user consumes take_i <= available_o of them in
//             this cycle. The bytes beyond available_o are 0. take_i may depend on available_o; in_ready_o does not
//             depend on take_i.
// Latency:    a byte is available in the cycle after it came.
// Throughput: min(IN_BYTES, OUT_BYTES) bytes in and out per cycle, at any alignment.
// Reset:      empty; the bytes are reset too, because new ones are merged into zeros.
// Parameters: IN_BYTES, OUT_BYTES >= 1; IN_WIDTH and OUT_WIDTH (of the counts) are derived, leave them alone.
module byte_queue #(
    parameter integer IN_BYTES = 4, OUT_BYTES = 4,
    parameter integer IN_WIDTH = $clog2(IN_BYTES + 1), OUT_WIDTH = $clog2(OUT_BYTES + 1)
) (
    input  wire                   clk_i, rst_i,
    input  wire                   idle_i, // for the check only: nobody will take a byte
    input  wire                   in_valid_i,
    output wire                   in_ready_o,
    input  wire [IN_WIDTH-1:0]    in_count_i,
    input  wire [IN_BYTES*8-1:0]  in_data_i,
    output wire [OUT_WIDTH-1:0]   available_o,
    output wire [OUT_BYTES*8-1:0] out_data_o,
    input  wire [OUT_WIDTH-1:0]   take_i
);
    // A word is accepted up to this fill; less would cost cycles when words and portions are not aligned.
    localparam integer READY_FILL = OUT_BYTES + (IN_BYTES < OUT_BYTES ? IN_BYTES : OUT_BYTES) - 1;
    localparam integer BYTES      = READY_FILL + IN_BYTES;
    localparam integer WIDTH      = $clog2(BYTES + 1);
    localparam [WIDTH-1:0]     READY   = READY_FILL[WIDTH-1:0];
    localparam [WIDTH-1:0]     PORTION = OUT_BYTES[WIDTH-1:0];
    localparam [OUT_WIDTH-1:0] WHOLE   = OUT_BYTES[OUT_WIDTH-1:0];

    reg  [BYTES*8-1:0]    bytes_q;
    reg  [WIDTH-1:0]      fill_q;
    wire [IN_BYTES*8-1:0] beyond  = {(IN_BYTES*8){1'b1}} << {in_count_i, 3'b000};
    wire [IN_BYTES*8-1:0] in_data = in_data_i & ~beyond;
    wire [BYTES*8-1:0]    kept    = bytes_q >> {take_i, 3'b000};
    wire [WIDTH:0]        taken   = {{(WIDTH+1-OUT_WIDTH){1'b0}}, take_i};
    wire [WIDTH:0]        added   = {{(WIDTH+1-IN_WIDTH){1'b0}}, in_count_i};
    wire [WIDTH-1:0]      left    = fill_q - taken[WIDTH-1:0];
    wire                  push    = in_valid_i && in_ready_o;
    wire                  unused_ok = &{1'b0, idle_i, taken[WIDTH], added[WIDTH]};

    assign in_ready_o  = fill_q <= READY;
    assign available_o = fill_q < PORTION ? fill_q[OUT_WIDTH-1:0] : WHOLE;
    assign out_data_o  = bytes_q[OUT_BYTES*8-1:0];

    always @(posedge clk_i) begin
        if (rst_i) begin
            bytes_q <= {(BYTES*8){1'b0}};
            fill_q  <= {WIDTH{1'b0}};
        end else if (push) begin
            bytes_q <= kept | ({{((BYTES-IN_BYTES)*8){1'b0}}, in_data} << {left, 3'b000});
            fill_q  <= left + added[WIDTH-1:0];
        end else if (|take_i) begin
            bytes_q <= kept;
            fill_q  <= left;
        end
    end

    generate
        if (IN_BYTES < 1 || OUT_BYTES < 1) begin : gen_bad byte_queue_needs_a_byte_in_and_out u_error (); end
    endgenerate

`ifndef SYNTHESIS
    always @(posedge clk_i) begin
        if (!rst_i && take_i > available_o) begin $display("%m: more bytes taken than there are"); $stop; end
        if (!rst_i && idle_i && fill_q != {WIDTH{1'b0}}) begin $display("%m: bytes are left over"); $stop; end
    end
`endif
endmodule
`default_nettype wire
