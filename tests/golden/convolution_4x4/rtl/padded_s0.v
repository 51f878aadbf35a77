`default_nettype none
// Stage 0 of padded: 4 lanes.
module padded_s0 (
    input wire clk_i, rst_i, start_i, clear_i, padded_writer_ready_i,
    output wire padded_writer_acquire_o, padded_writer_release_o,
    input wire [2:0] input_stream_available_i,
    input wire [31:0] input_stream_data_i,
    output wire [2:0] input_stream_take_o,
    output wire padded_write_slot_o,
    output wire [3:0] padded_write_enable_o,
    output wire [7:0] padded_write_address_o,
    output wire [31:0] padded_write_data_o,
    output wire [7:0] padded_writer_progress_o,
    output wire done_o,
    output wire [255:0] counts_o
);
    genvar lane, counter;
    wire [8:0] index;
    wire [2:0] first;
    wire [3:0] first_from, last_from;
    wire [2:0] increment;
    wire valid, in_range, fire, run_start;
    wire padded_writer_leaves = fire & last_from[0];
    assign padded_writer_acquire_o = fire & first_from[0];
    wire padded_writer_waits = first_from[0] & ~padded_writer_ready_i;
    wire point_enable = in_range;
    wire [3:0] lane_enable_condition0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable_condition0
        localparam integer LANE3_PADDED_S0_C_INNER = lane;
        padded_s0_lane_enable_condition00 u_lane_enable_condition0 (
            .counter2_i(index[8:6]), .counter3_i(LANE3_PADDED_S0_C_INNER[1:0]),
            .value_o(lane_enable_condition0[lane])
        );
    end

    wire [3:0] lane_enable;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable
        localparam integer LANE3_PADDED_S0_C_INNER = lane;
        assign lane_enable[lane] = lane_enable_condition0[LANE3_PADDED_S0_C_INNER];
    end

    wire input_stream_condition, input_stream_condition2, input_stream_condition3;
    wire input_stream_condition4;
    wire input_stream_gate = in_range & input_stream_condition & input_stream_condition2 &
        input_stream_condition3 & input_stream_condition4;
    wire [3:0] input_stream_enable_condition0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_input_stream_enable_condition0
        localparam integer LANE3_PADDED_S0_C_INNER = lane;
        padded_s0_input_stream_enable_condition01 u_input_stream_enable_condition0 (
            .counter2_i(index[8:6]), .counter3_i(LANE3_PADDED_S0_C_INNER[1:0]),
            .value_o(input_stream_enable_condition0[lane])
        );
    end

    wire [3:0] input_stream_enable;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_input_stream_enable
        localparam integer LANE3_PADDED_S0_C_INNER = lane;
        assign input_stream_enable[lane] = input_stream_enable_condition0[LANE3_PADDED_S0_C_INNER];
    end

    wire [2:0] input_stream_elements;
    count_ones #(.COUNT(4)) u_input_stream_elements (
        .bits_i(input_stream_enable), .count_o(input_stream_elements)
    );
    wire [2:0] input_stream_need = input_stream_elements;
    assign input_stream_take_o = (fire & input_stream_gate) ? input_stream_need : 3'd0;
    reg [31:0] input_stream_data;
    wire control1_value;
    reg control1;
    wire [31:0] element_value0;

    always @(posedge clk_i) begin
        input_stream_data <= input_stream_data_i;
        control1 <= control1_value;
    end

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_element
        localparam integer LANE3_PADDED_S0_C_INNER = lane;
        padded_s0_element u_element (
            .clk_i(clk_i), .load0_i(input_stream_data[LANE3_PADDED_S0_C_INNER * 8 +: 8]),
            .control1_i(control1), .value0_o(element_value0[lane * 8 +: 8])
        );
    end

    wire [3:0] write_enable_later;
    wire point_active = fire & point_enable;
    wire write_active;
    assign padded_write_slot_o = 1'b0;
    wire [3:0] write_mask = write_enable_later & {4{write_active}};
    assign padded_write_enable_o = write_mask;
    wire [7:0] padded_write_affine;
    address_generator #(.LOOPS(3), .WIDTH(8), .USED(3'd7)) u_padded_write_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(8'd0),
        .coefficient_i({8'd1, 8'd3, 8'd21}), .address_o(padded_write_affine)
    );
    wire [7:0] padded_write_word_later;
    assign padded_write_address_o = padded_write_word_later;
    assign padded_write_data_o = element_value0;
    wire padded_writer_commit;
    assign padded_writer_release_o = padded_writer_commit;
    wire [7:0] padded_writer_point_affine;
    address_generator #(.LOOPS(3), .WIDTH(8), .USED(3'd7)) u_padded_writer_point_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(8'd0),
        .coefficient_i({8'd1, 8'd3, 8'd21}), .address_o(padded_writer_point_affine)
    );
    wire [7:0] padded_writer_progress = valid ? padded_writer_point_affine : 8'd0;
    wire [7:0] padded_writer_progress_later;
    assign padded_writer_progress_o = padded_writer_progress_later;
    wire [2:0] written;
    count_ones #(.COUNT(4)) u_written (
        .bits_i(write_mask), .count_o(written)
    );
    wire stall = padded_writer_waits | input_stream_gate & input_stream_available_i <
        input_stream_need;
    sequencer #(.LOOPS(3), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall),
        .extent_i({3'd3, 3'd7, 3'd7}), .index_o(index), .first_o(first),
        .first_from_o(first_from), .last_from_o(last_from), .increment_o(increment),
        .valid_o(valid), .enable_o(in_range), .fire_o(fire), .done_o(done_o), .start_o(run_start)
    );
    wire no_stall0 = valid & ~padded_writer_waits;
    wire [11:0] events = {{2'd0, no_stall0 & (input_stream_gate & input_stream_available_i <
        input_stream_need)}, {2'd0, valid & padded_writer_waits}, {2'd0, fire}, written};

    for (counter = 0; counter < 4; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(3)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(|events[counter * 3 +: 3]),
            .amount_i(events[counter * 3 +: 3]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    wire [11:0] values_after2;
    delay_line #(.WIDTH(12), .CYCLES(2), .RESET(0)) u_values_after2 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i({padded_write_affine, lane_enable}),
        .data_o(values_after2)
    );
    assign write_enable_later = values_after2[3:0];
    assign padded_write_word_later = values_after2[11:4];
    wire [9:0] events_after2;
    delay_line #(.WIDTH(10), .CYCLES(2), .RESET(1)) u_events_after2 (
        .clk_i(clk_i), .rst_i(rst_i),
        .data_i({padded_writer_progress, padded_writer_leaves, point_active}),
        .data_o(events_after2)
    );
    assign write_active = events_after2[0];
    assign padded_writer_commit = events_after2[1];
    assign padded_writer_progress_later = events_after2[9:2];
    padded_s0_control u_control (
        .input_stream_condition_o(input_stream_condition),
        .input_stream_condition2_o(input_stream_condition2),
        .input_stream_condition3_o(input_stream_condition3),
        .input_stream_condition4_o(input_stream_condition4), .control1_value_o(control1_value),
        .counter0_i(index[2:0]), .counter1_i(index[5:3])
    );
    wire unused_ok = &{1'b0, first, first_from[3:1], last_from[3:1]};
endmodule
`default_nettype wire
