`default_nettype none
// Stage 0 of output: 4 lanes.
module output_s0 (
    input wire clk_i, rst_i, start_i, clear_i, sum_reader_ready_i,
    output wire sum_reader_acquire_o, sum_reader_release_o,
    input wire [127:0] sum_read0_data_i,
    output wire [3:0] sum_read0_slot_o, sum_read0_enable_o,
    output wire [19:0] sum_read0_address_o,
    output wire output_stream_valid_o,
    input wire output_stream_ready_i,
    output wire [2:0] output_stream_count_o,
    output wire [31:0] output_stream_data_o,
    output wire done_o,
    output wire [255:0] counts_o
);
    genvar lane, counter;
    wire [8:0] index;
    wire [2:0] first;
    wire [3:0] first_from, last_from;
    wire [2:0] increment;
    wire valid, in_range, fire, run_start;
    wire sum_reader_leaves = fire & last_from[1];
    assign sum_reader_acquire_o = fire & first_from[1];
    wire sum_reader_slot;
    slot_pointer #(.SLOTS(2)) u_sum_reader_slot (
        .clk_i(clk_i), .rst_i(rst_i), .next_i(sum_reader_leaves), .slot_o(sum_reader_slot)
    );
    wire sum_reader_waits = first_from[1] & ~sum_reader_ready_i;
    wire point_enable = in_range;
    wire [3:0] lane_enable_condition0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable_condition0
        localparam integer LANE3_OUTPUT_S0_KI = lane;
        output_s0_lane_enable_condition00 u_lane_enable_condition0 (
            .counter0_i(index[2:0]), .counter3_i(LANE3_OUTPUT_S0_KI[1:0]),
            .value_o(lane_enable_condition0[lane])
        );
    end

    wire [3:0] lane_enable;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_lane_enable
        localparam integer LANE3_OUTPUT_S0_KI = lane;
        assign lane_enable[lane] = lane_enable_condition0[LANE3_OUTPUT_S0_KI];
    end

    wire sum_read0_active = fire & point_enable;
    assign sum_read0_slot_o = {4{sum_reader_slot}};
    assign sum_read0_enable_o = {4{sum_read0_active}};
    wire [4:0] sum_read0_affine;
    address_generator #(.LOOPS(3), .WIDTH(5), .USED(3'd6)) u_sum_read0_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(5'd0),
        .coefficient_i({5'd1, 5'd5, 5'd0}), .address_o(sum_read0_affine)
    );
    assign sum_read0_address_o = {4{sum_read0_affine}};
    wire [31:0] element_value0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_element
        localparam integer LANE3_OUTPUT_S0_KI = lane;
        output_s0_element u_element (
            .clk_i(clk_i), .load0_i(sum_read0_data_i[LANE3_OUTPUT_S0_KI * 32 +: 32]),
            .value0_o(element_value0[lane * 8 +: 8])
        );
    end

    wire [31:0] output_stream_ordered;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_output_stream_ordered
        localparam integer LANE3_OUTPUT_S0_KI = lane;
        assign output_stream_ordered[LANE3_OUTPUT_S0_KI * 8 +: 8] = element_value0[lane * 8 +: 8];
    end

    wire [3:0] output_stream_enable_condition0;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_output_stream_enable_condition0
        localparam integer LANE3_OUTPUT_S0_KI = lane;
        output_s0_output_stream_enable_condition01 u_output_stream_enable_condition0 (
            .counter0_i(index[2:0]), .counter3_i(LANE3_OUTPUT_S0_KI[1:0]),
            .value_o(output_stream_enable_condition0[lane])
        );
    end

    wire [3:0] output_stream_enable;

    for (lane = 0; lane < 4; lane = lane + 1) begin : gen_output_stream_enable
        localparam integer LANE3_OUTPUT_S0_KI = lane;
        assign output_stream_enable[lane] = output_stream_enable_condition0[LANE3_OUTPUT_S0_KI];
    end

    wire [2:0] output_stream_elements;
    count_ones #(.COUNT(4)) u_output_stream_elements (
        .bits_i(output_stream_enable), .count_o(output_stream_elements)
    );
    wire [2:0] output_stream_bytes_later;
    wire point_active = fire & point_enable;
    wire credit, pop;
    credit_counter #(.CREDITS(8)) u_credit (
        .clk_i(clk_i), .rst_i(rst_i), .take_i(point_active), .give_i(pop), .available_o(credit)
    );
    wire [34:0] fifo_out;
    wire push, u_fifo_in_ready_o_unused;
    stream_fifo #(.WIDTH(35), .DEPTH(8)) u_fifo (
        .clk_i(clk_i), .rst_i(rst_i), .in_valid_i(push), .in_ready_o(u_fifo_in_ready_o_unused),
        .in_data_i({output_stream_bytes_later, output_stream_ordered}),
        .out_valid_o(output_stream_valid_o), .out_ready_i(output_stream_ready_i),
        .out_data_o(fifo_out)
    );
    assign pop = output_stream_valid_o & output_stream_ready_i;
    assign output_stream_count_o = fifo_out[34:32];
    assign output_stream_data_o = fifo_out[31:0];
    assign sum_reader_release_o = sum_reader_leaves;
    wire stall = sum_reader_waits | point_enable & ~credit;
    sequencer #(.LOOPS(3), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall),
        .extent_i({3'd5, 3'd5, 3'd2}), .index_o(index), .first_o(first),
        .first_from_o(first_from), .last_from_o(last_from), .increment_o(increment),
        .valid_o(valid), .enable_o(in_range), .fire_o(fire), .done_o(done_o), .start_o(run_start)
    );
    wire no_stall0 = valid & ~sum_reader_waits;
    wire [11:0] events = {{2'd0, no_stall0 & (point_enable & ~credit)}, {2'd0, valid &
        sum_reader_waits}, {2'd0, fire}, sum_read0_active ? 3'd4 : 3'd0};

    for (counter = 0; counter < 4; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(3)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(|events[counter * 3 +: 3]),
            .amount_i(events[counter * 3 +: 3]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    delay_line #(.WIDTH(3), .CYCLES(3), .RESET(0)) u_values_after3 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(output_stream_elements),
        .data_o(output_stream_bytes_later)
    );
    delay_line #(.WIDTH(1), .CYCLES(3), .RESET(1)) u_events_after3 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(point_active), .data_o(push)
    );
    wire unused_ok = &{1'b0, index[8:3], first, first_from[0], first_from[3:2], last_from[0],
        last_from[3:2], lane_enable};
endmodule
`default_nettype wire
