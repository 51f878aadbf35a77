`default_nettype none
// Stage 0 of result: 1 lanes.
module result_s0 (
    input wire clk_i, rst_i, start_i, clear_i, product_reader_ready_i,
    output wire product_reader_acquire_o, product_reader_release_o,
    input wire [31:0] product_read0_data_i,
    output wire product_read0_slot_o, product_read0_enable_o,
    output wire [2:0] product_read0_address_o,
    output wire result_stream_valid_o,
    input wire result_stream_ready_i,
    output wire [2:0] result_stream_count_o,
    output wire [31:0] result_stream_data_o,
    output wire done_o,
    output wire [255:0] counts_o
);
    genvar lane, counter;
    wire [5:0] index;
    wire [1:0] first;
    wire [2:0] first_from, last_from;
    wire [1:0] increment;
    wire valid, in_range, fire, run_start;
    wire product_reader_leaves = fire & last_from[1];
    assign product_reader_acquire_o = fire & first_from[1];
    wire product_reader_waits = first_from[1] & ~product_reader_ready_i;
    wire point_enable = in_range;
    wire product_read0_active = fire & point_enable;
    assign product_read0_slot_o = 1'b0;
    assign product_read0_enable_o = product_read0_active;
    wire [2:0] product_read0_affine;
    address_generator #(.LOOPS(2), .WIDTH(3), .USED(2'd2)) u_product_read0_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(3'd0),
        .coefficient_i({3'd1, 3'd0}), .address_o(product_read0_affine)
    );
    assign product_read0_address_o = product_read0_affine;
    wire [31:0] result_stream_ordered;

    for (lane = 0; lane < 1; lane = lane + 1) begin : gen_result_stream_ordered
        assign result_stream_ordered = product_read0_data_i;
    end

    wire [2:0] result_stream_bytes_now = 3'd4;
    wire [2:0] result_stream_bytes_later;
    wire point_active = fire & point_enable;
    wire credit, pop;
    credit_counter #(.CREDITS(8)) u_credit (
        .clk_i(clk_i), .rst_i(rst_i), .take_i(point_active), .give_i(pop), .available_o(credit)
    );
    wire [34:0] fifo_out;
    wire push, u_fifo_in_ready_o_unused;
    stream_fifo #(.WIDTH(35), .DEPTH(8)) u_fifo (
        .clk_i(clk_i), .rst_i(rst_i), .in_valid_i(push), .in_ready_o(u_fifo_in_ready_o_unused),
        .in_data_i({result_stream_bytes_later, result_stream_ordered}),
        .out_valid_o(result_stream_valid_o), .out_ready_i(result_stream_ready_i),
        .out_data_o(fifo_out)
    );
    assign pop = result_stream_valid_o & result_stream_ready_i;
    assign result_stream_count_o = fifo_out[34:32];
    assign result_stream_data_o = fifo_out[31:0];
    assign product_reader_release_o = product_reader_leaves;
    wire stall = product_reader_waits | point_enable & ~credit;
    sequencer #(.LOOPS(2), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall), .extent_i({3'd5, 3'd3}),
        .index_o(index), .first_o(first), .first_from_o(first_from), .last_from_o(last_from),
        .increment_o(increment), .valid_o(valid), .enable_o(in_range), .fire_o(fire),
        .done_o(done_o), .start_o(run_start)
    );
    wire no_stall0 = valid & ~product_reader_waits;
    wire [3:0] events = {no_stall0 & (point_enable & ~credit), valid & product_reader_waits, fire,
        product_read0_active ? 1'b1 : 1'b0};

    for (counter = 0; counter < 4; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(1)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(events[counter]),
            .amount_i(events[counter]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    delay_line #(.WIDTH(3), .CYCLES(1), .RESET(0)) u_values_after1 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(result_stream_bytes_now),
        .data_o(result_stream_bytes_later)
    );
    delay_line #(.WIDTH(1), .CYCLES(1), .RESET(1)) u_events_after1 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(point_active), .data_o(push)
    );
    wire unused_ok = &{1'b0, index, first, first_from[0], first_from[2], last_from[0],
        last_from[2]};
endmodule
`default_nettype wire
