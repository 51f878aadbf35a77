`default_nettype none
// Stage 1 of product: 1 lanes.
module product_s1 (
    input wire clk_i, rst_i, start_i, clear_i, b_in_product_reader_ready_i,
    output wire b_in_product_reader_acquire_o, b_in_product_reader_release_o,
    input wire [5:0] b_in_product_reader_progress_i,
    input wire a_in_product_reader_ready_i,
    output wire a_in_product_reader_acquire_o, a_in_product_reader_release_o,
    input wire [2:0] a_in_product_reader_progress_i,
    input wire product_writer_ready_i,
    output wire product_writer_acquire_o, product_writer_release_o,
    input wire [7:0] b_in_product_read0_data_i,
    output wire b_in_product_read0_slot_o, b_in_product_read0_enable_o,
    output wire [5:0] b_in_product_read0_address_o,
    input wire [15:0] a_in_product_read0_data_i,
    output wire a_in_product_read0_slot_o, a_in_product_read0_enable_o,
    output wire [2:0] a_in_product_read0_address_o,
    output wire product_write_enable_o, product_update_slot_o, product_update_enable_o,
    output wire [2:0] product_update_address_o,
    input wire [31:0] product_update_data_i,
    output wire product_write_slot_o,
    output wire [2:0] product_write_address_o,
    output wire [31:0] product_write_data_o,
    output wire done_o,
    output wire [511:0] counts_o
);
    genvar lane, element, counter;
    wire [8:0] index;
    wire [2:0] first;
    wire [3:0] first_from, last_from;
    wire [2:0] increment;
    wire valid, in_range, fire, run_start;
    wire b_in_product_reader_leaves = fire & last_from[0];
    assign b_in_product_reader_acquire_o = b_in_product_reader_leaves;
    wire [7:0] b_in_product_reader_needed_affine;
    address_generator #(.LOOPS(3), .WIDTH(8), .USED(3'd6)) u_b_in_product_reader_needed_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(8'd0),
        .coefficient_i({8'd5, 8'd1, 8'd0}), .address_o(b_in_product_reader_needed_affine)
    );
    wire [7:0] b_in_product_reader_needed_progress = {2'd0, b_in_product_reader_progress_i};
    wire b_in_product_reader_waits = (last_from[0] | $signed(b_in_product_reader_needed_progress) <=
        $signed(b_in_product_reader_needed_affine)) & ~b_in_product_reader_ready_i;
    wire a_in_product_reader_leaves = fire & last_from[1];
    assign a_in_product_reader_acquire_o = a_in_product_reader_leaves;
    wire [4:0] a_in_product_reader_needed_affine;
    address_generator #(.LOOPS(3), .WIDTH(5), .USED(3'd4)) u_a_in_product_reader_needed_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(5'd0),
        .coefficient_i({5'd1, 5'd0, 5'd0}), .address_o(a_in_product_reader_needed_affine)
    );
    wire [4:0] a_in_product_reader_needed_progress = {2'd0, a_in_product_reader_progress_i};
    wire a_in_product_reader_waits = (last_from[1] | $signed(a_in_product_reader_needed_progress) <=
        $signed(a_in_product_reader_needed_affine)) & ~a_in_product_reader_ready_i;
    wire product_writer_leaves = fire & last_from[1];
    assign product_writer_acquire_o = fire & first_from[1];
    wire product_writer_waits = first_from[1] & ~product_writer_ready_i;
    wire point_enable = in_range;
    wire b_in_product_read0_active = fire & point_enable;
    assign b_in_product_read0_slot_o = 1'b0;
    assign b_in_product_read0_enable_o = b_in_product_read0_active;
    wire [5:0] b_in_product_read0_affine;
    address_generator #(.LOOPS(3), .WIDTH(6), .USED(3'd6)) u_b_in_product_read0_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(6'd0),
        .coefficient_i({6'd5, 6'd1, 6'd0}), .address_o(b_in_product_read0_affine)
    );
    assign b_in_product_read0_address_o = b_in_product_read0_affine;
    wire a_in_product_read0_active = fire & point_enable;
    assign a_in_product_read0_slot_o = 1'b0;
    assign a_in_product_read0_enable_o = a_in_product_read0_active;
    wire [2:0] a_in_product_read0_affine;
    address_generator #(.LOOPS(3), .WIDTH(3), .USED(3'd4)) u_a_in_product_read0_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(3'd0),
        .coefficient_i({3'd1, 3'd0, 3'd0}), .address_o(a_in_product_read0_affine)
    );
    assign a_in_product_read0_address_o = a_in_product_read0_affine;
    wire [23:0] element_value0;

    for (lane = 0; lane < 1; lane = lane + 1) begin : gen_element
        product_s1_element u_element (
            .clk_i(clk_i), .load2_i(b_in_product_read0_data_i), .load1_i(a_in_product_read0_data_i),
            .value0_o(element_value0)
        );
    end

    wire update_lanes = 1'b1;
    wire point_active = fire & point_enable;
    wire update_active;
    wire [31:0] old_value, new_value;
    wire [2:0] product_update_affine;
    address_generator #(.LOOPS(3), .WIDTH(3), .USED(3'd2)) u_product_update_affine (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment), .base_i(3'd0),
        .coefficient_i({3'd0, 3'd1, 3'd0}), .address_o(product_update_affine)
    );
    wire [2:0] product_update_word_later;
    accumulate_port #(.BANKS(1), .PACK(1), .WIDTH(32), .DEPTH(5), .SLOTS(1)) u_accumulate (
        .clk_i(clk_i), .rst_i(rst_i), .valid_i(update_active), .slot_i(1'b0),
        .address_i(product_update_word_later), .mask_i(update_lanes),
        .read_slot_o(product_update_slot_o), .read_enable_o(product_update_enable_o),
        .read_address_o(product_update_address_o), .read_data_i(product_update_data_i),
        .old_o(old_value), .new_i(new_value), .write_slot_o(product_write_slot_o),
        .write_enable_o(product_write_enable_o), .write_address_o(product_write_address_o),
        .write_data_o(product_write_data_o)
    );
    wire first_visit = first[2];
    wire first_visit_later;

    for (element = 0; element < 1; element = element + 1) begin : gen_update
        product_s1_update u_update (
            .old_i(old_value), .value0_i(element_value0), .first_i(first_visit_later),
            .new_o(new_value)
        );
    end

    wire product_writer_commit;
    assign product_writer_release_o = product_writer_commit;
    wire update_written;
    assign b_in_product_reader_release_o = b_in_product_reader_leaves;
    assign a_in_product_reader_release_o = a_in_product_reader_leaves;
    wire stall = b_in_product_reader_waits | a_in_product_reader_waits | product_writer_waits;
    sequencer #(.LOOPS(3), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall),
        .extent_i({3'd7, 3'd5, 3'd3}), .index_o(index), .first_o(first),
        .first_from_o(first_from), .last_from_o(last_from), .increment_o(increment),
        .valid_o(valid), .enable_o(in_range), .fire_o(fire), .done_o(done_o), .start_o(run_start)
    );
    wire no_stall0 = valid & ~b_in_product_reader_waits;
    wire no_stall1 = no_stall0 & ~a_in_product_reader_waits;
    wire [7:0] events = {no_stall1 & product_writer_waits, no_stall0 & a_in_product_reader_waits,
        valid & b_in_product_reader_waits, fire, update_written ? 1'b1 : 1'b0, update_active ? 1'b1
        : 1'b0, a_in_product_read0_active ? 1'b1 : 1'b0, b_in_product_read0_active ? 1'b1 : 1'b0};

    for (counter = 0; counter < 8; counter = counter + 1) begin : gen_counter
        event_counter #(.WIDTH(48), .AMOUNT_WIDTH(1)) u_counter (
            .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i), .enable_i(events[counter]),
            .amount_i(events[counter]), .count_o(counts_o[counter * 64 +: 48])
        );
        assign counts_o[counter * 64 + 48 +: 16] = 16'd0;
    end

    delay_line #(.WIDTH(3), .CYCLES(1), .RESET(0)) u_values_after1 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(product_update_affine),
        .data_o(product_update_word_later)
    );
    delay_line #(.WIDTH(1), .CYCLES(1), .RESET(1)) u_events_after1 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(point_active), .data_o(update_active)
    );
    delay_line #(.WIDTH(1), .CYCLES(2), .RESET(0)) u_values_after2 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(first_visit), .data_o(first_visit_later)
    );
    delay_line #(.WIDTH(1), .CYCLES(2), .RESET(1)) u_events_after2 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(update_active), .data_o(update_written)
    );
    delay_line #(.WIDTH(1), .CYCLES(3), .RESET(1)) u_events_after3 (
        .clk_i(clk_i), .rst_i(rst_i), .data_i(product_writer_leaves),
        .data_o(product_writer_commit)
    );
    wire unused_ok = &{1'b0, index, first[1:0], first_from[0], first_from[3:2], last_from[3:2]};
endmodule
`default_nettype wire
