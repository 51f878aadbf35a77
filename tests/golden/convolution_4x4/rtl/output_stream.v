`default_nettype none
// Runs and DMA of stream output_stream of tensor output.
module output_stream (
    input wire clk_i, rst_i, start_i, idle_i,
    output wire done_o,
    input wire [31:0] base_i,
    input wire valid_i,
    output wire ready_o,
    input wire [2:0] count_i,
    input wire [31:0] data_i,
    output wire [31:0] m_axi_awaddr_o,
    output wire [7:0] m_axi_awlen_o,
    output wire [2:0] m_axi_awsize_o,
    output wire [1:0] m_axi_awburst_o,
    output wire m_axi_awvalid_o,
    input wire m_axi_awready_i,
    output wire [127:0] m_axi_wdata_o,
    output wire [15:0] m_axi_wstrb_o,
    output wire m_axi_wlast_o, m_axi_wvalid_o,
    input wire m_axi_wready_i,
    input wire [1:0] m_axi_bresp_i,
    input wire m_axi_bvalid_i,
    output wire m_axi_bready_o, error_o
);
    wire run_start, run_done;
    wire [8:0] index;
    wire [2:0] increment;
    wire valid, in_range, fire, stall, settled;
    wire [2:0] u_sequencer_first_o_unused;
    wire [3:0] u_sequencer_first_from_o_unused, u_sequencer_last_from_o_unused;
    sequencer #(.LOOPS(3), .WIDTH(3)) u_sequencer (
        .clk_i(clk_i), .rst_i(rst_i), .start_i(start_i), .stall_i(stall),
        .extent_i({3'd5, 3'd5, 3'd2}), .index_o(index), .first_o(u_sequencer_first_o_unused),
        .first_from_o(u_sequencer_first_from_o_unused),
        .last_from_o(u_sequencer_last_from_o_unused), .increment_o(increment), .valid_o(valid),
        .enable_o(in_range), .fire_o(fire), .done_o(run_done), .start_o(run_start)
    );
    wire not_empty;
    reg drains;
    assign done_o = drains & settled;
    wire run_valid = valid & in_range & not_empty & ~drains;
    wire [15:0] run_length;
    wire run_ready;
    assign stall = drains | run_valid & ~run_ready;
    wire [31:0] affine_address;
    wire [31:0] origin = base_i + 32'd0;

    always @(posedge clk_i) begin
        if (rst_i) begin
            drains <= 1'b0;
        end else begin
            drains <= run_done | drains & ~settled;
        end
    end

    address_generator #(.LOOPS(3), .WIDTH(32), .USED(3'd7)) u_address (
        .clk_i(clk_i), .start_i(run_start), .step_i(fire), .increment_i(increment),
        .base_i(origin), .coefficient_i({32'd6, 32'd30, 32'd4}), .address_o(affine_address)
    );
    wire [31:0] run_address = affine_address;
    axi_write_stream #(.ADDRESS_WIDTH(32), .LENGTH_WIDTH(16), .BUS_BYTES(16), .CHUNK_BYTES(4),
        .MAX_BURST(256), .OUTSTANDING(16)) u_dma (
        .clk_i(clk_i), .rst_i(rst_i), .idle_i(idle_i), .run_valid_i(run_valid),
        .run_ready_o(run_ready), .run_address_i(run_address), .run_length_i(run_length),
        .chunk_valid_i(valid_i), .chunk_ready_o(ready_o), .chunk_count_i(count_i),
        .chunk_data_i(data_i), .m_axi_awaddr_o(m_axi_awaddr_o), .m_axi_awlen_o(m_axi_awlen_o),
        .m_axi_awsize_o(m_axi_awsize_o), .m_axi_awburst_o(m_axi_awburst_o),
        .m_axi_awvalid_o(m_axi_awvalid_o), .m_axi_awready_i(m_axi_awready_i),
        .m_axi_wdata_o(m_axi_wdata_o), .m_axi_wstrb_o(m_axi_wstrb_o),
        .m_axi_wlast_o(m_axi_wlast_o), .m_axi_wvalid_o(m_axi_wvalid_o),
        .m_axi_wready_i(m_axi_wready_i), .m_axi_bresp_i(m_axi_bresp_i),
        .m_axi_bvalid_i(m_axi_bvalid_i), .m_axi_bready_o(m_axi_bready_o), .settled_o(settled),
        .error_o(error_o)
    );
    output_stream_control u_control (
        .not_empty_o(not_empty), .run_length_o(run_length), .counter0_i(index[2:0])
    );
    wire unused_ok = &{1'b0, index[8:3]};
endmodule
`default_nettype wire
