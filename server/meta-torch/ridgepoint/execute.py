"""Runs a file as a module and answers its global `result`: the plainest of tasks."""

import importlib.machinery
import importlib.util
import sys


def run(request: dict) -> dict:
    """`{"file", "name"?}` → `{"result"}`, null when the file leaves none."""
    module = execute(request["file"], request.get("name", "model"))
    return {"result": module.__dict__.get("result")}


def execute(file: str, name: str):
    """The file's module, run and registered under `name`, which is dotted for a file inside a package."""
    loader = importlib.machinery.SourceFileLoader(name, file)
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module
