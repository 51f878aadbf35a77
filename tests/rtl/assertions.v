// Each module breaks one rule, of which the comment above it tells the message.

// instance dut: more credits given than there are
module credit_counter_overflow;
    `include "testbench.vh"
    reg give = 0;
    credit_counter #(.CREDITS(2)) dut (.clk_i(clk), .rst_i(rst), .take_i(1'b0), .give_i(give), .available_o());
    initial begin reset; give = 1; @(negedge clk); finish; end
endmodule

// instance dut: taken without a credit
module credit_counter_underflow;
    `include "testbench.vh"
    reg take = 0;
    credit_counter #(.CREDITS(2)) dut (.clk_i(clk), .rst_i(rst), .take_i(take), .give_i(1'b0), .available_o());
    initial begin reset; take = 1; repeat (3) @(negedge clk); finish; end
endmodule

// instance dut.gen_place[1].u_tokens: more credits given than there are
module token_ring_overflow;
    `include "testbench.vh"
    reg release_ = 0;
    token_ring #(.SLOTS(2), .WRITERS(1), .READERS(1)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(1'b0), .writer_acquire_i(1'b0), .writer_commit_i(1'b0), .reader_acquire_i(1'b0),
        .reader_release_i(release_), .writer_ready_o(), .reader_ready_o());
    initial begin reset; release_ = 1; @(negedge clk); finish; end
endmodule

// instance dut: a token is not free at the end
module token_ring_not_free;
    `include "testbench.vh"
    reg acquire = 0, commit = 0, idle = 0;
    token_ring #(.SLOTS(2), .WRITERS(1), .READERS(1)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(idle), .writer_acquire_i(acquire), .writer_commit_i(commit), .reader_acquire_i(1'b0),
        .reader_release_i(1'b0), .writer_ready_o(), .reader_ready_o());
    initial begin
        reset;
        acquire = 1; @(negedge clk);
        acquire = 0; commit = 1; @(negedge clk);
        commit = 0; idle = 1; @(negedge clk);
        finish;
    end
endmodule

// instance dut: a second run to wait
module sequencer_third_run;
    `include "testbench.vh"
    reg start = 0;
    sequencer #(.LOOPS(1), .WIDTH(3)) dut (
        .clk_i(clk), .rst_i(rst), .start_i(start), .stall_i(1'b1), .extent_i(3'd2), .index_o(), .first_o(), .first_from_o(),
        .last_from_o(), .increment_o(), .valid_o(), .enable_o(), .fire_o(), .done_o(), .start_o());
    initial begin reset; start = 1; repeat (3) @(negedge clk); finish; end
endmodule

// instance dut: a generation is left while the last one is not settled
module settle_fence_left_twice;
    `include "testbench.vh"
    reg leave = 0;
    settle_fence dut (.clk_i(clk), .rst_i(rst), .leave_i(leave), .settled_i(1'b0), .waiting_o(), .release_o());
    initial begin reset; leave = 1; repeat (2) @(negedge clk); finish; end
endmodule

// instance dut: a word that was not taken is lost
module stream_fifo_overflow;
    `include "testbench.vh"
    reg       valid = 0;
    reg [7:0] data = 0;
    stream_fifo #(.WIDTH(8), .DEPTH(2)) dut (
        .clk_i(clk), .rst_i(rst), .in_valid_i(valid), .in_ready_o(), .in_data_i(data), .out_valid_o(), .out_ready_i(1'b0),
        .out_data_o());
    initial begin reset; valid = 1; repeat (4) begin data = data + 1; @(negedge clk); end finish; end
endmodule

// instance dut: a word that was not taken is lost
module stream_fifo_valid_falls;
    `include "testbench.vh"
    reg valid = 0;
    stream_fifo #(.WIDTH(8), .DEPTH(1)) dut (
        .clk_i(clk), .rst_i(rst), .in_valid_i(valid), .in_ready_o(), .in_data_i(8'd1), .out_valid_o(), .out_ready_i(1'b0),
        .out_data_o());
    initial begin reset; valid = 1; repeat (2) @(negedge clk); valid = 0; @(negedge clk); finish; end
endmodule

// instance dut: more bytes taken than there are
module byte_queue_underflow;
    `include "testbench.vh"
    reg [1:0] take = 0;
    byte_queue #(.IN_BYTES(2), .OUT_BYTES(2)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(1'b0), .in_valid_i(1'b0), .in_ready_o(), .in_count_i(2'd0), .in_data_i(16'd0),
        .available_o(), .out_data_o(), .take_i(take));
    initial begin reset; take = 1; @(negedge clk); finish; end
endmodule

// instance dut: bytes are left over
module byte_queue_left_over;
    `include "testbench.vh"
    reg valid = 0, idle = 1;
    byte_queue #(.IN_BYTES(2), .OUT_BYTES(2)) dut (
        .clk_i(clk), .rst_i(rst), .idle_i(idle), .in_valid_i(valid), .in_ready_o(), .in_count_i(2'd1), .in_data_i(16'd0),
        .available_o(), .out_data_o(), .take_i(2'd0));
    initial begin
        reset;
        repeat (2) @(negedge clk); // empty: nothing to say
        idle = 0; valid = 1; @(negedge clk);
        idle = 1; valid = 0; @(negedge clk);
        finish;
    end
endmodule

// instance dut: a run of no bytes
module burst_splitter_empty_run;
    `include "testbench.vh"
    reg valid = 0;
    burst_splitter dut (
        .clk_i(clk), .rst_i(rst), .run_valid_i(valid), .run_ready_o(), .run_address_i(32'd64), .run_length_i(16'd0),
        .burst_valid_o(), .burst_ready_i(1'b1), .burst_address_o(), .burst_beats_o(), .burst_first_byte_o(), .burst_last_byte_o());
    initial begin reset; valid = 1; @(negedge clk); finish; end
endmodule

// instance dut.gen_bank[1].u_check: address beyond the slot
module banked_buffer_beyond;
    `include "testbench.vh"
    reg [1:0] enable = 0;
    banked_buffer #(.BANKS(2), .PACK(1), .WIDTH(8), .DEPTH(3), .SLOTS(2)) dut (
        .clk_i(clk), .rst_i(rst), .generation_i(1'b0), .write_slot_i(2'd0), .write_enable_i(enable), .write_address_i(4'b1100),
        .write_data_i(16'd0), .read_slot_i(2'd0), .read_enable_i(2'd0), .read_address_i(4'd0), .read_data_o());
    initial begin reset; enable = 2'b10; @(negedge clk); finish; end
endmodule

// instance dut.gen_bank[0].gen_slot[1].gen_write[1].gen_later: two write ports use the bank
module phased_buffer_two_writes;
    `include "testbench.vh"
    reg [1:0] enable = 0;
    phased_buffer #(.BANKS(1), .PACK(1), .WIDTH(8), .DEPTH(4), .SLOTS(2), .WRITE_PORTS(2), .READ_PORTS(1)) dut (
        .clk_i(clk), .rst_i(rst), .generation_i(1'b0), .write_slot_i(2'b11), .write_enable_i(enable), .write_address_i(4'd0),
        .write_data_i(16'd0), .read_slot_i(1'd0), .read_enable_i(1'd0), .read_address_i(2'd0), .read_data_o());
    initial begin reset; enable = 2'b11; @(negedge clk); finish; end
endmodule

// instance dut.gen_bank[0].gen_slot[1].gen_read[1].gen_later: two read ports use the bank
module phased_buffer_two_reads;
    `include "testbench.vh"
    reg [1:0] enable = 0;
    phased_buffer #(.BANKS(1), .PACK(1), .WIDTH(8), .DEPTH(4), .SLOTS(2), .WRITE_PORTS(1), .READ_PORTS(2)) dut (
        .clk_i(clk), .rst_i(rst), .generation_i(1'b0), .write_slot_i(1'b0), .write_enable_i(1'b0), .write_address_i(2'd0),
        .write_data_i(8'd0), .read_slot_i(2'b11), .read_enable_i(enable), .read_address_i(4'd0), .read_data_o());
    initial begin reset; enable = 2'b11; @(negedge clk); finish; end
endmodule
