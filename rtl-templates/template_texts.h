#pragma once
#include <string>

namespace Orrery {

/// Verilog text of a template of rtl-templates/, by the name of its module. The texts are part of
/// the library, so that neither a source tree nor an installation has to be found when a design is
/// written. InternalError for an unknown name.
const std::string &template_text(const std::string &module);

} // namespace Orrery
