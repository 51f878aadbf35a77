#!/usr/bin/env python3
"""Every assertion of the RTL templates and of the simulator's checks can fail: the modules of assertions.v break one rule each, and the
simulation must end there with the message that names the instance. An assertion that none of them breaks is a failure."""
import os
import re
import sys
import tempfile

from templates import CHECKS, FILES, run
from run import HERE

BENCH = HERE / "assertions.v"
ASSERTION = re.compile(r'\$display\("%m: ([^"]*)"\); \$stop')


def simulate(module, folder):
    program = os.path.join(folder, "assertion.vvp")
    status, text = run(["iverilog", "-g2005", "-DORRERY_CHECKS", "-s", module, "-I", str(HERE), "-o", program, str(BENCH),
                        *(str(f) for f in FILES + CHECKS)])
    return text if status != 0 or text else run(["vvp", "-n", program])[1]


def main():
    cases = re.findall(r"^// instance (\S+): (.*)\nmodule (\w+);", BENCH.read_text(), re.M)
    wanted = {(f.name, text) for f in FILES + CHECKS for text in ASSERTION.findall(f.read_text())}
    failures = [] if wanted else ["no assertion found"]
    with tempfile.TemporaryDirectory() as folder:
        for instance, message, module in cases:
            text = simulate(module, folder)
            # `finish` of the testbench prints PASS or FAIL: the simulation has gone on.
            if f"{module}.{instance}: {message}\n" not in text or "PASS" in text or "FAIL" in text:
                failures.append(f"{module} should end with '{instance}: {message}':\n{text}")
    broken = {message for _, message, _ in cases}
    failures += [f"{name}: nothing breaks '{text}'" for name, text in sorted(wanted) if text not in broken]
    print("\n".join(failures))
    print(f"{len(wanted)} assertions, {len(cases)} broken on purpose, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
