#include "tests/unit/sim_fixture.h"

#include "sim/command.h"

#include <fmt/format.h>

#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace Orrery::test {

namespace fs = std::filesystem;

namespace {

/// Reads all bytes into a memory of its own, burst by burst, then writes them back. @NAME@ is
/// replaced.
constexpr const char *verilog = R"verilog(`default_nettype none
module negate (
    input  wire         clk_i, input wire rst_i, output wire irq_o,
    input  wire [11:0]  s_axi_awaddr_i, input wire s_axi_awvalid_i, output wire s_axi_awready_o,
    input  wire [31:0]  s_axi_wdata_i, input wire [3:0] s_axi_wstrb_i,
    input  wire         s_axi_wvalid_i, output wire s_axi_wready_o,
    output wire [1:0]   s_axi_bresp_o, output reg s_axi_bvalid_o, input wire s_axi_bready_i,
    input  wire [11:0]  s_axi_araddr_i, input wire s_axi_arvalid_i, output wire s_axi_arready_o,
    output reg  [31:0]  s_axi_rdata_o, output wire [1:0] s_axi_rresp_o,
    output reg          s_axi_rvalid_o, input wire s_axi_rready_i,
    output wire [31:0]  m_axi_in__put_araddr_o, output wire [7:0] m_axi_in__put_arlen_o,
    output wire [2:0]   m_axi_in__put_arsize_o, output wire [1:0] m_axi_in__put_arburst_o,
    output wire         m_axi_in__put_arvalid_o, input wire m_axi_in__put_arready_i,
    input  wire [@BUS@-1:0] m_axi_in__put_rdata_i, input wire [1:0] m_axi_in__put_rresp_i,
    input  wire         m_axi_in__put_rlast_i, input wire m_axi_in__put_rvalid_i,
    output wire         m_axi_in__put_rready_o,
    output wire [31:0]  m_axi_output_awaddr_o, output wire [7:0] m_axi_output_awlen_o,
    output wire [2:0]   m_axi_output_awsize_o, output wire [1:0] m_axi_output_awburst_o,
    output wire         m_axi_output_awvalid_o, input wire m_axi_output_awready_i,
    output reg  [@BUS@-1:0] m_axi_output_wdata_o, output reg [@BUS@/8-1:0] m_axi_output_wstrb_o,
    output wire         m_axi_output_wlast_o, output wire m_axi_output_wvalid_o,
    input  wire         m_axi_output_wready_i, input wire [1:0] m_axi_output_bresp_i,
    input  wire         m_axi_output_bvalid_i, output wire m_axi_output_bready_o
);
    localparam [31:0] COUNT = 32'd@COUNT@, BYTES = 32'd@BUS@ / 32'd8;
    localparam integer BUG = @BUG@, LOG = $clog2(BYTES);
    localparam [2:0] SIZE = LOG[2:0];
    localparam [2:0] IDLE = 0, READ_ADDRESS = 1, READ_DATA = 2, WRITE = 3, RESPONSE = 4;

    // Registers: 0 control, 4 status, 8 cycles, 0x20 input base, 0x24 output base, 0x40.. counters
    reg [31:0] in_base, out_base;
    reg        done, error;
    reg [63:0] cycles, busy_count, read_stalls, write_stalls;
    reg [2:0]  state;
    reg        half;
    wire write = s_axi_awvalid_i & s_axi_wvalid_i & ~s_axi_bvalid_o;
    wire start = write & (s_axi_awaddr_i == 12'd0) & s_axi_wdata_i[0] & s_axi_wstrb_i[0];
    assign s_axi_awready_o = write;
    assign s_axi_wready_o = write;
    assign s_axi_arready_o = ~s_axi_rvalid_o;
    assign s_axi_bresp_o = 2'd0;
    assign s_axi_rresp_o = 2'd0;
    always @(posedge clk_i) begin
        if (rst_i) begin
            s_axi_bvalid_o <= 1'b0;
            s_axi_rvalid_o <= 1'b0;
        end else begin
            s_axi_bvalid_o <= write | (s_axi_bvalid_o & ~s_axi_bready_i);
            s_axi_rvalid_o <= s_axi_arvalid_i & s_axi_arready_o | (s_axi_rvalid_o & ~s_axi_rready_i);
        end
        if (write & (s_axi_awaddr_i == 12'h20)) in_base <= s_axi_wdata_i;
        if (write & (s_axi_awaddr_i == 12'h24)) out_base <= s_axi_wdata_i;
        if (s_axi_arvalid_i & s_axi_arready_o)
            case (s_axi_araddr_i)
                12'h04: s_axi_rdata_o <= {29'd0, error, done, state != IDLE};
                12'h08: s_axi_rdata_o <= cycles[31:0];
                12'h0c: s_axi_rdata_o <= cycles[63:32];
                12'h20: s_axi_rdata_o <= in_base;
                12'h24: s_axi_rdata_o <= out_base;
                12'h40: s_axi_rdata_o <= busy_count[31:0];
                12'h44: s_axi_rdata_o <= busy_count[63:32];
                12'h48: s_axi_rdata_o <= read_stalls[31:0];
                12'h4c: s_axi_rdata_o <= read_stalls[63:32];
                12'h50: s_axi_rdata_o <= write_stalls[31:0];
                12'h54: s_axi_rdata_o <= write_stalls[63:32];
                default: s_axi_rdata_o <= 32'd0;
            endcase
    end

    // Bursts over [address, base + COUNT)
    reg  [7:0]  store [0:COUNT-1];
    reg  [31:0] address;            // of the next word, aligned
    reg  [8:0]  beats;              // of the burst, and those of it that remain
    reg         address_valid, data_valid, fell;
    wire        writes = (state == WRITE) | (state == RESPONSE);
    wire [31:0] base = writes ? out_base : in_base;
    wire [31:0] words = (base + COUNT - address + BYTES - 32'd1) / BYTES
                        + ((BUG == 10 && !writes) ? 32'd1 : 32'd0);
    wire [31:0] page = (BUG == 7) ? 32'd256 : (32'd4096 - {20'd0, address[11:0]}) / BYTES;
    wire [31:0] least = (words < page) ? words : page;
    wire [31:0] length = (least < 32'd256) ? least : 32'd256;
    wire [31:0] length_less_one = length - 32'd1;
    reg  [31:0] burst_address;
    reg  [7:0]  burst_length;
    assign m_axi_in__put_araddr_o = burst_address;
    assign m_axi_in__put_arlen_o = burst_length;
    assign m_axi_in__put_arsize_o = SIZE;
    assign m_axi_in__put_arburst_o = 2'd1;
    assign m_axi_in__put_arvalid_o = address_valid & ~writes & ~(fell & BUG == 4);
    assign m_axi_in__put_rready_o = (state == READ_DATA) & (BUG != 3);
    assign m_axi_output_awaddr_o = burst_address;
    assign m_axi_output_awlen_o = burst_length;
    assign m_axi_output_awsize_o = SIZE;
    assign m_axi_output_awburst_o = 2'd1;
    assign m_axi_output_awvalid_o = address_valid & writes;
    assign m_axi_output_wvalid_o = data_valid;
    assign m_axi_output_wlast_o = (beats == 9'd1) & (BUG != 2);
    assign m_axi_output_bready_o = 1'b1;
    wire read_beat = m_axi_in__put_rvalid_i & m_axi_in__put_rready_o;
    wire write_beat = m_axi_output_wvalid_o & m_axi_output_wready_i;
    wire read_done = (address - base) >= COUNT && !address[31];

    integer i;
    reg [31:0] offset;
    always @* begin
        m_axi_output_wdata_o = {@BUS@{1'b0}};
        m_axi_output_wstrb_o = {@BUS@/8{1'b0}};
        offset = 32'd0;
        for (i = 0; i < @BUS@/8; i = i + 1) begin
            offset = address + i - out_base;
            if (offset < COUNT) begin
                m_axi_output_wdata_o[i*8 +: 8] = store[offset];
                m_axi_output_wstrb_o[i] = !(BUG == 8 && offset == COUNT - 32'd1);
            end
            if (BUG == 9) m_axi_output_wstrb_o[i] = 1'b1;
        end
    end

    wire last_word = (address + BYTES) >= (base + COUNT);
    wire begin_read = (state == READ_ADDRESS) & ~address_valid;
    wire begin_write = (state == WRITE) & ~address_valid & ~data_valid & (beats == 9'd0);
    wire finish = (state == RESPONSE) & (m_axi_output_bvalid_i | BUG == 6);
    reg  all_written, irq;
    assign irq_o = irq;
    reg [31:0] k;
    always @(posedge clk_i) begin
        irq <= 1'b0;
        half <= ~half;
        if (rst_i) begin
            state <= IDLE;
            address_valid <= 1'b0;
            data_valid <= 1'b0;
            done <= 1'b0;
            error <= 1'b0;
            fell <= 1'b0;
            half <= 1'b0;
        end else begin
            fell <= m_axi_in__put_arvalid_o & ~m_axi_in__put_arready_i;
            if (state == IDLE) begin
                if (start) begin
                    state <= READ_ADDRESS;
                    address <= in_base / BYTES * BYTES;
                    done <= 1'b0;
                    cycles <= 64'd0;
                    busy_count <= 64'd0;
                    read_stalls <= 64'd0;
                    write_stalls <= 64'd0;
                end
            end else begin
                if (BUG != 11 || half) cycles <= cycles + 64'd1;
                if (read_beat | write_beat) busy_count <= busy_count + 64'd1;
                if ((state == READ_DATA) & ~read_beat) read_stalls <= read_stalls + 64'd1;
                if (writes & ~write_beat) write_stalls <= write_stalls + 64'd1;
            end
            if (begin_read | begin_write) begin
                address_valid <= 1'b1;
                burst_address <= address;
                burst_length <= length_less_one[7:0];
                beats <= length[8:0];
                data_valid <= begin_write;
            end
            if (m_axi_in__put_arvalid_o & m_axi_in__put_arready_i) begin
                address_valid <= 1'b0;
                state <= READ_DATA;
            end
            if (m_axi_output_awvalid_o & m_axi_output_awready_i) address_valid <= 1'b0;
            if (read_beat) begin
                for (k = 32'd0; k < BYTES; k = k + 32'd1)
                    if ((address + k - in_base) < COUNT)
                        store[address + k - in_base] <=
                            m_axi_in__put_rdata_i[k*8 +: 8]
                            ^ ((BUG == 1 && address + k - in_base == 32'd5) ? 8'hfe : 8'hff);
                address <= address + BYTES;
                beats <= beats - 9'd1;
                if (m_axi_in__put_rresp_i != 2'd0) error <= 1'b1;
                if (m_axi_in__put_rlast_i) begin
                    state <= last_word ? WRITE : READ_ADDRESS;
                    if (last_word) address <= out_base / BYTES * BYTES;
                    if (last_word) beats <= 9'd0;
                end
                if (BUG == 5) $stop;
            end
            if (write_beat) begin
                address <= address + BYTES;
                beats <= beats - 9'd1;
                if (beats == 9'd1) begin
                    data_valid <= 1'b0;
                    all_written <= last_word;
                end
            end
            if ((state == WRITE) & ~begin_write & (beats == 9'd0) & ~address_valid)
                state <= RESPONSE;
            if (write_beat & (beats == 9'd1)) state <= RESPONSE;
            if (finish & ~address_valid) begin
                state <= all_written ? IDLE : WRITE;
                beats <= 9'd0;
                done <= all_written;
                irq <= all_written;
            end
            if (m_axi_output_bvalid_i & m_axi_output_bresp_i != 2'd0) error <= 1'b1;
`ifndef SYNTHESIS
            if (BUG == 12) $display("first cycle of module %m");
            if (BUG == 12) assert (state == RESPONSE);
`endif
        end
    end
    wire unused_ok = &{1'b0, read_done, length[31:9], length_less_one[31:8]};
endmodule
`default_nettype wire
)verilog";

/// C without headers: the part of Halide's ABI that the reference needs.
constexpr const char *reference = R"c(
typedef struct { unsigned char code, bits; unsigned short lanes; } type_t;
typedef struct { int min, extent, stride; unsigned flags; } dimension_t;
typedef struct { unsigned long long device; void *interface; unsigned char *host;
                 unsigned long long flags; type_t type; int dimensions; dimension_t *dim;
                 void *padding; } buffer_t;
typedef struct { const char *name; int kind, dimensions; type_t type;
                 void *def, *min, *max, *estimate, *estimates; } argument_t;
typedef struct { int version, count; const argument_t *arguments; const char *target, *name; } metadata_t;
static const argument_t arguments[] = {
    {"in__put", 1, 2, {0, 8, 1}, 0, 0, 0, 0, 0}, {"output", 2, 2, {0, 8, 1}, 0, 0, 0, 0, 0}};
static const metadata_t metadata = {1, 2, arguments, "host", "negate"};
const metadata_t *negate_metadata(void) { return &metadata; }
typedef void (*handler_t)(void *, const char *);
static handler_t handler;
handler_t halide_set_error_handler(handler_t h) { handler_t old = handler; handler = h; return old; }
int negate_argv(void **a) {
    buffer_t *in = a[0], *out = a[1];
    /* It wants a column more than it uses, as Halide's bounds do for loads under a condition. */
    if (!in->host) {
        in->dim[0].min = -3;
        in->dim[0].extent = in->dim[0].stride == 1 ? out->dim[0].extent + 1 : 0;
        in->dim[1].stride = in->dim[0].extent;
        return 0;
    }
    if (in->dim[0].min != -3) { handler(0, "bounds of in__put"); return -1; }
    if (in->dim[0].extent <= out->dim[0].extent) { handler(0, "extent of in__put"); return -1; }
    for (int y = 0; y < out->dim[1].extent; y++)
        for (int x = 0; x < out->dim[0].extent; x++)
            out->host[x * out->dim[0].stride + y * out->dim[1].stride] =
                ~in->host[x * in->dim[0].stride + y * in->dim[1].stride];
    return 0;
}
)c";

constexpr const char *tensor_json = R"json({{
    "name": "{0}", "direction": "{1}", "type": "int8",
    "dimensions": [{{"min": -3, "extent": {2}, "stride": 1}}, {{"min": 2, "extent": {3}, "stride": {4}}}],
    "port": {{"prefix": "m_axi_{0}_", "bus_bits": {5}, "address_bits": 32,
              "outstanding_bursts": 1, "max_burst_beats": 256}},
    "base_register": {6}
  }})json";

constexpr const char *design_json = R"json({{
  "format": 1, "name": "negate", "top": "negate", "files": ["rtl/negate.v"],
  "clock": "clk_i", "reset": "rst_i",
  "reference": {{"library": "reference.so", "function": "negate"}},
  "tensors": [{}, {}],
  "control": {{"prefix": "s_axi_", "address_bits": 12}},
  "registers": [
    {{"name": "control", "offset": 0}}, {{"name": "status", "offset": 4}},
    {{"name": "cycles", "offset": 8, "words": 2}}, {{"name": "in__put_base", "offset": 32}},
    {{"name": "output_base", "offset": 36}}, {{"name": "copy_busy", "offset": 64, "words": 2}},
    {{"name": "copy_read_stalls", "offset": 72, "words": 2}},
    {{"name": "copy_write_stalls", "offset": 80, "words": 2}}],
  "processes": [{{"name": "copy", "func": "output", "stage": 0, "loops": [], "lanes": [],
    "counters": {{"busy": {{"register": "copy_busy"}}, "stalls": [
      {{"cause": "read data", "register": "copy_read_stalls"}},
      {{"cause": "the output port", "register": "copy_write_stalls"}}]}}}}],
  "buffers": []
}}
)json";

std::string replaced(std::string text, const std::string &from, const std::string &to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        text.replace(at, from.size(), to);
    }
    return text;
}

void write_text(const fs::path &file, const std::string &text) {
    std::ofstream(file, std::ios::binary) << text;
}

} // namespace

void write_fixture(const fs::path &directory, const FixtureOptions &options) {
    int stride = options.row_stride == 0 ? options.width : options.row_stride;
    int bytes = (options.height - 1) * stride + options.width;
    std::string rtl = replaced(verilog, "@BUS@", std::to_string(options.bus_bits));
    rtl = replaced(rtl, "@COUNT@", std::to_string(bytes));
    rtl = replaced(rtl, "@BUG@", std::to_string(options.bug));
    fs::create_directories(directory / "rtl");
    write_text(directory / "rtl" / "negate.v", rtl);
    auto tensor = [&](const char *name, const char *direction, int base) {
        return fmt::format(tensor_json, name, direction, options.width, options.height, stride,
                           options.bus_bits, base);
    };
    write_text(directory / "design.json", fmt::format(design_json, tensor("in__put", "input", 32),
                                                      tensor("output", "output", 36)));
    write_text(directory / "reference.c", reference);
    sim::CommandResult compiled = sim::run_command(
        {{"gcc", "-w", "-shared", "-fPIC", "-o", "reference.so", "reference.c"}, directory, {}});
    if (compiled.status != 0) {
        throw std::runtime_error(compiled.output);
    }
}

fs::path fresh_directory(const std::string &name) {
    fs::path directory = fs::temp_directory_path() / fmt::format("orrery_{}_{}", name, getpid());
    fs::remove_all(directory);
    fs::create_directories(directory);
    return directory;
}

} // namespace Orrery::test
