`default_nettype none
// FIFO whose first word is visible without asking for it.
// Protocol:   valid/ready on both sides; in_ready_o does not depend on out_ready_i. in_valid_i and in_data_i must hold
//             until in_ready_o: who counts places instead of looking at in_ready_o is stopped by the check when it
//             overflows.
// Latency:    a word can leave in the cycle after it came.
// Throughput: one word in and one out per cycle (DEPTH = 1: one word in two cycles).
// Reset:      empty.
// Parameters: WIDTH >= 1; DEPTH: words, a power of two.
module stream_fifo #(
    parameter integer WIDTH = 8, DEPTH = 4
) (
    input  wire             clk_i, rst_i,
    input  wire             in_valid_i,
    output wire             in_ready_o,
    input  wire [WIDTH-1:0] in_data_i,
    output wire             out_valid_o,
    input  wire             out_ready_i,
    output wire [WIDTH-1:0] out_data_o
);
    localparam integer POINTER_WIDTH = $clog2(DEPTH);
    wire push = in_valid_i && in_ready_o;
    wire pop  = out_valid_o && out_ready_i;

    generate
        if (DEPTH < 1 || DEPTH != 1 << POINTER_WIDTH) begin : gen_bad
            stream_fifo_needs_a_depth_that_is_a_power_of_two u_error ();
        end
        if (DEPTH == 1) begin : gen_register
            reg             full_q;
            reg [WIDTH-1:0] word_q;
            assign in_ready_o  = !full_q;
            assign out_valid_o = full_q;
            assign out_data_o  = word_q;
            always @(posedge clk_i) begin
                if (rst_i) full_q <= 1'b0;
                else       full_q <= push || (full_q && !pop);
                if (push) word_q <= in_data_i;
            end
        end else begin : gen_memory
            reg [WIDTH-1:0]       words [0:DEPTH-1];
            reg [POINTER_WIDTH:0] write_q, read_q; // one bit more than an address: full and empty differ
            wire [POINTER_WIDTH:0] used = write_q - read_q;
            assign in_ready_o  = !used[POINTER_WIDTH];
            assign out_valid_o = write_q != read_q;
            assign out_data_o  = words[read_q[POINTER_WIDTH-1:0]];
            wire unused_ok = &{1'b0, used[POINTER_WIDTH-1:0]};
            always @(posedge clk_i) begin
                if (rst_i) begin
                    write_q <= {(POINTER_WIDTH+1){1'b0}};
                    read_q  <= {(POINTER_WIDTH+1){1'b0}};
                end else begin
                    if (push) write_q <= write_q + 1'b1;
                    if (pop)  read_q  <= read_q + 1'b1;
                end
                if (push) words[write_q[POINTER_WIDTH-1:0]] <= in_data_i;
            end
        end
    endgenerate

`ifndef SYNTHESIS
    reg             waiting_q;
    reg [WIDTH-1:0] refused_q;
    always @(posedge clk_i) begin
        waiting_q <= !rst_i && in_valid_i && !in_ready_o;
        if (in_valid_i && !in_ready_o) refused_q <= in_data_i;
        if (!rst_i && waiting_q && (!in_valid_i || refused_q != in_data_i))
            begin $display("%m: a word that was not taken is lost"); $stop; end
    end
`endif
endmodule
`default_nettype wire
