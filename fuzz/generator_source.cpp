#include "fuzz/generator_source.h"

#include "fuzz/cpp_expression.h"
#include "fuzz/layers.h"
#include "fuzz/schedule_source.h"
#include "hwgen/support/error.h"

#include <set>
#include <sstream>

namespace Orrery::fuzz {

namespace HI = Halide::Internal;

namespace {

/// Finds the reduction domains of an algorithm.
class Domains : public HI::IRVisitor {
public:
    std::map<std::string, HI::ReductionDomain> found; ///< by name

private:
    using HI::IRVisitor::visit;
    void visit(const HI::Variable *op) override {
        if (op->reduction_domain.defined()) {
            found[op->name.substr(0, op->name.find('$'))] = op->reduction_domain;
        }
    }
};

class Source {
public:
    Source(const Case &c, std::string generator_name)
        : case_(c), pipeline_(build_pipeline(c.layer)), name_(std::move(generator_name)) {
        for (const NamedFunc &f : pipeline_.funcs) {
            funcs_[f.func.name()] = f.name;
        }
        for (const Halide::ImageParam &input : pipeline_.inputs) {
            funcs_[Halide::Func(input).name()] = input.name(); // what Halide wraps it in
        }
    }

    std::string text(const std::string &comment) const {
        std::string s;
        for (const std::string &part : {comment, print(case_)}) {
            std::istringstream lines(part);
            for (std::string line; std::getline(lines, line);) {
                s += "// " + line + "\n";
            }
            s += "//\n";
        }
        s += "#include <Halide.h>\n#include <orrery.h>\n\nnamespace {\n\nusing namespace "
             "Halide;\n\n";
        s += "class FuzzCase : public Generator<FuzzCase> {\npublic:\n";
        for (const Halide::ImageParam &input : pipeline_.inputs) {
            s += fmt::format("    Input<Buffer<{}, {}>> {}{{\"{}\"}};\n", cpp_type(input.type()),
                             input.dimensions(), input.name(), input.name());
        }
        for (const Halide::Parameter &scalar : pipeline_.scalars) {
            s += fmt::format("    Input<{0}> {1}{{\"{1}\", {2}, {3}, {4}}};\n",
                             cpp_type(scalar.type()), scalar.name(),
                             value_of(scalar.default_value(), {}), value_of(scalar.min_value(), {}),
                             value_of(scalar.max_value(), {}));
        }
        const Halide::Func &output = pipeline_.output();
        s += fmt::format("    Output<Buffer<{}, {}>> {}{{\"{}\"}};\n\n", cpp_type(output.type()),
                         output.dimensions(), output_name(), output_name());
        s += "    void generate() {\n" + tensors() + algorithm() + "    }\n\n";
        s += "    void schedule() {\n" + schedule_source(case_, output_name()) + "    }\n\n";
        s += "private:\n" + declarations() + "};\n\n} // namespace\n\n";
        return s + fmt::format("HALIDE_REGISTER_GENERATOR(FuzzCase, {})\n", name_);
    }

private:
    std::string output_name() const { return pipeline_.funcs.back().name; }

    std::string expression(const Halide::Expr &e) const { return cpp_expression(e, funcs_); }

    /// A number, or an expression of scalars.
    std::string size(const Halide::Expr &e) const {
        const auto value = HI::as_const_int(e);
        return value ? fmt::format("{}", *value) : expression(e);
    }

    /// Bounds and strides.
    std::string tensors() const {
        std::string s;
        for (const Halide::ImageParam &input : pipeline_.inputs) {
            const Halide::Parameter p = input.parameter();
            for (int d = 0; d < input.dimensions(); d++) {
                s += fmt::format("        {}.dim({}).set_bounds({}, {}).set_stride({});\n",
                                 input.name(), d, size(p.min_constraint(d)),
                                 size(p.extent_constraint(d)), size(p.stride_constraint(d)));
            }
        }
        return s;
    }

    std::string algorithm() const {
        std::string s;
        for (const auto &[name, domain] : domains()) {
            std::string ranges;
            for (const HI::ReductionVariable &v : domain.domain()) {
                ranges += fmt::format("{{{}, {}}}, ", size(v.min), size(v.extent));
            }
            ranges.resize(ranges.size() - 2);
            s += fmt::format("        {} = RDom({{{}}}, \"{}\");\n", name, ranges, name);
            if (!HI::is_const_one(domain.predicate())) {
                s += fmt::format("        {}.where({});\n", name, expression(domain.predicate()));
            }
        }
        for (const NamedFunc &f : pipeline_.funcs) {
            if (!f.made_by.empty()) {
                s += fmt::format("        {} = {};\n", f.name, f.made_by);
                continue;
            }
            s += definition(f.name, f.func.function().definition());
            for (const HI::Definition &update : f.func.function().updates()) {
                s += definition(f.name, update);
            }
        }
        int d = 0;
        const Halide::Parameter p = pipeline_.output().output_buffer().parameter();
        for (const HI::Bound &bound : pipeline_.output().function().schedule().bounds()) {
            s += fmt::format(
                "        {0}.bound({1}, {2}, {3});\n        {0}.dim({4}).set_stride({5});\n",
                output_name(), bound.var, size(bound.min), size(bound.extent), d,
                size(p.stride_constraint(d)));
            d++;
        }
        return s;
    }

    std::string definition(const std::string &func, const HI::Definition &definition) const {
        std::string args;
        for (const Halide::Expr &arg : definition.args()) {
            args += (args.empty() ? "" : ", ") + expression(arg);
        }
        return fmt::format("        {}({}) = {};\n", func, args,
                           expression(definition.values()[0]));
    }

    std::map<std::string, HI::ReductionDomain> domains() const {
        Domains domains;
        for (const NamedFunc &f : pipeline_.funcs) {
            for (const HI::Definition &update : f.func.function().updates()) {
                update.accept(&domains);
            }
        }
        return domains.found;
    }

    std::string declarations() const {
        std::set<std::string> variables, reduction;
        for (const NamedFunc &f : pipeline_.funcs) {
            for (const Halide::Var &v : f.func.args()) {
                if (f.made_by.empty()) {
                    variables.insert(v.name());
                }
            }
        }
        loops_of_schedule(case_, variables, reduction);
        std::string s;
        for (const std::string &v : variables) {
            s += fmt::format("    Var {0}{{\"{0}\"}};\n", v);
        }
        for (const std::string &v : reduction) {
            s += fmt::format("    RVar {0}{{\"{0}\"}};\n", v);
        }
        for (const auto &[name, domain] : domains()) {
            s += fmt::format("    RDom {};\n", name);
        }
        for (const NamedFunc &f : pipeline_.funcs) {
            if (f.name != output_name()) {
                s += fmt::format("    Func {0}{{\"{0}\"}};\n", f.name);
            }
        }
        return s;
    }

    const Case &case_;
    Pipeline pipeline_;
    std::string name_;
    std::map<std::string, std::string> funcs_; ///< by Halide's name
};

} // namespace

std::string generator_source(const Case &c, const std::string &name, const std::string &comment) {
    return Source(c, name).text(comment);
}

} // namespace Orrery::fuzz
