import { beforeEach, describe, expect, test } from "vitest";
import * as vscode from "vscode";
import { parseBinding } from "../../client/src/binding.js";
import { command as copyReport } from "../../client/src/commands/copy-report.js";
import { command as openAsText } from "../../client/src/commands/open-as-text.js";
import { command as openModel } from "../../client/src/commands/open-model.js";
import { command as pickTargets } from "../../client/src/commands/pick-targets.js";
import { command as setDimensions } from "../../client/src/commands/set-dimensions.js";
import { command as toggleHints } from "../../client/src/commands/toggle-hints.js";
import { printedUriOf, modelUriOf } from "../../client/src/model-uri.js";
import { command as whatIf } from "../../client/src/commands/what-if.js";
import { followSettings } from "../../client/src/settings-changes.js";
import { matchingTargets, targetItems, type TargetItem } from "../../client/src/target-picker.js";
import { chosenTargets } from "../../client/src/chosen-targets.js";
import { showTargetsInStatusBar, statusText } from "../../client/src/status-bar.js";
import type { TargetInfo } from "../../server/protocol/requests.js";
import { fakeCtx } from "../kit/client-ctx.js";
import { editor, type FakeQuickPick, tabOfPage, tabOfText, workspace } from "../kit/fake-vscode.js";

beforeEach(() => editor.reset());

const uri = vscode.Uri.parse("file:///models/a%20b.onnx");
const targets: readonly TargetInfo[] = [
  info("c/r/p", "Chosen · R · p", "board", true),
  info("a/r/p", "A · R · p", "datacenter", false),
  info("b/r/p", "B · R · p", "board", false),
];

function info(id: string, label: string, segment: string, isChosen: boolean): TargetInfo {
  return { id, label, chip: label, segment, method: "roofline", isChosen };
}

describe("picking targets", () => {
  test("chosen ones stand on top, the others by segment", () => {
    expect(
      targetItems(targets, new Set(["c/r/p"])).map(
        ({ label, picked }) => `${label}${picked === true ? " ✓" : ""}`,
      ),
    ).toEqual(["chosen", "Chosen · R · p ✓", "datacenter", "A · R · p", "board", "B · R · p"]);
  });

  test("every word of a search stands in the name or the id", () => {
    const found = (text: string): string[] => matchingTargets(many, text).map(({ id }) => id);
    const many = [
      info("nvidia-orin/tensorrt/int8", "Jetson Orin · TensorRT · int8", "embedded", false),
      info("apple-m1-cpu/onnxruntime/int8", "Apple M1 CPU · ONNX Runtime · int8", "laptop", false),
    ];
    expect(found("orin")).toEqual(["nvidia-orin/tensorrt/int8"]);
    expect(found("int8 apple")).toEqual(["apple-m1-cpu/onnxruntime/int8"]);
    expect(found("Orin · TensorRT")).toEqual(["nvidia-orin/tensorrt/int8"]);
    expect(found("")).toHaveLength(2);
  });

  /** Opens the picker, does what a person does in it, and closes it by accepting. */
  async function pick(act: (picker: FakeQuickPick) => void | Promise<void>): Promise<void> {
    const { ctx } = fakeCtx({ "ridgepoint/targets": () => targets });
    const done = pickTargets.run(ctx);
    const picker = await shownPicker();
    await act(picker);
    picker.accepted.fire();
    await done;
  }

  const itemsOf = (picker: FakeQuickPick): readonly TargetItem[] =>
    picker.items as readonly TargetItem[];
  const select = (picker: FakeQuickPick, ...ids: string[]): void =>
    picker.selectionChanged.fire(
      itemsOf(picker).filter(({ targetId = "" }) => ids.includes(targetId)),
    );

  test("the choice is kept for the workspace when there is one, else for the user", async () => {
    workspace.workspaceFolders = [{}];
    await pick((picker) => select(picker, "a/r/p", "b/r/p"));
    expect(editor.configurationUpdates).toEqual([["targets", ["a/r/p", "b/r/p"], 2]]);
    workspace.workspaceFolders = undefined;
    await pick((picker) => select(picker));
    expect(editor.configurationUpdates[1]).toEqual(["targets", undefined, 1]);
  });

  test("a search keeps what is chosen, shown or not", async () => {
    await pick(async (picker) => {
      picker.value = "b/r";
      picker.valueChanged.fire("b/r");
      expect(itemsOf(picker).flatMap(({ targetId }) => targetId ?? [])).toEqual(["b/r/p"]);
      await new Promise((resolve) => setTimeout(resolve, 150));
      select(picker, "b/r/p");
    });
    expect(editor.configurationUpdates).toEqual([["targets", ["c/r/p", "b/r/p"], 1]]);
  });

  test("leaving the picker changes nothing", async () => {
    const { ctx } = fakeCtx({ "ridgepoint/targets": () => targets });
    const done = pickTargets.run(ctx);
    (await shownPicker()).hide();
    await done;
    expect(editor.configurationUpdates).toEqual([]);
  });

  async function shownPicker(): Promise<FakeQuickPick> {
    for (;;) {
      const picker = editor.pickers.pop();
      if (picker !== undefined) return picker;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
});

describe("the status bar", () => {
  test("names the first target and counts the others", () => {
    expect(statusText(targets.slice(0, 1))).toBe("$(circuit-board) Chosen · R · p");
    expect(statusText(targets)).toBe("$(circuit-board) Chosen · R · p +2");
    expect(statusText([])).toBe("$(circuit-board) Pick targets");
  });

  test("is shown while a model is, and asks anew only after a change of settings", async () => {
    const { ctx, server } = fakeCtx({
      "ridgepoint/targets": () => targets.filter(({ isChosen }) => isChosen),
    });
    followSettings(ctx);
    showTargetsInStatusBar(ctx, chosenTargets(ctx));
    const [item] = editor.statusBarItems;
    expect(item?.isShown).toBe(false);
    expect(server.requests).toEqual([]);
    const look = async (): Promise<void> => {
      editor.events.tabs.fire();
      await new Promise((resolve) => setTimeout(resolve));
    };
    editor.activeTab = tabOfPage(uri);
    await look();
    expect(item).toMatchObject({ isShown: true, text: "$(circuit-board) Chosen · R · p" });
    await look();
    expect(server.requests).toHaveLength(1);
    editor.events.configuration.fire({ affectsConfiguration: () => true });
    await look();
    expect(server.requests).toHaveLength(2);
    // The server hears of the change before it is asked again.
    expect(server.notifications.map(({ method }) => method)).toEqual([
      "workspace/didChangeConfiguration",
    ]);
    editor.activeTab = tabOfText(vscode.Uri.parse("file:///a.txt"));
    await look();
    expect(item?.isShown).toBe(false);
  });
});

describe("opening", () => {
  test("the text document of a model names its file, whatever the path", () => {
    const printed = printedUriOf(uri);
    expect(printed.path).toBe("/models/a b.onnx.onnxtxt");
    expect(modelUriOf(vscode.Uri.parse(printed.toString())).toString()).toBe(uri.toString());
  });

  test("open as text goes to the node that a page asks for", async () => {
    const { ctx, server } = fakeCtx({ "ridgepoint/locate": () => ({ nodeId: 3, offset: 42 }) });
    await openAsText.run(ctx, uri, { nodeId: 3, nodeName: null });
    expect(editor.documents.map((document) => document.uri.scheme)).toEqual(["ridgepoint-onnx"]);
    expect(server.requests).toEqual([
      { method: "ridgepoint/locate", params: { uri: printedUriOf(uri).toString(), nodeId: 3 } },
    ]);
  });

  test("without an argument, commands speak of the model in the active tab", async () => {
    const { ctx } = fakeCtx();
    editor.activeTab = tabOfText(printedUriOf(uri));
    await openModel.run(ctx);
    expect(editor.executed.map(([name, what]) => `${String(name)} ${String(what)}`)).toEqual([
      `vscode.openWith ${uri.toString()}`,
    ]);
  });

  test("with no model in sight they say so", async () => {
    const { ctx } = fakeCtx();
    await openAsText.run(ctx);
    expect(editor.messages).toEqual(["Open a model file first."]);
  });
});

describe("dimensions", () => {
  test.each([
    ["", { batch: null, devices: null, dims: {} }],
    ["batch=8", { batch: 8, devices: null, dims: {} }],
    [" batch = 8 , seq len = 128,", { batch: 8, devices: null, dims: { "seq len": 128 } }],
    ["devices=4", { batch: null, devices: 4, dims: {} }],
  ])("%j is understood", (text, wanted) => {
    expect(parseBinding(text)).toEqual({ kind: "binding", binding: wanted });
  });

  test.each(["batch", "=3", "batch=0", "devices=0", "batch=1.5", "seq=many"])(
    "%j is refused",
    (text) => {
      expect(parseBinding(text)).toMatchObject({ kind: "wrong" });
    },
  );

  test("are sent for the model and offered again next time", async () => {
    const { ctx, server } = fakeCtx({ "ridgepoint/bind": () => null });
    editor.answers = ["batch=8, seq=128"];
    await setDimensions.run(ctx, uri);
    expect(server.requests[0]?.params).toEqual({
      uri: uri.toString(),
      batch: 8,
      devices: null,
      dims: { seq: 128 },
    });
    await setDimensions.run(ctx, uri);
    expect(editor.prompts[1]?.options).toMatchObject({ value: "batch=8, seq=128" });
  });
});

describe("reports", () => {
  test("go to the clipboard, or into a new document", async () => {
    const { ctx } = fakeCtx({
      "ridgepoint/report": ({ format }: { format: string }) => ({ text: `as ${format}` }),
    });
    editor.answers = [{ format: "markdown" }, { format: "json", language: "json" }];
    await copyReport.run(ctx, uri);
    expect(editor.clipboard).toBe("as markdown");
    await copyReport.run(ctx, uri);
    expect(editor.documents[0]).toMatchObject({ languageId: "json", content: "as json" });
  });
});

describe("what if", () => {
  const question = (changes: readonly unknown[]) => ({
    method: "ridgepoint/whatIf",
    params: { uri: "file:///net.py", offset: 70, changes },
  });
  const quantity = (value: number) => ({
    value,
    low: value / 2,
    high: 2 * value,
    method: "calibrated",
  });
  const answer = (before: number, after: number, reason = "") => ({
    text: "MatMul(float32[8,4096], float32[4096,64])",
    changedText: "MatMul(float32[8,5120], float32[5120,64])",
    callCount: 3,
    sizes: [4096, 64, 8],
    macs: { before: 1e6, after: 2e6 },
    weightBytes: { before: null, after: null },
    targets: [
      { id: "a", label: "A", before: quantity(before), after: quantity(after), reason: "" },
      { id: "b", label: "B", before: null, after: null, reason: "B does not run it." },
    ],
    reason,
  });
  const openLine = (): void => {
    editor.activeEditor = {
      document: {
        uri: vscode.Uri.parse("file:///net.py"),
        offsetAt: ({ line, character }: vscode.Position) => 10 * line + character,
      },
      selection: { active: new vscode.Position(7, 0) },
    };
  };

  test("asks for the changed sizes of the line under the cursor and shows each target's difference", async () => {
    openLine();
    const { ctx, server } = fakeCtx({ "ridgepoint/whatIf": () => answer(1e-3, 1.25e-3) });
    editor.answers = ["4096 → 5120", { label: "any" }];
    await whatIf.run(ctx);
    expect(server.requests).toEqual([question([]), question([{ from: 4096, to: 5120 }])]);
    const [box, list] = editor.prompts as {
      options: { value: string; validateInput: (text: string) => string | undefined };
      items: readonly { label: string; description: string; detail: string }[];
    }[];
    expect(box?.options.value).toBe("4096 → ");
    expect(box?.options.validateInput("4096 -> 1")).toBeUndefined();
    expect(box?.options.validateInput("7 -> 1")).toBe("Nothing on this line has a size of 7.");
    expect(list?.items.map(({ label, detail }) => `${label}: ${detail}`)).toEqual([
      "1 ms → 1.25 ms (+25 %): 500 µs to 2 ms → 625 µs to 2.5 ms, calibrated",
      "not known: B does not run it.",
      "Work and weights: 1 MMAC → 2 MMAC (+100 %)",
    ]);
    expect(editor.clipboard).toContain("| A | 1 ms → 1.25 ms (+25 %) |");
  });

  test("says why a line has no answer, and asks nothing then", async () => {
    openLine();
    const { ctx, server } = fakeCtx({ "ridgepoint/whatIf": () => answer(1, 1, "Nothing runs.") });
    await whatIf.run(ctx);
    expect(server.requests).toHaveLength(1);
    expect(editor.messages).toEqual(["Nothing runs."]);
    expect(editor.prompts).toEqual([]);
  });
});

test("the master switch is written where it is decided", async () => {
  const { ctx } = fakeCtx();
  await toggleHints.run(ctx);
  editor.workspaceConfiguration = { enable: false };
  editor.configuration = { enable: false };
  await toggleHints.run(ctx);
  expect(editor.configurationUpdates).toEqual([
    ["enable", false, 1],
    ["enable", true, 2],
  ]);
});
