# cmake -DINPUT=<file> -DOUTPUT=<file> -DHEADER=<header> -DFUNCTION=<name> -P EmbedBytes.cmake
#
# Writes a C++ source with the function Orrery::<name>, declared in the header, that gives the bytes of the input.
file(READ ${INPUT} digits HEX)
string(REGEX REPLACE "(................................)" "\\1\n" digits "${digits}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${digits}")
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace Orrery {

const std::string &${FUNCTION}() {
    static const unsigned char bytes[] = {
${bytes}};
    static const std::string text(reinterpret_cast<const char *>(bytes), sizeof(bytes));
    return text;
}

} // namespace Orrery
")
