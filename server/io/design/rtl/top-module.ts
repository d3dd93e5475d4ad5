import { blanked } from "../../../core/design/blanked.js";
import { instanceWords, moduleBodies, moduleHeads } from "./module-heads.js";

/** Modules of a source, in its order. */
export function modulesIn(text: string): readonly string[] {
  return moduleHeads(blanked(text)).map(({ name }) => name);
}

/**
 * The module that a file is about: what none of its other modules makes an instance of; of several, the one that has the most
 * of the others below it, and of equal ones the last. Of what has interfaces at its ports, often a shell around the module itself, nothing
 * can be synthesised alone.
 */
export function topModule(text: string): string | undefined {
  const whole = moduleBodies(blanked(text));
  const connectable = [...whole].filter(([, { body }]) => !hasInterfacePorts(body));
  const bodies = connectable.length > 0 ? new Map(connectable) : whole;
  const children = new Map(
    [...bodies].map(([name, { body }]) => [
      name,
      new Set(
        instanceWords(body).flatMap((word) =>
          word.name !== name && bodies.has(word.name) ? [word.name] : [],
        ),
      ),
    ]),
  );
  const used = new Set([...children.values()].flatMap((names) => [...names]));
  const all = [...bodies.keys()];
  const candidates = all.filter((name) => !used.has(name));
  let top: string | undefined;
  let most = -1;
  for (const name of candidates.length > 0 ? candidates : all) {
    const below = reachedFrom(name, children);
    if (below < most) continue;
    top = name;
    most = below;
  }
  return top;
}

/** `axi_bus.slave in` or `interface in` among the ports. */
function hasInterfacePorts(body: string): boolean {
  const head = body.slice(0, Math.max(0, body.indexOf(";")));
  return /[(,]\s*(?:[A-Za-z_]\w*\s*\.\s*[A-Za-z_]\w*|interface)\s+[A-Za-z_]\w*/.test(head);
}

function reachedFrom(name: string, children: ReadonlyMap<string, ReadonlySet<string>>): number {
  const reached = new Set([name]);
  // A set that is added to while it is gone through goes through those as well.
  for (const one of reached) for (const child of children.get(one) ?? []) reached.add(child);
  return reached.size;
}
