"""Layers one behind the other in one accelerator, at their real sizes: the second table of docs/layers.md (see layers.py)."""
from typing import NamedTuple

from measuring import BUS_BYTES, LEAST_RATE, accesses, ceiling, generate, port_bytes, simulate

INVOCATIONS = 4

INTRODUCTION = """## Layers in one accelerator

Chains of layers, each layer on an array of its own ([apps/chains](../apps/chains/README.md), [apps/mlp](../apps/mlp/README.md)): what is between the layers stays on the chip. The
ResNet-50 bottlenecks are 1 x 1, 3 x 3, 1 x 1 and the addition of the input, with all weights on the chip, in tiles of one row of the output; the input, which the addition wants two tiles later, waits
on the chip as well. In the perceptron every layer waits for all of the one before; its weights come from DRAM in each run. Each was run {invocations} times, one run started while the one before is under way, all outputs and numbers checked as above.

* *arrays*: rows x columns of each layer. *first*: the cycles of the first run. *one every*: the cycles from the end of one run to that of the next, all layers at work.
* *least*: the cycles of a run for the busiest array, every loop divided upwards and nothing computed twice, or for the busiest port. *of least*: *least* / *one every*; `tools/layers` fails below {rate:.0%} for what suits.
* *utilisation*: multiply-accumulates / (processing elements of all arrays x *one every*).
* *DRAM*: bytes on the ports per run. *layer by layer*: those if each layer (and the addition) read its inputs from DRAM and wrote its outputs there.

"""


class Chain(NamedTuple):
    kind: str  # of KINDS
    layer: tuple  # network and a layer of data/workloads.csv; or the sizes of a perceptron
    schedule: dict
    suits: bool = True
    batch: int = 1


def bottleneck(known, chain):
    """The block whose last layer is given, with as many inputs as outputs."""
    last = known[chain.layer]
    channels, middle, width, height = last["K"], last["C"], last["OX"], last["OY"]
    lanes, rows = chain.schedule["lanes"], chain.schedule.get("pointwise_rows", chain.schedule["lanes"])
    pixels = width * height
    points = [ceiling(channels, rows) * ceiling(middle, lanes), 9 * ceiling(middle, lanes) ** 2, ceiling(middle, rows) * ceiling(channels, lanes)]
    return {"app": "chain_bottleneck", "parameters": {"channels": channels, "middle": middle, "width": width, "height": height},
            "arrays": [(rows, lanes), (lanes, lanes), (rows, lanes)], "points": pixels * max(points),
            "macs": pixels * (2 * channels * middle + 9 * middle ** 2),
            "between": pixels * (4 * middle + 3 * channels)}  # both maps and the sum of the last layer out and in, the input once more


def depthwise_pointwise(known, chain):
    """The pair whose second layer is given."""
    last = known[chain.layer]
    pixels, lanes = last["OX"] * last["OY"], chain.schedule["lanes"]
    points = [3 * ceiling(last["C"], lanes), ceiling(last["C"], lanes) * ceiling(last["K"], lanes)]
    return {"app": "chain_depthwise_pointwise",
            "parameters": {"channels": last["C"], "filters": last["K"], "width": last["OX"], "height": last["OY"]},
            "arrays": [(3, lanes), (lanes, lanes)], "points": pixels * max(points),
            "macs": pixels * last["C"] * (9 + last["K"]), "between": 2 * pixels * last["C"]}


def perceptron(known, chain):
    sizes = list(chain.layer[1])
    columns = [int(c) for c in str(chain.schedule["columns"]).split(",")]
    columns *= len(sizes) - 1 if len(columns) == 1 else 1
    layers = list(zip(sizes, sizes[1:], columns))
    scalars = [text for n in range(1, len(sizes)) for text in ("--set", f"multiplier{n}=1200000000", "--set", f"shift{n}=-8")]
    return {"app": "mlp", "parameters": {"sizes": ",".join(map(str, sizes)), "batch": chain.batch}, "scalars": scalars,
            "arrays": [(16, c) for c in columns], "points": max(chain.batch * ceiling(a, 16) * ceiling(b, c) for a, b, c in layers),
            "macs": chain.batch * sum(a * b for a, b, _ in layers), "between": 2 * chain.batch * sum(sizes[1:-1])}


KINDS = {"bottleneck": bottleneck, "pair": depthwise_pointwise, "perceptron": perceptron}


def bottlenecks(layer, suits, other):
    return [Chain("bottleneck", ("resnet50", layer), {"lanes": 16, **suits}),
            Chain("bottleneck", ("resnet50", layer), {"lanes": 16, **other}, suits=False)]


def pairs(number, width):
    tile = {"lanes": 16, "tile_width": width}
    return [Chain("pair", ("mobilenetv1", f"pw{number}"), {**tile, "tile_height": 1}),
            Chain("pair", ("mobilenetv1", f"pw{number}"), {**tile, "tile_height": 28}, suits=False)]


def perceptrons(batch, columns, other):
    layer = ("mlp_m", (784, 1000, 500, 250))
    return [Chain("perceptron", layer, {"columns": columns}, batch=batch),
            Chain("perceptron", layer, {"columns": other}, suits=False, batch=batch)]


CHAINS = [
    *bottlenecks("l1_1_1x1b", {"pointwise_rows": 8, "tile_width": 28, "tile_height": 1}, {"tile_width": 56, "tile_height": 8}),
    *bottlenecks("l2_1_1x1b", {"tile_width": 14, "tile_height": 1}, {"tile_width": 28, "tile_height": 4}),
    *pairs(1, 112), *pairs(3, 56),
    *perceptrons(16, "16,16,8", "16"), *perceptrons(1, "1", "16"),
]


def label(chain):
    network = chain.layer[0]
    if chain.kind == "perceptron":
        return f"{network} {'-'.join(map(str, chain.layer[1]))}, batch {chain.batch}"
    layer = chain.layer[1]
    return f"{network} {layer.rsplit('_', 1)[0]} bottleneck" if chain.kind == "bottleneck" else f"{network} dw{layer[2:]} + {layer}"


def tile_text(schedule):
    return f"{schedule['tile_width']} x {schedule['tile_height']}" if "tile_width" in schedule else ""


def measure(programs, known, chain):
    plan = KINDS[chain.kind](known, chain)
    design = programs.work / "_".join([plan["app"], *map(str, plan["parameters"].values()), *map(str, chain.schedule.values())]).replace(",", "-")
    generate(programs, plan["app"], design, {**plan["parameters"], **chain.schedule})
    report = simulate(programs, design, plan.get("scalars", []), INVOCATIONS)
    ends = report["invocations"]
    every = (ends[-1] - ends[0]) / (len(ends) - 1)
    port = max(ceiling(p["bytes"], INVOCATIONS * BUS_BYTES) for p in report["ports"])
    elements, traffic, levels = sum(r * c for r, c in plan["arrays"]), port_bytes(report) // INVOCATIONS, accesses(report)
    row = {"layer": label(chain), "arrays": ", ".join(f"{r} x {c}" for r, c in plan["arrays"]), "tile": tile_text(chain.schedule),
           "suits": chain.suits, "elements": elements, "first": ends[0], "every": every, "least": max(plan["points"], port),
           "limit": "port" if port > plan["points"] else "array", "utilisation": plan["macs"] / elements / every,
           "sram": levels["sram"] / plan["macs"] / INVOCATIONS, "registers": levels["register_file"] / plan["macs"] / INVOCATIONS,
           "bytes": traffic, "apart": traffic + plan["between"], "seconds": report["simulation"]["seconds"]}
    print(f"{design.name}: first {ends[0]} cycles, one every {every:.0f}, least {row['least']}", flush=True)
    return row


def selected(only):
    return [chain for chain in CHAINS if only in label(chain)]


def text(rows):
    lines = ["| chain | arrays | tiles | suits | processing elements | first | one every | least | limit | of least | utilisation | SRAM | registers | DRAM | layer by layer | seconds |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['layer']} | {r['arrays']} | {r['tile']} | {'yes' if r['suits'] else 'no'} | {r['elements']} | {r['first']:,} | {r['every']:,.0f} | "
                     f"{r['least']:,} | {r['limit']} | {r['least'] / r['every']:.1%} | {r['utilisation']:.1%} | {r['sram']:.3f} | {r['registers']:.3f} | "
                     f"{r['bytes']:,} | {r['apart']:,} | {r['seconds']:.0f} |")
    return "\n".join(lines) + "\n"


def page(rows):
    return INTRODUCTION.format(invocations=INVOCATIONS, rate=LEAST_RATE) + text(rows)


def slow(rows):
    """What suits and is below the rate."""
    return [f"{r['layer']} ({r['arrays']})" for r in rows if r["suits"] and r["least"] < LEAST_RATE * r["every"]]
