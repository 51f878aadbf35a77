#!/usr/bin/env python3
"""Lints every RTL template at every parameter set: Verilator -Wall, Icarus -Wall and Yosys synth; check. Any output is a failure.
What the simulator adds to them (ORRERY_CHECKS) is linted with the former two.
Bad parameters must be refused by all three. Arguments: names of templates (default: all)."""
import os
import sys
import tempfile

from templates import CHECKS, CHECK_SETS, FILES, ROOT, describe, parameter_sets, run, verilators, verilog_value, yosys

BAD = [("sequencer", {"LOOPS": 2, "WIDTH": 0}), ("stream_fifo", {"WIDTH": 1, "DEPTH": 3}), ("credit_counter", {"CREDITS": 0}),
       ("burst_splitter", {"BUS_BYTES": 24}), ("tapped_line", {"TAPS": 0}),
       ("event_counter", {"WIDTH": 4, "AMOUNT_WIDTH": 5})]
# What the storage of a memory becomes: flip-flops, or a memory for a macro.
STORAGE = {"register_file": "select -assert-none t:$mem*; select -assert-any t:$dff*", "ram_1r1w": "select -assert-any t:$mem*"}
SOURCES = [str(f) for f in FILES]
LIBRARY = [a for d in sorted({str(f.parent) for f in FILES + CHECKS}) for a in ("-y", d)]


def verilator(command, environment, module, parameters, options=()):
    top = next(str(f) for f in FILES + CHECKS if f.stem == module)
    flags = [f"-G{k}={verilog_value(v)}" for k, v in parameters.items()]
    status, text = run([*command, "--lint-only", "-Wall", *LIBRARY, *options, "--top-module", module, *flags, top], env=environment)
    # Newer versions report their run time.
    return status, "\n".join(line for line in text.splitlines() if not line.startswith("- "))


def icarus(module, parameters, folder, options=()):
    """A wrapper sets the parameters: Icarus takes no wide ones from its command line."""
    wrapper = os.path.join(folder, "wrapper.v")
    settings = ", ".join(f".{k}({verilog_value(v)})" for k, v in parameters.items())
    with open(wrapper, "w") as f:
        f.write(f"module wrapper; {module} #({settings}) u_module (); endmodule\n")
    return run(["iverilog", "-g2005", "-Wall", "-Wno-portbind", "-s", "wrapper", "-o", os.devnull, wrapper, *options, *SOURCES])


def yosys_script(cases, synthesise):
    # Relative paths: Yosys as WebAssembly does not see all of the file system.
    sources = " ".join(str(f.relative_to(ROOT)) for f in FILES)
    lines = [f"read_verilog -defer {sources}", "design -save templates"]
    for module, parameters in cases:
        lines.append("design -load templates")
        settings = "".join(f" -chparam {k} {verilog_value(v)}" for k, v in parameters.items())
        lines.append(f"hierarchy -check -top {module}{settings}")
        lines += ["synth -run begin:fine", "check -assert"] if synthesise else []
        lines += [STORAGE[module]] if synthesise and module in STORAGE and parameters["DEPTH"] > 2 else []
    return "\n".join(lines)


def run_yosys(cases, synthesise=True):
    return run([yosys(), "-q", "-p", yosys_script(cases, synthesise)], cwd=ROOT)


def has_checks(module):
    return module in CHECK_SETS or any(f.stem == module and "ORRERY_CHECKS" in f.read_text() for f in FILES)


def main():
    sets = parameter_sets()
    modules = sys.argv[1:] or [*sets, *CHECK_SETS]
    cases = [(m, p) for m in modules if m in sets for p in sets[m]]
    failures = []

    def note(tool, case, status, text):
        if status != 0 or text.strip():
            failures.append(f"{tool}: {describe(*case)}:\n{text}")

    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            for command, environment in verilators():
                note(command[0], case, *verilator(command, environment, *case))
            note("iverilog", case, *icarus(*case, folder))
        for case in [(m, p) for m, s in {**sets, **CHECK_SETS}.items() if m in modules and has_checks(m) for p in s]:
            for command, environment in verilators():
                note(command[0], case, *verilator(command, environment, *case, ["-DORRERY_CHECKS"]))
            note("iverilog", case, *icarus(*case, folder, ["-DORRERY_CHECKS", *(str(f) for f in CHECKS)]))
        note("yosys", ("templates", {}), *run_yosys(cases))
        for case in BAD if len(sys.argv) == 1 else []:
            accepted = [c[0] for c, e in verilators() if verilator(c, e, *case)[0] == 0]
            accepted += ["iverilog"] if icarus(*case, folder)[0] == 0 else []
            accepted += ["yosys"] if run_yosys([case], False)[0] == 0 else []
            if accepted:
                failures.append(f"{describe(*case)} is accepted by {', '.join(accepted)}")
    print("\n".join(failures))
    print(f"{len(cases)} configurations of {len(modules)} templates, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
