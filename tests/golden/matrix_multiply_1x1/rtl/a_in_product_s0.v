`default_nettype none
// Stage 0 of a_im_in_product: 1 lanes.
module a_in_product_s0 (
    input wire clk_i, rst_i, start_i, clear_i, a_in_product_writer_ready_i,
    output wire a_in_product_writer_acquire_o, a_in_product_writer_release_o,
    input wire [1:0] a_stream_available_i,
    input wire [15:0] a_stream_data_i,
    output wire [1:0] a_stream_take_o,
    output wire a_in_product_write_slot_o, a_in_product_write_enable_o,
    output wire [2:0] a_in_product_write_address_o,
    output wire [15:0] a_in_product_write_data_o,
    output wire [2:0] a_in_product_writer_progress_o,
    output wire done_o,
    output wire [255:0] counts_o
);
    genvar counter;
    wire [5:0] index;
    wire [1:0] first;
    wire [2:0] first_from, last_from;
    wire [1:0] increment;
    wire valid, in_range, fire, run_start;
    wire a_in_product_writer_leaves = fire & last_from[1];
    assign a_in_product_writer_acquire_o = fire & first_from[1];
    wire a_in_product_writer_waits = first_from[1] & ~a_in_product_writer_ready_i;
    wire point_enable = in_range;
    wire a_stream_gate = in_range;
    wire [1:0] a_stream_need = 2'd2;
    assign a_stream_take_o = (fire & a_stream_gate) ? a_stream_need : 2'd0;
    reg [15:0] a_stream_data;
    wire write_lanes = 1'b1;
    wire point_active = fire & point_enable;
    wire write_active;
    assign a_in_product_write_slot_o = 1'b0;
    wire write_mask = write_lanes & write_active;
    assign a_in_product_write_enable_o = write_mask;
    wire [2:0] a_in_product_write_affine;

    always @(posedge clk_i) begin
        a_stream_data <= a_stream_data_i;
    end

    address_generator #(.LOOPS(2), .WIDTH(3), .USED(2'd2)) u_a_in_product_write_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(3'd0),
        .coefficient_i({3'd1, 3'd0}), .address_o(a_in_product_write_affine)
    );
    wire [2:0] a_in_product_write_word_later;
    assign a_in_product_write_address_o = a_in_product_write_word_later;
    assign a_in_product_write_data_o = a_stream_data;
    wire a_in_product_writer_commit;
    assign a_in_product_writer_release_o = a_in_product_writer_commit;
    wire [2:0] a_in_product_writer_point_affine;
    address_generator #(.LOOPS(2), .WIDTH(3), .USED(2'd2)) u_a_in_product_writer_point_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(3'd0),
        .coefficient_i({3'd1, 3'd0}), .address_o(a_in_product_writer_point_affine)
    );
    wire [2:0] a_in_product_writer_progress = valid ? a_in_product_writer_point_affine : 3'd0;
    wire [2:0] a_in_product_writer_progress_later;
    assign a_in_product_writer_progress_o = a_in_product_writer_progress_later;
    wire stall = a_in_product_writer_waits | a_stream_gate & a_stream_available_i < a_stream_need;
    sequencer #(.LOOPS(2), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall), .extent_i({3'd7, 3'd3}),
        .index_o(index), .first_o(first), .first_from_o(first_from), .last_from_o(last_from),
        .increment_o(increment), .valid_o(valid), .enable_o(in_range), .fire_o(fire),
        .done_o(done_o), .start_o(run_start)
    );
    wire no_stall0 = valid & ~a_in_product_writer_waits;
    wire [3:0] events = {no_stall0 & (a_stream_gate & a_stream_available_i < a_stream_need), valid &
        a_in_product_writer_waits, fire, write_active ? 1'b1 : 1'b0};

    for (counter = 0; counter < 4; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(1)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(events[counter]),
            .amount_i(events[counter]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    delay_line #(.WIDTH(3), .CYCLES(1), .RESET(0)) u_values_after1 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(a_in_product_write_affine),
        .data_o(a_in_product_write_word_later)
    );
    wire [4:0] events_after1;
    delay_line #(.WIDTH(5), .CYCLES(1), .RESET(1)) u_events_after1 (
        .clk_i(clk_i), .rst_i(rst_i),
        .data_i({a_in_product_writer_progress, a_in_product_writer_leaves, point_active}),
        .data_o(events_after1)
    );
    assign write_active = events_after1[0];
    assign a_in_product_writer_commit = events_after1[1];
    assign a_in_product_writer_progress_later = events_after1[4:2];
    wire unused_ok = &{1'b0, index, first, first_from[0], first_from[2], last_from[0],
        last_from[2]};
endmodule
`default_nettype wire
