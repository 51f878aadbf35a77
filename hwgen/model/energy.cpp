#include "hwgen/model/energy.h"

#include "hwgen/support/arithmetic.h"

namespace Orrery::model {

namespace {

using technology::Macro;
using technology::Technology;

/// Has it a memory for each slot, or all slots in one? (The lowering decides so:
/// docs/architecture.md.)
bool is_phased(const hwir::Design &design, const hwir::Buffer &buffer) {
    bool updates = buffer.writers.size() > 1;
    for (const hwir::TokenUse &writer : buffer.writers) {
        updates = updates || (design.processes[writer.process].accumulation &&
                              !hwir::updates_beside_readers(design, buffer));
    }
    return updates;
}

EnergyItem buffer_item(const hwir::Design &design, size_t number, const BufferPrediction &counts,
                       const Technology &technology) {
    const hwir::Buffer &buffer = design.buffers[number];
    const bool phased = is_phased(design, buffer);
    int64_t pack = 1; // elements of a word
    for (size_t d = 0; d < buffer.banks.size(); d++) {
        pack *= buffer.packed[d] ? buffer.banks[d] : 1;
    }
    const int64_t word_bits = pack * buffer.type.bits, slots = phased ? 1 : buffer.memory_slots();
    const int64_t bank_bytes = (slots * buffer.depth() * word_bits + 7) / 8;
    const int64_t banks = buffer.bank_count() / pack * (phased ? buffer.memory_slots() : 1);
    const int copies = hwir::memory_copies(design, buffer);
    EnergyItem item{"buffer " + buffer.name, counts.reads + counts.writes, {}, {}, 0, bank_bytes};
    const Macro *macro = technology.macro(buffer.technology == hwir::MemoryTechnology::RegisterFile,
                                          bank_bytes, word_bits);
    if (!macro) {
        return item;
    }
    const double read = macro->read_pj / macro->word_bits,
                 write = macro->write_pj / macro->word_bits;
    // All copies are written.
    item.pj =
        buffer.type.bits * (double(counts.reads) * read + double(counts.writes) * write * copies);
    item.macros = banks * copies * divided_up(bank_bytes, macro->bytes);
    item.macro_bytes = macro->bytes;
    if (macro->area_mm2) {
        item.area_mm2 = double(item.macros) * *macro->area_mm2;
    }
    return item;
}

} // namespace

std::vector<EnergyItem> energy(const hwir::Design &design, const Prediction &prediction,
                               const Technology &technology) {
    std::vector<EnergyItem> items;
    auto add = [&](const std::string &name, uint64_t events, std::optional<double> pj) {
        items.push_back({name, events, pj, {}, 0, 0});
    };
    for (size_t b = 0; b < design.buffers.size(); b++) {
        items.push_back(buffer_item(design, b, prediction.buffers[b], technology));
    }
    constexpr int bits_per_byte = 8;
    for (size_t t = 0; t < design.tensors.size(); t++) {
        const uint64_t bytes =
            prediction.tensors[t].read.bytes + prediction.tensors[t].written.bytes;
        std::optional<double> pj;
        if (technology.dram_pj_per_bit) {
            pj = bits_per_byte * double(bytes) * *technology.dram_pj_per_bit;
        }
        add("port " + design.tensors[t].name, bytes, pj);
    }
    uint64_t multiplications = 0, hops = 0, hop_bits = 0;
    for (const ProcessPrediction &p : prediction.processes) {
        multiplications += p.multiplications;
        hops += p.hops;
        hop_bits += p.hop_bits;
    }
    add("multiplications", multiplications,
        technology.mac_pj ? std::optional<double>(double(multiplications) * *technology.mac_pj)
                          : std::nullopt);
    if (hops != 0) {
        add("links", hops,
            technology.hop_pj_per_bit
                ? std::optional<double>(double(hop_bits) * *technology.hop_pj_per_bit)
                : std::nullopt);
    }
    return items;
}

} // namespace Orrery::model
