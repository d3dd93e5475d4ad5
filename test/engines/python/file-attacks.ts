import type { Attack } from "./attacks.js";

/** What hostile code may try to see of the host's files. */
export const fileAttacks: readonly Attack[] = [
  { name: "a file outside", ends: "FileNotFoundError", code: "result = open('{outside}').read()" },
  { name: "a system file", ends: "FileNotFoundError", code: "result = open('/etc/passwd').read()" },
  {
    name: "dots",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/../../../../../..{outside}').read()",
  },
  {
    name: "dots in the middle",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/package/../../secret.py').read()",
  },
  {
    name: "a link outside",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/link.py').read()",
  },
  {
    name: "a folder link outside",
    ends: "FileNotFoundError",
    code: "import os\nresult = os.listdir('/roots/0/folder-link')",
  },
  {
    name: "a relative link outside",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/dots.py').read()",
  },
  {
    name: "a link in circles",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/circle.py').read()",
  },
  {
    name: "machine code",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/_native.so').read()",
  },
  {
    name: "machine code by its mark",
    ends: "answer",
    code: "result = open('/roots/0/_native.so.compiled', 'rb').read().decode()\nassert result == ''",
  },
  {
    name: "importing machine code",
    ends: "ModuleNotFoundError",
    code: "import _native",
  },
  {
    name: "another file by the mark of machine code",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/id_rsa.compiled').read()",
  },
  { name: "importing through a link", ends: "ModuleNotFoundError", code: "import link" },
  {
    name: "another workspace",
    ends: "FileNotFoundError",
    code: "result = open('{other}/model.py').read()",
  },
  {
    name: "other roots",
    ends: "answer",
    code: "import os\nresult = [os.listdir(f'/roots/{n}') for n in range(1, 64)]\nassert not any(result)",
  },
  {
    name: "hidden files",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/.env').read()",
  },
  {
    name: "keys and the like",
    ends: "FileNotFoundError",
    code: "result = open('/roots/0/id_rsa').read()",
  },
  {
    name: "a link of one's own",
    ends: "FileNotFoundError",
    code: "import os\nos.symlink('{outside}', '/tmp/l')\nresult = open('/tmp/l').read()",
  },
  {
    name: "open files of the process",
    ends: "answer",
    code: "import os\nresult = os.listdir('/proc/self/fd')\nassert result == []",
  },
  {
    name: "file numbers",
    ends: "answer",
    code: `
import os
result = ""
for number in range(3, 64):
    try:
        result += repr(os.read(number, 100))
    except OSError:
        pass
`,
  },
  {
    name: "standard input",
    ends: "answer",
    code: "import sys\nresult = sys.stdin.read()\nassert result == ''",
  },
  {
    name: "mounting",
    ends: "answer",
    code: "import os\nresult = [n for n in dir(os) if 'mount' in n]\nassert result in ([], ['ismount'])",
  },
  {
    name: "devices",
    ends: "AttributeError",
    code: "import os\nos.mknod('/tmp/d', 0o020666, os.makedev(5, 0))",
  },
  {
    name: "writing beside the model",
    ends: "PermissionError",
    code: "open('/roots/0/evil.py', 'w').write('x')",
  },
  {
    name: "overwriting the model",
    ends: "PermissionError",
    code: "open(__file__, 'r+').write('x')",
  },
  { name: "removing the model", ends: "PermissionError", code: "import os\nos.remove(__file__)" },
  {
    name: "moving the model",
    ends: "OSError",
    code: "import os\nos.rename('/roots/0/package', '/tmp/package')",
  },
  {
    name: "writing over the standard library",
    ends: "PermissionError",
    code: "open('/lib/python314.zip', 'r+b').write(b'x')",
  },
  {
    name: "a new module among ours",
    ends: "PermissionError",
    code: "open('/packages/torch/evil.py', 'w')",
  },
  { name: "giving oneself rights", ends: "OSError", code: "import os\nos.chmod('/lib', 0o777)" },
  {
    name: "compiled files",
    ends: "answer",
    code: "import sys, package\nsys.dont_write_bytecode = False\nimport package.part\nresult = 1",
  },
  {
    name: "a full disk",
    ends: "OSError",
    code: "f = open('/tmp/big', 'wb')\nwhile True: f.write(bytes(1 << 20))",
  },
  {
    name: "a file with a hole",
    ends: "OSError",
    code: "f = open('/tmp/big', 'wb')\nf.truncate(1 << 40)",
  },
  {
    name: "a million files",
    ends: "OSError",
    code: "n = 0\nwhile True:\n    open(f'/tmp/{n}', 'w').close(); n += 1",
  },
];
