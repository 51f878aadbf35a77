#include "explore/journal.h"

#include "hwgen/support/error.h"
#include "hwgen/support/file.h"
#include "sim/report.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>

namespace Orrery::explore {

namespace fs = std::filesystem;

Journal::Journal(const Sweep &sweep, const fs::path &directory)
    : sweep_(sweep), directory_(directory), rows_(sweep.points()) {
    std::error_code failed;
    fs::create_directories(directory, failed);
    const fs::path file = directory / "journal.jsonl";
    file_ = open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file_ < 0) {
        user_error("{} cannot be written: {}", file.string(), std::strerror(errno));
    }
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
        user_error("{}: another orrery explore works in this directory", directory.string());
    }
    take_up(read_file(file), file);
}

Journal::~Journal() { close(file_); }

void Journal::take_up(const std::string &text, const fs::path &file) {
    const size_t whole =
        text.find_last_of('\n') == std::string::npos ? 0 : text.find_last_of('\n') + 1;
    if (whole < text.size() && ftruncate(file_, off_t(whole)) != 0) {
        user_error("{} cannot be written: {}", file.string(), std::strerror(errno));
    }
    std::istringstream lines(text.substr(0, whole));
    std::string line;
    if (!std::getline(lines, line)) {
        write(sweep_.text);
        return;
    }
    if (line != sweep_.text) {
        user_error(
            "{} is of another sweep; choose another directory with --directory, or remove it",
            file.string());
    }
    while (std::getline(lines, line)) {
        try {
            Row row = parse_row(line);
            std::optional<Row> &place = rows_.at(row.point);
            known_ += place ? 0 : 1;
            place = std::move(row);
        } catch (const std::exception &) {
            user_error("{}: is damaged: {}", file.string(), line);
        }
    }
}

std::vector<size_t> Journal::missing() const {
    std::vector<size_t> points;
    for (size_t i = 0; i < rows_.size(); i++) {
        if (!rows_[i]) {
            points.push_back(i);
        }
    }
    return points;
}

void Journal::add(const Row &row) {
    if (!rows_[row.point]) {
        write(row_text(row));
        rows_[row.point] = row;
        known_++;
    }
}

/// Whole lines, on the disk before the next point is taken up.
void Journal::write(const std::string &line) {
    const std::string text = line + "\n";
    size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::write(file_, text.data() + done, text.size() - done);
        if (n < 0) {
            user_error("the journal in {} cannot be written: {}", directory_.string(),
                       std::strerror(errno));
        }
        done += size_t(n);
    }
    fdatasync(file_);
}

void Journal::write_results() const {
    sim::write_atomically(directory_ / "results.csv", results_csv(sweep_, rows_));
}

} // namespace Orrery::explore
