/** An element of an XML text, without its attributes. */
export interface XmlElement {
  readonly tag: string;
  /** What stands before its first child. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly tag: string;
  text: string;
  readonly children: XmlElement[];
}

/** As much of an XML text as is there: what is not closed ends with the text, and an end without a start is passed over. */
export function xmlTree(text: string): XmlElement {
  const root: OpenElement = { tag: "", text: "", children: [] };
  const open = [root];
  for (const [, slash, tag = "", isEmpty, following = ""] of text.matchAll(
    /<(\/?)([A-Za-z_][\w.:-]*)[^<>]*?(\/?)>([^<]*)/g,
  )) {
    if (slash === "") {
      const element: OpenElement = { tag, text: following.trim(), children: [] };
      open.at(-1)?.children.push(element);
      if (isEmpty === "") open.push(element);
    } else {
      const depth = open.map((one) => one.tag).lastIndexOf(tag);
      if (depth > 0) open.length = depth;
    }
  }
  return root;
}

/** The first element below that is reached by these tags, each a child of the one before. */
export function childAt(element: XmlElement, ...tags: readonly string[]): XmlElement | undefined {
  let at: XmlElement | undefined = element;
  for (const tag of tags) at = at?.children.find((child) => child.tag === tag);
  return at;
}

export function textAt(element: XmlElement, ...tags: readonly string[]): string | undefined {
  const text = childAt(element, ...tags)?.text;
  return text === "" ? undefined : text;
}
