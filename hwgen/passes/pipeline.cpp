#include "hwgen/passes/pipeline.h"

#include "hwgen/hwir/verify.h"
#include "hwgen/passes/assign_banks.h"
#include "hwgen/passes/choose_memories.h"
#include "hwgen/passes/early_start.h"
#include "hwgen/passes/make_streams.h"

namespace Orrery::passes {

void run_passes(hwir::Design &design) {
    hwir::verify(design);

    // Streams first: they need the accesses only, and their errors name the tensors that the user
    // wrote down, which is more help than an error on the banks of the buffer behind them.
    make_streams(design);
    hwir::verify(design);

    // Early starts need the accesses of buffers only, as banks do.
    early_start(design);
    hwir::verify(design);

    // Banks last: a pass that adds, merges or moves accesses of buffers belongs before this line.
    assign_banks(design);
    hwir::verify(design);

    // Behind the banks, whose size decides.
    choose_memories(design);
    hwir::verify(design);
}

} // namespace Orrery::passes
