#!/usr/bin/env python3
"""Runs the testbench of every RTL template, and of the checks that the simulator adds, at every parameter set with Icarus. A testbench takes its parameters as macros and prints
one line that begins with PASS. Arguments: --seed N (printed; default 1), names of templates (default: all)."""
import argparse
import os
import sys
import tempfile
from pathlib import Path

from templates import CHECKS, CHECK_SETS, FILES, describe, parameter_sets, run, verilog_value

HERE = Path(__file__).resolve().parent
MODELS = [str(f) for f in sorted(HERE.glob("models/*.v"))]


def simulate(module, parameters, seed, folder):
    """Gives what went wrong, or an empty text, and the line that the testbench printed."""
    program = os.path.join(folder, "testbench.vvp")
    macros = [f"-D{k}={verilog_value(v)}" for k, v in parameters.items()]
    bench = HERE / f"{module}_tb.v"
    status, text = run(["iverilog", "-g2005", "-DORRERY_CHECKS", "-s", f"{module}_tb", "-I", str(HERE), "-o", program, *macros, str(bench),
                        *MODELS, *(str(f) for f in FILES + CHECKS)])
    if status != 0 or text:
        return text or "Icarus fails", ""
    status, text = run(["vvp", "-n", program, f"+seed={seed}"])
    last = text.strip().splitlines()[-1] if text.strip() else ""
    return ("", last) if status == 0 and last.startswith("PASS") else (text or "no output", last)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("modules", nargs="*")
    arguments = parser.parse_args()
    sets = {**parameter_sets(), **CHECK_SETS}
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for module in arguments.modules or sets:
            for parameters in sets[module]:
                error, line = simulate(module, parameters, arguments.seed, folder)
                failures += error != ""
                print(f"{describe(module, parameters)}: {error or line}", flush=True)
    print(f"seed {arguments.seed}: {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
