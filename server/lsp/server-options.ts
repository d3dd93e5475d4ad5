import { type Limits, defaultLimits } from "./engine.js";

/**
 * What a client may send as `initializationOptions`: `limits` (`jobSeconds`, `memoryMiB`, `slowMilliseconds`) and
 * `settings`, the section `ridgepoint`, for clients that answer no `workspace/configuration`; and
 * `tellsOfSettings`, for clients that send `workspace/didChangeConfiguration` unasked.
 */
export interface ServerOptions {
  readonly limits: Limits;
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
    settings: options["settings"],
    tellsOfSettings: options["tellsOfSettings"] === true,
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
