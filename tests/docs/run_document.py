"""Runs the commands of a document: its blocks marked ```sh, in their order, in one fresh folder.

  run_document.py DOCUMENT NETSMITH

NETSMITH is the built program; bin/netsmith stands before it and gives it less to do. A comment
<!-- not run: REASON --> before a block leaves it out. Fails where a command does, naming its line.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
NOT_RUN = re.compile(r"<!-- not run: (\S.*) -->")


def blocks(lines):
    """Line number, text, and why it is not run, of each block."""
    before, begin = "", None
    for number, line in enumerate(lines, 1):
        if begin is None and line == "```sh":
            begin, text = number, []
        elif begin is not None and line == "```":
            reason = NOT_RUN.fullmatch(before)
            yield begin, "\n".join(text), reason and reason[1]
            before, begin = "", None
        elif begin is not None:
            text.append(line)
        elif line.strip():
            before = line.strip()


def main():
    document, program = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    name = document.relative_to(PROJECT)
    script = ["set -euo pipefail"]
    for number, text, reason in blocks(document.read_text().splitlines()):
        if reason:
            print(f"{name}:{number}: not run: {reason}")
            continue
        script += [f"trap 'echo {name}:{number}: a command of this block failed >&2' ERR",
                   f"echo {name}:{number}", text, "wait"]
    with tempfile.TemporaryDirectory(prefix="netsmith-docs-") as folder:
        for shared in ("examples", "docs", "scripts"):
            os.symlink(PROJECT / shared, pathlib.Path(folder) / shared)
        environment = os.environ | {"PATH": f"{HERE / 'bin'}:{os.environ['PATH']}", "HOME": folder,
                                    "NETSMITH_PROGRAM": str(program)}
        for variable in ("XDG_CACHE_HOME", "NETSMITH_DATA_DIR"):
            environment.pop(variable, None)
        done = subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, env=environment,
                              stdin=subprocess.DEVNULL, timeout=500)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
