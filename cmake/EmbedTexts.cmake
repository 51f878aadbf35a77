# cmake -DOUTPUT=<file> -DINPUTS=<file>|<file>... -P EmbedTexts.cmake
#
# Writes a C++ source with the function Orrery::template_text: the contents of the inputs by their file names
# without extension.
string(REPLACE "|" ";" INPUTS "${INPUTS}")
set(entries "")
foreach(input IN LISTS INPUTS)
  get_filename_component(name ${input} NAME_WE)
  file(READ ${input} text)
  string(FIND "${text}" ")verilog\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "${input} contains the end mark of the C++ literal that it is written as")
  endif()
  string(APPEND entries "        {\"${name}\", R\"verilog(${text})verilog\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"rtl-templates/template_texts.h\"

#include \"hwgen/support/error.h\"

#include <map>

namespace Orrery {

const std::string &template_text(const std::string &module) {
    static const std::map<std::string, std::string> texts = {
${entries}    };
    const auto found = texts.find(module);
    ORRERY_CHECK(found != texts.end(), \"no RTL template {}\", module);
    return found->second;
}

} // namespace Orrery
")
