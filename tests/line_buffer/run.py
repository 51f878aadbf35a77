"""Simulates the generators of apps/line_buffer: exact results with and without memory stalls, each byte of the input read once, and
cycles near those of an array that never waits. Usage: run.py PROGRAMS WORK"""
import json
import pathlib
import subprocess
import sys

LANES, CHANNELS, WIDTH, HEIGHT = 4, 8, 16, 12
# Cycles per output pixel of an array that never waits: products of a layer / processing elements.
PER_PIXEL = 9 * (CHANNELS // LANES) ** 2
# Generator, its slots, pixels that the busiest array computes, and the part of the ideal that must be reached: with one slot, loader and
# array take turns; the second of two layers begins when the first one has made three rows.
ALL = WIDTH * HEIGHT
CASES = [("line_buffer", 1, ALL, 0.90), ("line_buffer", 2, ALL, 0.97), ("conv_pool", 2, ALL, 0.95),
         ("conv_conv", 2, (WIDTH - 2) * (HEIGHT - 2), 0.85)]
MEMORIES = ["latency=40", "latency=7,stall=30"]


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}failed with status {result.returncode}")


def main():
    programs, work = map(pathlib.Path, sys.argv[1:])
    failures = []
    for name, slots, pixels, least in CASES:
        ideal = pixels * PER_PIXEL
        design = work / f"{name}_{slots}"
        parameters = [f"lanes={LANES}", f"channels={CHANNELS}", f"width={WIDTH}", f"height={HEIGHT}", f"slots={slots}"]
        if name != "conv_conv":
            parameters.append(f"filters={CHANNELS}")
        run([programs / f"{name}.generator", "-g", name, "-o", design, "-e", "accelerator", *parameters])
        for memory in MEMORIES:
            report = work / "report.json"
            run([programs / "orrery", "simulate", design, "--memory", memory, "--json", report])
            result = json.loads(report.read_text())
            read = next(p["bytes"] for p in result["ports"] if p["tensor"] == "input")
            print(f"{name} slots={slots} {memory}: {result['cycles']} cycles, ideal {ideal}; {read} bytes of the input")
            if read != CHANNELS * WIDTH * HEIGHT:
                failures.append(f"{name} slots={slots}: {read} bytes of an input of {CHANNELS * WIDTH * HEIGHT}")
            if memory == MEMORIES[0] and ideal / result["cycles"] < least:
                failures.append(f"{name} slots={slots}: {result['cycles']} cycles, more than {ideal} / {least}")
    sys.exit("\n".join(failures) or 0)


main()
