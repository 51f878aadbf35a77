#pragma once
#include <Halide.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace Orrery {

namespace hwir {
struct Design;
}

struct CompileOptions {
    /// Name of the design, its top module and the reference's function; an identifier. Empty: the
    /// name of the output.
    std::string name;
    /// What the CPU reference is compiled for. The default, this machine without extensions of its
    /// instruction set, gives the same bytes on all machines of one kind, in the shortest time.
    Halide::Target target = plain_host_target();

    /// Texts that belong to the design besides, by their path in its directory.
    std::map<std::string, std::string> more_files;

    static Halide::Target plain_host_target();
};

/// An accelerator compiled from a pipeline. Copies share one result.
class Design {
public:
    const std::string &name() const;

    /// The hardware IR.
    const hwir::Design &hardware() const;

    /// The text files of the design by their path in the directory that `write` makes: rtl/*.v and
    /// rtl/filelist.f, design.json (the manifest), design.hwir (the hardware IR as text) and
    /// schedule.txt (its loop nests).
    const std::map<std::string, std::string> &files() const;

    /// Writes the files and the CPU reference, reference.so, into a directory, which is made if
    /// need be. The files of an earlier design there are replaced, and nothing is changed if
    /// anything fails. UserError if the directory cannot be written or there is no C++ compiler
    /// (the environment variable CXX, else c++) to link the reference with.
    ///
    /// reference.so exports the function <name>, <name>_argv and <name>_metadata of Halide's
    /// ahead-of-time interface, compiled from the same algorithm without its schedule.
    void write(const std::string &directory) const;

    /// What a Design holds; opaque.
    struct Contents;
    explicit Design(std::shared_ptr<const Contents> shared) : contents(std::move(shared)) {}

private:
    std::shared_ptr<const Contents> contents;
};

/// Compiles the accelerator of the pipeline whose output is `output`, for which `accelerate` was
/// called. `arguments` gives the order of the reference's arguments; if empty, they are inferred.
/// An argument that the pipeline does not read is left out.
/// UserError or Halide::CompileError if the algorithm, the schedule or a directive is not possible
/// in hardware.
Design compile(const Halide::Func &output, std::vector<Halide::Argument> arguments = {},
               const CompileOptions &options = {});

} // namespace Orrery
