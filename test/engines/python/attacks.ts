/**
 * What hostile code may try, and how each attempt ends: `answer` (harmless), the exception that Python raises, or
 * `stop:` and the reason for which the engine ended it. `{outside}` is a file next to the workspace, `{other}` another
 * workspace, `{port}` a listening port of this machine.
 */
export interface Attack {
  readonly name: string;
  readonly ends: string;
  readonly code: string;
}

export const attacks: readonly Attack[] = [
  // JavaScript.
  { name: "import js", ends: "ModuleNotFoundError", code: "import js" },
  { name: "pyodide_js", ends: "ModuleNotFoundError", code: "import pyodide_js" },
  { name: "pyodide.code", ends: "ModuleNotFoundError", code: "import pyodide.code" },
  { name: "_pyodide", ends: "ModuleNotFoundError", code: "import _pyodide" },
  { name: "_pyodide_core", ends: "ModuleNotFoundError", code: "import _pyodide_core" },
  {
    name: "Pyodide's core by its loader",
    ends: "ImportError",
    code: `
import importlib.machinery
importlib.machinery.BuiltinImporter.create_module(importlib.machinery.ModuleSpec("_pyodide_core", None))
`,
  },
  {
    name: "Pyodide's core from the C table",
    ends: "answer",
    code: `
import _imp, importlib.machinery
result = str(_imp.create_builtin(importlib.machinery.ModuleSpec("_pyodide_core", None)))
`,
  },
  {
    name: "modules already imported",
    ends: "answer",
    code: `
import sys
result = [n for n in sys.modules if "js" == n or "pyodide" in n or n in ("_ctypes", "_socket")]
assert result == []
`,
  },
  {
    name: "JavaScript objects among all objects",
    ends: "answer",
    code: `
import gc
gc.unfreeze()
kinds = {type(o).__name__ for o in gc.get_objects()} | {c.__name__ for c in object.__subclasses__()}
result = [k for k in kinds if "Js" in k or "PyProxy" in k]
assert result == []
`,
  },
  {
    name: "JavaScript objects among all types",
    ends: "answer",
    code: `
seen, todo = set(), [object]
while todo:
    for c in type.__subclasses__(todo.pop()):
        if c not in seen:
            seen.add(c); todo.append(c)
result = [c.__name__ for c in seen if "Js" in c.__name__ or "proxy" in c.__module__.lower()]
assert result == []
`,
  },
  {
    name: "constructor of constructor",
    ends: "AttributeError",
    code: `
import sys
sys.modules["__main__"].constructor.constructor("return process")()
`,
  },
  {
    name: "subclasses of object",
    ends: "answer",
    code: `
names = [c.__name__ for c in ().__class__.__base__.__subclasses__()]
found = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "BuiltinImporter"]
try:
    result = str(found[0].load_module("_pyodide_core"))
except ImportError as error:
    result = str(error)
`,
  },
  // Native modules and memory.
  // Stand-ins take the places of these (`ridgepoint/opaque.py`): they answer, and nothing happens.
  { name: "ctypes", ends: "answer", code: "import ctypes" },
  { name: "_ctypes", ends: "ModuleNotFoundError", code: "import _ctypes" },
  { name: "cffi", ends: "ModuleNotFoundError", code: "import _cffi_backend" },
  { name: "mmap", ends: "ModuleNotFoundError", code: "import mmap" },
  { name: "_testcapi", ends: "ModuleNotFoundError", code: "import _testinternalcapi" },
  {
    name: "faulthandler",
    ends: "ModuleNotFoundError",
    code: "import faulthandler; faulthandler._sigsegv()",
  },
  { name: "sqlite extensions", ends: "ModuleNotFoundError", code: "import _sqlite3" },
  {
    name: "a shared library of one's own",
    ends: "stop:forbidden",
    code: `
import importlib.machinery, importlib.util
open("/tmp/evil.so", "wb").write(b"\\0asm\\1\\0\\0\\0")
spec = importlib.util.spec_from_file_location("evil", "/tmp/evil.so", loader=importlib.machinery.ExtensionFileLoader("evil", "/tmp/evil.so"))
importlib.util.module_from_spec(spec)
`,
  },
  {
    name: "a dynamic module from the C table",
    ends: "stop:forbidden",
    code: `
import _imp, importlib.machinery
spec = importlib.machinery.ModuleSpec("evil", None, origin="/tmp/evil.so")
_imp.create_dynamic(spec)
`,
  },
  {
    name: "bytecode made up",
    ends: "SystemError",
    code: `
def f(): pass
f.__code__ = f.__code__.replace(co_code=bytes([100, 255] * 3 + [83, 0] * 20), co_consts=(), co_stacksize=1)
f()
`,
  },
  {
    name: "marshal made up",
    ends: "ValueError",
    code: 'import marshal\nmarshal.loads(b"\\xe3" + b"\\xff" * 64)',
  },
  // Network.
  {
    name: "socket",
    ends: "answer",
    code: "import socket\nsocket.create_connection(('127.0.0.1', {port}))",
  },
  { name: "_socket", ends: "ModuleNotFoundError", code: "import _socket" },
  {
    name: "urllib",
    ends: "TypeError",
    code: "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{port}/')",
  },
  {
    name: "http.client",
    ends: "answer",
    code: "import http.client\nhttp.client.HTTPConnection('127.0.0.1', {port}).request('GET', '/')",
  },
  {
    name: "asyncio",
    ends: "ValueError",
    code: "import asyncio\nasyncio.run(asyncio.open_connection('127.0.0.1', {port}))",
  },
  { name: "ssl", ends: "answer", code: "import ssl" },
  {
    name: "webbrowser",
    ends: "ModuleNotFoundError",
    code: "import webbrowser\nresult = webbrowser.open('http://127.0.0.1:{port}/')",
  },
  { name: "micropip", ends: "ModuleNotFoundError", code: "import micropip" },
  // Environment and processes.
  {
    name: "environment",
    ends: "answer",
    code: "import os, posix\nresult = [dict(os.environ), {k.decode(): v.decode() for k, v in posix.environ.items()}]",
  },
  { name: "subprocess", ends: "OSError", code: "import subprocess\nsubprocess.run(['id'])" },
  { name: "_posixsubprocess", ends: "ModuleNotFoundError", code: "import _posixsubprocess" },
  {
    name: "os.system",
    ends: "answer",
    code: "import os\nresult = os.system('touch {other}/evil') if hasattr(os, 'system') else -1\nassert result != 0",
  },
  { name: "fork", ends: "OSError", code: "import os\nwhile True: os.fork()" },
  { name: "exec", ends: "OSError", code: "import os\nos.execv('/bin/sh', ['sh'])" },
  { name: "kill", ends: "PermissionError", code: "import os\nos.kill(os.getppid(), 9)" },
  {
    name: "multiprocessing",
    ends: "OSError",
    code: "import multiprocessing\nmultiprocessing.Pool(64).map(print, range(9))",
  },
  {
    name: "threads",
    ends: "RuntimeError",
    code: "import threading\nwhile True: threading.Thread(target=print).start()",
  },
  {
    name: "raising a signal",
    ends: "stop:crash",
    code: "import signal\nsignal.raise_signal(signal.SIGABRT)",
  },
  {
    name: "an alarm",
    ends: "answer",
    code: "import signal\nresult = None\ntry:\n    signal.alarm(1)\nexcept (AttributeError, OSError) as error:\n    result = str(error)",
  },
  { name: "leaving", ends: "stop:exit", code: "import os\nos._exit(0)" },
  { name: "leaving politely", ends: "SystemExit", code: "import sys\nsys.exit(0)" },
  { name: "aborting", ends: "stop:crash", code: "import os\nos.abort()" },
  // Time and memory.
  { name: "an endless loop", ends: "stop:time", code: "while True:\n    pass" },
  {
    name: "a loop that holds on",
    ends: "stop:time",
    code: "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
  },
  {
    name: "an endless import",
    ends: "stop:time",
    code: "import sys\nclass F:\n    def find_spec(self, *a):\n        while True: pass\nsys.meta_path.insert(0, F())\nimport nothing",
  },
  {
    name: "an endless repr of an error",
    ends: "stop:time",
    code: "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
  },
  {
    name: "an endless finaliser",
    ends: "stop:time",
    code: "class C:\n    def __del__(self):\n        while True: pass\nC()",
  },
  { name: "sleeping", ends: "answer", code: "import time\ntime.sleep(1e6)\nresult = 1" },
  {
    name: "a trace function",
    ends: "stop:time",
    code: "import sys\ndef t(*a):\n    while True: pass\nsys.settrace(t)\n(lambda: 0)()",
  },
  {
    name: "a pattern that explodes",
    ends: "stop:time",
    code: "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')",
  },
  {
    name: "memory in a list",
    ends: "stop:memory",
    code: "x = []\nwhile True: x.append('a' * len(x) * 1000)",
  },
  { name: "memory in a string", ends: "OverflowError", code: "x = 'a' * (1 << 40)" },
  {
    name: "memory that is held on to",
    ends: "stop:memory",
    code: "x = []\nwhile True:\n    try:\n        x.append(bytearray(1 << 24))\n    except MemoryError: pass",
  },
  { name: "deep recursion", ends: "RecursionError", code: "def f(): f()\nf()" },
  {
    name: "recursion without its limit",
    ends: "stop:memory",
    code: "import sys\nsys.setrecursionlimit(2**31 - 1)\ndef f(): f()\nf()",
  },
  {
    name: "recursion in C",
    ends: "stop:crash",
    code: "import sys\nsys.setrecursionlimit(2**31 - 1)\nx = []\nfor _ in range(10**6): x = [x]\nrepr(x)",
  },
  { name: "recursion in the parser", ends: "SyntaxError", code: "eval('(' * 10**5)" },
  {
    name: "recursion in the answer",
    ends: "stop:crash",
    code: "result = []\nfor _ in range(10**5): result = [result]",
  },
  { name: "an answer that is no JSON", ends: "answer", code: "result = object()" },
  {
    name: "an answer that holds itself",
    ends: "ValueError",
    code: "result = []\nresult.append(result)",
  },
  { name: "a flood", ends: "stop:output", code: "while True: print('x' * 1000)" },
  {
    name: "a flood of errors",
    ends: "stop:output",
    code: "import os\nwhile True: os.write(2, b'x' * 1000)",
  },
  {
    name: "a bomb in a zip file",
    ends: "OSError",
    code: "import zipfile\nwith zipfile.ZipFile('/tmp/z', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('a', bytes(50 << 20))\nzipfile.ZipFile('/tmp/z').extractall('/tmp/out')",
  },
  { name: "a huge number's text", ends: "ValueError", code: "str(10**100000)" },
  // The engine's own state.
  {
    name: "builtins",
    ends: "answer",
    code: "import builtins\nbuiltins.print = builtins.open = builtins.__import__ = None\nresult = 1",
  },
  {
    name: "no builtins at all",
    ends: "stop:crash",
    code: "import builtins\nbuiltins.__dict__.clear()",
  },
  {
    name: "modules for later",
    ends: "answer",
    code: "import sys, types\nm = types.ModuleType('json')\nm.loads = m.dumps = lambda *a, **k: '{\"value\": \"poisoned\"}'\nsys.modules['json'] = m\nresult = 1",
  },
  {
    name: "the driver replaced",
    ends: "answer",
    code: "import ridgepoint.driver as d\nd.serve = d.preload = lambda *a: None\nresult = 1",
  },
  {
    name: "import hooks left behind",
    ends: "answer",
    code: "import sys\nclass F:\n    def find_spec(self, name, *a): raise SystemExit\nsys.meta_path[:] = [F()]\nsys.path_hooks.clear()\nresult = 1",
  },
  {
    name: "exit handlers",
    ends: "answer",
    code: "import atexit\natexit.register(lambda: 1 / 0)\nresult = 1",
  },
  {
    name: "audit hooks",
    ends: "answer",
    code: "import sys\nsys.addaudithook(lambda *a: None)\nresult = 1",
  },
  {
    name: "frames of the driver",
    ends: "stop:crash",
    code: "import sys\nf = sys._getframe()\nnames = []\nwhile f:\n    f.f_globals['json'] = None\n    names.append(f.f_code.co_name)\n    f = f.f_back\nresult = 1",
  },
  {
    name: "a traceback's frames",
    ends: "answer",
    code: "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    f = e.__traceback__.tb_frame\n    while f.f_back: f = f.f_back\n    result = sorted(k for k in f.f_globals if 'js' in k)\nassert result == []",
  },
  {
    name: "a writable constant",
    ends: "answer",
    code: "import gc\ngc.disable()\nfor o in gc.get_objects()[:20000]:\n    if isinstance(o, dict) and 'ANSWER_FILE' in o: o['ANSWER_FILE'] = '/tmp/elsewhere'\nresult = 1",
  },
  {
    name: "the answer's file written first",
    ends: "answer",
    code: "open('/job/answer.json', 'w').write('{\"value\": {}}' * 1000)\nresult = 1",
  },
  {
    name: "standard output closed",
    ends: "answer",
    code: "import os\nfor n in range(3): os.close(n)\nresult = 1",
  },
];
