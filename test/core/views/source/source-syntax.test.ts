import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { movedLines } from "../../../../server/core/views/source/moved-lines.js";
import { sourceAnchors } from "../../../../server/core/views/source/source-syntax.js";

function anchorsOf(text: string): readonly string[] {
  return sourceAnchors(text).map(
    ({ kind, name, pin }) => `${kind} ${name}${pin === undefined ? "" : ` [${pin}]`}`,
  );
}

describe("anchors", () => {
  test("classes of modules, through each other, and the functions that make them", () => {
    const text = `
class Config:
    width = 3
class Base(nn.Module): pass
class Net(Base):
    def forward(self, x): return x
class Odd(Mixin):
    def forward(self, x): return x
def net(**kwargs) -> "Net":
    return build(kwargs)
def small():
    model = Net()
    return model
def tiny(): 
    return small()
def helper(x):
    return x + 1
`;
    expect(anchorsOf(text)).toEqual([
      "class Base",
      "class Net",
      "class Odd",
      "factory net",
      "factory small",
      "factory tiny",
    ]);
  });

  test("what stands in a string, a comment or brackets is no definition", () => {
    const text = `x = """
class A(nn.Module):
"""
# class B(nn.Module):
y = f(
class_=1)
if True:
    class C(nn.Module):
        class Inner(nn.Module): pass
`;
    expect(anchorsOf(text)).toEqual(["class C"]);
  });

  test("an anchor for each pin, above decorators and blank lines", () => {
    const text = `# ridgepoint: input=float32[1,3,8,8]
# Why this size.
# ridgepoint: entry=Net(2)

@register
class Net(nn.Module):
    pass
`;
    expect(anchorsOf(text)).toEqual([
      "class Net [input=float32[1,3,8,8]]",
      "class Net [entry=Net(2)]",
    ]);
    expect(sourceAnchors(text)[0]?.start).toBe(text.indexOf("@register"));
  });

  test("a script without definitions: the model that it makes", () => {
    expect(anchorsOf("import timm\nmodel = timm.create_model('resnet50')\nx = f(3)\n")).toEqual([
      "instance model",
    ]);
  });

  test("any text has anchors inside it, in bounded time", () => {
    const piece = fc.constantFrom(
      "class A(nn.Module):",
      "def f():",
      " ",
      "\n",
      '"""',
      "(",
      ")",
      "#",
      "return A()",
      "\r\n",
      "\\",
      "é🙂",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join("");
        for (const { span, start } of sourceAnchors(text)) {
          expect(0 <= start && start <= span.end).toBe(true);
          expect(span.start <= span.end && span.end <= text.length).toBe(true);
        }
      }),
    );
  });
});

describe("moved lines", () => {
  const old = "a\nb\nc\nd\ne\n";

  test("lines between two edits keep their places", () => {
    const moved = movedLines(old, "a\nnew\nb\nc\nD\ne\n");
    expect(moved.toNew({ start: old.indexOf("c"), end: old.indexOf("c") + 1 })).toEqual({
      start: 8,
      end: 9,
    });
    expect(moved.toNew({ start: old.indexOf("d"), end: old.indexOf("d") + 1 })).toBeUndefined();
    expect(moved.toOld("a\nnew\nb\nc\nD\n".length)).toBe(old.indexOf("e"));
    expect(moved.toOld(2)).toBeUndefined();
  });

  test("what moves there and back is where it was, and lines are the same", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "", "  c", "d"), { maxLength: 12 })
      .map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const moved = movedLines(before, after);
        for (let offset = 0; offset <= before.length; offset += 1) {
          const now = moved.toNew({ start: offset, end: offset });
          if (now === undefined) continue;
          expect(moved.toOld(now.start)).toBe(offset);
          expect(after.charAt(now.start).trim()).toBe(before.charAt(offset).trim());
        }
      }),
    );
  });
});
