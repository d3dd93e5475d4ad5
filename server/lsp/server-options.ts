import { type Limits, defaultLimits } from "./engine.js";

/**
 * What a client may send as `initializationOptions`: `limits` (`jobSeconds`, `memoryMiB`, `pythonSeconds`, `slowMilliseconds`) and
 * `settings`, the section `ridgepoint`, for clients that answer no `workspace/configuration`; and
 * `tellsOfSettings`, for clients that send `workspace/didChangeConfiguration` unasked.
 */
export interface ServerOptions {
  readonly limits: Limits;
  /** Seconds that one run of a Python file may take. */
  readonly pythonSeconds: number;
  readonly settings: unknown;
  readonly tellsOfSettings: boolean;
}

export function decodeServerOptions(value: unknown): ServerOptions {
  const options = recordOf(value);
  const limits = recordOf(options["limits"]);
  const limit = (name: keyof Limits): number => {
    const given = limits[name];
    return typeof given === "number" && 0 < given ? given : defaultLimits[name];
  };
  return {
    limits: {
      jobSeconds: limit("jobSeconds"),
      memoryMiB: limit("memoryMiB"),
      slowMilliseconds: limit("slowMilliseconds"),
    },
    pythonSeconds:
      typeof limits["pythonSeconds"] === "number" && 0 < limits["pythonSeconds"]
        ? limits["pythonSeconds"]
        : defaultPythonSeconds,
    settings: options["settings"],
    tellsOfSettings: options["tellsOfSettings"] === true,
  };
}

const defaultPythonSeconds = 20;

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
