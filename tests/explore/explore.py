#!/usr/bin/env python3
"""orrery explore: the same bytes whatever the number of threads and ranks, and whatever was interrupted.

    explore.py ORRERY DIRECTORY MPIRUN|none"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ORRERY, WORK, MPIRUN = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
SWEEP = {
    "layers": ["alexnet/conv3", "googlenet/4c_3x3r", "N=4 K=64 C=48"], "batch": 4,
    "hardware": {
        "levels": [{"name": "RF", "bytes": [16, 64, 256], "pj_per_access": [0.03, 0.12, 0.48]},
                   {"name": "SRAM", "bytes": [32768, 131072], "pj_per_access": [6, 13.5]},
                   {"name": "DRAM", "pj_per_access": 200}],
        "array": {"elements": [16, 64], "pj_per_hop": 0.035}, "utilisation": 0.75, "replication": True},
    "fixes": [[], ["spatial C=4 K=4"]], "factors": "divide"}
# Open MPI as root, with more ranks than processors.
MPI = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")


def command(directory, sweep="sweep.json", threads=None, ranks=None, options=()):
    words = [ORRERY, "explore", str(WORK / sweep), "--directory", str(WORK / directory)]
    words += ["--threads", str(threads)] if threads else []
    return [MPIRUN, *options, "-n", str(ranks), "--oversubscribe", *words] if ranks else words


def run(*arguments, status=0, environment=MPI, **options):
    result = subprocess.run(command(*arguments, **options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
                            timeout=300)
    if result.returncode != status:
        sys.exit(f"{arguments} {options}: status {result.returncode}, expected {status}\n{result.stdout}")
    return result.stdout


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def results(directory):
    return (WORK / directory / "results.csv").read_bytes()


def lines(directory):
    journal = WORK / directory / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def processes_of(rank, directory):
    """orrery-explore as this rank of an MPI job, or outside of any (None), on the directory."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            variables = dict(v.split(b"=", 1) for v in (process / "environ").read_bytes().split(b"\0") if b"=" in v)
        except OSError:
            continue
        if words[0] == b"explore" and str(WORK / directory).encode() in words:
            if variables.get(b"OMPI_COMM_WORLD_RANK") == (None if rank is None else str(rank).encode()):
                yield int(process.name)


def interrupt(directory, rank, **options):
    """Starts, kills one process when some points are known, and gives the status of the whole."""
    with open(WORK / f"{directory}.log", "w") as log:
        job = subprocess.Popen(command(directory, **options), stdout=log, stderr=log, env=MPI)
        while lines(directory) < 11:  # the sweep and ten points
            check(job.poll() is None, f"{directory} ended too early: {(WORK / f'{directory}.log').read_text()}")
            time.sleep(0.01)
        killed = list(processes_of(rank, directory))
        check(killed, f"{directory}: no process to kill")
        for process in killed:
            os.kill(process, signal.SIGKILL)
        return job.wait(timeout=120)


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    (WORK / "sweep.json").write_text(json.dumps(SWEEP))
    points = 3 * 3 * 2 * 2 * 2
    run("one", threads=1)
    check(results("one").count(b"\n") == points + 1, "a line for each point and the titles")
    check(b"no loops use" not in results("one").split(b"\n")[1], "points have mappings")
    run("two", threads=2)
    check(results("one") == results("two"), "two threads give other bytes")
    check("72 of them known already" in run("two"), "a finished sweep is not searched again")

    interrupt("killed", None, threads=1)
    check(10 <= lines("killed") - 1 < points, "killed too late")
    with open(WORK / "killed" / "journal.jsonl", "a") as journal:
        journal.write('{"point": 7')  # as if the process had been killed while it wrote
    known = lines("killed") - 1
    check(f"{known} of them known already" in run("killed"), "what was known is lost")
    check(results("killed") == results("one"), "other bytes after an interruption")

    (WORK / "other.json").write_text(json.dumps({**SWEEP, "batch": 1}))
    check("is of another sweep" in run("one", sweep="other.json", status=1), "another sweep in the same directory")
    for change, text in [({"layers": ["alexnot/conv3"]}, "networks are"), ({"objective": "area"}, "objective: expected one of"),
                         ({"batch": 0}, "batch: expected"), ({"size": 3}, "size: unknown field"), ({"fixes": [["RF Q=3"]]}, "Q"),
                         ({"cost_model": "interstellar", "objective": "cycles"}, "knows no time"),
                         ({"factors": "some"}, "factors: expected one of"),
                         ({"cost_model": "interstellar", "factors": "all"}, "factors divide"),
                         ({"hardware": {**SWEEP["hardware"], "array": {"elements": "many"}}}, "array.elements")]:
        (WORK / "wrong.json").write_text(json.dumps({**SWEEP, **change}))
        check(text in run("wrong", sweep="wrong.json", status=1), f"{change}: no {text}")
        check(not (WORK / "wrong" / "results.csv").exists(), "results of a wrong sweep")

    # Shapes of arrays, and energies and areas of a technology; the greater array is too large.
    priced = {"layers": ["K=16 C=16 OX=8"], "hardware": {
        "technology": "cacti-45nm", "area_mm2": 0.1,
        "levels": [{"name": "RF", "bytes": [64, 128], "memory": "sram"}, {"name": "SRAM", "bytes": 16384},
                   {"name": "DRAM", "pj_per_access": 200}],
        "array": {"shape": [[2, 8], [4, 4], [16, 16]], "pj_per_hop": 0, "area_mm2": 0.001}}}
    (WORK / "priced.json").write_text(json.dumps(priced))
    run("priced", sweep="priced.json", threads=1)
    rows = results("priced").decode().splitlines()[1:]
    check([r.split(",")[2] for r in rows] == ["2 x 8", "2 x 8", "4 x 4", "4 x 4"], f"other hardware: {rows}")

    # What is fixed need not be possible for every layer and on every hardware. The batch is that of layers, too.
    mixed = {**SWEEP, "layers": ["K=16 C=16", "K=16 C=2"], "fixes": [["spatial C=4 K=4"], ["SRAM K=16"]],
             "hardware": {**SWEEP["hardware"], "array": {"shape": [[4, 4], [8]], "pj_per_hop": 0}}}
    (WORK / "mixed.json").write_text(json.dumps(mixed))
    run("mixed", sweep="mixed.json", threads=2)
    rows = results("mixed").decode().splitlines()[1:]
    check(len(rows) == 48, f"{len(rows)} points")
    for row in [r for r in rows if "spatial" in r]:
        why = "C has 2 iterations" if "C=2" in row else "do not fit into the 8" if ",8," in row else ",C 4 | K 4,"
        check(why in row, f"no {why}: {row}")
    single = {**mixed, "layers": ["N=4 K=16 C=16", "N=4 K=16 C=2"], "batch": 1}
    (WORK / "single.json").write_text(json.dumps(single))
    run("single", sweep="single.json", threads=2)
    check(results("single").decode().replace("N=4 ", "") == results("mixed").decode(), "a batch of layers")

    if MPIRUN == "none":
        check("built without MPI" in run("ranks", status=1, environment=dict(MPI, OMPI_COMM_WORLD_SIZE="2")), "no MPI, and no error")
        return
    for ranks in (1, 2, 3):
        run(f"ranks{ranks}", ranks=ranks)
        check(results(f"ranks{ranks}") == results("one"), f"{ranks} ranks give other bytes")
    check(interrupt("aborted", 1, ranks=3) != 0, "mpirun does not say that a rank was killed")
    run("aborted", ranks=2)
    check(results("aborted") == results("one"), "other bytes after a rank was killed")
    check(interrupt("survived", 1, ranks=3, options=["--enable-recovery"]) == 0, "a killed rank ends all")
    check(results("survived") == results("one"), "other bytes without the rank that was killed")
    check("is of another sweep" in run("one", sweep="other.json", ranks=2, status=1), "another sweep, with ranks")


main()
