import type { Progress } from "./job.js";

/** Stages of a job that takes longer than half a second, on standard error, when a person is watching. */
export function progressOnStderr(): Progress {
  if (!process.stderr.isTTY) return () => undefined;
  const begin = performance.now();
  return (stage) => {
    const seconds = (performance.now() - begin) / 1000;
    if (seconds > 0.5) process.stderr.write(`ridgepoint: ${stage} (${seconds.toFixed(1)} s)\n`);
  };
}
