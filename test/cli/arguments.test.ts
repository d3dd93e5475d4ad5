import { describe, expect, test } from "vitest";
import { readArguments } from "../../server/cli/arguments.js";
import { UsageError } from "../../server/cli/usage-error.js";

const options = { flags: ["json", "help"], once: ["top"], many: ["target"] };

describe("a command's words", () => {
  test("files and options stand in any order; values may follow an equals sign or begin with a dash", () => {
    const given = readArguments(
      ["--target=a/b", "model.onnx", "--top", "-x", "--target", "k=v", "-", "-h"],
      options,
    );
    expect(given.files).toEqual(["model.onnx", "-"]);
    expect(given.all("target")).toEqual(["a/b", "k=v"]);
    expect(given.one("top")).toBe("-x");
    expect([given.has("help"), given.has("json")]).toEqual([true, false]);
  });

  test("behind two dashes everything is a file", () => {
    expect(readArguments(["--", "--json"], options).files).toEqual(["--json"]);
  });

  test("what another command reads is passed on in its order, without the files", () => {
    const given = readArguments(["a", "--dim", "n=3", "--json", "--batch=4", "--deploy"], options, {
      flags: ["deploy"],
      once: ["batch"],
      many: ["dim"],
    });
    expect(given.passed).toEqual(["--dim", "n=3", "--batch", "4", "--deploy"]);
    expect(given.files).toEqual(["a"]);
  });

  test.each([
    [["--tops", "x"], "Option `--tops` is not known."],
    [["-x"], "Option `-x` is not known."],
    [["--top"], "Option `--top` needs a value."],
    [["--json=1"], "Option `--json` takes no value."],
    [["--top", "a", "--top", "b"], "Option `--top` is given twice."],
  ])("%j is refused", (words, message) => {
    expect(() => readArguments(words, options)).toThrow(new UsageError(message));
  });
});
