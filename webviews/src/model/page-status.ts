import { h, prose } from "../kit/dom.js";
import type { Cover } from "./covers.js";

/**
 * Whether what the page shows is loading, current, stale, failed or stopped. A failure after a success leaves what was
 * there, marked as out of date, and says so above it; before any success it takes the table's place.
 */
export function createPageStatus(options: PageStatusOptions): PageStatus {
  const { main, note, cover } = options;
  const banner = h("div", { class: "failure", role: "alert", hidden: true });
  let hasContent = false;

  const stop = (words: { readonly note: string; readonly banner: string }, state: Cover): void => {
    main.setAttribute("aria-busy", "false");
    main.classList.remove("is-loading");
    if (!hasContent) {
      main.classList.add("is-empty");
      cover(state);
      return;
    }
    note.replaceChildren(words.note);
    banner.hidden = false;
    banner.replaceChildren(h("span", {}, ...prose(words.banner)));
    if (state.action !== undefined)
      banner.append(
        h(
          "button",
          { class: "link", type: "button", on: { click: state.action.run } },
          state.action.label,
        ),
      );
  };

  return {
    banner,
    busy() {
      main.setAttribute("aria-busy", "true");
      main.classList.remove("is-empty");
      main.classList.add(hasContent ? "is-stale" : "is-loading");
      if (hasContent) note.replaceChildren("updating…");
    },
    current() {
      hasContent = true;
      main.setAttribute("aria-busy", "false");
      main.classList.remove("is-loading", "is-stale", "is-empty");
      note.replaceChildren();
      banner.hidden = true;
    },
    failed(message) {
      stop(
        { note: "out of date", banner: message },
        {
          iconName: "error",
          title: "This model cannot be shown",
          text: message,
          action: { label: "Try again", run: options.retry },
          isAlert: true,
        },
      );
    },
    cancelled() {
      stop(
        { note: "out of date: stopped", banner: "The analysis was stopped." },
        {
          iconName: "debug-pause",
          title: "The analysis was stopped",
          text: "Nothing to show, because it was stopped before it had an answer.",
          action: { label: "Analyse", run: options.retry },
        },
      );
    },
  };
}

export interface PageStatusOptions {
  readonly main: HTMLElement;
  /** Where "updating…" stands. */
  readonly note: HTMLElement;
  /** Puts something in place of the table. */
  readonly cover: (state: Cover) => void;
  readonly retry: () => void;
}

export interface PageStatus {
  readonly banner: HTMLElement;
  busy(): void;
  current(): void;
  failed(message: string): void;
  cancelled(): void;
}
