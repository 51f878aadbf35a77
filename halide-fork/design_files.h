#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace Orrery {

/// Writes a set of files into a directory all together or not at all. They are first written into a
/// new directory beside it; only when all of them are there do they take the places of older ones.
/// `files` are paths within the directory and their contents; `write_more` may write others into
/// the directory it is given. Verilog files of an earlier design under rtl/ are removed. UserError
/// if a file cannot be written.
void write_files_together(const std::string &directory,
                          const std::map<std::string, std::string> &files,
                          const std::function<void(const std::filesystem::path &)> &write_more);

} // namespace Orrery
