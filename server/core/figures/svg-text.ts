/** Pieces of SVG as text. Everything that comes from a file goes through `escaped`; figures hold no script and no link. */
export function escaped(text: string): string {
  return text

    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      "\ufffd",
    )
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Two decimals at most: the same numbers give the same bytes on every machine. */
export function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function tag(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = "",
): string {
  const words = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(value)}"`,
  );
  return content === ""
    ? `<${name}${words.join("")}/>`
    : `<${name}${words.join("")}>${content}</${name}>`;
}

export function textTag(
  text: string,
  attributes: Readonly<Record<string, string | number>>,
  limit = Infinity,
): string {
  const short = text.length <= limit ? text : `${text.slice(0, Math.max(1, limit - 1))}…`;
  return tag("text", attributes, escaped(short) || " ");
}

/** A whole drawing. Its colours are of its own: it is shown on pages and on paper alike. */
export function drawing(
  {
    width,
    height,
    label,
  }: { readonly width: number; readonly height: number; readonly label: string },
  ...parts: readonly string[]
): string {
  return tag(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
      role: "img",
      "aria-label": label,
      "font-family": "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif",
      "font-size": 11,
      fill: "#222",
    },
    parts.join("\n"),
  );
}
