#include "tests/apps/app_runner.h"

#include "sim/command.h"
#include "sim/model_build.h"
#include "sim/npy.h"
#include "sim/prediction.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <type_traits>

namespace fs = std::filesystem;

namespace Orrery::test {

namespace {

int64_t offset(const sim::Buffer &buffer, const std::vector<int> &at) {
    int64_t sum = 0;
    for (int d = 0; d < buffer.dimensions(); d++) {
        sum += int64_t(at[size_t(d)] - buffer.dim(d).min()) * buffer.dim(d).stride();
    }
    return sum;
}

/// Calls f with a null pointer of the element's type.
template <typename F>
void with_type(const sim::Buffer &buffer, F f) {
    const halide_type_t type = buffer.type();
    const bool natural = type.code == halide_type_uint;
    switch (type.bits) {
    case 8:
        natural ? f((uint8_t *)nullptr) : f((int8_t *)nullptr);
        return;
    case 16:
        natural ? f((uint16_t *)nullptr) : f((int16_t *)nullptr);
        return;
    case 32:
        natural ? f((uint32_t *)nullptr) : f((int32_t *)nullptr);
        return;
    case 64:
        natural ? f((uint64_t *)nullptr) : f((int64_t *)nullptr);
        return;
    }
    FAIL("tensors of " << type.bits << " bits");
}

} // namespace

sim::Buffer &Tensors::buffer(const std::string &name) const {
    const int index = design_.find_tensor(name);
    if (index < 0) {
        FAIL("the design has no tensor " << name);
    }
    return buffers_[size_t(index)];
}

int64_t Tensors::get(const std::string &name, const std::vector<int> &at) const {
    const sim::Buffer &b = buffer(name);
    int64_t value = 0;
    with_type(b, [&](auto *null) {
        value = int64_t(static_cast<decltype(null)>(b.data())[offset(b, at)]);
    });
    return value;
}

void Tensors::set(const std::string &name, const std::vector<int> &at, int64_t value) const {
    sim::Buffer &b = buffer(name);
    with_type(b, [&](auto *null) {
        using Element = std::remove_pointer_t<decltype(null)>;
        static_cast<Element *>(b.data())[offset(b, at)] = Element(value);
    });
}

void Tensors::each(const std::string &name,
                   const std::function<void(const std::vector<int> &)> &visit) const {
    const sim::TensorDescription &tensor = design_.tensors[size_t(design_.find_tensor(name))];
    sim::for_each_element(tensor, [&](const int *at, int64_t) {
        visit(std::vector<int>(at, at + tensor.dimensions.size()));
    });
}

int AppCase::number(const std::string &parameter, int otherwise) const {
    auto found = parameters.find(parameter);
    return found == parameters.end() ? otherwise : std::stoi(found->second);
}

std::string AppCase::text(const std::string &parameter, const std::string &otherwise) const {
    auto found = parameters.find(parameter);
    return found == parameters.end() ? otherwise : found->second;
}

AppRunner::AppRunner(fs::path directory) : directory_(std::move(directory)) {
    for (const fs::directory_entry &entry :
         fs::exists(directory_) ? fs::directory_iterator(directory_) : fs::directory_iterator()) {
        if (entry.path().filename() != "models") {
            fs::remove_all(entry.path());
        }
    }
}

void AppRunner::add(const AppCase &app) {
    INFO("app " << app.name);
    const fs::path design = directory_ / app.name;
    sim::Command command;
    command.words = {std::string(ORRERY_PROGRAMS) + "/" + app.generator + ".generator",
                     "-g",
                     app.generator,
                     "-o",
                     design.string(),
                     "-e",
                     "accelerator",
                     "-f",
                     "app"};
    for (const auto &[name, value] : app.parameters) {
        command.words.push_back(name + "=" + value);
    }
    const sim::CommandResult result = sim::run_command(command);
    INFO(result.output);
    CHECK(result.status == 0);
    if (result.status == 0) {
        cases_.push_back({app, sim::read_design(design)});
    }
}

void AppRunner::run() {
    std::vector<const sim::DesignDescription *> designs;
    for (const Compiled &c : cases_) {
        designs.push_back(&c.design);
    }
    sim::BuildOptions options;
    options.quick = true;
    const std::vector<sim::Model> models =
        sim::build_models(designs, directory_ / "models", options);
    for (size_t i = 0; i < cases_.size(); i++) {
        simulate(cases_[i], models[i]);
    }
}

void AppRunner::simulate(const Compiled &compiled, const sim::Model &model) const {
    sim::Simulator simulator(compiled.design, model);
    const sim::Reference reference(compiled.design);
    const Compiled c{compiled.app, // with the tensors of these scalars
                     compiled.design.at(compiled.design.scalar_values(compiled.app.scalars))};
    for (unsigned run = 0; run < 3; run++) {
        INFO("app " << c.app.name << ", run " << run);
        std::mt19937 dice(run + 1);
        std::vector<sim::Buffer> buffers = sim::random_tensors(c.design, run + 1);
        c.app.prepare(Tensors(c.design, buffers), dice);
        sim::RunOptions options;
        options.scalars = c.app.scalars;
        options.seed = run + 1;
        options.reset = run == 0;
        options.watchdog_cycles = 8000;
        if (run > 0) {
            options.memory = {run == 1 ? 7 : 90, int(30 * run - 10), run == 1 ? 1 : 0};
            options.misalignment = -1;
        }
        sim::Outcome outcome = sim::check(simulator, reference, std::move(buffers), options);
        INFO(sim::describe_failure(outcome) << outcome.result.messages);
        CHECK(outcome.passed());
        CHECK(outcome.result.messages.empty());
        if (run == 0) { // without stalls
            CHECK(sim::wrong_predictions(compiled.design.directory, options, outcome.result) == "");
        }

        std::vector<sim::Buffer> &got = outcome.tensors[0], expected = got;
        std::vector<sim::Difference> differences;
        uint64_t differing = 0;
        for (size_t i = 0; i < got.size(); i++) {
            if (c.design.tensors[i].is_output) {
                expected[i] = sim::allocate_tensor(c.design.tensors[i]);
            }
        }
        c.app.plain(c.app, Tensors(c.design, expected));
        for (size_t i = 0; i < got.size(); i++) {
            differing +=
                sim::compare_tensors(c.design.tensors[i], got[i], expected[i], 1, differences);
        }
        INFO("plain loops: " << differing << " elements differ, the first: "
                             << (differences.empty()
                                     ? ""
                                     : fmt::format("{}",
                                                   fmt::join(differences[0].coordinates, ", ")) +
                                           ": got " + differences[0].got + ", expected " +
                                           differences[0].expected));
        CHECK(differing == 0);
        if (run == 0) {
            save(c, got);
        }
    }
}

void AppRunner::save(const Compiled &c, std::vector<sim::Buffer> &tensors) const {
    const fs::path folder = directory_ / c.app.name;
    std::ofstream file(folder / "case.json", std::ios::binary);
    std::string parameters, scalars, notes;
    for (const auto &[name, value] : c.app.parameters) {
        parameters += fmt::format("{}\"{}\": \"{}\"", parameters.empty() ? "" : ", ", name, value);
    }
    for (const auto &[name, value] : c.app.scalars) {
        scalars += fmt::format("{}\"{}\": {}", scalars.empty() ? "" : ", ", name, value);
    }
    for (const auto &[name, value] : c.app.notes) {
        notes += fmt::format(", \"{}\": {}", name, value);
    }
    file << fmt::format(
        "{{\"generator\": \"{}\", \"parameters\": {{{}}}, \"scalars\": {{{}}}{}}}\n",
        c.app.generator, parameters, scalars, notes);
    for (size_t i = 0; i < tensors.size(); i++) {
        const sim::TensorDescription &tensor = c.design.tensors[i];
        sim::save_npy(folder / (tensor.name + ".npy"), tensor, tensors[i]);
    }
}

} // namespace Orrery::test
