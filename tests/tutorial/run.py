"""Does what docs/tutorial.md says: run.py --source <root> --build <folder> --work <new folder> [--flags <C++ flags>].

A block "```cpp FILE" or "```cmake FILE" is written to FILE; "```cpp FILE: schedule()" replaces that function of FILE; "```sh" is run. All
shell blocks are one script, so that what one exports is there for the next.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

BLOCK = re.compile(r"^```(sh|cpp|cmake)( [^\n]*)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FUNCTION = r"    void {}\(\) \{{\n.*?\n    \}}\n"


def script_of(text, work):
    """The shell script of a tutorial; what it writes into files is put beside them under numbered names."""
    files, script = {}, "set -e\n"
    for number, (kind, name, body) in enumerate(BLOCK.findall(text)):
        if kind == "sh":
            script += body
            continue
        name, _, function = name.strip().partition(": ")
        if function:
            pattern = FUNCTION.format(function.replace("()", ""))
            body, count = re.subn(pattern, lambda _: body, files[name], flags=re.DOTALL)
            assert count == 1, f"{function} occurs {count} times in {name}"
        files[name] = body
        (work / f"step{number}").write_text(body)
        script += f"cp step{number} {name}\n"
    return script


def main():
    parser = argparse.ArgumentParser()
    for name in ("--source", "--build", "--work"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--flags", default="")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work, ignore_errors=True)
    arguments.work.mkdir(parents=True)
    script = script_of((arguments.source / "docs/tutorial.md").read_text(), arguments.work)
    # The build under test may have another name.
    script = script.replace("$ORRERY/build/release", str(arguments.build))
    environment = dict(os.environ, ORRERY=str(arguments.source), CXXFLAGS=arguments.flags)
    return subprocess.run(["sh", "-c", script], cwd=arguments.work, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
