`default_nettype none
// Memory with one write and one read port; the only place where large storage of buffers is declared (replace it by a
// macro of a process). register_file is the same in flip-flops.
// Protocol:   each element of a word has its own write enable. A read that meets a write of the same word gives the old
//             word.
// Latency:    read_data_o follows read_enable_i by one cycle and holds until the next one.
// Reset:      none.
// Parameters: a word is LANES elements of WIDTH bits; DEPTH >= 1 words; ADDRESS_WIDTH is derived, leave it alone.
module ram_1r1w #(
    parameter integer WIDTH = 8, LANES = 1, DEPTH = 16,
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
    reg [LANES*WIDTH-1:0] memory [0:DEPTH-1];
    reg [LANES*WIDTH-1:0] read_data_q;
    assign read_data_o = read_data_q;

    // Reading first gives the old word. The write is a blocking one because a simulator then does nothing in the many
    // cycles without a write; nothing outside this block sees the memory.
    integer i;
    always @(posedge clk_i) begin
        if (read_enable_i) read_data_q <= memory[read_address_i];
        if (|write_enable_i) begin
            for (i = 0; i < LANES; i = i + 1) begin
                // verilator lint_off BLKSEQ
                if (write_enable_i[i]) memory[write_address_i][i*WIDTH +: WIDTH] = write_data_i[i*WIDTH +: WIDTH];
                // verilator lint_on BLKSEQ
            end
        end
    end

    generate
        if (WIDTH < 1 || LANES < 1 || DEPTH < 1) begin : gen_bad
            ram_1r1w_needs_a_width_a_lane_and_a_word u_error ();
        end
    endgenerate
endmodule
`default_nettype wire
