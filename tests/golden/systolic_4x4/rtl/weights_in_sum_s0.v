`default_nettype none
// Stage 0 of weights_im_in_sum: 4 lanes.
module weights_in_sum_s0 (
    input wire clk_i, rst_i, start_i, clear_i, weights_in_sum_writer_ready_i,
    output wire weights_in_sum_writer_acquire_o, weights_in_sum_writer_release_o,
    input wire [2:0] weights_stream_available_i,
    input wire [31:0] weights_stream_data_i,
    output wire [2:0] weights_stream_take_o,
    output wire [15:0] weights_in_sum_write_slot_o, weights_in_sum_write_enable_o,
    output wire [79:0] weights_in_sum_write_address_o,
    output wire [127:0] weights_in_sum_write_data_o,
    output wire [6:0] weights_in_sum_writer_progress_o,
    output wire done_o,
    output wire [255:0] counts_o
);
    genvar lane, element, counter;
    wire [14:0] index;
    wire [4:0] first;
    wire [5:0] first_from, last_from;
    wire [4:0] increment;
    wire valid, in_range, fire, run_start;
    wire weights_in_sum_writer_leaves = fire & last_from[1];
    assign weights_in_sum_writer_acquire_o = fire & first_from[1];
    wire weights_in_sum_writer_slot;
    slot_pointer #(.SLOTS(2)) u_weights_in_sum_writer_slot (
        .clk_i(clk_i), .rst_i(rst_i), .next_i(weights_in_sum_writer_leaves),
        .slot_o(weights_in_sum_writer_slot)
    );
    wire weights_in_sum_writer_waits = first_from[1] & ~weights_in_sum_writer_ready_i;
    wire point_enable = in_range;
    wire [3:0] lane_enable_condition0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable_condition0
        localparam integer LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER = lane;
        weights_in_sum_s0_lane_enable_condition00 u_lane_enable_condition0 (
            .counter4_i(index[14:12]), .counter5_i(LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER[1:0]),
            .value_o(lane_enable_condition0[lane])
        );
    end

    wire [3:0] lane_enable;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable
        localparam integer LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER = lane;
        assign lane_enable[lane] = lane_enable_condition0[LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER];
    end

    wire weights_stream_gate = in_range;
    wire [3:0] weights_stream_enable_condition0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_weights_stream_enable_condition0
        localparam integer LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER = lane;
        weights_in_sum_s0_weights_stream_enable_condition01 u_weights_stream_enable_condition0 (
            .counter4_i(index[14:12]), .counter5_i(LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER[1:0]),
            .value_o(weights_stream_enable_condition0[lane])
        );
    end

    wire [3:0] weights_stream_enable;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_weights_stream_enable
        localparam integer LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER = lane;
        assign weights_stream_enable[lane] =
            weights_stream_enable_condition0[LANE5_WEIGHTS_IM_IN_SUM_S0__0_INNER];
    end

    wire [2:0] weights_stream_elements;
    count_ones #(.COUNT(4)) u_weights_stream_elements (
        .bits_i(weights_stream_enable), .count_o(weights_stream_elements)
    );
    wire [2:0] weights_stream_need = weights_stream_elements;
    assign weights_stream_take_o = (fire & weights_stream_gate) ? weights_stream_need : 3'd0;
    reg [31:0] weights_stream_data;
    wire [1:0] weights_in_sum_write_rotation3, weights_in_sum_write_rotation3_after1;
    wire [127:0] placed_value = {96'd0, weights_stream_data};
    wire [127:0] weights_in_sum_write_value_copied3;

    always @(posedge clk_i) begin
        weights_stream_data <= weights_stream_data_i;
    end

    for (element = 0; element < 16; element = element + 1) begin :
        gen_weights_in_sum_write_value_copied3
        assign weights_in_sum_write_value_copied3[element * 8 +: 8] = placed_value[(element / 16 *
            16 + element % 4) * 8 +: 8];
    end

    wire [3:0] write_enable_later;
    wire [15:0] placed_enable = {12'd0, write_enable_later};
    wire [15:0] weights_in_sum_write_enable_rotated3;
    bank_rotator #(.OUTER(1), .BANKS(4), .INNER(4), .WIDTH(1), .INVERSE(1))
        u_weights_in_sum_write_enable_rotated3 (
        .data_i(placed_enable), .amount_i(weights_in_sum_write_rotation3_after1),
        .data_o(weights_in_sum_write_enable_rotated3)
    );
    wire point_active = fire & point_enable;
    wire write_active, write_slot;
    assign weights_in_sum_write_slot_o = {16{write_slot}};
    wire [15:0] write_mask = weights_in_sum_write_enable_rotated3 & {16{write_active}};
    assign weights_in_sum_write_enable_o = write_mask;
    wire [4:0] weights_in_sum_write_affine;
    address_generator #(.LOOPS(5), .WIDTH(5), .USED(5'd28)) u_weights_in_sum_write_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(5'd0),
        .coefficient_i({5'd1, 5'd3, 5'd9, 5'd0, 5'd0}), .address_o(weights_in_sum_write_affine)
    );
    wire [4:0] weights_in_sum_write_word_later;
    assign weights_in_sum_write_address_o = {16{weights_in_sum_write_word_later}};
    assign weights_in_sum_write_data_o = weights_in_sum_write_value_copied3;
    wire weights_in_sum_writer_commit;
    assign weights_in_sum_writer_release_o = weights_in_sum_writer_commit;
    wire [6:0] weights_in_sum_writer_point_affine;
    address_generator #(.LOOPS(5), .WIDTH(7), .USED(5'd30)) u_weights_in_sum_writer_point_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(7'd0),
        .coefficient_i({7'd1, 7'd3, 7'd9, 7'd27, 7'd0}),
        .address_o(weights_in_sum_writer_point_affine)
    );
    wire [6:0] weights_in_sum_writer_progress = valid ? weights_in_sum_writer_point_affine : 7'd0;
    wire [6:0] weights_in_sum_writer_progress_later;
    assign weights_in_sum_writer_progress_o = weights_in_sum_writer_progress_later;
    wire [4:0] written;
    count_ones #(.COUNT(16)) u_written (
        .bits_i(write_mask), .count_o(written)
    );
    wire [2:0] extent1;
    wire stall = weights_in_sum_writer_waits | weights_stream_gate & weights_stream_available_i <
        weights_stream_need;
    sequencer #(.LOOPS(5), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall),
        .extent_i({3'd3, 3'd3, 3'd3, extent1, 3'd2}), .index_o(index), .first_o(first),
        .first_from_o(first_from), .last_from_o(last_from), .increment_o(increment),
        .valid_o(valid), .enable_o(in_range), .fire_o(fire), .done_o(done_o), .start_o(run_start)
    );
    wire no_stall0 = valid & ~weights_in_sum_writer_waits;
    wire [19:0] events = {{4'd0, no_stall0 & (weights_stream_gate & weights_stream_available_i <
        weights_stream_need)}, {4'd0, valid & weights_in_sum_writer_waits}, {4'd0, fire}, written};

    for (counter = 0; counter < 4; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(5)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(|events[counter * 5 +: 5]),
            .amount_i(events[counter * 5 +: 5]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    wire [11:0] values_after1;
    delay_line #(.WIDTH(12), .CYCLES(1), .RESET(0)) u_values_after1 (
        .clk_i(clk_i), .rst_i(rst_i),
        .data_i({weights_in_sum_write_affine, weights_in_sum_writer_slot, lane_enable,
            weights_in_sum_write_rotation3}),
        .data_o(values_after1)
    );
    assign weights_in_sum_write_rotation3_after1 = values_after1[1:0];
    assign write_enable_later = values_after1[5:2];
    assign write_slot = values_after1[6];
    assign weights_in_sum_write_word_later = values_after1[11:7];
    wire [8:0] events_after1;
    delay_line #(.WIDTH(9), .CYCLES(1), .RESET(1)) u_events_after1 (
        .clk_i(clk_i), .rst_i(rst_i),
        .data_i({weights_in_sum_writer_progress, weights_in_sum_writer_leaves, point_active}),
        .data_o(events_after1)
    );
    assign write_active = events_after1[0];
    assign weights_in_sum_writer_commit = events_after1[1];
    assign weights_in_sum_writer_progress_later = events_after1[8:2];
    weights_in_sum_s0_control u_control (
        .weights_in_sum_write_rotation3_o(weights_in_sum_write_rotation3), .extent1_o(extent1),
        .counter0_i(index[2:0]), .counter1_i(index[5:3])
    );
    wire unused_ok = &{1'b0, index[11:6], first, first_from[0], first_from[5:2], last_from[0],
        last_from[5:2], placed_value[127:32]};
endmodule
`default_nettype wire
