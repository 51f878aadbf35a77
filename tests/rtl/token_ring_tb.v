// Processes that enter and leave at random; the ready bits against counts of tokens.
module token_ring_tb;
    `include "testbench.vh"
    localparam integer SLOTS = `SLOTS, WRITERS = `WRITERS, READERS = `READERS;
    localparam [READERS-1:0] PREVIOUS = `PREVIOUS;

    reg  [WRITERS-1:0] writer_acquire = 0, writer_commit = 0;
    reg  [READERS-1:0] reader_acquire = 0, reader_release = 0;
    wire [WRITERS-1:0] writer_ready;
    wire [READERS-1:0] reader_ready;
    token_ring #(.SLOTS(SLOTS), .WRITERS(WRITERS), .READERS(READERS), .PREVIOUS(PREVIOUS)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(1'b0), .writer_acquire_i(writer_acquire), .writer_commit_i(writer_commit),
        .reader_acquire_i(reader_acquire), .reader_release_i(reader_release), .writer_ready_o(writer_ready),
        .reader_ready_o(reader_ready));

    // Generations that each process has entered and left since the reset; readers of the previous one begin at -1.
    integer writer_in [0:WRITERS-1], writer_out [0:WRITERS-1], reader_in [0:READERS-1], reader_out [0:READERS-1];
    integer cycle, i, slowest;
    initial begin
        for (i = 0; i < WRITERS; i = i + 1) begin writer_in[i] = 0; writer_out[i] = 0; end
        for (i = 0; i < READERS; i = i + 1) begin reader_in[i] = -PREVIOUS[i]; reader_out[i] = -PREVIOUS[i]; end
        reset;
        for (cycle = 0; cycle < 3000; cycle = cycle + 1) begin
            slowest = reader_out[0];
            for (i = 1; i < READERS; i = i + 1) if (reader_out[i] < slowest) slowest = reader_out[i];
            settle;
            for (i = 0; i < WRITERS; i = i + 1)
                check(writer_ready[i] === (i == 0 ? writer_in[0] < slowest + SLOTS : writer_in[i] < writer_out[i-1]), "writer_ready");
            for (i = 0; i < READERS; i = i + 1) check(reader_ready[i] === (reader_in[i] < writer_out[WRITERS-1]), "reader_ready");
            for (i = 0; i < WRITERS; i = i + 1) begin
                writer_commit[i]  = writer_out[i] < writer_in[i] && chance(40);
                writer_acquire[i] = writer_ready[i] && chance(cycle / 1000 * 40 + 10);
            end
            for (i = 0; i < READERS; i = i + 1) begin
                reader_release[i] = reader_out[i] < reader_in[i] && chance(40);
                reader_acquire[i] = reader_ready[i] && chance(cycle / 1000 * 40 + 10);
            end
            for (i = 0; i < WRITERS; i = i + 1) begin
                writer_in[i]  = writer_in[i] + writer_acquire[i];
                writer_out[i] = writer_out[i] + writer_commit[i];
            end
            for (i = 0; i < READERS; i = i + 1) begin
                reader_in[i]  = reader_in[i] + reader_acquire[i];
                reader_out[i] = reader_out[i] + reader_release[i];
            end
            @(negedge clk);
        end
        check(slowest > 50, "progress");
        finish;
    end
endmodule
