`default_nettype none
// Stage 0 of bias_im_in_sum: 1 lanes.
module bias_in_sum_s0 (
    input wire clk_i, rst_i, start_i, clear_i, bias_in_sum_writer_ready_i,
    output wire bias_in_sum_writer_acquire_o, bias_in_sum_writer_release_o,
    input wire [2:0] bias_stream_available_i,
    input wire [31:0] bias_stream_data_i,
    output wire [2:0] bias_stream_take_o,
    output wire bias_in_sum_write_slot_o,
    output wire [3:0] bias_in_sum_write_enable_o,
    output wire bias_in_sum_write_address_o,
    output wire [127:0] bias_in_sum_write_data_o,
    output wire done_o,
    output wire [255:0] counts_o
);
    genvar element, counter;
    wire [5:0] index;
    wire [1:0] first;
    wire [2:0] first_from, last_from;
    wire [1:0] increment;
    wire valid, in_range, fire, run_start;
    wire bias_in_sum_writer_leaves = fire & last_from[1];
    assign bias_in_sum_writer_acquire_o = fire & first_from[1];
    wire bias_in_sum_writer_waits = first_from[1] & ~bias_in_sum_writer_ready_i;
    wire point_enable = in_range;
    wire bias_stream_gate = in_range;
    wire [2:0] bias_stream_need = 3'd4;
    assign bias_stream_take_o = (fire & bias_stream_gate) ? bias_stream_need : 3'd0;
    reg [31:0] bias_stream_data;
    wire [1:0] bias_in_sum_write_rotation0, bias_in_sum_write_rotation0_after1;
    wire [127:0] placed_value = {96'd0, bias_stream_data};
    wire [127:0] bias_in_sum_write_value_copied0;

    always @(posedge clk_i) begin
        bias_stream_data <= bias_stream_data_i;
    end

    for (element = 0; element < 4; element = element + 1) begin :
        gen_bias_in_sum_write_value_copied0
        assign bias_in_sum_write_value_copied0[element * 32 +: 32] = placed_value[element / 4 * 4 *
            32 +: 32];
    end

    wire write_lanes = 1'b1;
    wire [3:0] placed_enable = {3'd0, write_lanes};
    wire [3:0] bias_in_sum_write_enable_rotated0;
    bank_rotator #(.OUTER(1), .BANKS(4), .INNER(1), .WIDTH(1), .INVERSE(1))
        u_bias_in_sum_write_enable_rotated0 (
        .data_i(placed_enable), .amount_i(bias_in_sum_write_rotation0_after1),
        .data_o(bias_in_sum_write_enable_rotated0)
    );
    wire point_active = fire & point_enable;
    wire write_active;
    assign bias_in_sum_write_slot_o = 1'b0;
    wire [3:0] write_mask = bias_in_sum_write_enable_rotated0 & {4{write_active}};
    assign bias_in_sum_write_enable_o = write_mask;
    assign bias_in_sum_write_address_o = 1'b0;
    assign bias_in_sum_write_data_o = bias_in_sum_write_value_copied0;
    wire bias_in_sum_writer_commit;
    assign bias_in_sum_writer_release_o = bias_in_sum_writer_commit;
    wire [2:0] extent1;
    wire stall = bias_in_sum_writer_waits | bias_stream_gate & bias_stream_available_i <
        bias_stream_need;
    sequencer #(.LOOPS(2), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall),
        .extent_i({extent1, 3'd2}), .index_o(index), .first_o(first), .first_from_o(first_from),
        .last_from_o(last_from), .increment_o(increment), .valid_o(valid), .enable_o(in_range),
        .fire_o(fire), .done_o(done_o), .start_o(run_start)
    );
    wire no_stall0 = valid & ~bias_in_sum_writer_waits;
    wire [3:0] events = {no_stall0 & (bias_stream_gate & bias_stream_available_i <
        bias_stream_need), valid & bias_in_sum_writer_waits, fire, write_active ? 1'b1 : 1'b0};

    for (counter = 0; counter < 4; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(1)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(events[counter]),
            .amount_i(events[counter]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    delay_line #(.WIDTH(2), .CYCLES(1), .RESET(0)) u_values_after1 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(bias_in_sum_write_rotation0),
        .data_o(bias_in_sum_write_rotation0_after1)
    );
    wire [1:0] events_after1;
    delay_line #(.WIDTH(2), .CYCLES(1), .RESET(1)) u_events_after1 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i({bias_in_sum_writer_leaves, point_active}),
        .data_o(events_after1)
    );
    assign write_active = events_after1[0];
    assign bias_in_sum_writer_commit = events_after1[1];
    bias_in_sum_s0_control u_control (
        .bias_in_sum_write_rotation0_o(bias_in_sum_write_rotation0), .extent1_o(extent1),
        .counter0_i(index[2:0]), .counter1_i(index[5:3])
    );
    wire unused_ok = &{1'b0, first, first_from[0], first_from[2], last_from[0], last_from[2],
        increment, run_start, placed_value[127:32]};
endmodule
`default_nettype wire
