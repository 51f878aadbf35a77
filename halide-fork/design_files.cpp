#include "halide-fork/design_files.h"

#include "hwgen/support/error.h"

#include <stdlib.h>

#include <fstream>
#include <vector>

namespace Orrery {

namespace fs = std::filesystem;

namespace {

/// A directory of our own beside the final one, so that a rename is all that is left to do; removed
/// with its contents.
class StagingDirectory {
public:
    explicit StagingDirectory(const fs::path &beside) {
        std::string name = beside.string() + ".partial-XXXXXX";
        if (!mkdtemp(name.data())) {
            user_error("The directory {} cannot be written. Choose another one with -o.",
                       beside.string());
        }
        path = name;
    }
    ~StagingDirectory() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    StagingDirectory(const StagingDirectory &) = delete;
    StagingDirectory &operator=(const StagingDirectory &) = delete;
    fs::path path;
};

void write_file(const fs::path &path, const std::string &contents) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << contents;
    file.close();
    if (!file) {
        user_error("The file {} cannot be written. Is the disk full?", path.string());
    }
}

std::vector<fs::path> files_under(const fs::path &root) {
    std::vector<fs::path> paths;
    for (const fs::directory_entry &entry : fs::recursive_directory_iterator(root)) {
        if (entry.is_regular_file()) {
            paths.push_back(fs::relative(entry.path(), root));
        }
    }
    return paths;
}

/// Modules that the new design does not have must not be found by a tool that reads the whole
/// folder, nor the mapping of a design before.
void remove_old_files(const fs::path &directory, const fs::path &staging) {
    if (fs::exists(directory / "design.json") && !fs::exists(staging / "mapping.json")) {
        fs::remove(directory / "mapping.json");
    }
    if (!fs::is_directory(directory / "rtl")) {
        return;
    }
    for (const fs::path &old : files_under(directory / "rtl")) {
        if (old.extension() == ".v" && !fs::exists(staging / "rtl" / old)) {
            fs::remove(directory / "rtl" / old);
        }
    }
}

} // namespace

void write_files_together(const std::string &directory,
                          const std::map<std::string, std::string> &files,
                          const std::function<void(const fs::path &)> &write_more) {
    try {
        const fs::path target =
            fs::absolute(directory.empty() ? "." : directory).lexically_normal();
        const fs::path final_place = target.has_filename() ? target : target.parent_path();
        fs::create_directories(final_place.parent_path());
        const StagingDirectory staging(final_place);
        for (const auto &[path, contents] : files) {
            write_file(staging.path / path, contents);
        }
        write_more(staging.path);
        fs::create_directories(final_place);
        remove_old_files(final_place, staging.path);
        for (const fs::path &path : files_under(staging.path)) {
            fs::create_directories((final_place / path).parent_path());
            fs::rename(staging.path / path, final_place / path);
        }
    } catch (const fs::filesystem_error &error) {
        user_error("The directory {} cannot be written: {}.", directory, error.code().message());
    }
}

} // namespace Orrery
