#include "halide-fork/reference.h"

#include "halide-fork/reference_runtime.h"
#include "hwgen/support/error.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

extern char **environ;

namespace Orrery {

namespace HI = Halide::Internal;

namespace {

void add_dimension(std::vector<HI::Dim> &dims, const std::string &name, HI::DimType type) {
    dims.push_back(
        {name, HI::ForType::Serial, Halide::DeviceAPI::None, type, Halide::Partition::Auto});
}

/// Variables of the left-hand side, in order.
std::vector<std::string> pure_variables(const HI::Definition &definition) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const Halide::Expr &arg : definition.args()) {
        const auto *variable = arg.as<HI::Variable>();
        if (variable && !variable->param.defined() && !variable->image.defined() &&
            !variable->reduction_domain.defined() && seen.insert(variable->name).second) {
            names.push_back(variable->name);
        }
    }
    return names;
}

/// The loops that Halide gives a new definition: its reduction variables, around them the pure
/// ones.
void reset_definition(HI::Definition definition) {
    HI::StageSchedule &schedule = definition.schedule();
    schedule.splits().clear();
    schedule.prefetches().clear();
    schedule.fuse_level() = Halide::FuseLoopLevel();
    schedule.fused_pairs().clear();
    schedule.atomic() = false;
    schedule.allow_race_conditions() = false;
    schedule.dims().clear();
    for (const HI::ReductionVariable &variable : schedule.rvars()) {
        add_dimension(schedule.dims(), variable.var, HI::DimType::ImpureRVar);
    }
    for (const std::string &name : pure_variables(definition)) {
        add_dimension(schedule.dims(), name, HI::DimType::PureVar);
    }
    add_dimension(schedule.dims(), Halide::Var::outermost().name(), HI::DimType::PureVar);
    definition.specializations().clear();
}

void reset_storage(HI::Function &func) {
    std::vector<HI::StorageDim> &dims = func.schedule().storage_dims();
    dims.clear();
    for (const std::string &arg : func.args()) {
        HI::StorageDim dim;
        dim.var = arg;
        dims.push_back(dim);
    }
}

void reset_func(HI::Function func) {
    HI::FuncSchedule &schedule = func.schedule();
    Halide::LoopLevel level = schedule.compute_level();
    level.lock(); // Halide lets nobody look at a level that could still be changed
    const bool stays_inline = level.is_inlined() && !func.has_update_definition();
    const auto new_level = [&] {
        return stays_inline ? Halide::LoopLevel::inlined() : Halide::LoopLevel::root();
    };
    schedule.compute_level() = new_level();
    schedule.store_level() = new_level();
    schedule.hoist_storage_level() = new_level();
    schedule.wrappers().clear();
    schedule.bounds().clear();
    schedule.memory_type() = Halide::MemoryType::Auto;
    schedule.memoized() = false;
    schedule.async() = false;
    schedule.ring_buffer() = Halide::Expr();
    reset_storage(func);
    if (func.has_pure_definition()) {
        reset_definition(func.definition());
    }
    for (const HI::Definition &update : func.updates()) {
        reset_definition(update);
    }
}

std::string read_text(const std::string &path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Runs a program found on PATH with its output going to a file; its exit status, or -1 if it could
/// not be started.
int run(const std::vector<std::string> &command, const std::string &log_path) {
    std::vector<char *> arguments;
    for (const std::string &word : command) {
        arguments.push_back(const_cast<char *>(word.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = 0;
    const int failed =
        posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
        return -1;
    }
    return WEXITSTATUS(status);
}

/// The words of $CXX (which may hold options), or c++.
std::vector<std::string> compiler_command() {
    const char *variable = std::getenv("CXX");
    std::istringstream words(variable && *variable ? variable : "c++");
    return {std::istream_iterator<std::string>(words), {}};
}

/// Is the run-time library that Orrery carries the one of this target?
bool has_runtime(const Halide::Target &target) {
    const Halide::Target host = Halide::get_host_target();
    return target == Halide::Target(host.os, host.arch, host.bits);
}

} // namespace

Halide::Module reference_module(const HI::Function &output, const std::string &name,
                                const std::string &output_name,
                                const std::vector<Halide::Argument> &arguments,
                                const Halide::Target &target) {
    const auto [outputs, environment] = HI::deep_copy({output}, HI::build_environment({output}));
    for (const auto &entry : environment) {
        reset_func(entry.second);
    }
    Halide::Module module =
        Halide::Pipeline(Halide::Func(outputs[0]))
            .compile_to_module(arguments, name,
                               has_runtime(target) ? target.with_feature(Halide::Target::NoRuntime)
                                                   : target,
                               Halide::LinkageType::ExternalPlusMetadata);
    module.remap_metadata_name(output.name(), output_name);
    return module;
}

void link_reference(const Halide::Module &module, const std::filesystem::path &scratch,
                    const std::filesystem::path &library) {
    const std::filesystem::path object = scratch / "reference.o", runtime = scratch / "runtime.o",
                                log = scratch / "log";
    module.compile({{Halide::OutputFileType::object, object}});
    std::vector<std::string> command = compiler_command();
    const std::string compiler = command.at(0);
    command.insert(command.end(), {"-shared", "-Wl,-Bsymbolic", "-o", library, object});
    if (module.target().has_feature(Halide::Target::NoRuntime)) {
        std::ofstream(runtime, std::ios::binary) << reference_runtime();
        command.push_back(runtime);
    }
    command.insert(command.end(), {"-lpthread", "-ldl"});
    const int status = run(command, log);
    if (status == -1 || status == 127) {
        user_error(
            "The CPU reference cannot be linked: the compiler {} does not start. Install a C++ "
            "compiler, or name one in the environment variable CXX.",
            compiler);
    }
    if (status != 0) {
        user_error("The CPU reference cannot be linked: {} failed:\n{}", compiler, read_text(log));
    }
}

} // namespace Orrery
