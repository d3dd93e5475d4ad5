import { JobStopped } from "./engine.js";

/**
 * For what does not speak of places in a text: when the content changes while it is computed, the answer for the new
 * content will do. Gives up when it keeps changing.
 */
export async function askAgain<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const isSuperseded = error instanceof JobStopped && error.reason === "superseded";
      if (!isSuperseded || signal?.aborted === true || attempt >= attemptLimit) throw error;
    }
  }
}

const attemptLimit = 5;
