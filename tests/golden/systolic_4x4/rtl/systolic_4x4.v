`default_nettype none
// Accelerator systolic_4x4.
module systolic_4x4 (
    input wire clk_i, rst_i,
    output wire [31:0] m_axi_bias_araddr_o,
    output wire [7:0] m_axi_bias_arlen_o,
    output wire [2:0] m_axi_bias_arsize_o,
    output wire [1:0] m_axi_bias_arburst_o,
    output wire m_axi_bias_arvalid_o,
    input wire m_axi_bias_arready_i,
    input wire [127:0] m_axi_bias_rdata_i,
    input wire [1:0] m_axi_bias_rresp_i,
    input wire m_axi_bias_rlast_i, m_axi_bias_rvalid_i,
    output wire m_axi_bias_rready_o,
    output wire [31:0] m_axi_input_araddr_o,
    output wire [7:0] m_axi_input_arlen_o,
    output wire [2:0] m_axi_input_arsize_o,
    output wire [1:0] m_axi_input_arburst_o,
    output wire m_axi_input_arvalid_o,
    input wire m_axi_input_arready_i,
    input wire [31:0] m_axi_input_rdata_i,
    input wire [1:0] m_axi_input_rresp_i,
    input wire m_axi_input_rlast_i, m_axi_input_rvalid_i,
    output wire m_axi_input_rready_o,
    output wire [31:0] m_axi_weights_araddr_o,
    output wire [7:0] m_axi_weights_arlen_o,
    output wire [2:0] m_axi_weights_arsize_o,
    output wire [1:0] m_axi_weights_arburst_o,
    output wire m_axi_weights_arvalid_o,
    input wire m_axi_weights_arready_i,
    input wire [127:0] m_axi_weights_rdata_i,
    input wire [1:0] m_axi_weights_rresp_i,
    input wire m_axi_weights_rlast_i, m_axi_weights_rvalid_i,
    output wire m_axi_weights_rready_o,
    output wire [31:0] m_axi_output_awaddr_o,
    output wire [7:0] m_axi_output_awlen_o,
    output wire [2:0] m_axi_output_awsize_o,
    output wire [1:0] m_axi_output_awburst_o,
    output wire m_axi_output_awvalid_o,
    input wire m_axi_output_awready_i,
    output wire [127:0] m_axi_output_wdata_o,
    output wire [15:0] m_axi_output_wstrb_o,
    output wire m_axi_output_wlast_o, m_axi_output_wvalid_o,
    input wire m_axi_output_wready_i,
    input wire [1:0] m_axi_output_bresp_i,
    input wire m_axi_output_bvalid_i,
    output wire m_axi_output_bready_o,
    input wire [11:0] s_axi_awaddr_i,
    input wire s_axi_awvalid_i,
    output wire s_axi_awready_o,
    input wire [31:0] s_axi_wdata_i,
    input wire [3:0] s_axi_wstrb_i,
    input wire s_axi_wvalid_i,
    output wire s_axi_wready_o,
    output wire [1:0] s_axi_bresp_o,
    output wire s_axi_bvalid_o,
    input wire s_axi_bready_i,
    input wire [11:0] s_axi_araddr_i,
    input wire s_axi_arvalid_i,
    output wire s_axi_arready_o,
    output wire [31:0] s_axi_rdata_o,
    output wire [1:0] s_axi_rresp_o,
    output wire s_axi_rvalid_o,
    input wire s_axi_rready_i,
    output wire irq_o
);
    wire start, clear, idle;
    wire [127:0] write_words;
    wire padded_writer_acquire, padded_writer_release;
    wire [2:0] input_stream_take;
    wire [3:0] padded_write_slot, padded_write_enable;
    wire [31:0] padded_write_address, padded_write_data;
    wire [7:0] padded_writer_progress;
    wire padded_s0_done;
    wire [255:0] padded_s0_counts;
    wire bias_in_sum_writer_acquire, bias_in_sum_writer_release;
    wire [2:0] bias_stream_take;
    wire [3:0] bias_in_sum_write_slot, bias_in_sum_write_enable, bias_in_sum_write_address;
    wire [127:0] bias_in_sum_write_data;
    wire bias_in_sum_s0_done;
    wire [255:0] bias_in_sum_s0_counts;
    wire weights_in_sum_writer_acquire, weights_in_sum_writer_release;
    wire [2:0] weights_stream_take;
    wire [15:0] weights_in_sum_write_slot, weights_in_sum_write_enable;
    wire [79:0] weights_in_sum_write_address;
    wire [127:0] weights_in_sum_write_data;
    wire [6:0] weights_in_sum_writer_progress;
    wire weights_in_sum_s0_done;
    wire [255:0] weights_in_sum_s0_counts;
    wire padded_reader_acquire, padded_reader_release, bias_in_sum_reader_acquire;
    wire bias_in_sum_reader_release, weights_in_sum_reader_acquire;
    wire weights_in_sum_reader_release, sum_writer_acquire, sum_writer_release;
    wire [3:0] padded_read0_slot, padded_read0_enable;
    wire [31:0] padded_read0_address;
    wire [15:0] weights_in_sum_read0_slot, weights_in_sum_read0_enable;
    wire [79:0] weights_in_sum_read0_address;
    wire [3:0] bias_in_sum_read0_slot, bias_in_sum_read0_enable, bias_in_sum_read0_address;
    wire [3:0] sum_write_enable, sum_update_slot, sum_update_enable;
    wire [19:0] sum_update_address;
    wire [3:0] sum_write_slot;
    wire [19:0] sum_write_address;
    wire [127:0] sum_write_data;
    wire sum_s1_done;
    wire [703:0] sum_s1_counts;
    wire sum_reader_acquire, sum_reader_release;
    wire [3:0] sum_read0_slot, sum_read0_enable;
    wire [19:0] sum_read0_address;
    wire output_stream_valid;
    wire [2:0] output_stream_count;
    wire [31:0] output_stream_data;
    wire output_s0_done;
    wire [255:0] output_s0_counts;
    wire [2:0] input_stream_available;
    wire [31:0] input_stream_data;
    wire input_stream_error;
    wire [2:0] bias_stream_available;
    wire [31:0] bias_stream_data;
    wire bias_stream_error;
    wire [2:0] weights_stream_available;
    wire [31:0] weights_stream_data;
    wire weights_stream_error, output_stream_done, output_stream_ready, output_stream_error;

    // Buffer padded (padded): 1 slot(s) of RAM.
    wire [31:0] padded_data;
    banked_buffer #(.BANKS(4), .PACK(1), .WIDTH(8), .DEPTH(147), .SLOTS(1), .REGISTERS(0)) u_padded
        (
        .clk_i(clk_i), .rst_i(rst_i), .generation_i(padded_writer_acquire),
        .write_slot_i(padded_write_slot), .write_enable_i(padded_write_enable),
        .write_address_i(padded_write_address), .write_data_i(padded_write_data),
        .read_slot_i(padded_read0_slot), .read_enable_i(padded_read0_enable),
        .read_address_i(padded_read0_address), .read_data_o(padded_data)
    );
    wire padded_writer_ready, padded_reader_ready;
    token_ring #(.SLOTS(1), .WRITERS(1), .READERS(1)) u_padded_tokens (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle), .writer_ready_o(padded_writer_ready),
        .writer_acquire_i(padded_writer_acquire), .writer_commit_i(padded_writer_release),
        .reader_ready_o(padded_reader_ready), .reader_acquire_i(padded_reader_acquire),
        .reader_release_i(padded_reader_release)
    );

    // Buffer bias_in_sum (bias_im_in_sum): 1 slot(s) of flip-flops.
    wire [127:0] bias_in_sum_data;
    banked_buffer #(.BANKS(4), .PACK(1), .WIDTH(32), .DEPTH(1), .SLOTS(1), .REGISTERS(1))
        u_bias_in_sum (
        .clk_i(clk_i), .rst_i(rst_i), .generation_i(bias_in_sum_writer_acquire),
        .write_slot_i(bias_in_sum_write_slot), .write_enable_i(bias_in_sum_write_enable),
        .write_address_i(bias_in_sum_write_address), .write_data_i(bias_in_sum_write_data),
        .read_slot_i(bias_in_sum_read0_slot), .read_enable_i(bias_in_sum_read0_enable),
        .read_address_i(bias_in_sum_read0_address), .read_data_o(bias_in_sum_data)
    );
    wire bias_in_sum_writer_ready, bias_in_sum_reader_ready;
    token_ring #(.SLOTS(1), .WRITERS(1), .READERS(1)) u_bias_in_sum_tokens (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle), .writer_ready_o(bias_in_sum_writer_ready),
        .writer_acquire_i(bias_in_sum_writer_acquire),
        .writer_commit_i(bias_in_sum_writer_release), .reader_ready_o(bias_in_sum_reader_ready),
        .reader_acquire_i(bias_in_sum_reader_acquire),
        .reader_release_i(bias_in_sum_reader_release)
    );

    // Buffer weights_in_sum (weights_im_in_sum): 2 slot(s) of flip-flops.
    wire [127:0] weights_in_sum_data;
    banked_buffer #(.BANKS(16), .PACK(1), .WIDTH(8), .DEPTH(27), .SLOTS(2), .REGISTERS(1))
        u_weights_in_sum (
        .clk_i(clk_i), .rst_i(rst_i), .generation_i(weights_in_sum_writer_acquire),
        .write_slot_i(weights_in_sum_write_slot), .write_enable_i(weights_in_sum_write_enable),
        .write_address_i(weights_in_sum_write_address), .write_data_i(weights_in_sum_write_data),
        .read_slot_i(weights_in_sum_read0_slot), .read_enable_i(weights_in_sum_read0_enable),
        .read_address_i(weights_in_sum_read0_address), .read_data_o(weights_in_sum_data)
    );
    wire weights_in_sum_writer_ready, weights_in_sum_reader_ready;
    token_ring #(.SLOTS(2), .WRITERS(1), .READERS(1)) u_weights_in_sum_tokens (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle), .writer_ready_o(weights_in_sum_writer_ready),
        .writer_acquire_i(weights_in_sum_writer_acquire),
        .writer_commit_i(weights_in_sum_writer_release),
        .reader_ready_o(weights_in_sum_reader_ready),
        .reader_acquire_i(weights_in_sum_reader_acquire),
        .reader_release_i(weights_in_sum_reader_release)
    );

    // Buffer sum (sum): 2 slot(s) of RAM.
    wire [255:0] sum_data;
    phased_buffer #(.BANKS(4), .PACK(1), .WIDTH(32), .DEPTH(25), .SLOTS(2), .REGISTERS(0),
        .WRITE_PORTS(1), .READ_PORTS(2)) u_sum (
        .clk_i(clk_i), .rst_i(rst_i), .generation_i(sum_writer_acquire),
        .write_slot_i(sum_write_slot), .write_enable_i(sum_write_enable),
        .write_address_i(sum_write_address), .write_data_i(sum_write_data),
        .read_slot_i({sum_read0_slot, sum_update_slot}),
        .read_enable_i({sum_read0_enable, sum_update_enable}),
        .read_address_i({sum_read0_address, sum_update_address}), .read_data_o(sum_data)
    );
    wire sum_writer_ready, sum_reader_ready;
    token_ring #(.SLOTS(2), .WRITERS(1), .READERS(1)) u_sum_tokens (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle), .writer_ready_o(sum_writer_ready),
        .writer_acquire_i(sum_writer_acquire), .writer_commit_i(sum_writer_release),
        .reader_ready_o(sum_reader_ready), .reader_acquire_i(sum_reader_acquire),
        .reader_release_i(sum_reader_release)
    );
    wire finish, bus_error;
    axi_lite_registers #(.ADDRESS_WIDTH(12), .WRITE_WORDS(4), .READ_WORDS(54)) u_registers (
        .clk_i(clk_i), .rst_i(rst_i), .s_axi_awaddr_i(s_axi_awaddr_i),
        .s_axi_awvalid_i(s_axi_awvalid_i), .s_axi_awready_o(s_axi_awready_o),
        .s_axi_wdata_i(s_axi_wdata_i), .s_axi_wstrb_i(s_axi_wstrb_i),
        .s_axi_wvalid_i(s_axi_wvalid_i), .s_axi_wready_o(s_axi_wready_o),
        .s_axi_bresp_o(s_axi_bresp_o), .s_axi_bvalid_o(s_axi_bvalid_o),
        .s_axi_bready_i(s_axi_bready_i), .s_axi_araddr_i(s_axi_araddr_i),
        .s_axi_arvalid_i(s_axi_arvalid_i), .s_axi_arready_o(s_axi_arready_o),
        .s_axi_rdata_o(s_axi_rdata_o), .s_axi_rresp_o(s_axi_rresp_o),
        .s_axi_rvalid_o(s_axi_rvalid_o), .s_axi_rready_i(s_axi_rready_i), .start_o(start),
        .clear_o(clear), .idle_o(idle), .hold_i(1'b0), .finish_i(finish), .error_i(bus_error),
        .write_words_o(write_words),
        .read_words_i({output_s0_counts, sum_s1_counts, weights_in_sum_s0_counts,
            bias_in_sum_s0_counts, padded_s0_counts})
    );
    run_join #(.PARTS(6)) u_join (
        .clk_i(clk_i), .rst_i(rst_i),
        .done_i({output_stream_done, output_s0_done, sum_s1_done, weights_in_sum_s0_done,
            bias_in_sum_s0_done, padded_s0_done}),
        .finish_o(finish)
    );
    assign bus_error = input_stream_error | bias_stream_error | weights_stream_error |
        output_stream_error;
    assign irq_o = finish;
    padded_s0 u_padded_s0 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .padded_writer_ready_i(padded_writer_ready),
        .padded_writer_acquire_o(padded_writer_acquire),
        .padded_writer_release_o(padded_writer_release),
        .input_stream_available_i(input_stream_available),
        .input_stream_data_i(input_stream_data), .input_stream_take_o(input_stream_take),
        .padded_write_slot_o(padded_write_slot), .padded_write_enable_o(padded_write_enable),
        .padded_write_address_o(padded_write_address), .padded_write_data_o(padded_write_data),
        .padded_writer_progress_o(padded_writer_progress), .done_o(padded_s0_done),
        .counts_o(padded_s0_counts)
    );
    bias_in_sum_s0 u_bias_in_sum_s0 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .bias_in_sum_writer_ready_i(bias_in_sum_writer_ready),
        .bias_in_sum_writer_acquire_o(bias_in_sum_writer_acquire),
        .bias_in_sum_writer_release_o(bias_in_sum_writer_release),
        .bias_stream_available_i(bias_stream_available), .bias_stream_data_i(bias_stream_data),
        .bias_stream_take_o(bias_stream_take), .bias_in_sum_write_slot_o(bias_in_sum_write_slot),
        .bias_in_sum_write_enable_o(bias_in_sum_write_enable),
        .bias_in_sum_write_address_o(bias_in_sum_write_address),
        .bias_in_sum_write_data_o(bias_in_sum_write_data), .done_o(bias_in_sum_s0_done),
        .counts_o(bias_in_sum_s0_counts)
    );
    weights_in_sum_s0 u_weights_in_sum_s0 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .weights_in_sum_writer_ready_i(weights_in_sum_writer_ready),
        .weights_in_sum_writer_acquire_o(weights_in_sum_writer_acquire),
        .weights_in_sum_writer_release_o(weights_in_sum_writer_release),
        .weights_stream_available_i(weights_stream_available),
        .weights_stream_data_i(weights_stream_data), .weights_stream_take_o(weights_stream_take),
        .weights_in_sum_write_slot_o(weights_in_sum_write_slot),
        .weights_in_sum_write_enable_o(weights_in_sum_write_enable),
        .weights_in_sum_write_address_o(weights_in_sum_write_address),
        .weights_in_sum_write_data_o(weights_in_sum_write_data),
        .weights_in_sum_writer_progress_o(weights_in_sum_writer_progress),
        .done_o(weights_in_sum_s0_done), .counts_o(weights_in_sum_s0_counts)
    );
    sum_s1 u_sum_s1 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .padded_reader_ready_i(padded_reader_ready),
        .padded_reader_acquire_o(padded_reader_acquire),
        .padded_reader_release_o(padded_reader_release),
        .padded_reader_progress_i(padded_writer_progress),
        .bias_in_sum_reader_ready_i(bias_in_sum_reader_ready),
        .bias_in_sum_reader_acquire_o(bias_in_sum_reader_acquire),
        .bias_in_sum_reader_release_o(bias_in_sum_reader_release),
        .weights_in_sum_reader_ready_i(weights_in_sum_reader_ready),
        .weights_in_sum_reader_acquire_o(weights_in_sum_reader_acquire),
        .weights_in_sum_reader_release_o(weights_in_sum_reader_release),
        .weights_in_sum_reader_progress_i(weights_in_sum_writer_progress),
        .sum_writer_ready_i(sum_writer_ready), .sum_writer_acquire_o(sum_writer_acquire),
        .sum_writer_release_o(sum_writer_release), .padded_read0_data_i(padded_data),
        .padded_read0_slot_o(padded_read0_slot), .padded_read0_enable_o(padded_read0_enable),
        .padded_read0_address_o(padded_read0_address),
        .weights_in_sum_read0_data_i(weights_in_sum_data),
        .weights_in_sum_read0_slot_o(weights_in_sum_read0_slot),
        .weights_in_sum_read0_enable_o(weights_in_sum_read0_enable),
        .weights_in_sum_read0_address_o(weights_in_sum_read0_address),
        .bias_in_sum_read0_data_i(bias_in_sum_data),
        .bias_in_sum_read0_slot_o(bias_in_sum_read0_slot),
        .bias_in_sum_read0_enable_o(bias_in_sum_read0_enable),
        .bias_in_sum_read0_address_o(bias_in_sum_read0_address),
        .sum_write_enable_o(sum_write_enable), .sum_update_slot_o(sum_update_slot),
        .sum_update_enable_o(sum_update_enable), .sum_update_address_o(sum_update_address),
        .sum_update_data_i(sum_data[127:0]), .sum_write_slot_o(sum_write_slot),
        .sum_write_address_o(sum_write_address), .sum_write_data_o(sum_write_data),
        .done_o(sum_s1_done), .counts_o(sum_s1_counts)
    );
    output_s0 u_output_s0 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .sum_reader_ready_i(sum_reader_ready), .sum_reader_acquire_o(sum_reader_acquire),
        .sum_reader_release_o(sum_reader_release), .sum_read0_data_i(sum_data[255:128]),
        .sum_read0_slot_o(sum_read0_slot), .sum_read0_enable_o(sum_read0_enable),
        .sum_read0_address_o(sum_read0_address), .output_stream_valid_o(output_stream_valid),
        .output_stream_ready_i(output_stream_ready), .output_stream_count_o(output_stream_count),
        .output_stream_data_o(output_stream_data), .done_o(output_s0_done),
        .counts_o(output_s0_counts)
    );
    input_stream u_input_stream (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .idle_i(idle), .base_i(write_words[63:32]),
        .m_axi_araddr_o(m_axi_input_araddr_o), .m_axi_arlen_o(m_axi_input_arlen_o),
        .m_axi_arsize_o(m_axi_input_arsize_o), .m_axi_arburst_o(m_axi_input_arburst_o),
        .m_axi_arvalid_o(m_axi_input_arvalid_o), .m_axi_arready_i(m_axi_input_arready_i),
        .m_axi_rdata_i(m_axi_input_rdata_i), .m_axi_rresp_i(m_axi_input_rresp_i),
        .m_axi_rlast_i(m_axi_input_rlast_i), .m_axi_rvalid_i(m_axi_input_rvalid_i),
        .m_axi_rready_o(m_axi_input_rready_o), .available_o(input_stream_available),
        .data_o(input_stream_data), .take_i(input_stream_take), .error_o(input_stream_error)
    );
    bias_stream u_bias_stream (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .idle_i(idle), .base_i(write_words[31:0]),
        .m_axi_araddr_o(m_axi_bias_araddr_o), .m_axi_arlen_o(m_axi_bias_arlen_o),
        .m_axi_arsize_o(m_axi_bias_arsize_o), .m_axi_arburst_o(m_axi_bias_arburst_o),
        .m_axi_arvalid_o(m_axi_bias_arvalid_o), .m_axi_arready_i(m_axi_bias_arready_i),
        .m_axi_rdata_i(m_axi_bias_rdata_i), .m_axi_rresp_i(m_axi_bias_rresp_i),
        .m_axi_rlast_i(m_axi_bias_rlast_i), .m_axi_rvalid_i(m_axi_bias_rvalid_i),
        .m_axi_rready_o(m_axi_bias_rready_o), .available_o(bias_stream_available),
        .data_o(bias_stream_data), .take_i(bias_stream_take), .error_o(bias_stream_error)
    );
    weights_stream u_weights_stream (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .idle_i(idle), .base_i(write_words[95:64]),
        .m_axi_araddr_o(m_axi_weights_araddr_o), .m_axi_arlen_o(m_axi_weights_arlen_o),
        .m_axi_arsize_o(m_axi_weights_arsize_o), .m_axi_arburst_o(m_axi_weights_arburst_o),
        .m_axi_arvalid_o(m_axi_weights_arvalid_o), .m_axi_arready_i(m_axi_weights_arready_i),
        .m_axi_rdata_i(m_axi_weights_rdata_i), .m_axi_rresp_i(m_axi_weights_rresp_i),
        .m_axi_rlast_i(m_axi_weights_rlast_i), .m_axi_rvalid_i(m_axi_weights_rvalid_i),
        .m_axi_rready_o(m_axi_weights_rready_o), .available_o(weights_stream_available),
        .data_o(weights_stream_data), .take_i(weights_stream_take),
        .error_o(weights_stream_error)
    );
    output_stream u_output_stream (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .idle_i(idle), .done_o(output_stream_done),
        .base_i(write_words[127:96]), .valid_i(output_stream_valid),
        .ready_o(output_stream_ready), .count_i(output_stream_count), .data_i(output_stream_data),
        .m_axi_awaddr_o(m_axi_output_awaddr_o), .m_axi_awlen_o(m_axi_output_awlen_o),
        .m_axi_awsize_o(m_axi_output_awsize_o), .m_axi_awburst_o(m_axi_output_awburst_o),
        .m_axi_awvalid_o(m_axi_output_awvalid_o), .m_axi_awready_i(m_axi_output_awready_i),
        .m_axi_wdata_o(m_axi_output_wdata_o), .m_axi_wstrb_o(m_axi_output_wstrb_o),
        .m_axi_wlast_o(m_axi_output_wlast_o), .m_axi_wvalid_o(m_axi_output_wvalid_o),
        .m_axi_wready_i(m_axi_output_wready_i), .m_axi_bresp_i(m_axi_output_bresp_i),
        .m_axi_bvalid_i(m_axi_output_bvalid_i), .m_axi_bready_o(m_axi_output_bready_o),
        .error_o(output_stream_error)
    );
endmodule
`default_nettype wire
