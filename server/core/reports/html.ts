import { errorText } from "../cost/calibrated/published-error.js";
import { kernelText } from "./kernel-tables.js";
import type { ReportContext, ReportFormat } from "./report.js";
import * as rows from "./rows.js";
import type { ReportDocument } from "../views/report-document.js";

/** One self-contained page: no script, no external resource; prints on paper. */
export const report: ReportFormat = {
  id: "html",
  render: (document, context) => {
    const title = escaped(document.file ?? document.model?.name ?? "Model");
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} · Ridgepoint</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${totals(document)}
${kernels(document)}
${targets(document, context)}
${methods(document)}
${errors(context)}
${figures(context)}
${layers(document, context)}
${problems(document)}
</body>
</html>
`;
  },
};

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; } dt { opacity: .7; font-size: .85rem; } dd { margin: 0; font-size: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); vertical-align: top; }
th { font-weight: 600; } .n { text-align: right; white-space: nowrap; }
td.name { overflow-wrap: anywhere; }
meter { width: 5rem; vertical-align: middle; }
figure { margin: 1.2rem 0; } figure svg { max-width: 100%; height: auto; max-height: 60rem; } figcaption { font-size: .9rem; opacity: .8; }
@media print { figure { break-inside: avoid; } body { max-width: none; margin: 0; } tr { break-inside: avoid; } }
`;

function totals(document: ReportDocument): string {
  const model = document.model;
  if (model === null) return "";
  const items: readonly (readonly [string, string])[] = [
    ["Parameters", rows.parametersText(model.parameterCount)],
    ["Weights", rows.bytesText(model.weightBytes)],
    ["MACs", rows.macsText(model.macs)],
    ["Nodes", String(document.layers.length)],
  ];
  return `<dl>${items.map(([term, text]) => `<div><dt>${term}</dt><dd>${text}</dd></div>`).join("")}</dl>`;
}

/** Kernels written by hand, as the terminal lists them. */
function kernels({ kernels: found = [] }: ReportDocument): string {
  const texts = found.map(kernelText).map(({ title, tables, notes }) => {
    const shown = tables.map(({ header, rows: cells, alignment }) => {
      const row = (tag: "th" | "td", texts: readonly string[]): string =>
        `<tr>${texts.map((text, column) => `<${tag}${alignment[column] === "r" ? ' class="n"' : ""}>${escaped(text)}</${tag}>`).join("")}</tr>`;
      return `<table><thead>${row("th", header)}</thead><tbody>${cells.map((one) => row("td", one)).join("\n")}</tbody></table>`;
    });
    return `<h2>${escaped(title)}</h2>${shown.join("\n")}${notes.map((note) => `<p>${escaped(note)}</p>`).join("")}`;
  });
  return texts.join("\n");
}

function targets(document: ReportDocument, context: ReportContext): string {
  if (document.targets.length === 0) return "";
  const body = document.targets.map((target) => {
    const latency = rows.secondsText(
      target.latency?.seconds ?? null,
      target.latency?.low ?? null,
      target.latency?.high ?? null,
    );
    const energy = target.energy === null ? "" : `~${rows.joulesText(target.energy.joules)}`;
    const source = target.energy === null ? "" : ` title="${escaped(target.energy.source)}"`;
    return `<tr><td>${escaped(rows.labelOf(target, context))}</td><td class="n">${latency}</td><td>${rows.latencyInterval(target)}</td><td>${target.latency?.method ?? ""}</td><td class="n"${source}>${energy}</td><td>${rows.takenText(target)}</td><td>${rows.fitText(target)}</td></tr>`;
  });
  return `<h2>Targets</h2><table><thead><tr><th>Target</th><th class="n">Latency</th><th>90 % interval</th><th>Method</th><th class="n">Energy</th><th>Memory</th><th>Fits</th></tr></thead><tbody>${body.join("\n")}</tbody></table>${provenance(document, context)}`;
}

function provenance(document: ReportDocument, context: ReportContext): string {
  return document.targets
    .map((target) => [rows.labelOf(target, context), rows.provenanceText(target)] as const)
    .filter(([, text]) => text !== "")
    .map(([label, text]) => `<p>${escaped(label)}: ${escaped(text)}</p>`)
    .join("");
}

/** What the numbers are, in words: whoever reads the page has no one to ask. */
function methods(document: ReportDocument): string {
  if (document.targets.length === 0) return "";
  const used = new Set(document.targets.flatMap(({ latency }) => latency?.method ?? []));
  const sentences = [
    "A target is a chip, the runtime that executes the model on it, and a precision. Every time has an interval; ~ marks one that is wider than ±25 %, and ? what is not known.",
    ...(used.has("measured") ? ["Measured: somebody has run it."] : []),
    ...(used.has("calibrated")
      ? ["Calibrated: learnt from measurements on the same chip and runtime."]
      : []),
    ...(used.has("borrowed")
      ? ["Borrowed: learnt from measurements on a sibling, with a wider interval."]
      : []),
    ...(used.has("roofline")
      ? [
          "Roofline: the larger of arithmetic and memory traffic, each at the share of its peak that the runtime is known to reach, plus the runtime's overhead.",
        ]
      : []),
  ];
  return `<h2>Methods</h2><p>${sentences.join(" ")}</p>`;
}

/** What is known of how wrong the numbers are: from measurements that no fit has seen. */
function errors({ errors: known = [] }: ReportContext): string {
  if (known.length === 0) return "";
  const body = known.flatMap(({ label, lender, date, rows: own }) =>
    own.map(
      ({ kind, median, p90, coverage, rows: count, of }) =>
        `<tr><td>${escaped(label)}</td><td>${escaped(of ?? lender ?? "itself")}</td><td>${escaped(kind)}</td><td class="n">${errorText(median)}</td><td class="n">${errorText(p90)}</td><td class="n">${errorText(coverage)}</td><td class="n">${count}</td><td class="n">${escaped(date)}</td></tr>`,
    ),
  );
  return `<h2>Published errors</h2><p>${rows.errorsSentence}</p><table><thead><tr><th>Target</th><th>Measured on</th><th>Of</th><th class="n">Median error</th><th class="n">90 % below</th><th class="n">In interval</th><th class="n">Measurements</th><th class="n">Fitted</th></tr></thead><tbody>${body.join("\n")}</tbody></table>`;
}

function figures({ figures: drawn = [] }: ReportContext): string {
  if (drawn.length === 0) return "";
  const items = drawn.map(
    ({ title, svg }) => `<figure>${svg}<figcaption>${escaped(title)}</figcaption></figure>`,
  );
  return `<h2>Figures</h2>${items.join("\n")}`;
}

/** Parts of a fused kernel take nanoseconds: rows that say nothing are counted, not listed. */
const leastShare = 0.001;

function layers(document: ReportDocument, context: ReportContext): string {
  const all = rows.heaviestLayers(document);
  const heaviest = all.filter(
    ({ layer, perTarget }) =>
      !layer.costed ||
      perTarget.length === 0 ||
      perTarget.some((measure) => (measure?.share ?? 0) >= leastShare),
  );
  if (heaviest.length === 0) return "";
  const restCount = all.length - heaviest.length;
  const rest =
    restCount === 0
      ? ""
      : `<p>… and ${restCount} layers below ${rows.shareText(leastShare)} on every target.</p>`;
  const heads = document.targets.map(
    (target) =>
      `<th class="n">${escaped(rows.labelOf(target, context))}</th><th>Share</th><th>Bound</th>`,
  );
  const body = heaviest.map(({ layer, perTarget }) => {
    const measures = perTarget.map((measure) =>
      measure === undefined
        ? "<td></td><td></td><td></td>"
        : `<td class="n">${rows.secondsText(measure.seconds, measure.low, measure.high)}</td><td><meter min="0" max="1" value="${measure.share ?? 0}"></meter> ${rows.shareText(measure.share)}</td><td>${measure.bound ?? ""}</td>`,
    );
    return `<tr><td class="name">${escaped(rows.layerName(layer))}</td><td>${escaped(layer.op)}</td><td>${escaped(rows.shapeOf(layer))}</td><td class="n">${rows.parametersText(layer.parameterCount)}</td><td class="n">${rows.macsText(layer.macs)}</td>${measures.join("")}</tr>`;
  });
  return `<h2>Layers, heaviest first</h2><table><thead><tr><th>Layer</th><th>Op</th><th>Output</th><th class="n">Parameters</th><th class="n">MACs</th>${heads.join("")}</tr></thead><tbody>${body.join("\n")}</tbody></table>${rest}`;
}

function problems(document: ReportDocument): string {
  if (document.problems.length === 0) return "";
  const items = document.problems.map(
    (problem) =>
      `<li><strong>${problem.severity}</strong> ${problem.code}: ${escaped(problem.message)}</li>`,
  );
  return `<h2>Problems</h2><ul>${items.join("\n")}</ul>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
