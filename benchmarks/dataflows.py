"""Runs one layer in every preset of apps/dataflows and writes docs/dataflows.md with its pictures: dataflows.py --help.

All numbers are cycles and counters, the same on every machine: `orrery model` predicts them, and each preset is simulated in Verilog. A preset that
is not bit-exact, or of which one number is not that of the model, ends the program with an error. With --predict nothing is simulated; the page
says which presets were, in --work, before.
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
designs, predicts their cycles and counters ([model](model.md)), simulates their Verilog, and checks that all outputs are those of Halide and all numbers those
of the model. `U | V` is U down the rows of the array and V across its columns;
loops in brackets are replicated. The layer has {channels} input and {filters} output channels, {width} x {height} outputs and a {kernel_width} x {kernel_height}
kernel: {multiplications:,} multiply-accumulates, int8. Every port is 128 bits wide, the memory's latency is 40 cycles.

{simulated}

* *array* is the number of processing elements. The presets differ in it, so compare the utilisation, and accesses, rather than cycles.
* *utilisation*: multiply-accumulates / (processing elements x cycles). *of the least*: the cycles that the array needs when every loop is divided
  upwards, as a part of those that it took. What is missing is the first fill, the last drain, and waiting.
* *registers*, *SRAM*: elements read and written, per multiply-accumulate. An element that is broadcast counts once; so registers that a row of
  processing elements shares count as one. *DRAM*: bytes on the ports, per multiply-accumulate and in all.
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
    prediction = directory / "prediction.json"
    model = [arguments.programs / "orrery", "model", directory, "--json", prediction]
    if arguments.predict:
        run([*model, "--memory", MEMORY])
    else:
        run([arguments.programs / "orrery", "simulate", directory, "--memory", MEMORY])
        run(model)  # its status says whether a number differs from that of the simulation
    numbers = json.loads(prediction.read_text())["numbers"]
    return {"name": name, "script": script, "loops": (directory / "schedule.txt").read_text(),
            "design": json.loads((directory / "design.json").read_text()),
            "numbers": {n["name"]: n["predicted"] for n in numbers}, "simulated": all("simulated" in n for n in numbers)}


def multiplications():
    product = 1
    for key in LAYER:
        product *= 1 if key in ("stride", "dilation") else LAYER[key]
    return product


def reads(preset, buffer):
    return preset["numbers"][f"reads of {buffer['name']}"]


def writes(preset, buffer):
    return preset["numbers"][f"writes to {buffer['name']}"]


def port_bytes(preset, tensor):
    return preset["numbers"][f"{tensor['name']} {'written' if tensor['direction'] == 'output' else 'read'}: bytes"]


def accesses(preset, memory):
    return sum(reads(preset, b) + writes(preset, b) for b in preset["design"]["buffers"] if b["memory"] == memory)


def kilobytes(preset, memory):
    return sum(b["bits"] for b in preset["design"]["buffers"] if b["memory"] == memory) / 8192


def array_text(preset):
    """"FY 3, C 4 | Y 14", from the lanes of schedule.txt."""
    rows, columns, links = re.search(r"array \d+ rows \((.*?)\)(?: linked)? x \d+ columns \((.*?)\)( linked)?",
                                     preset["loops"]).groups()

    def axis(text):
        return ", ".join(f"{loop.upper()} {size}" for loop, size in re.findall(r"\.(\w+?)l 0\.\.(\d+)", text))
    return f"{axis(rows)} \\| {axis(columns)}" + (" (systolic)" if links else "")


def summary(preset):
    numbers, macs = preset["numbers"], multiplications()
    array = next(p for p in preset["design"]["processes"] if "array" in p)
    elements = array["array"]["rows"] * array["array"]["columns"]
    cycles, busy = numbers["cycles"], numbers[f"{array['name']} busy"]
    dram = sum(port_bytes(preset, tensor) for tensor in preset["design"]["tensors"])
    cells = [f"[{preset['name']}](#{preset['name']})", array_text(preset), f"{elements}", f"{cycles:,}",
             f"{macs / (elements * cycles):.1%}", f"{busy / cycles:.1%}"]
    for memory in ("register_file", "sram"):
        cells.append(f"{accesses(preset, memory) / macs:.3f} ({kilobytes(preset, memory):.1f} KB)")
    cells += [f"{dram / macs:.4f}", f"{dram:,}"]
    return "| " + " | ".join(cells) + " |"


def levels(preset):
    """One line per buffer and port: what it moved."""
    lines = ["| memory | kind | KB | reads | writes |", "|---|---|---|---|---|"]
    for b in preset["design"]["buffers"]:
        kind = "registers" if b["memory"] == "register_file" else "SRAM"
        lines.append(f"| `{b['name']}` | {kind} | {b['bits'] / 8192:.2f} | {reads(preset, b):,} | {writes(preset, b):,} |")
    for tensor in preset["design"]["tensors"]:
        moved = [f"{port_bytes(preset, tensor):,} bytes", ""]
        if tensor["direction"] == "output":
            moved.reverse()
        lines.append(f"| `{tensor['name']}` | DRAM | | {moved[0]} | {moved[1]} |")
    return "\n".join(lines)


def section(preset):
    loops = "\n".join("    " + line for line in preset["loops"].rstrip().splitlines())
    script = "\n".join("    " + line for line in preset["script"].rstrip().splitlines())
    return (f"## {preset['name']}\n\n![{preset['name']}](dataflows/{preset['name']}.svg)\n\n{levels(preset)}\n\n"
            f"The schedule:\n\n{script}\n\nThe loops of every process:\n\n{re.sub(r' +$', '', loops, flags=re.M)}\n")


def simulated_text(presets):
    predicted = [p["name"] for p in presets if not p["simulated"]]
    if not predicted:
        return "All were simulated, with the numbers of the model."
    return f"Predicted by the model, and not simulated with this compiler at this size yet: {', '.join(predicted)}."


def page(presets, names):
    """`names` are all presets; those that were not measured are named."""
    missing = [name for name in names if name not in [p["name"] for p in presets]]
    table = ["| preset | rows \\| columns | array | cycles | utilisation | of the least | registers | SRAM | DRAM | bytes |",
             "|---|---|---|---|---|---|---|---|---|---|"] + [summary(p) for p in presets]
    introduction = INTRODUCTION.format(multiplications=multiplications(), simulated=simulated_text(presets), **LAYER)
    rest = [f"Not in the table: {', '.join(missing)}; `tools/dataflows` measures all.", ""] if missing else []
    return "\n".join([introduction, *table, "", *rest, *[section(p) for p in presets]])


def main():
    parser = argparse.ArgumentParser(description="Compares the dataflows of a convolution on one layer and writes docs/dataflows.md.")
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="directory of orrery and the generator")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="directory for the designs")
    parser.add_argument("--docs", type=pathlib.Path, required=True, help="directory of dataflows.md")
    parser.add_argument("--predict", action="store_true", help="do not simulate")
    parser.add_argument("presets", nargs="*", help="only these")
    arguments = parser.parse_args()
    arguments.programs = arguments.programs.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    presets = []
    names = preset_names(arguments)
    for name in arguments.presets or names:
        presets.append(measure(arguments, name))
        print(f"{name}: {presets[-1]['numbers']['cycles']:,} cycles", flush=True)
    pictures = arguments.docs / "dataflows"
    pictures.mkdir(exist_ok=True)
    for preset in presets:
        (pictures / f"{preset['name']}.svg").write_text(picture(preset["design"], array_text(preset).replace("\\", "")))
    (arguments.docs / "dataflows.md").write_text(page(presets, names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
