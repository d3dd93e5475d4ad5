/**
 * Request and reply over any channel: page to host, server to worker. The whole protocol between two sides is an
 * interface of methods on each; replies can fail, and a cancelled call reaches the running method.
 */
export interface Channel {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
}

export interface CallContext {
  readonly isCancelled: boolean;
  readonly onCancel: (listener: () => void) => void;
}

/** Arguments and results are plain data. */
export type Methods = Readonly<Record<string, (params: never, call: CallContext) => unknown>>;

type Param<F> = F extends (params: infer P, ...rest: never[]) => unknown ? P : never;
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

export interface Remote<M> {
  call<K extends keyof M & string>(
    method: K,
    params: Param<M[K]>,
    signal?: CancelSignal,
  ): Promise<Result<M[K]>>;
  /** Rejects all that is pending; later calls reject at once. */
  close(reason: string): void;
}

/** The part of AbortSignal that is used; the pure layers know no DOM. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
}

export class RemoteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RemoteError";
  }
}

interface Wire {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly ok?: unknown;
  readonly error?: unknown;
  readonly cancel?: unknown;
}

export function connect<M>(channel: Channel, local: Methods): Remote<M> {
  const pending = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  const running = new Map<unknown, { cancel: () => void }>();
  let nextId = 1;
  let closedBecause: string | undefined;

  const answer = async (wire: Wire): Promise<void> => {
    let isCancelled = false;
    const listeners: (() => void)[] = [];
    running.set(wire.id, {
      cancel: () => {
        isCancelled = true;
        for (const listener of listeners) listener();
      },
    });
    const call: CallContext = {
      get isCancelled() {
        return isCancelled;
      },
      onCancel: (listener) => listeners.push(listener),
    };
    try {
      const name = String(wire.method);
      const method = Object.hasOwn(local, name) ? local[name] : undefined;
      if (method === undefined) throw new Error(`There is no method \`${name}\`.`);
      const ok = await method(wire.params as never, call);
      channel.post({ id: wire.id, ok: ok ?? null });
    } catch (error) {
      channel.post({ id: wire.id, error: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(wire.id);
    }
  };

  channel.onMessage((message) => {
    if (typeof message !== "object" || message === null) return;
    const wire = message as Wire;
    if ("method" in wire) {
      void answer(wire);
    } else if ("cancel" in wire) {
      running.get(wire.cancel)?.cancel();
    } else if (typeof wire.id === "number") {
      const waiting = pending.get(wire.id);
      pending.delete(wire.id);
      if ("error" in wire) waiting?.reject(new RemoteError(String(wire.error)));
      else waiting?.resolve(wire.ok);
    }
  });

  return {
    call(method, params, signal) {
      if (closedBecause !== undefined) return Promise.reject(new RemoteError(closedBecause));
      const id = nextId++;
      const reply = new Promise<unknown>((resolve, reject) => pending.set(id, { resolve, reject }));
      channel.post({ id, method, params });
      signal?.addEventListener("abort", () => channel.post({ cancel: id }));
      return reply as Promise<never>;
    },
    close(reason) {
      closedBecause = reason;
      for (const waiting of pending.values()) waiting.reject(new RemoteError(reason));
      pending.clear();
    },
  };
}
