"""What the benchmarks of layers share: known layers, and designs that are generated, predicted and simulated."""
import csv
import json
import pathlib
import subprocess
import sys
from typing import NamedTuple

MEMORY = "latency=40"
BUS_BYTES = 16
QUICK_CYCLES = 200_000  # up to here a simulation that is built without optimisation is there sooner
LEAST_RATE = 0.95  # of the array or the port, whichever is the limit


class Programs(NamedTuple):
    """Where generators and `orrery` are, and where designs go."""
    directory: pathlib.Path
    work: pathlib.Path


def ceiling(a, b):
    return -(-a // b)


def workloads(root):
    """The rows of data/workloads.csv, by network and layer."""
    with open(root / "data" / "workloads.csv") as file:
        return {(row["net"], row["layer"]): {k: int(v) if v.isdigit() else v for k, v in row.items()} for row in csv.DictReader(file)}


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}failed with status {result.returncode}")
    return result.stdout


def run_status(command):
    """The output of a command that may fail."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def generate(programs, generator, design, parameters):
    run([programs.directory / f"{generator}.generator", "-g", generator, "-o", design, "-e", "accelerator",
         *(f"{k}={v}" for k, v in parameters.items())])


def predict(programs, design, scalars=()):
    """Every number of a run, by the exact model: name to value. Seconds, whatever the design."""
    prediction = design / "prediction.json"
    run([programs.directory / "orrery", "model", design, "--memory", MEMORY, "--json", prediction, *scalars])
    return {n["name"]: n["predicted"] for n in json.loads(prediction.read_text())["numbers"]}


def simulate(programs, design, scalars=(), invocations=1):
    """The report of the simulated Verilog. Ends the program unless all outputs are those of Halide and all numbers those of the model."""
    expected = predict(programs, design, scalars)["cycles"] * invocations
    report = design / "report.json"
    run([programs.directory / "orrery", "simulate", design, "--memory", MEMORY, "--json", report, *scalars,
         "--invocations", str(invocations), *(["--quick"] if expected <= QUICK_CYCLES else [])])
    run([programs.directory / "orrery", "model", design])  # its status says whether a number differs from that of the simulation
    return json.loads(report.read_text())


def port_bytes(report):
    return sum(p["bytes"] for p in report["ports"])


def accesses(report):
    """Elements read from and written to SRAM and registers."""
    levels = {"sram": 0, "register_file": 0}
    for buffer in report["buffers"]:
        levels[buffer["memory"]] += buffer["reads"] + buffer["writes"]
    return levels
