import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { compareAnalyses } from "../../../server/core/views/compare/compare-analyses.js";
import { fileAtRevision } from "../../../server/io/git-revision.js";
import { fakeAnalysis, fakeTargets } from "../../kit/fake-analysis.js";

const params = { leftTarget: null, rightTarget: null, limit: 100 };

test("a model is the same as itself", () => {
  const analysis = fakeAnalysis();
  const view = compareAnalyses(analysis, analysis, params);
  expect(view.counts).toMatchObject({ changed: 0, added: 0, removed: 0 });
  expect(view.totals.every(({ isClear }) => isClear !== false)).toBe(true);
});

test("layers are matched by name, new ones are added, and what moved most comes first", () => {
  const view = compareAnalyses(
    fakeAnalysis({ blockCount: 4 }),
    fakeAnalysis({ blockCount: 6 }),
    params,
  );
  expect(view.counts).toMatchObject({ added: 4, removed: 0 });
  const added = view.rows.filter(({ state }) => state === "added").map(({ name }) => name);
  expect(added).toEqual(expect.arrayContaining(["/layer4/conv", "/layer5/conv"]));
  expect(view.rows[0]).toMatchObject({ state: "added", op: "Conv" });
});

test("without names, layers are matched in order by operator and shape", () => {
  const nameless = { nodeName: () => "" };
  const view = compareAnalyses(
    fakeAnalysis({ blockCount: 4, ...nameless }),
    fakeAnalysis({ blockCount: 5, ...nameless }),
    params,
  );
  expect(view.counts).toMatchObject({ added: 2, removed: 0 });
});

test("two targets of one model: every costed layer differs, and whether the totals do for sure is said", () => {
  const analysis = fakeAnalysis({ targets: [fakeTargets[0]!, fakeTargets[1]!] });
  const view = compareAnalyses(analysis, analysis, {
    ...params,
    leftTarget: fakeTargets[0]!.id,
    rightTarget: fakeTargets[1]!.id,
  });
  expect(view.counts).toMatchObject({ changed: 4 });
  expect(view.left.target).not.toBe(view.right.target);
});

test("a file at a revision is what was committed; what is none is said, and options are no revisions", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ridgepoint-git-"));
  try {
    const git = (...words: string[]): void => {
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: folder });
    };
    const file = path.join(folder, "model.onnxtxt");
    git("init", "-q");
    writeFileSync(file, "before");
    git("add", ".");
    git("commit", "-qm", "first");
    writeFileSync(file, "after");
    const copy = await fileAtRevision(file, "HEAD");
    expect(readFileSync(copy.file, "utf8")).toBe("before");
    await copy.dispose();
    await expect(fileAtRevision(path.join(folder, "new.onnx"), "HEAD")).rejects.toThrow(
      "`new.onnx` has no version at `HEAD`",
    );
    await expect(fileAtRevision(file, "--textconv")).rejects.toThrow("is no revision");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
