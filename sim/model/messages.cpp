#include "instance.h"

#include <cstdarg>
#include <cstdio>

// Verilator offers one printf and one $finish per thread, not per instance: text is handed over at
// the end of every call into an instance that finds some.
namespace Orrery::sim {

std::string &pending_messages() {
    static thread_local std::string text;
    return text;
}

} // namespace Orrery::sim

int orrery_model_print(const char *format, ...) {
    char small[1024];
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(small, sizeof(small), format, arguments);
    va_end(arguments);
    std::string text(small, length < 0 ? 0 : std::min<size_t>(length, sizeof(small) - 1));
    if (length >= static_cast<int>(sizeof(small))) {
        text.resize(length + 1);
        vsnprintf(text.data(), text.size(), format, again);
        text.resize(length);
    }
    va_end(again);
    Orrery::sim::pending_messages() += text;
    return length;
}

// Verilator calls exit() at the second $finish and abort() at a fatal error.
void vl_finish(const char *file, int line, const char *) {
    orrery_model_print("%s:%d: $finish\n", file, line);
    Verilated::threadContextp()->gotFinish(true);
}

void vl_fatal(const char *file, int line, const char *, const char *message) {
    Verilated::threadContextp()->gotFinish(true);
    throw std::runtime_error(std::string(file ? file : "") + ":" + std::to_string(line) + ": " +
                             message);
}
