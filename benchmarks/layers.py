"""Layers of known networks (data/workloads.csv) on the generators of apps/: simulates the Verilog to the end and writes docs/layers.md.
layers.py --help.

All numbers are cycles and counters of the simulated Verilog, the same on every machine, but the seconds. A layer that is not
bit-exact ends the program with an error, as does one below 95 % of what the array or the port allows.
"""
import argparse
import hashlib
import json
import pathlib
import sys
import time
from typing import NamedTuple

import chain_layers
import preset_layers
from measuring import LEAST_RATE, Programs, accesses, ceiling, generate, port_bytes, simulate, workloads

INTRODUCTION = """# Layers of known networks

Layers of data/workloads.csv on the generators of [apps](../apps/). `tools/layers` makes this page: it generates the designs, simulates their Verilog to the end on random tensors, and checks that all outputs are
those of Halide and all numbers those of the [model](model.md). Ports have 128 bits where nothing else is said; the memory's latency is 40 cycles. Three tables: layers one by one, [layers in one accelerator](#layers-in-one-accelerator) and
[presets of dataflows](#presets-of-dataflows).

## Layer by layer

Each layer in a schedule that suits it and in one that does not. An LSTM is four time steps of the whole cell, without the host in between; its matrices come from DRAM in each.

* *suits*: whether the schedule is the one for the layer. The other one has fewer processing elements to use, or more than the layer can fill (GoogLeNet 4c_5x5, which is faster for it) or than
  the port can feed (one vector on a whole array).
  The perceptron's fc3 at batch 16 has ports of 256 bits: with 128, the weights of its first columns come in 500 cycles, 6 % of what it computes in all.
* *least*: the cycles that the array needs when every loop is divided upwards (the residual addition has lanes in its place), or those in which the busiest port moves its bytes, if these are more.
  *limit* says which: the layer is compute-bound at the array and memory-bound at the port. *of least*: *least* / *cycles*; `tools/layers` fails below {rate:.0%}.
* *utilisation*: multiply-accumulates / (processing elements x cycles). Rows and columns of the array that a layer cannot fill at all are not built.
* *SRAM*, *registers*: elements read and written, per multiply-accumulate (of the residual addition per element); one that is broadcast counts for each lane.
  *DRAM*: bytes on the ports, per multiply-accumulate, and in all.
* *seconds*: of the simulation alone, on the machine that made this page; short ones are built without optimisation.

"""


class Case(NamedTuple):
    network: str
    layer: str  # of data/workloads.csv
    title: str  # of the schedule
    schedule: dict  # parameters of the generator
    suits: bool = True
    batch: int = 0  # in place of the table's
    app: str = ""  # the generator, where the operation does not say it

    def generator(self, layer):
        return self.app or ("gemm" if layer["op"] == "gemm" else "conv2d")


def pair(network, layer, title, schedule, other_title, other, **rest):
    """The schedule that suits a layer and one that does not."""
    return [Case(network, layer, title, schedule, **rest), Case(network, layer, other_title, other, suits=False, **rest)]


C_K, FX_K = "C \\| K", "FX \\| K"
WIDE = {"array": "c_k", "rows": 16, "columns": 16}
NARROW = {"array": "fx_k", "columns": 16}
SQUARE, COLUMN = {"rows": 16, "columns": 16}, {"rows": 16, "columns": 1}
STEP = {"lanes": 16}


def high(schedule, rows):
    return {**schedule, "tile_height": rows}


def perceptron(batch):
    """With one vector, a column of the array takes what the port gives; with more, the array is the limit."""
    cases = []
    for layer in ("fc1", "fc2", "fc3"):
        square = (C_K, {**SQUARE, "bus_bits": 256} if (layer, batch) == ("fc3", 16) else SQUARE)
        cases += pair("mlp_m", layer, *((("C", COLUMN) + square) if batch == 1 else (square + ("C", COLUMN))), batch=batch)
    return cases


def lstm(units):
    network, wide, column = f"lstm_h{units}_b1", (C_K, {**SQUARE, **STEP}), ("C", {**COLUMN, **STEP})
    return (pair(network, "gates", *column, *wide, app="recurrent") +
            pair(network, "gates", *wide, *column, batch=16, app="recurrent"))


CASES = [
    *pair("alexnet", "conv1", FX_K, high(NARROW, 11), C_K, high(WIDE, 11)),
    *pair("alexnet", "conv2", C_K, high(WIDE, 9), FX_K, high(NARROW, 9)),
    *(case for layer in ("conv3", "conv4", "conv5") for case in pair("alexnet", layer, C_K, WIDE, FX_K, NARROW)),
    *pair("vgg16", "conv1", "FX C \\| K", high({"array": "window_k", "columns": 16}, 16), C_K, high(WIDE, 16)),
    *pair("vgg16", "conv5", C_K, high(WIDE, 14), FX_K, high(NARROW, 14)),
    *(case for layer in ("4c_1x1", "4c_3x3r", "4c_pool") for case in pair("googlenet", layer, C_K, WIDE, FX_K, NARROW)),
    *pair("googlenet", "4c_3x3", C_K, WIDE, FX_K, NARROW),
    *pair("googlenet", "4c_5x5r", C_K, WIDE, FX_K, NARROW),
    *pair("googlenet", "4c_5x5", C_K, {**WIDE, "rows": 8}, C_K, WIDE),
    *(case for layer in ("dw1", "dw3") for case in
      pair("mobilenetv1", layer, "FX \\| G", high({"array": "fx_g", "columns": 16}, 14), C_K, high(WIDE, 14))),
    *(case for layer in ("pw1", "pw3") for case in pair("mobilenetv1", layer, C_K, high(WIDE, 14), FX_K, high(NARROW, 14))),
    *pair("resnet50", "l3_1_1x1a", C_K, WIDE, FX_K, NARROW),
    *pair("resnet50", "l3_1_3x3", C_K, WIDE, FX_K, NARROW),
    *pair("resnet50", "l3_1_1x1b", C_K, WIDE, FX_K, NARROW),
    *pair("resnet50", "l3_1_1x1b", "16 lanes", {"lanes": 16}, "4 lanes", {"lanes": 4}, app="residual_add"),
    *lstm(500), *lstm(1000),
    *perceptron(1), *perceptron(16), *perceptron(128),
]
STEPS = 4  # of an LSTM
TABLES = ["layers", "chains", "presets"]


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
    return parameters, outputs * points[schedule["array"]]


def product(layer, schedule):
    """The same of the generator gemm."""
    parameters = {"a.type": "int8", "b.type": "int8", "output.type": "int8", "height": layer["N"], "width": layer["K"],
                  "depth": layer["C"], **schedule}
    return parameters, layer["N"] * ceiling(layer["C"], schedule["rows"]) * ceiling(layer["K"], schedule["columns"])


def sequence(layer, schedule):
    """The same of the generator recurrent: STEPS time steps of an LSTM with as many inputs as units; four gates."""
    units = layer["K"] // 4
    points = STEPS * layer["N"] * ceiling(layer["C"], schedule["rows"]) * 4 * ceiling(units, schedule["columns"])
    return {"cell": "lstm", "inputs": layer["C"] - units, "units": units, "batch": layer["N"], **schedule}, points


def addition(layer, schedule):
    """The same of the generator residual_add, behind a layer: two tensors of the size of its output."""
    size = layer["N"] * layer["K"] * layer["OY"] * layer["OX"]
    return {"a.type": "int8", "b.type": "int8", "output.type": "int8", "size": size, **schedule}, ceiling(size, schedule["lanes"])


APPS = {"conv2d": convolution, "gemm": product, "recurrent": sequence, "residual_add": addition}
SCALARS = {"recurrent": ["--set", f"steps={STEPS}"]}


def sized(known, case):
    """The layer with the batch and the steps of the case."""
    layer = dict(known[case.network, case.layer])
    batch, steps = case.batch or layer["N"], STEPS if case.app == "recurrent" else 1
    layer.update(N=batch, macs=layer["macs"] // layer["N"] * batch * steps)
    return layer


def label(case, layer):
    part = {"recurrent": f"{STEPS} steps", "residual_add": "l3_1 residual"}.get(case.app, case.layer)
    return f"{case.network} {part}" + (f", batch {layer['N']}" if layer["N"] > 1 or case.batch else "")


def measure(programs, known, case):
    layer = sized(known, case)
    app = case.generator(layer)
    parameters, points = APPS[app](layer, case.schedule)
    design = programs.work / "_".join(map(str, (case.network, case.layer, app, *case.schedule.values(), layer["N"])))
    start = time.monotonic()
    generate(programs, app, design, parameters)
    report = simulate(programs, design, SCALARS.get(app, []))
    port = max(ceiling(p["bytes"], case.schedule.get("bus_bits", 128) // 8) for p in report["ports"])
    levels, traffic = accesses(report), port_bytes(report)
    elements = report["array"]["processing_elements"] if app != "residual_add" else 0
    work = layer["macs"] if elements else parameters["size"]
    title = case.title + (f", {case.schedule['bus_bits']} bits" if "bus_bits" in case.schedule else "")
    print(f"{design.name}: {report['cycles']} cycles, least {max(points, port)}, {time.monotonic() - start:.0f} s", flush=True)
    return {"layer": label(case, layer), "schedule": title, "suits": "yes" if case.suits else "no", "elements": elements,
            "cycles": report["cycles"], "least": max(points, port), "limit": "port" if port > points else "array" if elements else "lanes",
            "utilisation": f"{100 * work / elements / report['cycles']:.1f} %" if elements else "", "sram": levels["sram"] / work,
            "registers": levels["register_file"] / work, "dram": traffic / work, "bytes": traffic, "seconds": report["simulation"]["seconds"]}


def table(rows):
    text = "| layer | schedule | suits | processing elements | cycles | least | limit | of least | utilisation | SRAM | registers | DRAM | bytes | seconds |\n"
    text += "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
    for r in rows:
        text += (f"| {r['layer']} | {r['schedule']} | {r['suits']} | {r['elements'] or ''} | {r['cycles']:,} | {r['least']:,} | {r['limit']} | "
                 f"{100 * r['least'] / r['cycles']:.1f} % | {r['utilisation']} | {r['sram']:.3f} | {r['registers']:.3f} | {r['dram']:.4f} | "
                 f"{r['bytes']:,} | {r['seconds']:.0f} |\n")
    return text


def slow(rows):
    return [f"{r['layer']} ({r['schedule']})" for r in rows if r["least"] < LEAST_RATE * r["cycles"]]


def kept(file, resume, compute):
    """What an interrupted run has left in the file, if it may be taken; otherwise computed now."""
    if resume and file.exists():
        return json.loads(file.read_text())
    rows = compute()
    file.write_text(json.dumps(rows))
    return rows


def measured(arguments):
    """The rows of the three tables, as far as --only and --tables select them."""
    known = workloads(pathlib.Path(__file__).resolve().parent.parent)
    programs = Programs(arguments.programs.resolve(), arguments.work.resolve())
    presets = preset_layers.preset_names(programs)
    cases = {"layers": [c for c in CASES if arguments.only in label(c, sized(known, c))],
             "chains": chain_layers.selected(arguments.only), "presets": preset_layers.selected(arguments.only)}
    single = {"layers": lambda case: [measure(programs, known, case)],
              "chains": lambda chain: [chain_layers.measure(programs, known, chain)],
              "presets": lambda layer: preset_layers.measure_pair(programs, known, layer, presets)}
    return {table: [row for case in (cases[table] if table in arguments.tables else [])
                    for row in kept(programs.work / f"{table}_{hashlib.sha256(repr(case).encode()).hexdigest()[:16]}.json", arguments.resume,
                                    lambda: single[table](case))] for table in cases}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="directory of the generators and orrery")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="directory for designs")
    parser.add_argument("--only", default="", help="layers whose name in a table contains this; prints the tables only")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES, help="only these; prints them only")
    parser.add_argument("--resume", action="store_true", help="take the rows that an interrupted run has left")
    parser.add_argument("--docs", type=pathlib.Path, help="directory of layers.md")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    rows = measured(arguments)
    page = "\n".join([INTRODUCTION.format(rate=LEAST_RATE) + table(rows["layers"]), chain_layers.page(rows["chains"]), preset_layers.page(rows["presets"])])
    print(page)
    if arguments.docs and not arguments.only and set(arguments.tables) == set(TABLES):
        (arguments.docs / "layers.md").write_text(page)
    below = slow(rows["layers"]) + chain_layers.slow(rows["chains"])
    if below:
        sys.exit(f"below {LEAST_RATE:.0%} of what the array or the port allows: {', '.join(below)}")


if __name__ == "__main__":
    main()
