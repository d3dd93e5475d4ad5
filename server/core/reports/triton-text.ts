import { formatSeconds, formatShare } from "../base/units.js";
import { boundTexts } from "../views/triton/triton-texts.js";
import type { BoundName } from "../gpu/gpu-report.js";
import type { ReportTritonKernel, ReportKernelDevice } from "../views/triton/triton-report.js";
import { table } from "./text-table.js";

const configRows = 12;
const lineRows = 8;

/** For a terminal: each kernel on each device, its configurations by predicted time, and the lines that take it. */
export function kernelText(kernel: ReportTritonKernel): string {
  const assumed = kernel.parameters.filter(({ from }) => from === "assumed");
  const parts = [
    `${kernel.name}  (${kernel.language === "triton" ? "Triton" : "CUDA"} kernel, line ${kernel.source.line + 1})\n`,
    kernelTable(kernel),
  ];
  if (kernel.configurations.length > 1)
    for (const device of kernel.devices.slice(0, 3)) parts.push(configTable(kernel, device));
  const [first] = kernel.devices;
  if (first !== undefined) parts.push(lineTable(first));
  if (assumed.length > 0)
    parts.push(
      `assumed: ${assumed.map(({ name, value }) => `${name}=${value}`).join(", ")} (a comment \`# ridgepoint: NAME=VALUE\` above the kernel says otherwise)\n`,
    );
  return parts.join("\n");
}

function kernelTable({ devices, configurations }: ReportTritonKernel): string {
  return table(
    [
      "GPU",
      "time",
      "interval",
      "bound",
      "occupancy",
      "shared B",
      "registers",
      ...(configurations.length > 1 ? ["best configuration"] : []),
    ],
    devices.map((device) => {
      const own = device.configurations[device.best ?? 0];
      const best =
        device.best === null
          ? "none fits or has a time"
          : (configurations[device.best]?.text ?? "");
      return [
        device.name,
        ...(own === undefined ? [] : cellsOf(own)),
        ...(configurations.length > 1 ? [best] : []),
      ];
    }),
    `lrllrrr${configurations.length > 1 ? "l" : ""}`,
  );
}

type Estimate = ReportKernelDevice["configurations"][number];

function cellsOf(own: Estimate): readonly string[] {
  return [
    timeOf(own),
    own.low === null || own.high === null
      ? ""
      : `${formatSeconds(own.low, 2)} – ${formatSeconds(own.high, 2)}`,
    own.bound === null ? "" : boundTexts[own.bound as BoundName],
    own.occupancy === null ? "?" : formatShare(own.occupancy),
    own.sharedBytes === null ? "?" : own.sharedBytes.toLocaleString("en-US"),
    `${Math.round(own.registers.value)}`,
  ];
}

function timeOf({ seconds, fits }: Estimate): string {
  if (fits === false) return "does not fit";
  return seconds === null ? "?" : formatSeconds(seconds);
}

function configTable({ configurations }: ReportTritonKernel, device: ReportKernelDevice): string {
  const order = configurations
    .map((_, index) => index)
    .sort((a, b) => (secondsOf(device, a) ?? Infinity) - (secondsOf(device, b) ?? Infinity));
  const left = order.length - configRows;
  const rows = order.slice(0, configRows).map((index) => {
    const own = device.configurations[index];
    return [configurations[index]?.text ?? "", ...(own === undefined ? [] : cellsOf(own))];
  });
  const shown = table(
    [
      `configuration on ${device.name}`,
      "time",
      "interval",
      "bound",
      "occupancy",
      "shared B",
      "registers",
    ],
    rows,
    "lrllrrr",
  );
  return left > 0 ? `${shown}and ${left} more configurations\n` : shown;
}

function secondsOf(device: ReportKernelDevice, index: number): number | undefined {
  return device.configurations[index]?.seconds ?? undefined;
}

function lineTable(device: ReportKernelDevice): string {
  const heaviest = [...device.lines].sort((a, b) => b.share - a.share).slice(0, lineRows);
  return table(
    [`line on ${device.name}`, "time", "share"],
    heaviest.map(({ line, seconds, share }) => [
      String(line + 1),
      seconds === null ? "?" : formatSeconds(seconds, 2),
      formatShare(share),
    ]),
    "rrr",
  );
}
