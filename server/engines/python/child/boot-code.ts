/**
 * Runs in a Python that has just started, before any other code, when an image of it is made. The search path holds
 * our own packages and the standard library; the roots of a job come later.
 */
export const bootCode = `
import gc, sys
sys.path[:] = ["/packages", "/lib/python314.zip"]
sys.dont_write_bytecode = True
sys.builtin_module_names = tuple(n for n in sys.builtin_module_names if n not in __droppedModules)
import ridgepoint.driver
ridgepoint.driver.prepare()
sys.modules["__main__"].__dict__.pop("__droppedModules", None)
gc.collect()
gc.freeze()
`;

/**
 * C modules that Python is built with and that user code shall not find: ways to memory, to processes, to the network,
 * to the host's terminal, to JavaScript, and CPython's own tests, some of which crash on purpose.
 */
export const droppedModules: readonly string[] = [
  "_ctypes",
  "_posixsubprocess",
  "_pyodide_core",
  "_remote_debugging",
  "_socket",
  "_sqlite3",
  "_testbuffer",
  "_testcapi",
  "_testclinic",
  "_testclinic_limited",
  "_testinternalcapi",
  "_testlimitedcapi",
  "_xxtestfuzz",
  "faulthandler",
  "mmap",
  "termios",
  "xxsubtype",
];
