"""Runs one layer in every preset of apps/dataflows and writes docs/dataflows.md with its pictures: dataflows.py --help.

All numbers are cycles and counters of the simulated Verilog: the same on every machine. A preset that is not bit-exact ends the
program with an error.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

from dataflow_picture import picture

GENERATOR = "convolution_dataflow"
MEMORY = "latency=40"
LAYER = {"batch": 1, "channels": 64, "filters": 64, "width": 14, "height": 14, "kernel_width": 3, "kernel_height": 3,
         "stride": 1, "dilation": 1}

INTRODUCTION = """# Dataflows compared

The same convolution in every preset of [apps/dataflows](../apps/dataflows/README.md). `tools/dataflows` makes this page: it generates the
designs, simulates their Verilog, and checks that all outputs are those of Halide. `U | V` is U down the rows of the array and V across its columns;
loops in brackets are replicated. The layer has {channels} input and {filters} output channels, {width} x {height} outputs and a {kernel_width} x {kernel_height}
kernel: {multiplications:,} multiply-accumulates, int8. Every port is 128 bits wide, the memory's latency is 40 cycles.

* *array* is the number of processing elements. The presets differ in it, so compare the utilisation, and accesses, rather than cycles.
* *utilisation*: multiply-accumulates / (processing elements x cycles). *of the least*: the cycles that the array needs when every loop is divided
  upwards, as a part of those that it took. What is missing is the first fill, the last drain, and waiting.
* *registers*, *SRAM*: elements read and written, per multiply-accumulate. An element that is broadcast counts once; so registers that a row of
  processing elements shares count as one. *DRAM*: bytes on the ports per multiply-accumulate.
"""


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}failed with status {result.returncode}")
    return result.stdout


def preset_names(arguments):
    """From the message that names them."""
    command = [arguments.programs / f"{GENERATOR}.generator", "-g", GENERATOR, "-o", arguments.work / "none", "-e",
               "accelerator", "dataflow=?"]
    text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    return re.search(r"choose one of (.*)", text).group(1).split()


def measure(arguments, name):
    directory = arguments.work / name
    parameters = [f"{key}={value}" for key, value in LAYER.items()]
    script = run([arguments.programs / f"{GENERATOR}.generator", "-g", GENERATOR, "-o", directory, "-e", "accelerator",
                  f"dataflow={name}", "print_schedule=true", *parameters])
    report_file = directory / "simulation.json"
    run([arguments.programs / "orrery", "simulate", directory, "--memory", MEMORY, "--json", report_file])
    return {"name": name, "script": script, "loops": (directory / "schedule.txt").read_text(),
            "design": json.loads((directory / "design.json").read_text()), "report": json.loads(report_file.read_text())}


def multiplications():
    product = 1
    for key in LAYER:
        product *= 1 if key in ("stride", "dilation") else LAYER[key]
    return product


def accesses(preset, memory):
    return sum(b["reads"] + b["writes"] for b in preset["report"]["buffers"] if b["memory"] == memory)


def kilobytes(preset, memory):
    return sum(b["bits"] for b in preset["report"]["buffers"] if b["memory"] == memory) / 8192


def array_text(preset):
    """"FY 3, C 4 | Y 14", from the lanes of schedule.txt."""
    rows, columns = re.search(r"array \d+ rows \((.*?)\) x \d+ columns \((.*?)\)", preset["loops"]).groups()

    def axis(text):
        return ", ".join(f"{loop.upper()} {size}" for loop, size in re.findall(r"\.(\w+?)l 0\.\.(\d+)", text))
    return f"{axis(rows)} \\| {axis(columns)}"


def summary(preset):
    report, macs = preset["report"], multiplications()
    array = next(p for p in report["processes"] if p.get("processing_elements"))
    elements = array["processing_elements"]
    dram = sum(port["bytes"] for port in report["ports"])
    cells = [f"[{preset['name']}](#{preset['name']})", array_text(preset), f"{elements}", f"{report['cycles']:,}",
             f"{macs / (elements * report['cycles']):.1%}", f"{array['busy'] / report['cycles']:.1%}"]
    for memory in ("register_file", "sram"):
        cells.append(f"{accesses(preset, memory) / macs:.3f} ({kilobytes(preset, memory):.1f} KB)")
    cells.append(f"{dram / macs:.4f}")
    return "| " + " | ".join(cells) + " |"


def levels(preset):
    """One line per buffer and port: what it moved."""
    lines = ["| memory | kind | KB | reads | writes |", "|---|---|---|---|---|"]
    for b in preset["report"]["buffers"]:
        kind = "registers" if b["memory"] == "register_file" else "SRAM"
        lines.append(f"| `{b['name']}` | {kind} | {b['bits'] / 8192:.2f} | {b['reads']:,} | {b['writes']:,} |")
    for p in preset["report"]["ports"]:
        moved = [f"{p['bytes']:,} bytes", ""]
        if p["direction"] == "output":
            moved.reverse()
        lines.append(f"| `{p['tensor']}` | DRAM | | {moved[0]} | {moved[1]} |")
    return "\n".join(lines)


def section(preset):
    loops = "\n".join("    " + line for line in preset["loops"].rstrip().splitlines())
    script = "\n".join("    " + line for line in preset["script"].rstrip().splitlines())
    return (f"## {preset['name']}\n\n![{preset['name']}](dataflows/{preset['name']}.svg)\n\n{levels(preset)}\n\n"
            f"The schedule:\n\n{script}\n\nThe loops of every process:\n\n{re.sub(r' +$', '', loops, flags=re.M)}\n")


def page(presets, names):
    """`names` are all presets; those that were not measured are named."""
    missing = [name for name in names if name not in [p["name"] for p in presets]]
    table = ["| preset | rows \\| columns | array | cycles | utilisation | of the least | registers | SRAM | DRAM |",
             "|---|---|---|---|---|---|---|---|---|"] + [summary(p) for p in presets]
    introduction = INTRODUCTION.format(multiplications=multiplications(), **LAYER)
    rest = [f"Not in the table: {', '.join(missing)}; `tools/dataflows` measures all.", ""] if missing else []
    return "\n".join([introduction, *table, "", *rest, *[section(p) for p in presets]])


def main():
    parser = argparse.ArgumentParser(description="Compares the dataflows of a convolution on one layer and writes docs/dataflows.md.")
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="directory of orrery and the generator")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="directory for the designs")
    parser.add_argument("--docs", type=pathlib.Path, required=True, help="directory of dataflows.md")
    parser.add_argument("presets", nargs="*", help="only these")
    arguments = parser.parse_args()
    arguments.programs = arguments.programs.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    presets = []
    names = preset_names(arguments)
    for name in arguments.presets or names:
        presets.append(measure(arguments, name))
        print(f"{name}: {presets[-1]['report']['cycles']:,} cycles", flush=True)
    pictures = arguments.docs / "dataflows"
    pictures.mkdir(exist_ok=True)
    for preset in presets:
        (pictures / f"{preset['name']}.svg").write_text(picture(preset["design"], array_text(preset).replace("\\", "")))
    (arguments.docs / "dataflows.md").write_text(page(presets, names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
