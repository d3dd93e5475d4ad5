import type { views } from "../core/views/index.generated.js";

/** Everything a panel can ask for, derived from the registry: a new view file appears here by itself. */
export type Views = typeof views;
export type ViewId = keyof Views;
export type ViewParams<K extends ViewId> = Parameters<Views[K]>[1];
export type ViewResult<K extends ViewId> = ReturnType<Views[K]>;
