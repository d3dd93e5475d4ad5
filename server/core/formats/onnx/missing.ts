import type { Graph } from "../../graph/graph.js";
import type { MissingValue } from "./graph-draft.js";
import type { Reading } from "./reading.js";
import { nodeText } from "./settle-graph.js";

/** Values that are read and that nothing makes, not even a graph around this one. Later stages see unknown types. */
export function reportMissing(
  reading: Reading,
  graph: Graph,
  missing: readonly MissingValue[],
  { isMain }: { readonly isMain: boolean },
): void {
  const { complaints } = reading;
  let unreadCount = 0;
  for (const { name, userId, userIndex } of missing) {
    if (userId < 0) {
      complaints.enter("output");
      complaints.add(
        "RP1015",
        "error",
        `The output \`${name}\` is made by no node, input or initializer.`,
      );
      complaints.leave();
      continue;
    }
    unreadCount += 1;
    if (unreadCount > shownLimit) continue;
    complaints.enter("node", userIndex);
    if (isMain) complaints.nodeId = userId;
    complaints.add(
      "RP1014",
      "error",
      `${capitalized(nodeText(graph.nodes[userId], userIndex))} reads \`${name}\`, which no node, input or initializer makes.`,
    );
    if (isMain) complaints.nodeId = -1;
    complaints.leave();
  }
  if (unreadCount > shownLimit)
    complaints.add(
      "RP1014",
      "error",
      `… and ${unreadCount - shownLimit} more tensors are read that nothing makes.`,
    );
}

/** Where a file has lost its end, each of its thousands of weights is missing for one and the same reason. */
const shownLimit = 8;

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
