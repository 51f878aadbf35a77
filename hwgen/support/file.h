#pragma once
#include "hwgen/support/error.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace Orrery {

/// The bytes of a file; empty where it cannot be read.
inline std::optional<std::string> try_read_file(const std::filesystem::path &file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    std::error_code failed;
    return stream && !std::filesystem::is_directory(file, failed)
               ? std::optional<std::string>(text.str())
               : std::nullopt;
}

/// The bytes of a file; user error where it cannot be read, with what to do about it, if given.
inline std::string read_file(const std::filesystem::path &file, const std::string &remedy = "") {
    std::optional<std::string> text = try_read_file(file);
    if (!text) {
        user_error("{}: cannot be read{}{}", file.string(), remedy.empty() ? "" : ". ", remedy);
    }
    return std::move(*text);
}

} // namespace Orrery
