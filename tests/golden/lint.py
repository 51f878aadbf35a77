#!/usr/bin/env python3
"""Lints emitted designs: every Verilator there is (-Wall), Icarus (-Wall) and Yosys (synth, check -assert); any output is a
failure. After synthesis a design still has the multipliers of its arrays, as many as its design.json says.

    lint.py [--coarse] DIRECTORY...

Every design in or below a directory is linted: what a generator emits, or a golden design (without its templates, which come
from rtl-templates/). --coarse: Yosys stops before it maps cells to gates, which takes a tenth of the time."""
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rtl"))
from templates import FILES, run, verilators, yosys  # noqa: E402


def sources_of(directory):
    """Verilog texts by file name."""
    sources = {f.name: f.read_text() for f in sorted((directory / "rtl").glob("*.v"))}
    design = json.loads((directory / "design.json").read_text())
    for file in design["files"]:
        name = Path(file).name
        if name not in sources:
            sources[name] = next(f for f in FILES if f.name == name).read_text()
    return {Path(f).name: sources[Path(f).name] for f in design["files"]}, design


def multipliers(design):
    return sum(p["multipliers"] for p in design["processes"] if "array" in p)


def multipliers_found(text):
    """Multipliers of the whole design, from the totals with which `stat` ends."""
    totals = text[text.rfind("Count including submodules"):]
    return sum(int(n) for n in re.findall(r"^\s+(\d+)\s+(?:\d\S*\s+)?\$(?:mul|macc|macc_v2)$", totals, re.M))


def yosys_script(files, top, coarse):
    reads = f"read_verilog {' '.join(files)}"
    # Module by module first, which is faster; as a whole at the end, for loops and drivers across modules.
    check = f"{reads}; synth -noalumacc -top {top} -run begin:fine; stat; flatten; check -assert"
    return check if coarse else f"{check}; design -reset; {reads}; synth -top {top}; check -assert"


def lint(directory, coarse):
    """What the tools complain of, and a line of what they found."""
    sources, design = sources_of(directory)
    top = design["top"]
    failures = []

    def note(tool, status, text):
        if status != 0 or text.strip():
            failures.append(f"{directory}: {tool}:\n{text}")

    with tempfile.TemporaryDirectory() as folder:
        for name, text in sources.items():
            (Path(folder) / name).write_text(text)
        files = list(sources)
        for command, environment in verilators():
            status, text = run([*command, "--lint-only", "-Wall", "--top-module", top, *files], cwd=folder, env=environment)
            note("verilator", status, "\n".join(line for line in text.splitlines() if not line.startswith("- ")))
        note("icarus", *run(["iverilog", "-g2005", "-Wall", "-s", top, "-o", os.devnull, *files], cwd=folder))
        status, text = run([yosys(), "-Q", "-T", "-p", yosys_script(files, top, coarse)], timeout=900, cwd=folder)
        warnings = [line for line in text.splitlines() if re.match(r"\s*(Warning|ERROR)", line)]
        note("yosys", status, "\n".join(warnings) if status == 0 else text[-2000:])
    found = multipliers_found(text)
    if found < multipliers(design):
        failures.append(f"{directory}: {found} multipliers after synthesis, {multipliers(design)} in its arrays")
    return failures, f"{directory.name}: {len(files)} files, {found} multipliers, {multipliers(design)} expected in arrays"


def designs_below(directory):
    """Design directories in or below a directory."""
    return [f.parent for f in sorted(directory.glob("**/design.json")) if (f.parent / "rtl").is_dir()]


def main():
    arguments = sys.argv[1:]
    coarse = "--coarse" in arguments
    directories = [d for a in arguments if a != "--coarse" for d in designs_below(Path(a))]
    if not directories:
        sys.exit(__doc__)
    failures = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for found, summary in pool.map(lambda d: lint(d, coarse), directories):
            print(summary, flush=True)
            failures += found
    print("\n".join(failures))
    print(f"{len(directories)} designs, {len(failures)} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
