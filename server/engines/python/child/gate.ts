import type { WasmImports } from "./emscripten.js";
import { errno } from "./emscripten.js";

/**
 * The wall between Python and JavaScript. WebAssembly reaches nothing but its imports; while Python starts it has all
 * of Emscripten's and Pyodide's, and from then on only those named here. Everything else, above all Pyodide's whole
 * bridge to JavaScript objects, ends the job: even code that has taken over Python's memory finds nothing behind it.
 */
export function gateImports(imports: WasmImports, module: WebAssembly.Module, gate: Gate): void {
  for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
    const functions = imports[space];
    if (kind !== "function" || functions === undefined || space.startsWith("GOT")) continue;
    const original = functions[name];
    const own = gate.replacements[name];
    if (own !== undefined) {
      functions[name] = (...values: unknown[]) => own(original as Import, values);
      continue;
    }
    if (name.startsWith("invoke_") || isAllowed.has(name)) continue;
    const refusal = refusals.get(name);
    functions[name] = (...values: unknown[]) => {
      if (!gate.isClosed) return (original as Import | undefined)?.(...values);
      if (refusal !== undefined) return refusal;
      return gate.onForbidden(name);
    };
  }
}

export interface Gate {
  /** Set once Python has started. */
  isClosed: boolean;
  readonly replacements: Readonly<Record<string, (original: Import, values: unknown[]) => unknown>>;
  readonly onForbidden: (name: string) => never;
}

export type Import = (...values: unknown[]) => unknown;

/** Pure, or confined to the virtual file system. */
const isAllowed: ReadonlySet<string> = new Set([
  "_PyEM_TrampolineCall_JS",
  "__call_sighandler",
  "_emscripten_get_progname",
  "_gmtime_js",
  "_localtime_js",
  "_mktime_js",
  "_timegm_js",
  "_tzset_js",
  "emscripten_get_heap_max",
  "__syscall_chdir",
  "__syscall_dup",
  "__syscall_dup3",
  "__syscall_faccessat",
  "__syscall_fchdir",
  "__syscall_fcntl64",
  "__syscall_fdatasync",
  "__syscall_fstat64",
  "__syscall_fstatfs64",
  "__syscall_ftruncate64",
  "__syscall_getcwd",
  "__syscall_getdents64",
  "__syscall_getuid32_js",
  "__syscall_ioctl",
  "__syscall_lstat64",
  "__syscall_mkdirat",
  "__syscall_newfstatat",
  "__syscall_openat",
  "__syscall_readlinkat",
  "__syscall_renameat",
  "__syscall_rmdir",
  "__syscall_stat64",
  "__syscall_statfs64",
  "__syscall_symlinkat",
  "__syscall_truncate64",
  "__syscall_umask_js",
  "__syscall_unlinkat",
  "__syscall_utimensat",
  "_try_fcntl64",
  "clock_res_get",
  "environ_get",
  "environ_sizes_get",
  "fd_close",
  "fd_fdstat_get",
  "fd_pread",
  "fd_pwrite",
  "fd_read",
  "fd_seek",
  "fd_sync",
]);

/** Asked for by honest programs too: these answer as a system that does not have them. */
const refusals: ReadonlyMap<string, number | null> = new Map<string, number | null>([
  ...[
    "__syscall_accept4",
    "__syscall_bind",
    "__syscall_chmod",
    "__syscall_connect",
    "__syscall_fadvise64",
    "__syscall_fallocate",
    "__syscall_fchmod",
    "__syscall_fchmodat2",
    "__syscall_fchown32",
    "__syscall_fchownat",
    "__syscall_getpeername",
    "__syscall_getsockname",
    "__syscall_getsockopt",
    "__syscall_listen",
    "__syscall_mknodat",
    "__syscall_pipe",
    "__syscall_poll",
    "__syscall_recvfrom",
    "__syscall_recvmsg",
    "__syscall_sendmsg",
    "__syscall_sendto",
    "__syscall_socket",
    "_mmap_js",
    "_msync_js",
    "_munmap_js",
  ].map((name) => [name, -errno.noSystemCall] as const),
  // Pyodide's asynchronous sockets, asked before the system's: there are none.
  ["_maybe_connect_async", null],
  ["_maybe_poll_async", null],
  ["_maybe_recvfrom_async", null],
  ["_maybe_sendto_async", null],
  ["_try_shutdown", 0],
  ["_setitimer_js", -1],
  ["_emscripten_system", -1],
  ["_emscripten_runtime_keepalive_clear", 0],
  ["emscripten_runtime_keepalive_push", 0],
  ["emscripten_runtime_keepalive_pop", 0],
]);
