"""Layers of known networks (data/workloads.csv) on the generators of apps/: simulates the Verilog to the end and writes docs/layers.md.
layers.py --help.

All numbers are cycles and counters of the simulated Verilog, the same on every machine, but the seconds. A layer that is not
bit-exact ends the program with an error, as does one below 95 % of what the array or the port allows.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import time

MEMORY = "latency=40"
BUS_BYTES = 16
INTRODUCTION = """# Layers of known networks

Layers of data/workloads.csv on the generators of [apps](../apps/), each in a schedule that suits it and in one that does not. `tools/layers` makes this page: it generates
the designs, simulates their Verilog to the end on random tensors, and checks that all outputs are those of Halide.
Every port has 128 bits; the memory's latency is 40 cycles.
Of a network's layer with a batch of one, "batch 16" is the same with sixteen inputs. The gates of an LSTM are one time step; the matrices come from DRAM in each, and are the limit at batch 1 whatever the array.

* *least*: the cycles that the array needs when every loop is divided upwards, or those in which the busiest port moves its bytes, if these are more (**bold**).
* *of least*: *least* / *cycles*. *utilisation*: multiply-accumulates / (processing elements x cycles).
* *SRAM*, *registers*: elements read and written, per multiply-accumulate; one that is broadcast counts for each lane. *DRAM*: bytes on the ports per multiply-accumulate.
* *seconds*: of the simulation alone, on the machine that made this page.

"""
# Network, layer of data/workloads.csv, name of the schedule, generator's parameters; what multiplies the batch.
WIDE = {"array": "c_k", "rows": 16, "columns": 16}
LOW = {**WIDE, "tile_height": 2}  # small tiles of the input: the first is there soon
CASES = [
    ("alexnet", "conv1", "FX \\| K", {"array": "fx_k", "columns": 16, "tile_height": 11}),
    ("alexnet", "conv1", "C \\| K", {**WIDE, "tile_height": 11}),
    ("alexnet", "conv2", "C \\| K", {**WIDE, "tile_height": 9}),
    ("alexnet", "conv3", "C \\| K", WIDE),
    ("alexnet", "conv4", "C \\| K", WIDE),
    ("alexnet", "conv5", "C \\| K", WIDE),
    ("vgg16", "conv1", "FX C \\| K", {"array": "window_k", "columns": 16, "tile_height": 16}),
    ("vgg16", "conv1", "C \\| K", {**WIDE, "tile_height": 16}),
    ("vgg16", "conv5", "C \\| K", {**WIDE, "tile_height": 14}),
    ("googlenet", "4c_1x1", "C \\| K", LOW),
    ("googlenet", "4c_3x3r", "C \\| K", LOW),
    ("googlenet", "4c_3x3", "C \\| K", WIDE),
    ("googlenet", "4c_5x5", "C \\| K", WIDE),
    ("googlenet", "4c_pool", "C \\| K", LOW),
    ("mobilenetv1", "dw1", "FX \\| G", {"array": "fx_g", "columns": 16, "tile_height": 14}),
    ("mobilenetv1", "pw1", "C \\| K", {**WIDE, "tile_height": 14}),
    ("mobilenetv1", "dw3", "FX \\| G", {"array": "fx_g", "columns": 16, "tile_height": 14}),
    ("mobilenetv1", "dw3", "C \\| K", {**WIDE, "tile_height": 14}),
    ("mobilenetv1", "pw3", "C \\| K", {**WIDE, "tile_height": 14}),
    ("resnet50", "l3_1_1x1a", "C \\| K", LOW),
    ("resnet50", "l3_1_3x3", "C \\| K", WIDE),
    ("resnet50", "l3_1_1x1b", "C \\| K", WIDE),
    ("lstm_h500_b1", "gates", "C", {"rows": 16, "columns": 1}),
    ("lstm_h500_b1", "gates", "C \\| K", {"rows": 16, "columns": 16}),
    ("lstm_h500_b1", "gates", "C \\| K", {"rows": 16, "columns": 16}, 16),
    ("lstm_h1000_b1", "gates", "C", {"rows": 16, "columns": 1}),
    ("lstm_h1000_b1", "gates", "C \\| K", {"rows": 16, "columns": 16}),
    ("lstm_h1000_b1", "gates", "C \\| K", {"rows": 16, "columns": 16}, 16),
    ("mlp_m", "fc1", "C \\| K", {"rows": 16, "columns": 16}),
    ("mlp_m", "fc2", "C \\| K", {"rows": 16, "columns": 16}),
    ("mlp_m", "fc3", "C \\| K", {"rows": 16, "columns": 16}),
]
LEAST_RATE = 0.95  # of the array or the port, whichever is the limit


def ceiling(a, b):
    return -(-a // b)


def workloads(root):
    with open(root / "data" / "workloads.csv") as file:
        return {(row["net"], row["layer"]): {k: int(v) if v.isdigit() else v for k, v in row.items()} for row in csv.DictReader(file)}


def pad_of(kernel, stride):
    return (kernel - 1) // 2 if stride == 1 or kernel < 11 else 0


def convolution(layer, schedule):
    """Parameters of the generator conv2d, and the points of its array."""
    groups, stride = layer["groups"], layer["stride"]
    channels, filters = layer["C"] // groups, layer["K"] // groups
    parameters = {"input.type": "int8", "weights.type": "int8", "output.type": "int8", "batch": layer["N"], "groups": groups,
                  "channels": channels, "filters": filters, "kernel_width": layer["FX"], "kernel_height": layer["FY"],
                  "stride_x": stride, "stride_y": stride}
    for axis, extent, kernel, sides in (("width", "OX", "FX", ("left", "right")), ("height", "OY", "FY", ("top", "bottom"))):
        pad = pad_of(layer[kernel], stride)
        parameters[axis] = (layer[extent] - 1) * stride + layer[kernel] - 2 * pad
        parameters.update({f"pad_{side}": pad for side in sides})
    parameters.update(schedule)
    outputs = layer["N"] * layer["OX"] * layer["OY"]
    columns = schedule["columns"]
    points = {"c_k": ceiling(channels, schedule.get("rows", 1)) * layer["FX"] * layer["FY"] * ceiling(filters, columns) * groups,
              "window_k": layer["FY"] * ceiling(filters, columns) * groups,
              "fx_k": channels * layer["FY"] * ceiling(filters, columns) * groups,
              "fx_g": channels * filters * layer["FY"] * ceiling(groups, columns),
              "fxfy_g": channels * filters * ceiling(groups, columns)}
    return "conv2d", parameters, outputs * points[schedule["array"]]


def product(layer, schedule):
    """The same of the generator gemm."""
    parameters = {"a.type": "int8", "b.type": "int8", "output.type": "int8", "height": layer["N"], "width": layer["K"],
                  "depth": layer["C"], **schedule}
    return "gemm", parameters, layer["N"] * ceiling(layer["C"], schedule["rows"]) * ceiling(layer["K"], schedule["columns"])


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}failed with status {result.returncode}")


def measure(arguments, layer, title, schedule, batch=1):
    layer = {**layer, "N": layer["N"] * batch, "macs": layer["macs"] * batch}
    generator, parameters, points = (product if layer["op"] == "gemm" else convolution)(layer, schedule)
    design = arguments.work / f"{layer['net']}_{layer['layer']}_{'_'.join(str(v) for v in schedule.values())}_{layer['N']}"
    report_file = design / "report.json"
    start = time.monotonic()
    run([arguments.programs / f"{generator}.generator", "-g", generator, "-o", design, "-e", "accelerator",
         *(f"{k}={v}" for k, v in parameters.items())])
    run([arguments.programs / "orrery", "simulate", design, "--memory", MEMORY, "--json", report_file])
    report = json.loads(report_file.read_text())
    port = max(ceiling(p["bytes"], BUS_BYTES) for p in report["ports"])
    levels = {"sram": 0, "register_file": 0}
    for buffer in report["buffers"]:
        levels[buffer["memory"]] += buffer["reads"] + buffer["writes"]
    macs = layer["macs"]
    print(f"{design.name}: {report['cycles']} cycles, least {max(points, port)}, {time.monotonic() - start:.0f} s", flush=True)
    return {"layer": f"{layer['net']} {layer['layer']}" + (f", batch {layer['N']}" if layer["N"] > 1 else ""), "schedule": title,
            "array": report["array"]["processing_elements"], "cycles": report["cycles"], "least": max(points, port),
            "bound": "port" if port > points else "array", "utilisation": macs / report["array"]["processing_elements"] / report["cycles"],
            "sram": levels["sram"] / macs, "registers": levels["register_file"] / macs,
            "dram": sum(p["bytes"] for p in report["ports"]) / macs, "seconds": report["simulation"]["seconds"]}


def table(rows):
    text = "| layer | schedule | processing elements | cycles | least | of least | utilisation | SRAM | registers | DRAM | seconds |\n"
    text += "|---|---|---|---|---|---|---|---|---|---|---|\n"
    for r in rows:
        least = f"{r['least']:,}" if r["bound"] == "array" else f"**{r['least']:,}**"
        text += (f"| {r['layer']} | {r['schedule']} | {r['array']} | {r['cycles']:,} | {least} | {100 * r['least'] / r['cycles']:.1f} % | "
                 f"{100 * r['utilisation']:.1f} % | {r['sram']:.3f} | {r['registers']:.3f} | {r['dram']:.4f} | {r['seconds']:.0f} |\n")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="directory of the generators and orrery")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="directory for designs")
    parser.add_argument("--only", default="", help="layers whose network and name contain this; prints the table only")
    parser.add_argument("--docs", type=pathlib.Path, help="directory of layers.md")
    arguments = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    known = workloads(root)
    rows = [measure(arguments, known[net, layer], *rest) for net, layer, *rest in CASES if arguments.only in f"{net} {layer}"]
    print(table(rows))
    if arguments.docs and not arguments.only:
        (arguments.docs / "layers.md").write_text(INTRODUCTION + table(rows))
    slow = [r["layer"] for r in rows if r["least"] < LEAST_RATE * r["cycles"]]
    if slow:
        sys.exit(f"below {LEAST_RATE:.0%} of what the array or the port allows: {', '.join(slow)}")


main()
