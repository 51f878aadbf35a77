"""Generators that `orrery fuzz --write` writes: the texts are those kept beside the cases, the generators compile, and their designs are
those that the fuzzer ran. Usage: written.py FUZZ GENERATORS CASES WORK

FUZZ is orrery-fuzz, GENERATORS the executable made of CASES/*.cpp. ORRERY_UPDATE_GOLDEN=1 writes CASES/*.cpp anew."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}failed with status {result.returncode}")
    return result.stdout


def kinds_left_out(cases):
    """Kinds of layers and of steps that no case has."""
    steps = re.findall(r'\{StepKind::\w+, "(\w+)"', (ROOT / "fuzz/case.cpp").read_text())
    layers = re.findall(r'\bkind\("(\w+)"', (ROOT / "fuzz/layers.cpp").read_text())
    lines = "".join(case.read_text() for case in cases).splitlines()
    used = {" ".join(line.split()[:2]) if line.startswith("layer") else line.split()[0] for line in lines}
    assert len(steps) > 10 and len(layers) > 5, "the tables of kinds are not where they were"
    return [kind for kind in steps + [f"layer {layer}" for layer in layers] if kind not in used]


def main():
    fuzz, generators, directory, work = map(pathlib.Path, sys.argv[1:])
    cases = sorted(directory.glob("*.case"))
    shutil.rmtree(work, ignore_errors=True)
    run([fuzz, "--write", "--directory", work, "--replay", *cases])
    failures = [f"no case has a {kind}" for kind in kinds_left_out(cases)]
    for case in cases:
        name = case.stem
        written, kept = work / f"{name}.cpp", case.with_suffix(".cpp")
        if not written.exists():
            failures.append(f"{name} is not written")
            continue
        if os.environ.get("ORRERY_UPDATE_GOLDEN"):
            shutil.copy(written, kept)
            continue
        if not kept.exists() or kept.read_text() != written.read_text():
            failures.append(f"{written} is not the text of {kept}")
            continue
        run([generators, "-g", name, "-f", "layer", "-o", work / name])
        if (work / name / "design.hwir").read_text() != (work / f"{name}.hwir").read_text():
            failures.append(f"{work / name}/design.hwir is not {work / name}.hwir")
    print(f"{len(cases)} generators, {len(failures)} failures")
    sys.exit("\n".join(failures) if failures else 0)


main()
