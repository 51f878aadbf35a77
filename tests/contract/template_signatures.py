#!/usr/bin/env python3
"""Holds the C++ signatures of the templates against the Verilog, elaborated by Yosys with the parameters that C++ gives:
port names, directions and widths, and which templates a template instantiates.
Argument: the program template_signatures."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rtl"))
from templates import FILES, PARAMETER_SETS, ROOT, describe, parameter_sets, run, verilog_value, yosys


def elaborated(signatures):
    """Yosys' description of the top module at every signature's parameters, in one process."""
    sources = " ".join(str(f.relative_to(ROOT)) for f in FILES)
    script = [f"read_verilog -defer {sources}", "design -save templates"]
    for s in signatures:
        settings = "".join(f" -chparam {k} {verilog_value(v)}" for k, v in s["parameters"].items())
        script += ["design -load templates", f"hierarchy -check -top {s['module']}{settings}", "proc -noopt", "write_json"]
    status, text = run([yosys(), "-q", "-p", "; ".join(script)], cwd=ROOT)
    if status != 0:
        sys.exit(text)
    decoder, position = json.JSONDecoder(), 0
    for _ in signatures:
        design, position = decoder.raw_decode(text, text.index("{", position))
        yield next(m for m in design["modules"].values() if "top" in m["attributes"]), design["modules"]


def original_name(modules, cell):
    return modules[cell]["attributes"].get("hdlname", cell) if cell in modules else None


def main():
    status, text = run([sys.argv[1], str(PARAMETER_SETS)])
    if status != 0:
        sys.exit(text)
    signatures = json.loads(text)
    names = {f.stem for f in FILES}
    wanted = sum(len(sets) for sets in parameter_sets().values())
    failures = [] if len(signatures) == wanted else [f"{len(signatures)} signatures for {wanted} parameter sets"]
    parts = {}
    for signature, (top, modules) in zip(signatures, elaborated(signatures)):
        case = describe(signature["module"], signature["parameters"])
        ports = [{"name": n, "direction": p["direction"], "width": len(p["bits"])} for n, p in top["ports"].items()]
        differing = [f"\n  only Verilog: {p}" for p in ports if p not in signature["ports"]]
        differing += [f"\n  only C++:     {p}" for p in signature["ports"] if p not in ports]
        if differing or len(ports) != len(signature["ports"]):
            failures.append(f"{case}: {len(ports)} and {len(signature['ports'])} ports{''.join(differing)}")
        used = {original_name(modules, c["type"]) for c in top["cells"].values()} & names
        parts.setdefault(signature["module"], (set(signature["parts"]), set()))[1].update(used)
    for module, (stated, used) in parts.items():
        if stated != used:
            failures.append(f"{module} instantiates {sorted(used)}; C++ says {sorted(stated)}")
    print("\n".join(failures))
    print(f"{len(signatures)} signatures, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
