#include "sim/model_build.h"

#include "hwgen/support/error.h"
#include "hwgen/support/file.h"
#include "sim/command.h"
#include "sim/model_glue.h"
#include "sim/model_sources.h"
#include "sim/toolchain.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace Orrery::sim {

namespace fs = std::filesystem;

namespace {

/// Emitted C++ below this size is compiled as one file: starting the compiler costs more than the
/// code.
constexpr uintmax_t small_model_bytes = 300'000;
/// Models that one compiler takes at a time when the build is to be quick.
constexpr size_t models_per_batch = 6;

void write_file(const fs::path &path, const std::string &text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
        user_error("{}: cannot be written", path.string());
    }
}

/// 64-bit FNV-1a over texts; the length of each keeps their borders apart.
class Hash {
public:
    void add(const std::string &text) {
        mix(std::to_string(text.size()) + ":");
        mix(text);
    }
    std::string text() const { return fmt::format("{:016x}", value_); }

private:
    void mix(const std::string &text) {
        for (unsigned char c : text) {
            value_ = (value_ ^ c) * 0x100000001b3u;
        }
    }
    uint64_t value_ = 0xcbf29ce484222325u;
};

/// One design of a library. Designs of the same contents are built once.
struct Unit {
    const DesignDescription *design;
    std::string key;          ///< hash of all that the model depends on
    std::string module_class; ///< name of the class that Verilator emits
    std::string symbol() const { return "orrery_model_" + key; }
};

Unit make_unit(const DesignDescription &design, const Toolchain &tools, bool quick) {
    Hash hash;
    hash.add(quick ? "quick" : "");
    hash.add(tools.verilator.version);
    hash.add(tools.compiler_version);
    for (const auto *flags : {&tools.verilator_flags, &tools.compiler_flags, &tools.link_flags}) {
        for (const std::string &flag : *flags) {
            hash.add(flag);
        }
    }
    for (const ModelSource &source : model_sources()) {
        hash.add(source.text);
    }
    hash.add(design.top);
    hash.add(model_glue(design, "", ""));
    for (const std::string &file : design.files) {
        hash.add(file);
        hash.add(read_file(design.directory / file));
    }
    return {&design, hash.text(), "V" + hash.text()};
}

/// The words of `NAME += a b \ ...` in a makefile of Verilator.
std::vector<std::string> makefile_words(const std::string &makefile, const std::string &name) {
    std::vector<std::string> words;
    size_t at = makefile.find("\n" + name + " +=");
    if (at == std::string::npos) {
        return words;
    }
    size_t end = at + 1;
    do { // a line that ends with a backslash goes on
        end = makefile.find('\n', end + 1);
    } while (end != std::string::npos && makefile[end - 1] == '\\');
    std::istringstream text(makefile.substr(at, end - at));
    std::string word;
    text >> word >> word;
    while (text >> word) {
        if (word != "\\") {
            words.push_back(word);
        }
    }
    return words;
}

bool is_verilog(const ModelSource &source) { return fs::path(source.name).extension() == ".v"; }

/// A file to compile in the build directory.
struct Compilation {
    std::string source, optimisation;
};

/// Everything below one build directory, from Verilator to the library.
class Builder {
public:
    Builder(const Toolchain &tools, fs::path directory, const BuildOptions &options)
        : tools_(tools), directory_(std::move(directory)), options_(options) {}

    void build(const std::vector<Unit> &units) {
        for (const ModelSource &source : model_sources()) {
            const bool verilog = is_verilog(source);
            // What Verilator emits names the file: not by the directory, so that ccache finds it.
            const std::string name = verilog ? fmt::format("`line 1 \"{}\" 0\n", source.name) : "";
            write_file(directory_ / source.name, name + source.text);
            if (verilog) {
                checks_.push_back((fs::absolute(directory_) / source.name).string());
            }
        }
        report(fmt::format("{} ({})", tools_.verilator.version,
                           units.size() == 1 ? units[0].design->name
                                             : fmt::format("{} designs", units.size())));
        verilate(units);
        std::set<std::string> runtime;
        for (const Unit &unit : units) {
            collect(unit, runtime);
        }
        join_batches();
        compilations_.push_back({"messages.cpp", "-O1"});
        for (const std::string &name : runtime) {
            fs::path source = tools_.verilator.root / "include" / (name + ".cpp");
            compilations_.push_back({source.string(), "-O1"});
        }
        compile();
    }

private:
    void report(const std::string &text) {
        if (options_.progress) {
            options_.progress(text);
        }
    }

    void verilate(const std::vector<Unit> &units) {
        std::vector<Command> commands;
        for (const Unit &unit : units) {
            Command command;
            command.directory = unit.design->directory;
            command.words = {tools_.verilator.program.string()};
            command.words.insert(command.words.end(), tools_.verilator_flags.begin(),
                                 tools_.verilator_flags.end());
            command.words.insert(command.words.end(),
                                 {"--top-module", unit.design->top, "--prefix", unit.module_class,
                                  "--Mdir",
                                  (fs::absolute(directory_) / unit.module_class).string()});
            command.words.insert(command.words.end(), unit.design->files.begin(),
                                 unit.design->files.end());
            command.words.insert(command.words.end(), checks_.begin(), checks_.end());
            if (tools_.verilator.set_root) {
                command.environment.push_back("VERILATOR_ROOT=" + tools_.verilator.root.string());
            }
            commands.push_back(std::move(command));
        }
        run(commands, "Verilator does not accept the Verilog");
    }

    void run(const std::vector<Command> &commands, const char *failure) {
        for (const CommandResult &result : run_commands(commands, options_.jobs)) {
            if (result.status != 0) {
                throw InternalError(fmt::format("{}:\n{}", failure, result.output));
            }
        }
    }

    /// Plans the compilation of one emitted module: as one file, or fast and slow code apart.
    void collect(const Unit &unit, std::set<std::string> &runtime) {
        std::string prefix = unit.module_class + "/";
        std::string makefile = read_file(directory_ / (prefix + unit.module_class + "_classes.mk"));
        for (const char *name : {"VM_GLOBAL_FAST", "VM_GLOBAL_SLOW"}) {
            for (const std::string &word : makefile_words(makefile, name)) {
                runtime.insert(word);
            }
        }
        write_file(directory_ / (prefix + "glue.cpp"),
                   model_glue(*unit.design, unit.module_class, unit.symbol()));
        std::vector<std::string> fast{"glue"}, slow;
        for (const char *name : {"VM_CLASSES_FAST", "VM_SUPPORT_FAST"}) {
            for (const std::string &word : makefile_words(makefile, name)) {
                fast.push_back(word);
            }
        }
        for (const char *name : {"VM_CLASSES_SLOW", "VM_SUPPORT_SLOW"}) {
            for (const std::string &word : makefile_words(makefile, name)) {
                slow.push_back(word);
            }
        }
        uintmax_t bytes = 0;
        for (const auto *list : {&fast, &slow}) {
            for (const std::string &name : *list) {
                bytes += fs::file_size(directory_ / (prefix + name + ".cpp"));
            }
        }
        if (options_.quick || bytes < small_model_bytes) {
            fast.insert(fast.end(), slow.begin(), slow.end());
            join(prefix, "all", fast);
            if (options_.quick) {
                quick_models_.push_back(prefix + "all");
            } else {
                compilations_.push_back({prefix + "all.cpp", "-O1"});
            }
            return;
        }
        // -O1 is as fast to run as -O2 and takes a third of the time to compile.
        for (const std::string &name : fast) {
            compilations_.push_back({prefix + name + ".cpp", "-O1"});
        }
        join(prefix, "slow", slow);
        compilations_.push_back({prefix + "slow.cpp", "-O0"});
    }

    /// Without optimisation, reading Verilator's headers takes as long as the rest: several models
    /// share it.
    void join_batches() {
        for (size_t first = 0; first < quick_models_.size(); first += models_per_batch) {
            const size_t last = std::min(first + models_per_batch, quick_models_.size());
            const std::string name = fmt::format("batch{}", first / models_per_batch);
            join("", name, {quick_models_.begin() + first, quick_models_.begin() + last});
            compilations_.push_back({name + ".cpp", "-O0"});
        }
    }

    void join(const std::string &prefix, const std::string &file,
              const std::vector<std::string> &names) {
        std::string text;
        for (const std::string &name : names) {
            // Newer Verilators refuse a second precompiled header in one file, which none of these is.
            text += fmt::format("#undef VL_PCH_INCLUDED\n#include \"{}.cpp\"\n", name);
        }
        write_file(directory_ / (prefix + file + ".cpp"), text);
    }

    void compile() {
        // The largest first, so that the last compiler does not run alone for long.
        std::stable_sort(compilations_.begin(), compilations_.end(),
                         [&](const Compilation &a, const Compilation &b) {
                             return source_bytes(a) > source_bytes(b);
                         });
        fs::path include = tools_.verilator.root / "include";
        std::vector<Command> commands;
        std::vector<std::string> objects;
        for (const Compilation &c : compilations_) {
            objects.push_back(fmt::format("{}.o", objects.size()));
            Command command;
            command.directory = directory_; // relative names, so that ccache finds them again
            command.words = tools_.compiler;
            command.words.insert(command.words.end(), tools_.compiler_flags.begin(),
                                 tools_.compiler_flags.end());
            command.words.insert(command.words.end(),
                                 {c.optimisation, "-include", "messages.h", "-I.",
                                  "-I" + include.string(), "-I" + (include / "vltstd").string()});
            command.words.insert(command.words.end(), {"-c", c.source, "-o", objects.back()});
            commands.push_back(std::move(command));
        }
        report(fmt::format("compiling {} files", commands.size()));
        run(commands, "the C++ that Verilator emitted does not compile");
        Command link;
        link.directory = directory_;
        link.words.push_back(tools_.compiler.back());
        link.words.insert(link.words.end(), objects.begin(), objects.end());
        link.words.insert(link.words.end(), tools_.link_flags.begin(), tools_.link_flags.end());
        link.words.insert(link.words.end(), {"-o", "model.so"});
        run({link}, "the model cannot be linked");
        for (const std::string &object : objects) {
            fs::remove(directory_ / object);
        }
    }

    uintmax_t source_bytes(const Compilation &c) const {
        const uintmax_t own = fs::file_size(directory_ / c.source);
        // The others include what they compile.
        const bool includes = c.source.find("/all.cpp") != std::string::npos ||
                              c.source.rfind("batch", 0) == 0;
        return includes ? own + small_model_bytes : own;
    }

    const Toolchain &tools_;
    fs::path directory_;
    const BuildOptions &options_;
    std::vector<std::string> checks_; ///< Verilog beside that of the designs
    std::vector<Compilation> compilations_;
    std::vector<std::string> quick_models_; ///< files to compile together, without extension
};

/// Builds beside the final directory and renames: another process sees a whole model or none.
void build_library(const std::vector<Unit> &units, const Toolchain &tools, const fs::path &target,
                   const BuildOptions &options) {
    static std::atomic<int> count{0};
    fs::path directory = target;
    directory += fmt::format(".{}.{}", getpid(), count++);
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) {
        user_error("{}: cannot be created: {}", directory.string(), error.message());
    }
    try {
        Builder(tools, directory, options).build(units);
    } catch (...) {
        fs::remove_all(directory, error);
        throw;
    }
    fs::rename(directory, target, error);
    if (error) { // another process was first
        fs::remove_all(directory, error);
    }
}

std::shared_ptr<void> load_library(const fs::path &file) {
    void *handle = dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        throw InternalError(fmt::format("{}: {}", file.string(), dlerror()));
    }
    return std::shared_ptr<void>(handle, [](void *h) { dlclose(h); });
}

const ModelFunctions *find_functions(void *library, const std::string &symbol) {
    using Entry = const ModelFunctions *();
    auto *entry = reinterpret_cast<Entry *>(dlsym(library, symbol.c_str()));
    ORRERY_CHECK(entry != nullptr, "the model has no symbol {}", symbol);
    const ModelFunctions *functions = entry();
    ORRERY_CHECK(functions->version == pins_version, "the model is of version {}",
                 functions->version);
    return functions;
}

} // namespace

std::vector<Model> build_models(const std::vector<const DesignDescription *> &designs,
                                const fs::path &cache_directory, const BuildOptions &options) {
    Toolchain tools = find_toolchain(options.verilator, options.trace);
    std::vector<std::string> symbols;
    std::map<std::string, Unit> unique;
    for (const DesignDescription *design : designs) {
        Unit unit = make_unit(*design, tools, options.quick);
        symbols.push_back(unit.symbol());
        unique.emplace(unit.key, unit);
    }
    Hash hash;
    std::vector<Unit> units;
    for (const auto &[key, unit] : unique) {
        hash.add(key);
        units.push_back(unit);
    }
    fs::path target = cache_directory / (units.size() == 1 ? units[0].key : hash.text());
    bool build = !fs::exists(target / "model.so");
    if (build) {
        build_library(units, tools, target, options);
    }
    std::shared_ptr<void> library = load_library(target / "model.so");
    std::vector<Model> models;
    for (const std::string &symbol : symbols) {
        models.push_back({library, find_functions(library.get(), symbol), build});
    }
    return models;
}

Model build_model(const DesignDescription &design, const BuildOptions &options) {
    return build_models({&design}, design.directory / "simulation", options)[0];
}

} // namespace Orrery::sim
