/**
 * The module path of a node. PyTorch's current exporter writes it into metadata, as `namespace`
 * (`: torchvision.ResNet/layer1: torch.nn.Sequential/layer1.0: Block/layer1.0.conv1: Conv2d/conv2d: aten.conv2d.default`)
 * and as the Python list `pkg.torch.onnx.name_scopes` (`['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']`). Its
 * older exporter and others write paths as node names: `/layer1/layer1.0/conv1/Conv`.
 */
export function scopeOf(name: string, metadata: ReadonlyMap<string, string> | undefined): string {
  const namespace = metadata?.get("namespace");
  if (namespace !== undefined) return scopeFromNamespace(namespace);
  const nameScopes = metadata?.get("pkg.torch.onnx.name_scopes");
  if (nameScopes !== undefined) return nestedPath(pythonStrings(nameScopes).slice(0, -1));
  const start = name.startsWith("/") ? 1 : 0;
  const end = name.lastIndexOf("/");
  return end <= start ? "" : name.slice(start, end);
}

/** The root module has no name; its class stands for it. The last entry is the operation itself. */
function scopeFromNamespace(namespace: string): string {
  const entries = namespace.split("/").slice(0, -1);
  const names = entries.map((entry) => {
    const colon = entry.indexOf(":");
    return (colon < 0 ? entry : entry.slice(0, colon)).trim();
  });
  const root = entries[0];
  if (root === undefined || names[0] !== "") return nestedPath(names);
  const className = root
    .slice(root.lastIndexOf(".") + 1)
    .replace(/^:/, "")
    .trim();
  const inner = nestedPath(names);
  return [className, inner].filter((part) => part !== "").join("/");
}

/** `layer1`, `layer1.0`, `layer1.0.conv1` → `layer1/0/conv1`: each name repeats the one before. */
function nestedPath(names: readonly string[]): string {
  const parts: string[] = [];
  let outer = "";
  for (const name of names) {
    if (name === "") continue;
    parts.push(outer !== "" && name.startsWith(`${outer}.`) ? name.slice(outer.length + 1) : name);
    outer = name;
  }
  return parts.join("/");
}

/** Strings of a Python list literal; quotes inside are rare enough in module names to be left as they are. */
function pythonStrings(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? "");
}
