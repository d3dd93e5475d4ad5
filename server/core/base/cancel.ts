/** Asked for between nodes, files and candidates; a long pass stops by letting `Cancelled` fly. */
export interface Cancel {
  readonly isCancelled: boolean;
}

export const neverCancelled: Cancel = { isCancelled: false };

export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}

export function throwIfCancelled(cancel: Cancel): void {
  if (cancel.isCancelled) throw new Cancelled();
}
