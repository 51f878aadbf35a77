`default_nettype none
// Stage 1 of sum: 16 lanes.
module sum_s1 (
    input wire clk_i, rst_i, start_i, clear_i, padded_reader_ready_i,
    output wire padded_reader_acquire_o, padded_reader_release_o,
    input wire [7:0] padded_reader_progress_i,
    input wire bias_in_sum_reader_ready_i,
    output wire bias_in_sum_reader_acquire_o, bias_in_sum_reader_release_o,
    input wire weights_in_sum_reader_ready_i,
    output wire weights_in_sum_reader_acquire_o, weights_in_sum_reader_release_o,
    input wire [6:0] weights_in_sum_reader_progress_i,
    input wire sum_writer_ready_i,
    output wire sum_writer_acquire_o, sum_writer_release_o,
    input wire [31:0] padded_read0_data_i,
    output wire padded_read0_slot_o, padded_read0_enable_o,
    output wire [7:0] padded_read0_address_o,
    input wire [127:0] weights_in_sum_read0_data_i,
    output wire weights_in_sum_read0_slot_o, weights_in_sum_read0_enable_o,
    output wire [4:0] weights_in_sum_read0_address_o,
    input wire [127:0] bias_in_sum_read0_data_i,
    output wire bias_in_sum_read0_slot_o, bias_in_sum_read0_enable_o,
    output wire bias_in_sum_read0_address_o,
    output wire [3:0] sum_write_enable_o,
    output wire sum_update_slot_o, sum_update_enable_o,
    output wire [4:0] sum_update_address_o,
    input wire [127:0] sum_update_data_i,
    output wire sum_write_slot_o,
    output wire [4:0] sum_write_address_o,
    output wire [127:0] sum_write_data_o,
    output wire done_o,
    output wire [703:0] counts_o
);
    genvar lane, element, counter;
    wire [17:0] index;
    wire [5:0] first;
    wire [6:0] first_from, last_from;
    wire [5:0] increment;
    wire valid, in_range, fire, run_start;
    wire padded_reader_leaves = fire & last_from[0];
    assign padded_reader_acquire_o = padded_reader_leaves;
    wire [9:0] padded_reader_needed_affine;
    address_generator #(.LOOPS(6), .WIDTH(10), .USED(6'd62)) u_padded_reader_needed_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment),
        .base_i(10'd0), .coefficient_i({10'd3, 10'd21, 10'd3, 10'd21, 10'd1, 10'd0}),
        .address_o(padded_reader_needed_affine)
    );
    wire [9:0] padded_reader_needed_progress = {2'd0, padded_reader_progress_i};
    wire padded_reader_waits = (last_from[0] | $signed(padded_reader_needed_progress) <=
        $signed(padded_reader_needed_affine)) & ~padded_reader_ready_i;
    wire bias_in_sum_reader_leaves = fire & last_from[1];
    assign bias_in_sum_reader_acquire_o = fire & first_from[1];
    wire bias_in_sum_reader_waits = first_from[1] & ~bias_in_sum_reader_ready_i;
    wire weights_in_sum_reader_leaves = fire & last_from[1];
    assign weights_in_sum_reader_acquire_o = weights_in_sum_reader_leaves;
    wire weights_in_sum_reader_slot;
    slot_pointer #(.SLOTS(2)) u_weights_in_sum_reader_slot (
        .clk_i(clk_i), .rst_i(rst_i), .next_i(weights_in_sum_reader_leaves),
        .slot_o(weights_in_sum_reader_slot)
    );
    wire [8:0] weights_in_sum_reader_needed_affine;
    address_generator #(.LOOPS(6), .WIDTH(9), .USED(6'd14)) u_weights_in_sum_reader_needed_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment),
        .base_i(9'd81), .coefficient_i({9'd0, 9'd0, 9'd3, 9'd9, 9'd1, 9'd0}),
        .address_o(weights_in_sum_reader_needed_affine)
    );
    wire [8:0] weights_in_sum_reader_needed_progress = {2'd0, weights_in_sum_reader_progress_i};
    wire weights_in_sum_reader_waits = (last_from[1] |
        $signed(weights_in_sum_reader_needed_progress) <=
        $signed(weights_in_sum_reader_needed_affine)) & ~weights_in_sum_reader_ready_i;
    wire sum_writer_leaves = fire & last_from[1];
    assign sum_writer_acquire_o = fire & first_from[1];
    wire sum_writer_slot;
    slot_pointer #(.SLOTS(2)) u_sum_writer_slot (
        .clk_i(clk_i), .rst_i(rst_i), .next_i(sum_writer_leaves), .slot_o(sum_writer_slot)
    );
    wire sum_writer_waits = first_from[1] & ~sum_writer_ready_i;
    wire point_enable = in_range;
    wire [3:0] lane_enable_condition0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable_condition0
        localparam integer LANE6_SUM_S1_KI = lane;
        sum_s1_lane_enable_condition00 u_lane_enable_condition0 (
            .counter0_i(index[2:0]), .counter6_i(LANE6_SUM_S1_KI[1:0]),
            .value_o(lane_enable_condition0[lane])
        );
    end

    wire [3:0] lane_enable_condition1;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable_condition1
        localparam integer LANE7_SUM_S1_RCI = lane;
        sum_s1_lane_enable_condition11 u_lane_enable_condition1 (
            .counter1_i(index[5:3]), .counter7_i(LANE7_SUM_S1_RCI[1:0]),
            .value_o(lane_enable_condition1[lane])
        );
    end

    wire [15:0] lane_enable;

    for (lane = 0; lane < 16; lane = lane + 1) begin : gen_lane_enable
        localparam integer LANE6_SUM_S1_KI = lane / 4;
        localparam integer LANE7_SUM_S1_RCI = lane % 4;
        assign lane_enable[lane] = lane_enable_condition0[LANE6_SUM_S1_KI] &
            lane_enable_condition1[LANE7_SUM_S1_RCI];
    end

    wire [3:0] output_enable;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_output_enable
        assign output_enable[lane] = |lane_enable[lane * 4 +: 4];
    end

    wire padded_read0_active = fire & point_enable;
    assign padded_read0_slot_o = 1'b0;
    assign padded_read0_enable_o = padded_read0_active;
    wire [7:0] padded_read0_affine;
    address_generator #(.LOOPS(6), .WIDTH(8), .USED(6'd62)) u_padded_read0_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(8'd0),
        .coefficient_i({8'd3, 8'd21, 8'd3, 8'd21, 8'd1, 8'd0}), .address_o(padded_read0_affine)
    );
    assign padded_read0_address_o = padded_read0_affine;
    wire weights_in_sum_read0_active = fire & point_enable;
    assign weights_in_sum_read0_slot_o = weights_in_sum_reader_slot;
    assign weights_in_sum_read0_enable_o = weights_in_sum_read0_active;
    wire [4:0] weights_in_sum_read0_affine;
    address_generator #(.LOOPS(6), .WIDTH(5), .USED(6'd14)) u_weights_in_sum_read0_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(5'd0),
        .coefficient_i({5'd0, 5'd0, 5'd3, 5'd9, 5'd1, 5'd0}),
        .address_o(weights_in_sum_read0_affine)
    );
    assign weights_in_sum_read0_address_o = weights_in_sum_read0_affine;
    wire [255:0] element_value0;

    for (lane = 0; lane < 16; lane = lane + 1) begin : gen_element
        localparam integer LANE6_SUM_S1_KI = lane / 4;
        localparam integer LANE7_SUM_S1_RCI = lane % 4;
        sum_s1_element u_element (
            .clk_i(clk_i), .load1_i(padded_read0_data_i[LANE7_SUM_S1_RCI * 8 +: 8]),
            .load2_i(weights_in_sum_read0_data_i[(LANE7_SUM_S1_RCI + LANE6_SUM_S1_KI * 4) * 8 +:
                8]),
            .value0_o(element_value0[lane * 16 +: 16])
        );
    end

    wire [3:0] mask0;
    wire [255:0] masked_value;

    for (lane = 0; lane < 16; lane = lane + 1) begin : gen_masked_value
        localparam integer LANE7_SUM_S1_RCI = lane % 4;
        assign masked_value[lane * 16 +: 16] = mask0[LANE7_SUM_S1_RCI] ? element_value0[lane * 16 +:
            16] : 16'd0;
    end

    wire [71:0] lane_sum;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_tree
        reduction_tree #(.COUNT(4), .IN_WIDTH(16), .OUT_WIDTH(18), .SIGNED(1), .OPERATION(0)) u_tree
            (
            .clk_i(clk_i), .data_i(masked_value[lane * 64 +: 64]), .data_o(lane_sum[lane * 18 +:
                18])
        );
    end

    wire bias_in_sum_read0_condition, bias_in_sum_read0_condition2;
    wire bias_in_sum_read0_condition3;
    wire bias_in_sum_read0_active = fire & point_enable & bias_in_sum_read0_condition &
        bias_in_sum_read0_condition2 & bias_in_sum_read0_condition3;
    assign bias_in_sum_read0_slot_o = 1'b0;
    wire bias_in_sum_read0_bank_active;
    assign bias_in_sum_read0_enable_o = bias_in_sum_read0_bank_active;
    assign bias_in_sum_read0_address_o = 1'b0;
    wire [3:0] update_enable;
    wire point_active = fire & point_enable;
    wire update_active;
    wire [127:0] old_value, new_value;
    wire update_slot;
    wire [4:0] sum_update_affine;
    address_generator #(.LOOPS(6), .WIDTH(5), .USED(6'd48)) u_sum_update_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(5'd0),
        .coefficient_i({5'd1, 5'd5, 5'd0, 5'd0, 5'd0, 5'd0}), .address_o(sum_update_affine)
    );
    wire [4:0] sum_update_word_later;
    accumulate_port #(.BANKS(1), .PACK(4), .WIDTH(32), .DEPTH(25), .SLOTS(2)) u_accumulate (
        .clk_i(clk_i), .rst_i(rst_i), .valid_i(update_active), .slot_i(update_slot),
        .address_i(sum_update_word_later), .mask_i(update_enable),
        .read_slot_o(sum_update_slot_o), .read_enable_o(sum_update_enable_o),
        .read_address_o(sum_update_address_o), .read_data_i(sum_update_data_i), .old_o(old_value),
        .new_i(new_value), .write_slot_o(sum_write_slot_o), .write_enable_o(sum_write_enable_o),
        .write_address_o(sum_write_address_o), .write_data_o(sum_write_data_o)
    );
    wire first_visit = first[1] & first[2] & first[3];
    wire first_visit_later;

    for (element = 0; element < 4; element = element + 1) begin : gen_update
        sum_s1_update u_update (
            .old_i(old_value[element * 32 +: 32]), .value0_i(lane_sum[element * 18 +: 18]),
            .initial_i(bias_in_sum_read0_data_i[element * 32 +: 32]), .first_i(first_visit_later),
            .new_o(new_value[element * 32 +: 32])
        );
    end

    wire sum_writer_commit;
    assign sum_writer_release_o = sum_writer_commit;
    wire update_written;
    wire [2:0] written;
    count_ones #(.COUNT(4)) u_written (
        .bits_i(sum_write_enable_o), .count_o(written)
    );
    assign padded_reader_release_o = padded_reader_leaves;
    wire bias_in_sum_reader_read;
    assign bias_in_sum_reader_release_o = bias_in_sum_reader_read;
    assign weights_in_sum_reader_release_o = weights_in_sum_reader_leaves;
    wire stall = padded_reader_waits | bias_in_sum_reader_waits | weights_in_sum_reader_waits |
        sum_writer_waits;
    sequencer #(.LOOPS(6), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall),
        .extent_i({3'd5, 3'd5, 3'd3, 3'd3, 3'd3, 3'd2}), .index_o(index), .first_o(first),
        .first_from_o(first_from), .last_from_o(last_from), .increment_o(increment),
        .valid_o(valid), .enable_o(in_range), .fire_o(fire), .done_o(done_o), .start_o(run_start)
    );
    wire [4:0] enabled_lanes;
    count_ones #(.COUNT(16)) u_enabled_lanes (
        .bits_i(lane_enable), .count_o(enabled_lanes)
    );
    wire no_stall0 = valid & ~padded_reader_waits;
    wire no_stall1 = no_stall0 & ~bias_in_sum_reader_waits;
    wire no_stall2 = no_stall1 & ~weights_in_sum_reader_waits;
    wire [54:0] events = {{4'd0, no_stall2 & sum_writer_waits}, {4'd0, no_stall1 &
        weights_in_sum_reader_waits}, {4'd0, no_stall0 & bias_in_sum_reader_waits}, {4'd0, valid &
        padded_reader_waits}, (fire & point_enable) ? enabled_lanes : 5'd0, {4'd0, fire}, {2'd0,
        written}, {2'd0, update_active ? 3'd4 : 3'd0}, {2'd0, bias_in_sum_read0_active ? 3'd4 :
        3'd0}, weights_in_sum_read0_active ? 5'd16 : 5'd0, {2'd0, padded_read0_active ? 3'd4 :
        3'd0}};

    for (counter = 0; counter < 11; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(5)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(|events[counter * 5 +: 5]),
            .amount_i(events[counter * 5 +: 5]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    delay_line #(.WIDTH(4), .CYCLES(2), .RESET(0)) u_values_after2 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(lane_enable_condition1), .data_o(mask0)
    );
    delay_line #(.WIDTH(1), .CYCLES(2), .RESET(1)) u_events_after2 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(update_active), .data_o(update_written)
    );
    wire [9:0] values_after3;
    delay_line #(.WIDTH(10), .CYCLES(3), .RESET(0)) u_values_after3 (
        .clk_i(clk_i), .rst_i(rst_i),
        .data_i({sum_update_affine, sum_writer_slot, output_enable}), .data_o(values_after3)
    );
    assign update_enable = values_after3[3:0];
    assign update_slot = values_after3[4];
    assign sum_update_word_later = values_after3[9:5];
    wire [2:0] events_after3;
    delay_line #(.WIDTH(3), .CYCLES(3), .RESET(1)) u_events_after3 (
        .clk_i(clk_i), .rst_i(rst_i),
        .data_i({bias_in_sum_reader_leaves, point_active, bias_in_sum_read0_active}),
        .data_o(events_after3)
    );
    assign bias_in_sum_read0_bank_active = events_after3[0];
    assign update_active = events_after3[1];
    assign bias_in_sum_reader_read = events_after3[2];
    delay_line #(.WIDTH(1), .CYCLES(4), .RESET(0)) u_values_after4 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(first_visit), .data_o(first_visit_later)
    );
    delay_line #(.WIDTH(1), .CYCLES(5), .RESET(1)) u_events_after5 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(sum_writer_leaves), .data_o(sum_writer_commit)
    );
    sum_s1_control u_control (
        .bias_in_sum_read0_condition_o(bias_in_sum_read0_condition),
        .bias_in_sum_read0_condition2_o(bias_in_sum_read0_condition2),
        .bias_in_sum_read0_condition3_o(bias_in_sum_read0_condition3), .counter1_i(index[5:3]),
        .counter2_i(index[8:6]), .counter3_i(index[11:9])
    );
    wire unused_ok = &{1'b0, index[17:12], first[0], first[5:4], first_from[0], first_from[6:2],
        last_from[6:2], update_written};
endmodule
`default_nettype wire
