`default_nettype none
// Registers of a design behind an AXI4-Lite port of 32 bits, and its invocations: one runs, one may be started behind it.
// Map:        0x00 control (write bit 0 = 1: start), 0x04 status (bit 0 busy, bit 1 done, bit 2 bus error, bit 3 a start
//             was refused, bit 4 a start would be refused), 0x08, 0x0c cycles (low, high), 0x10 invocations finished,
//             0x20.. WRITE_WORDS words (read-write), behind them READ_WORDS read-only words. Other addresses read 0.
// Protocol:   start_o is a pulse per invocation that is taken; write_words_o are the words as they were written then, until
//             the next one. clear_o comes with start_o if nothing was under way: cycles and counters begin at 0. finish_i is
//             a pulse per invocation that ends. hold_i: the host waits with what it writes. error_i sets the bus error until
//             a start with clear_o; done and refused last until the next start.
// Latency:    a response in the cycle after the request.
// Throughput: one read and one write per cycle.
// Reset:      all registers 0; write_words_o is undefined before the first start.
// Parameters: WRITE_WORDS, READ_WORDS >= 1; ADDRESS_WIDTH: bits of a byte address, enough for all words.
module axi_lite_registers #(
    parameter integer ADDRESS_WIDTH = 12, WRITE_WORDS = 4, READ_WORDS = 4
) (
    input  wire                      clk_i, rst_i,
    input  wire [ADDRESS_WIDTH-1:0]  s_axi_awaddr_i,
    input  wire                      s_axi_awvalid_i,
    output wire                      s_axi_awready_o,
    input  wire [31:0]               s_axi_wdata_i,
    input  wire [3:0]                s_axi_wstrb_i,
    input  wire                      s_axi_wvalid_i,
    output wire                      s_axi_wready_o,
    output wire [1:0]                s_axi_bresp_o,
    output wire                      s_axi_bvalid_o,
    input  wire                      s_axi_bready_i,
    input  wire [ADDRESS_WIDTH-1:0]  s_axi_araddr_i,
    input  wire                      s_axi_arvalid_i,
    output wire                      s_axi_arready_o,
    output wire [31:0]               s_axi_rdata_o,
    output wire [1:0]                s_axi_rresp_o,
    output wire                      s_axi_rvalid_o,
    input  wire                      s_axi_rready_i,
    output wire                      start_o,
    output wire                      clear_o,
    output wire                      idle_o, // no invocation is under way
    input  wire                      hold_i,
    input  wire                      finish_i,
    input  wire                      error_i,
    output wire [32*WRITE_WORDS-1:0] write_words_o,
    input  wire [32*READ_WORDS-1:0]  read_words_i
);
    localparam integer FIXED       = 8; // words before the first write word
    localparam integer WORDS       = FIXED + WRITE_WORDS + READ_WORDS;
    localparam integer INDEX_WIDTH = $clog2(WORDS);
    localparam integer WORD_WIDTH  = ADDRESS_WIDTH - 2;
    localparam [WORD_WIDTH:0] ALL  = WORDS[WORD_WIDTH:0];

    reg                       start_q, clear_q, done_q, error_q, refused_q, written_q, read_q;
    reg  [1:0]                under_way_q; // invocations
    reg  [63:0]               cycles_q;
    reg  [31:0]               finished_q, read_data_q;
    wire [32*WRITE_WORDS-1:0] write_words; // as the host has written them
    wire [WORD_WIDTH-1:0]     write_index = s_axi_awaddr_i[ADDRESS_WIDTH-1:2];
    wire [WORD_WIDTH-1:0]     read_index  = s_axi_araddr_i[ADDRESS_WIDTH-1:2];
    wire                      write = s_axi_awvalid_i && s_axi_wvalid_i && !hold_i && (!written_q || s_axi_bready_i);
    wire                      read  = s_axi_arvalid_i && s_axi_arready_o;
    wire                      wish  = write && write_index == {WORD_WIDTH{1'b0}} && s_axi_wstrb_i[0] && s_axi_wdata_i[0];
    wire                      busy  = under_way_q != 2'd0;
    wire                      full  = under_way_q == 2'd2;
    wire                      go    = wish && !full;
    wire                      unused_ok = &{1'b0, s_axi_awaddr_i[1:0], s_axi_araddr_i[1:0]};

    assign s_axi_awready_o = write;
    assign s_axi_wready_o  = write;
    assign s_axi_bresp_o   = 2'b00;
    assign s_axi_bvalid_o  = written_q;
    assign s_axi_arready_o = !read_q || s_axi_rready_i;
    assign s_axi_rdata_o   = read_data_q;
    assign s_axi_rresp_o   = 2'b00;
    assign s_axi_rvalid_o  = read_q;
    assign start_o         = start_q;
    assign clear_o         = clear_q;
    assign idle_o          = !busy;

    always @(posedge clk_i) begin
        if (rst_i) begin
            {start_q, clear_q, done_q, error_q, refused_q, written_q, read_q, under_way_q} <= 9'd0;
            cycles_q   <= 64'd0;
            finished_q <= 32'd0;
        end else begin
            written_q   <= write || (written_q && !s_axi_bready_i);
            read_q      <= read || (read_q && !s_axi_rready_i);
            start_q     <= go;
            clear_q     <= go && !busy;
            done_q      <= finish_i || (done_q && !go);
            error_q     <= busy ? error_q || error_i : error_q && !go;
            refused_q   <= (wish && full) || (refused_q && !go);
            under_way_q <= under_way_q + {1'b0, go} - {1'b0, finish_i};
            finished_q  <= finished_q + {31'd0, finish_i};
            cycles_q    <= busy ? cycles_q + 64'd1 : go ? 64'd0 : cycles_q;
        end
    end

    // A function, called where a register is read: a simulator then evaluates the multiplexer only in those cycles.
    function [31:0] selected(input [32*WORDS-1:0] words, input [INDEX_WIDTH-1:0] index);
        selected = words[{index, 5'd0} +: 32];
    endfunction

    always @(posedge clk_i) begin
        if (read) begin
            if ({1'b0, read_index} < ALL)
                read_data_q <= selected({read_words_i, write_words, 96'd0, finished_q, cycles_q, 27'd0, full, refused_q,
                                         error_q, done_q, busy, 32'd0}, read_index[INDEX_WIDTH-1:0]);
            else
                read_data_q <= 32'd0;
        end
    end

    genvar i, j;
    generate
        if (WRITE_WORDS < 1 || READ_WORDS < 1 || WORDS > (1 << WORD_WIDTH)) begin : gen_bad
            axi_lite_registers_has_a_bad_parameter u_error ();
        end
        for (i = 0; i < WRITE_WORDS; i = i + 1) begin : gen_word
            localparam integer          NUMBER = FIXED + i;
            localparam [WORD_WIDTH-1:0] INDEX  = NUMBER[WORD_WIDTH-1:0];
            for (j = 0; j < 4; j = j + 1) begin : gen_byte
                reg [7:0] byte_q, run_byte_q;
                assign write_words[i*32+j*8 +: 8]   = byte_q;
                assign write_words_o[i*32+j*8 +: 8] = run_byte_q;
                always @(posedge clk_i) begin
                    if (rst_i)
                        byte_q <= 8'd0;
                    else if (write && write_index == INDEX && s_axi_wstrb_i[j])
                        byte_q <= s_axi_wdata_i[j*8 +: 8];
                    if (go) run_byte_q <= byte_q;
                end
            end
        end
    endgenerate
endmodule
`default_nettype wire
