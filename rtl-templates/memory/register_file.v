`default_nettype none
// Memory of flip-flops with one write and one read port, for few words: the other place besides ram_1r1w where storage of
// buffers is declared (replace it by latches or a macro of a process).
// Protocol:   each element of a word has its own write enable. A read that meets a write of the same word gives the old
//             word.
// Latency:    read_data_o follows read_enable_i by one cycle and holds until the next one.
// Reset:      none.
// Parameters: a word is LANES elements of WIDTH bits; DEPTH >= 1 words; ADDRESS_WIDTH is derived, leave it alone.
module register_file #(
    parameter integer WIDTH = 8, LANES = 1, DEPTH = 4,
    parameter integer ADDRESS_WIDTH = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  wire                     clk_i,
    input  wire [LANES-1:0]         write_enable_i,
    input  wire [ADDRESS_WIDTH-1:0] write_address_i,
    input  wire [LANES*WIDTH-1:0]   write_data_i,
    input  wire                     read_enable_i,
    input  wire [ADDRESS_WIDTH-1:0] read_address_i,
    output wire [LANES*WIDTH-1:0]   read_data_o
);
    localparam integer BITS = LANES * WIDTH;
    reg [DEPTH*BITS-1:0] words_q; // one vector, so that no tool infers a memory
    reg [BITS-1:0]       read_data_q;
    assign read_data_o = read_data_q;

    // Every word compares the addresses with its own number.
    integer w, i;
    always @(posedge clk_i) begin
        if (read_enable_i) begin
            for (w = 0; w < DEPTH; w = w + 1) begin
                if (read_address_i == w[ADDRESS_WIDTH-1:0]) read_data_q <= words_q[w*BITS +: BITS];
            end
        end
        if (|write_enable_i) begin
            for (w = 0; w < DEPTH; w = w + 1) begin
                for (i = 0; i < LANES; i = i + 1) begin
                    if (write_enable_i[i] && write_address_i == w[ADDRESS_WIDTH-1:0]) begin
                        words_q[w*BITS + i*WIDTH +: WIDTH] <= write_data_i[i*WIDTH +: WIDTH];
                    end
                end
            end
        end
    end

    generate
        if (WIDTH < 1 || LANES < 1 || DEPTH < 1) begin : gen_bad
            register_file_needs_a_width_a_lane_and_a_word u_error ();
        end
    endgenerate
endmodule
`default_nettype wire
