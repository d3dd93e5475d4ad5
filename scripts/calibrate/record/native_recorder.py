"""
Answers requests of the task `trace` in the machine's own Python, without the walls of the product's engine: one JSON
object a line on standard input, `{"path": [folders], "seconds": n, "request": {…}}`, and the answer's line on standard
output. A fork answers each, so that nothing of one request is there for the next but the libraries that it imported.
"""

import importlib
import json
import os
import re
import signal
import sys

sys.path[:0] = [sys.argv[1]]
sys.dont_write_bytecode = True

from ridgepoint import driver, missing, trace  # noqa: E402


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    # What sources print does not come between the answers.
    os.dup2(2, 1)
    driver.prepare()
    for line in sys.stdin:
        asked = json.loads(line)
        sys.path[:0] = [folder for folder in asked["path"] if folder not in sys.path]
        if "file" not in asked["request"]:
            _import_library(asked["request"]["entry"])
        child = os.fork()
        if child == 0:
            signal.alarm(asked["seconds"])
            sys.argv[:] = [asked["request"].get("file", "")]
            _write(answers, driver.answer_text(asked["request"]))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status != 0:
            error = {"type": "RuntimeError", "message": f"ended with status {status}", "frames": []}
            _write(answers, json.dumps({"error": error}))


def _import_library(entry: str) -> None:
    """Once for all requests that name it: importing takes longer than recording."""
    root = re.match(r"\w*", entry).group()
    if root in sys.modules:
        return
    trace.quiet_libraries()
    missing.begin()
    try:
        importlib.import_module(root)
    except Exception:
        # The request says what is wrong with it.
        return
    missing.keep()


def _write(answers, text: str) -> None:
    data = memoryview(text.encode(errors="backslashreplace") + b"\n")
    while data:
        data = data[answers.write(data) :]


main()
