`default_nettype none
// Runs and DMA of stream a_stream of tensor a.
module a_stream (
    input wire clk_i, rst_i, start_i, idle_i,
    input wire [31:0] base_i,
    output wire [31:0] m_axi_araddr_o,
    output wire [7:0] m_axi_arlen_o,
    output wire [2:0] m_axi_arsize_o,
    output wire [1:0] m_axi_arburst_o,
    output wire m_axi_arvalid_o,
    input wire m_axi_arready_i,
    input wire [127:0] m_axi_rdata_i,
    input wire [1:0] m_axi_rresp_i,
    input wire m_axi_rlast_i, m_axi_rvalid_i,
    output wire m_axi_rready_o,
    output wire [1:0] available_o,
    output wire [15:0] data_o,
    input wire [1:0] take_i,
    output wire error_o
);
    wire run_start, index, increment, valid, in_range, fire, stall;
    wire u_sequencer_first_o_unused;
    wire [1:0] u_sequencer_first_from_o_unused, u_sequencer_last_from_o_unused;
    wire u_sequencer_done_o_unused;
    sequencer #(.LOOPS(1), .WIDTH(1)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall), .extent_i(1'b1),
        .index_o(index), .first_o(u_sequencer_first_o_unused),
        .first_from_o(u_sequencer_first_from_o_unused),
        .last_from_o(u_sequencer_last_from_o_unused), .increment_o(increment), .valid_o(valid),
        .enable_o(in_range), .fire_o(fire), .done_o(u_sequencer_done_o_unused),
        .start_o(run_start)
    );
    wire run_valid = valid & in_range & 1'b1;
    wire run_ready;
    assign stall = run_valid & ~run_ready;
    wire [31:0] affine_address;
    wire [31:0] origin = base_i + 32'd0;
    address_generator #(.LOOPS(1), .WIDTH(32), .USED(1'b0)) u_address (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment),
        .base_i(origin), .coefficient_i(32'd0), .address_o(affine_address)
    );
    wire [31:0] run_address = affine_address;
    wire u_dma_settled_o_unused;
    axi_read_stream #(.ADDRESS_WIDTH(32), .LENGTH_WIDTH(16), .BUS_BYTES(16), .CHUNK_BYTES(2),
        .MAX_BURST(256), .OUTSTANDING(16), .BUFFER_BEATS(0)) u_dma (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle_i), .run_valid_i(run_valid),
        .run_ready_o(run_ready), .run_address_i(run_address), .run_length_i(16'd42),
        .m_axi_araddr_o(m_axi_araddr_o), .m_axi_arlen_o(m_axi_arlen_o),
        .m_axi_arsize_o(m_axi_arsize_o), .m_axi_arburst_o(m_axi_arburst_o),
        .m_axi_arvalid_o(m_axi_arvalid_o), .m_axi_arready_i(m_axi_arready_i),
        .m_axi_rdata_i(m_axi_rdata_i), .m_axi_rresp_i(m_axi_rresp_i),
        .m_axi_rlast_i(m_axi_rlast_i), .m_axi_rvalid_i(m_axi_rvalid_i),
        .m_axi_rready_o(m_axi_rready_o), .available_o(available_o), .data_o(data_o),
        .take_i(take_i), .settled_o(u_dma_settled_o_unused), .error_o(error_o)
    );
    wire unused_ok = &{1'b0, index};
endmodule
`default_nettype wire
