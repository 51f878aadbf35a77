"""Prints one line on a simulation: demo_summary.py <directory of the design> <report of `orrery simulate --json`>."""
import json
import pathlib
import sys

design = json.loads((pathlib.Path(sys.argv[1]) / "design.json").read_text())
report = json.loads(pathlib.Path(sys.argv[2]).read_text())
array = next(process["array"] for process in design["processes"] if "array" in process)
verdict = "bit-exact" if report["check"]["passed"] else "WRONG"
print(
    f"{design['name']} {array['rows']}x{array['columns']} C|K: {report['cycles']} cycles, "
    f"{100 * report['array']['utilisation']:.2f} % utilisation, {verdict}"
)
sys.exit(0 if report["check"]["passed"] else 1)
