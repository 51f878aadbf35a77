`default_nettype none
// Accelerator matrix_multiply_1x1.
module matrix_multiply_1x1 (
    input wire clk_i, rst_i,
    output wire [31:0] m_axi_a_araddr_o,
    output wire [7:0] m_axi_a_arlen_o,
    output wire [2:0] m_axi_a_arsize_o,
    output wire [1:0] m_axi_a_arburst_o,
    output wire m_axi_a_arvalid_o,
    input wire m_axi_a_arready_i,
    input wire [127:0] m_axi_a_rdata_i,
    input wire [1:0] m_axi_a_rresp_i,
    input wire m_axi_a_rlast_i, m_axi_a_rvalid_i,
    output wire m_axi_a_rready_o,
    output wire [31:0] m_axi_b_araddr_o,
    output wire [7:0] m_axi_b_arlen_o,
    output wire [2:0] m_axi_b_arsize_o,
    output wire [1:0] m_axi_b_arburst_o,
    output wire m_axi_b_arvalid_o,
    input wire m_axi_b_arready_i,
    input wire [127:0] m_axi_b_rdata_i,
    input wire [1:0] m_axi_b_rresp_i,
    input wire m_axi_b_rlast_i, m_axi_b_rvalid_i,
    output wire m_axi_b_rready_o,
    output wire [31:0] m_axi_result_awaddr_o,
    output wire [7:0] m_axi_result_awlen_o,
    output wire [2:0] m_axi_result_awsize_o,
    output wire [1:0] m_axi_result_awburst_o,
    output wire m_axi_result_awvalid_o,
    input wire m_axi_result_awready_i,
    output wire [63:0] m_axi_result_wdata_o,
    output wire [7:0] m_axi_result_wstrb_o,
    output wire m_axi_result_wlast_o, m_axi_result_wvalid_o,
    input wire m_axi_result_wready_i,
    input wire [1:0] m_axi_result_bresp_i,
    input wire m_axi_result_bvalid_i,
    output wire m_axi_result_bready_o,
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
    wire [95:0] write_words;
    wire b_in_product_writer_acquire, b_in_product_writer_release, b_stream_take;
    wire b_in_product_write_slot, b_in_product_write_enable;
    wire [5:0] b_in_product_write_address;
    wire [7:0] b_in_product_write_data;
    wire [5:0] b_in_product_writer_progress;
    wire b_in_product_s0_done;
    wire [255:0] b_in_product_s0_counts;
    wire a_in_product_writer_acquire, a_in_product_writer_release;
    wire [1:0] a_stream_take;
    wire a_in_product_write_slot, a_in_product_write_enable;
    wire [2:0] a_in_product_write_address;
    wire [15:0] a_in_product_write_data;
    wire [2:0] a_in_product_writer_progress;
    wire a_in_product_s0_done;
    wire [255:0] a_in_product_s0_counts;
    wire b_in_product_reader_acquire, b_in_product_reader_release;
    wire a_in_product_reader_acquire, a_in_product_reader_release, product_writer_acquire;
    wire product_writer_release, b_in_product_read0_slot, b_in_product_read0_enable;
    wire [5:0] b_in_product_read0_address;
    wire a_in_product_read0_slot, a_in_product_read0_enable;
    wire [2:0] a_in_product_read0_address;
    wire product_write_enable, product_update_slot, product_update_enable;
    wire [2:0] product_update_address;
    wire product_write_slot;
    wire [2:0] product_write_address;
    wire [31:0] product_write_data;
    wire product_s1_done;
    wire [511:0] product_s1_counts;
    wire product_reader_acquire, product_reader_release, product_read0_slot;
    wire product_read0_enable;
    wire [2:0] product_read0_address;
    wire result_stream_valid;
    wire [2:0] result_stream_count;
    wire [31:0] result_stream_data;
    wire result_s0_done;
    wire [255:0] result_s0_counts;
    wire b_stream_available;
    wire [7:0] b_stream_data;
    wire b_stream_error;
    wire [1:0] a_stream_available;
    wire [15:0] a_stream_data;
    wire a_stream_error, result_stream_done, result_stream_ready, result_stream_error;

    // Buffer b_in_product (b_im_in_product): 1 slot(s) of RAM.
    wire [7:0] b_in_product_data;
    banked_buffer #(.BANKS(1), .PACK(1), .WIDTH(8), .DEPTH(35), .SLOTS(1), .REGISTERS(0))
        u_b_in_product (
        .clk_i(clk_i), .rst_i(rst_i), .generation_i(b_in_product_writer_acquire),
        .write_slot_i(b_in_product_write_slot), .write_enable_i(b_in_product_write_enable),
        .write_address_i(b_in_product_write_address), .write_data_i(b_in_product_write_data),
        .read_slot_i(b_in_product_read0_slot), .read_enable_i(b_in_product_read0_enable),
        .read_address_i(b_in_product_read0_address), .read_data_o(b_in_product_data)
    );
    wire b_in_product_writer_ready, b_in_product_reader_ready;
    token_ring #(.SLOTS(1), .WRITERS(1), .READERS(1)) u_b_in_product_tokens (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle), .writer_ready_o(b_in_product_writer_ready),
        .writer_acquire_i(b_in_product_writer_acquire),
        .writer_commit_i(b_in_product_writer_release), .reader_ready_o(b_in_product_reader_ready),
        .reader_acquire_i(b_in_product_reader_acquire),
        .reader_release_i(b_in_product_reader_release)
    );

    // Buffer a_in_product (a_im_in_product): 1 slot(s) of flip-flops.
    wire [15:0] a_in_product_data;
    banked_buffer #(.BANKS(1), .PACK(1), .WIDTH(16), .DEPTH(7), .SLOTS(1), .REGISTERS(1))
        u_a_in_product (
        .clk_i(clk_i), .rst_i(rst_i), .generation_i(a_in_product_writer_acquire),
        .write_slot_i(a_in_product_write_slot), .write_enable_i(a_in_product_write_enable),
        .write_address_i(a_in_product_write_address), .write_data_i(a_in_product_write_data),
        .read_slot_i(a_in_product_read0_slot), .read_enable_i(a_in_product_read0_enable),
        .read_address_i(a_in_product_read0_address), .read_data_o(a_in_product_data)
    );
    wire a_in_product_writer_ready, a_in_product_reader_ready;
    token_ring #(.SLOTS(1), .WRITERS(1), .READERS(1)) u_a_in_product_tokens (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle), .writer_ready_o(a_in_product_writer_ready),
        .writer_acquire_i(a_in_product_writer_acquire),
        .writer_commit_i(a_in_product_writer_release), .reader_ready_o(a_in_product_reader_ready),
        .reader_acquire_i(a_in_product_reader_acquire),
        .reader_release_i(a_in_product_reader_release)
    );

    // Buffer product (product): 1 slot(s) of flip-flops.
    wire [63:0] product_data;
    phased_buffer #(.BANKS(1), .PACK(1), .WIDTH(32), .DEPTH(5), .SLOTS(1), .REGISTERS(1),
        .WRITE_PORTS(1), .READ_PORTS(2)) u_product (
        .clk_i(clk_i), .rst_i(rst_i), .generation_i(product_writer_acquire),
        .write_slot_i(product_write_slot), .write_enable_i(product_write_enable),
        .write_address_i(product_write_address), .write_data_i(product_write_data),
        .read_slot_i({product_read0_slot, product_update_slot}),
        .read_enable_i({product_read0_enable, product_update_enable}),
        .read_address_i({product_read0_address, product_update_address}),
        .read_data_o(product_data)
    );
    wire product_writer_ready, product_reader_ready;
    token_ring #(.SLOTS(1), .WRITERS(1), .READERS(1)) u_product_tokens (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle), .writer_ready_o(product_writer_ready),
        .writer_acquire_i(product_writer_acquire), .writer_commit_i(product_writer_release),
        .reader_ready_o(product_reader_ready), .reader_acquire_i(product_reader_acquire),
        .reader_release_i(product_reader_release)
    );
    wire finish, bus_error;
    axi_lite_registers #(.ADDRESS_WIDTH(12), .WRITE_WORDS(3), .READ_WORDS(40)) u_registers (
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
        .read_words_i({result_s0_counts, product_s1_counts, a_in_product_s0_counts,
            b_in_product_s0_counts})
    );
    run_join #(.PARTS(5)) u_join (
        .clk_i(clk_i), .rst_i(rst_i),
        .done_i({result_stream_done, result_s0_done, product_s1_done, a_in_product_s0_done,
            b_in_product_s0_done}),
        .finish_o(finish)
    );
    assign bus_error = b_stream_error | a_stream_error | result_stream_error;
    assign irq_o = finish;
    b_in_product_s0 u_b_in_product_s0 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .b_in_product_writer_ready_i(b_in_product_writer_ready),
        .b_in_product_writer_acquire_o(b_in_product_writer_acquire),
        .b_in_product_writer_release_o(b_in_product_writer_release),
        .b_stream_available_i(b_stream_available), .b_stream_data_i(b_stream_data),
        .b_stream_take_o(b_stream_take), .b_in_product_write_slot_o(b_in_product_write_slot),
        .b_in_product_write_enable_o(b_in_product_write_enable),
        .b_in_product_write_address_o(b_in_product_write_address),
        .b_in_product_write_data_o(b_in_product_write_data),
        .b_in_product_writer_progress_o(b_in_product_writer_progress),
        .done_o(b_in_product_s0_done), .counts_o(b_in_product_s0_counts)
    );
    a_in_product_s0 u_a_in_product_s0 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .a_in_product_writer_ready_i(a_in_product_writer_ready),
        .a_in_product_writer_acquire_o(a_in_product_writer_acquire),
        .a_in_product_writer_release_o(a_in_product_writer_release),
        .a_stream_available_i(a_stream_available), .a_stream_data_i(a_stream_data),
        .a_stream_take_o(a_stream_take), .a_in_product_write_slot_o(a_in_product_write_slot),
        .a_in_product_write_enable_o(a_in_product_write_enable),
        .a_in_product_write_address_o(a_in_product_write_address),
        .a_in_product_write_data_o(a_in_product_write_data),
        .a_in_product_writer_progress_o(a_in_product_writer_progress),
        .done_o(a_in_product_s0_done), .counts_o(a_in_product_s0_counts)
    );
    product_s1 u_product_s1 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .b_in_product_reader_ready_i(b_in_product_reader_ready),
        .b_in_product_reader_acquire_o(b_in_product_reader_acquire),
        .b_in_product_reader_release_o(b_in_product_reader_release),
        .b_in_product_reader_progress_i(b_in_product_writer_progress),
        .a_in_product_reader_ready_i(a_in_product_reader_ready),
        .a_in_product_reader_acquire_o(a_in_product_reader_acquire),
        .a_in_product_reader_release_o(a_in_product_reader_release),
        .a_in_product_reader_progress_i(a_in_product_writer_progress),
        .product_writer_ready_i(product_writer_ready),
        .product_writer_acquire_o(product_writer_acquire),
        .product_writer_release_o(product_writer_release),
        .b_in_product_read0_data_i(b_in_product_data),
        .b_in_product_read0_slot_o(b_in_product_read0_slot),
        .b_in_product_read0_enable_o(b_in_product_read0_enable),
        .b_in_product_read0_address_o(b_in_product_read0_address),
        .a_in_product_read0_data_i(a_in_product_data),
        .a_in_product_read0_slot_o(a_in_product_read0_slot),
        .a_in_product_read0_enable_o(a_in_product_read0_enable),
        .a_in_product_read0_address_o(a_in_product_read0_address),
        .product_write_enable_o(product_write_enable),
        .product_update_slot_o(product_update_slot),
        .product_update_enable_o(product_update_enable),
        .product_update_address_o(product_update_address),
        .product_update_data_i(product_data[31:0]), .product_write_slot_o(product_write_slot),
        .product_write_address_o(product_write_address),
        .product_write_data_o(product_write_data), .done_o(product_s1_done),
        .counts_o(product_s1_counts)
    );
    result_s0 u_result_s0 (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .clear_i(clear),
        .product_reader_ready_i(product_reader_ready),
        .product_reader_acquire_o(product_reader_acquire),
        .product_reader_release_o(product_reader_release),
        .product_read0_data_i(product_data[63:32]), .product_read0_slot_o(product_read0_slot),
        .product_read0_enable_o(product_read0_enable),
        .product_read0_address_o(product_read0_address),
        .result_stream_valid_o(result_stream_valid), .result_stream_ready_i(result_stream_ready),
        .result_stream_count_o(result_stream_count), .result_stream_data_o(result_stream_data),
        .done_o(result_s0_done), .counts_o(result_s0_counts)
    );
    b_stream u_b_stream (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .idle_i(idle), .base_i(write_words[63:32]),
        .m_axi_araddr_o(m_axi_b_araddr_o), .m_axi_arlen_o(m_axi_b_arlen_o),
        .m_axi_arsize_o(m_axi_b_arsize_o), .m_axi_arburst_o(m_axi_b_arburst_o),
        .m_axi_arvalid_o(m_axi_b_arvalid_o), .m_axi_arready_i(m_axi_b_arready_i),
        .m_axi_rdata_i(m_axi_b_rdata_i), .m_axi_rresp_i(m_axi_b_rresp_i),
        .m_axi_rlast_i(m_axi_b_rlast_i), .m_axi_rvalid_i(m_axi_b_rvalid_i),
        .m_axi_rready_o(m_axi_b_rready_o), .available_o(b_stream_available),
        .data_o(b_stream_data), .take_i(b_stream_take), .error_o(b_stream_error)
    );
    a_stream u_a_stream (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .idle_i(idle), .base_i(write_words[31:0]),
        .m_axi_araddr_o(m_axi_a_araddr_o), .m_axi_arlen_o(m_axi_a_arlen_o),
        .m_axi_arsize_o(m_axi_a_arsize_o), .m_axi_arburst_o(m_axi_a_arburst_o),
        .m_axi_arvalid_o(m_axi_a_arvalid_o), .m_axi_arready_i(m_axi_a_arready_i),
        .m_axi_rdata_i(m_axi_a_rdata_i), .m_axi_rresp_i(m_axi_a_rresp_i),
        .m_axi_rlast_i(m_axi_a_rlast_i), .m_axi_rvalid_i(m_axi_a_rvalid_i),
        .m_axi_rready_o(m_axi_a_rready_o), .available_o(a_stream_available),
        .data_o(a_stream_data), .take_i(a_stream_take), .error_o(a_stream_error)
    );
    result_stream u_result_stream (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start), .idle_i(idle), .done_o(result_stream_done),
        .base_i(write_words[95:64]), .valid_i(result_stream_valid), .ready_o(result_stream_ready),
        .count_i(result_stream_count), .data_i(result_stream_data),
        .m_axi_awaddr_o(m_axi_result_awaddr_o), .m_axi_awlen_o(m_axi_result_awlen_o),
        .m_axi_awsize_o(m_axi_result_awsize_o), .m_axi_awburst_o(m_axi_result_awburst_o),
        .m_axi_awvalid_o(m_axi_result_awvalid_o), .m_axi_awready_i(m_axi_result_awready_i),
        .m_axi_wdata_o(m_axi_result_wdata_o), .m_axi_wstrb_o(m_axi_result_wstrb_o),
        .m_axi_wlast_o(m_axi_result_wlast_o), .m_axi_wvalid_o(m_axi_result_wvalid_o),
        .m_axi_wready_i(m_axi_result_wready_i), .m_axi_bresp_i(m_axi_result_bresp_i),
        .m_axi_bvalid_i(m_axi_result_bvalid_i), .m_axi_bready_o(m_axi_result_bready_o),
        .error_o(result_stream_error)
    );
endmodule
`default_nettype wire
