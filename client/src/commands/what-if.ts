import * as vscode from "vscode";
import { formatBytes, formatMacs, formatSeconds } from "../../../server/core/base/units.js";
import type { Change, WhatIf, WhatIfTarget } from "../../../server/core/what-if/what-if.js";
import { whatIfRequest } from "../../../server/protocol/requests.js";
import { parseSizeChanges } from "../../../server/protocol/size-changes.js";
import type { ClientCommand } from "../command.js";

export const command: ClientCommand = {
  id: "whatIf",
  title: "What If… (Cost of This Line with Other Sizes)",
  enablement: "editorTextFocus",
  run: async (ctx, argument, line) => {
    const editor = vscode.window.activeTextEditor;
    const document = editor?.document;
    if (editor === undefined || document === undefined) return;
    const isOther =
      argument instanceof vscode.Uri && argument.toString() !== document.uri.toString();
    const place =
      !isOther && typeof line === "number" ? new vscode.Position(line, 0) : editor.selection.active;
    const question = { uri: document.uri.toString(), offset: document.offsetAt(place) };
    const now = await ctx.client.sendRequest(whatIfRequest, { ...question, changes: [] });
    if (now === null || now.reason !== "") {
      void vscode.window.showInformationMessage(
        now?.reason ??
          "Nothing is known of this line: put the cursor on a line of a model that shows numbers.",
      );
      return;
    }
    const text = await vscode.window.showInputBox({
      title: `Ridgepoint: what if… ${callsText(now)}`,
      prompt: `${now.text}. Sizes here: ${now.sizes.slice(0, 8).join(", ")}. Several changes: \`4096 → 5120, 8 → 16\`.`,
      value: `${now.sizes[0] ?? ""} → `,
      validateInput: (value) => {
        const parsed = parseSizeChanges(value);
        if (parsed.kind === "wrong") return parsed.message;
        const odd = parsed.changes.find(({ from }) => !now.sizes.includes(from));
        return odd === undefined ? undefined : `Nothing on this line has a size of ${odd.from}.`;
      },
    });
    if (text === undefined) return;
    const parsed = parseSizeChanges(text);
    if (parsed.kind === "wrong") return;
    const { changes } = parsed;
    const answer = await ctx.client.sendRequest(whatIfRequest, { ...question, changes });
    if (answer === null || answer.reason !== "") {
      void vscode.window.showInformationMessage(
        answer?.reason ?? "The file has changed; ask again.",
      );
      return;
    }
    const picked = await vscode.window.showQuickPick(itemsOf(answer), {
      title: `Ridgepoint: ${text.trim()} ${callsText(answer)}`,
      placeHolder: `${answer.changedText}: choose a line to copy the answer`,
    });
    if (picked === undefined) return;
    await vscode.env.clipboard.writeText(markdownOf(answer));
    vscode.window.setStatusBarMessage("Ridgepoint: the answer is on the clipboard", 3000);
  },
};

function callsText({ callCount }: WhatIf): string {
  return callCount === 1 ? "" : `(${callCount} calls)`;
}

function itemsOf(answer: WhatIf): readonly vscode.QuickPickItem[] {
  const { macs, weightBytes } = answer;
  const work = [changeText(macs, formatMacs), changeText(weightBytes, formatBytes)].filter(
    (part) => part !== "",
  );
  return [
    ...answer.targets.map((target) => ({
      label: deltaText(target),
      description: target.label,
      detail: target.reason === "" ? rangeText(target) : target.reason,
    })),
    ...(work.length === 0 ? [] : [{ label: "Work and weights", detail: work.join(" · ") }]),
  ];
}

/** `1.20 ms → 1.50 ms (+25 %)` */
function deltaText({ before, after }: WhatIfTarget): string {
  if (before === null || after === null) return "not known";
  return changeText({ before: before.value, after: after.value }, formatSeconds);
}

function rangeText({ before, after }: WhatIfTarget): string {
  if (before === null || after === null) return "";
  const range = ({ low, high }: { readonly low: number; readonly high: number }): string =>
    `${formatSeconds(low)} to ${formatSeconds(high)}`;
  return `${range(before)} → ${range(after)}, ${after.method}`;
}

function changeText({ before, after }: Change, format: (value: number) => string): string {
  if (before === null || after === null || before <= 0) return "";
  const percent = Math.round(1000 * (after / before - 1)) / 10;
  const sign = percent > 0 ? "+" : percent < 0 ? "−" : "±";
  return `${format(before)} → ${format(after)} (${sign}${Math.abs(percent)} %)`;
}

function markdownOf(answer: WhatIf): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  return [
    `\`${answer.text}\` → \`${answer.changedText}\` ${callsText(answer)}`.trim(),
    "",
    "| target | before → after | interval and method |",
    "| --- | --- | --- |",
    ...answer.targets.map(
      (target) =>
        `| ${cell(target.label)} | ${deltaText(target)} | ${cell(target.reason === "" ? rangeText(target) : target.reason)} |`,
    ),
    "",
  ].join("\n");
}
