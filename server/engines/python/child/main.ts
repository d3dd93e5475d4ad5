import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { ChildMessage, HostMessage, JobMessage, StartMessage } from "../wire.js";
import { hardenRealm } from "./harden.js";
import { makeSession } from "./session.js";
import type { Session } from "./session.js";

/**
 * The child process: it starts Python once, then answers one job after the other. Between jobs it waits for the next
 * line and does nothing.
 */
const lines = createInterface({ input: process.stdin, terminal: false });
const leave = process.exit.bind(process);
const permission = (process as { permission?: unknown }).permission;
let session: Session | undefined;
let isStarting = false;
const waiting: JobMessage[] = [];

lines.on("line", (line) => {
  const message = JSON.parse(line) as HostMessage;
  if (message.kind === "start" && !isStarting) {
    isStarting = true;
    start(message).catch((error: unknown) => {
      writeSync(
        2,
        `${error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error)}\n`,
      );
      leave(3);
    });
  } else if (message.kind === "job") {
    if (session === undefined) waiting.push(message);
    else answer(session, message);
  }
});
lines.on("close", () => leave(0));

async function start(message: StartMessage): Promise<void> {
  const started = await makeSession(message);
  if (message.imageFile === undefined) {
    const made = started.image();
    send({ kind: "image", byteLength: made.length });
    sendBytes(made);
    leave(0);
  }
  hardenRealm();
  send({ kind: "ready", isConfined: permission !== undefined });
  session = started;
  for (const job of waiting.splice(0)) answer(started, job);
}

function answer(session: Session, job: JobMessage): void {
  send(session.answer(job));
  // After the answer is on its way, so that nobody waits for it.
  session.refresh();
}

function send(message: ChildMessage): void {
  sendBytes(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
}

function sendBytes(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // The pipe is full for the moment, on systems where it does not block.
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
    }
  }
}
