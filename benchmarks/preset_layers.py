"""Layers in the presets of apps/dataflows, at their real sizes: the third table of docs/layers.md (see layers.py)."""
import json
from typing import NamedTuple

from measuring import BUS_BYTES, accesses, ceiling, generate, port_bytes, predict, run_status, simulate

GENERATOR = "convolution_dataflow"
ELEMENTS = 256  # of the machine; no preset has more
MOST_CYCLES = 10_000_000  # of the preset that does not suit, so that the simulation ends soon

INTRODUCTION = """## Presets of dataflows

The same layers in the presets of [apps/dataflows](../apps/dataflows/README.md), on a machine of {elements} processing elements: a preset has its own sizes (`eyeriss` 12 x 14, `shidiannao` 8 x 8) and at most as many. All presets are compiled and their cycles
predicted ([model](model.md)); of each layer the one of fewest cycles is simulated and the slowest one of those below {most:,} cycles, which does not suit, all outputs and numbers checked as above. Not in the table are
depthwise layers, for which that generator has no loop, and repetitions (a layer with the sizes of another). A grouped convolution is one of its groups; a matrix product is a convolution of 1 x 1 pixels, the vectors a batch; an LSTM is the product of its gates.
VGG-16 conv1 has three input channels: C \\| K fills 48 processing elements, a kernel's window that is replicated over channels and filters 108.

* *least*: the cycles in which the array of the preset is at work, or those in which the busiest port moves its bytes, if these are more. *of least*: *least* / *cycles*. MobileNet's pw1 has short bursts of outputs and 32 of
  them in flight (with 16 it takes 132,456 cycles). The perceptron's fc3 at batch 16 waits 480 cycles for the weights of its first columns, 6 % of what it computes in all. *utilisation*: multiply-accumulates / ({elements} x *cycles*).
* *next two*: the presets behind the fastest one, with their cycles.

"""


class Layer(NamedTuple):
    network: str
    layer: str  # of data/workloads.csv
    batch: int = 0  # in place of the table's


LAYERS = [
    *(Layer("alexnet", f"conv{n}") for n in range(1, 6)),
    Layer("vgg16", "conv1"), Layer("vgg16", "conv5"),
    *(Layer("googlenet", f"4c_{part}") for part in ("1x1", "pool", "3x3", "5x5r", "5x5")),
    Layer("mobilenetv1", "pw1"), Layer("mobilenetv1", "pw3"),
    *(Layer("resnet50", f"l3_1_{part}") for part in ("1x1a", "3x3", "1x1b")),
    *(Layer(f"lstm_h{units}_b1", "gates", batch) for units in (500, 1000) for batch in (1, 16)),
    *(Layer("mlp_m", f"fc{n}", batch) for batch in (1, 16) for n in (1, 2, 3)),
]


# Where 16 bursts in flight do not keep the array at work.
PORTS = {("mobilenetv1", "pw1", 0): {"outstanding": 32}}


def label(layer):
    return f"{layer.network} {layer.layer}" + (f", batch {layer.batch}" if layer.batch else "")


def shape(known, layer):
    """Parameters of the generator, one group; and its multiply-accumulates."""
    row = known[layer.network, layer.layer]
    batch, channels, filters = layer.batch or row["N"], row["C"] // row["groups"], row["K"] // row["groups"]
    parameters = {"batch": batch, "channels": channels, "filters": filters, "width": row["OX"], "height": row["OY"],
                  "kernel_width": row["FX"], "kernel_height": row["FY"], "stride": row["stride"]}
    return parameters, batch * channels * filters * row["OX"] * row["OY"] * row["FX"] * row["FY"]


def candidates(programs, known, layer, presets):
    """Cycles of every preset, fastest first, and the directories of their designs."""
    parameters, _ = shape(known, layer)
    found = []
    for preset in presets:
        design = programs.work / "presets" / f"{layer.network}_{layer.layer}_{parameters['batch']}_{preset}"
        generate(programs, GENERATOR, design, {"dataflow": preset, **parameters, **PORTS.get(layer, {})})
        found.append((predict(programs, design)["cycles"], preset, design))
    return sorted(found)


def measure(programs, known, layer, candidate, suits, note):
    cycles, preset, design = candidate
    _, macs = shape(known, layer)
    report = simulate(programs, design)  # compares the cycles with the prediction, and every other number
    array = next(p for p in json.loads((design / "design.json").read_text())["processes"] if "array" in p)
    busy = next(p["busy"] for p in report["processes"] if p["name"] == array["name"])
    levels, traffic = accesses(report), port_bytes(report)
    port = max(ceiling(p["bytes"], BUS_BYTES) for p in report["ports"])
    print(f"{design.name}: {cycles} cycles", flush=True)
    return {"layer": label(layer), "preset": preset, "suits": suits, "note": note, "elements": array["array"]["rows"] * array["array"]["columns"],
            "cycles": cycles, "least": max(busy, port), "limit": "port" if port > busy else "array", "utilisation": macs / ELEMENTS / cycles, "sram": levels["sram"] / macs,
            "registers": levels["register_file"] / macs, "dram": traffic / macs, "bytes": traffic, "seconds": report["simulation"]["seconds"]}


def measure_pair(programs, known, layer, presets):
    """The fastest preset and the slowest whose simulation ends soon."""
    found = candidates(programs, known, layer, presets)
    slowest = [c for c in found if c[0] <= max(MOST_CYCLES, found[0][0])][-1]
    note = ", ".join(f"{preset} {cycles:,}" for cycles, preset, _ in found[1:3])
    return [measure(programs, known, layer, found[0], True, note), measure(programs, known, layer, slowest, False, "")]


def selected(only):
    return [layer for layer in LAYERS if only in label(layer)]


def preset_names(programs):
    """From the message that names them."""
    text = run_status([programs.directory / f"{GENERATOR}.generator", "-g", GENERATOR, "-o", programs.work / "none", "-e", "accelerator",
                       "dataflow=?"])
    return text.split("choose one of")[1].split("\n")[0].split()


def text(rows):
    lines = ["| layer | preset | suits | processing elements | cycles | least | limit | of least | utilisation | SRAM | registers | DRAM | bytes | next two | seconds |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['layer']} | {r['preset']} | {'yes' if r['suits'] else 'no'} | {r['elements']} | {r['cycles']:,} | {r['least']:,} | {r['limit']} | {r['least'] / r['cycles']:.1%} | {r['utilisation']:.1%} | "
                     f"{r['sram']:.3f} | {r['registers']:.3f} | {r['dram']:.4f} | {r['bytes']:,} | {r['note']} | {r['seconds']:.0f} |")
    return "\n".join(lines) + "\n"


def page(rows):
    return INTRODUCTION.format(elements=ELEMENTS, most=MOST_CYCLES) + text(rows)
