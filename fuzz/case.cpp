#include "fuzz/case.h"

#include "hwgen/support/error.h"

#include <cctype>
#include <sstream>

namespace Orrery::fuzz {

namespace {

struct KindName {
    StepKind kind;
    const char *name;
    bool of_stage;
};

constexpr KindName kind_names[] = {
    {StepKind::Split, "split", true},
    {StepKind::Fuse, "fuse", true},
    {StepKind::Reorder, "reorder", true},
    {StepKind::Unroll, "unroll", true},
    {StepKind::Vectorize, "vectorize", true},
    {StepKind::Rfactor, "rfactor", true},
    {StepKind::In, "in", false},
    {StepKind::ComputeRoot, "compute_root", false},
    {StepKind::ComputeAt, "compute_at", false},
    {StepKind::StoreAt, "store_at", false},
    {StepKind::ReorderStorage, "reorder_storage", false},
    {StepKind::PeArray, "pe_array", true},
    {StepKind::Systolic, "systolic", true},
    {StepKind::Buffer, "buffer", false},
    {StepKind::Port, "port", false},
};

const KindName &entry(StepKind kind) {
    for (const KindName &k : kind_names) {
        if (k.kind == kind) {
            return k;
        }
    }
    ORRERY_CHECK(false, "kind {} of a step has no name", int(kind));
}

bool is_number(const std::string &word) { return std::isdigit((unsigned char)word[0]); }

Layer parse_layer(std::istringstream &line) {
    Layer layer;
    line >> layer.kind;
    for (std::string word; line >> word;) {
        const size_t equals = word.find('=');
        if (equals == std::string::npos || equals + 1 == word.size() ||
            !is_number(word.substr(equals + 1))) {
            user_error("parameter {} of layer {} is not written as name=number", word, layer.kind);
        }
        layer.parameters[word.substr(0, equals)] = std::stoi(word.substr(equals + 1));
    }
    return layer;
}

Step parse_step(const std::string &name, std::istringstream &line) {
    Step step;
    bool found = false;
    for (const KindName &k : kind_names) {
        if (name == k.name) {
            step.kind = k.kind;
            found = true;
        }
    }
    if (!found || !(line >> step.func)) {
        user_error("{} is not a step of a schedule, or lacks its Func", name);
    }
    const size_t dot = step.func.find('.');
    if (dot != std::string::npos) {
        step.stage = std::atoi(step.func.c_str() + dot + 1);
        step.func.erase(dot);
    }
    for (std::string word; line >> word;) {
        if (is_number(word)) {
            step.numbers.push_back(std::stoi(word));
        } else {
            step.names.push_back(word);
        }
    }
    return step;
}

} // namespace

bool is_of_stage(StepKind kind) { return entry(kind).of_stage; }

std::string print(const Layer &layer) {
    std::string text = "layer " + layer.kind;
    for (const auto &[name, value] : layer.parameters) {
        text += fmt::format(" {}={}", name, value);
    }
    return text;
}

std::string print(const Step &step) {
    std::string text = fmt::format("{} {}", entry(step.kind).name, step.func);
    if (is_of_stage(step.kind)) {
        text += fmt::format(".{}", step.stage);
    }
    for (const std::string &name : step.names) {
        text += " " + name;
    }
    for (int number : step.numbers) {
        text += fmt::format(" {}", number);
    }
    return text;
}

std::string print(const Case &c) {
    std::string text = print(c.layer) + "\n";
    for (const Step &step : c.steps) {
        text += print(step) + "\n";
    }
    return text;
}

Case parse_case(const std::string &text) {
    Case c;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string first;
        if (!(words >> first) || first[0] == '#') {
            continue;
        }
        if (first == "layer") {
            c.layer = parse_layer(words);
        } else {
            c.steps.push_back(parse_step(first, words));
        }
    }
    if (c.layer.kind.empty()) {
        user_error("the text has no line that begins with \"layer\"");
    }
    return c;
}

} // namespace Orrery::fuzz
