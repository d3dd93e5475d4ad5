/**
 * Target of a row of MLPerf Tiny's results. Older rounds name the board in the system alone, and X-CUBE-AI by the
 * submitter; of its versions the ones before 9 are left out: 8.1 takes 15 to 46 % longer for the same networks on the same
 * boards, those before it ran depthwise convolutions at half the speed.
 */
export function tinySystem(row: Readonly<Record<string, string>>): string | undefined {
  const system = (row["system"] ?? "").toLowerCase();
  const framework = (row["framework"] ?? "").toLowerCase();
  const submitter = (row["submitter"] ?? "").toLowerCase();
  // Another clock than the board's own, or another network.
  if (/_\d+mhz$/.test(system) && !system.startsWith("syntiant")) return undefined;
  if (system.includes("float") || system.includes("max_performance")) return undefined;
  const board = boards.find(([pattern]) =>
    pattern.test(`${system} ${(row["board"] ?? "").toLowerCase()}`),
  )?.[1];
  const runtime = runtimeOf(system, framework, submitter, row["round"] ?? "");
  return board === undefined || runtime === undefined ? undefined : `${board}/${runtime}/int8`;
}

const boards: readonly (readonly [RegExp, string])[] = [
  [/l4r5zi[-_]p/, "nucleo-l4r5zi-p"],
  [/l4r5zi/, "nucleo-l4r5zi"],
  [/u575zi/, "nucleo-u575zi-q"],
  [/u385rg/, "nucleo-u385rg-q"],
  [/u585i/, "b-u585i-iot02a"],
  [/g0b1re/, "nucleo-g0b1re"],
  [/h7a3zi/, "nucleo-h7a3zi-q"],
  [/ra8d1/, "ek-ra8d1"],
  [/ra6m4/, "ek-ra6m4"],
  [/rx65n/, "rx65n-cloud-kit"],
  [/rh850/, "rh850-f1km-s4"],
  [/xc7k160/, "adp-xc7k160"],
  [/nezha/, "nezha"],
  [/high_freq/, "k1-board-v1.0-high-freq"],
  [/k1_board/, "k1-board-v1.0"],
  [/tinker/, "asus-tinker-v"],
  [/0v9_30mhz/, "syntiant-9120-0v9-30mhz"],
  [/1v1_98mhz/, "syntiant-9120-1v1-98mhz"],
  [/cora-z7/, "cora-z7"],
  [/zybo/, "zybo"],
  [/zc706/, "zc706"],
];

function runtimeOf(
  system: string,
  framework: string,
  submitter: string,
  round: string,
): string | undefined {
  if (framework.includes("x-cube-ai") || submitter === "stmicroelectronics")
    return round >= "v1.2" ? "x-cube-ai" : undefined;
  if (system.includes("x-cube-ai")) return undefined;
  if (submitter === "plumerai")
    return round >= "v1.1" || system.includes("u585") ? "plumerai" : undefined;
  if (submitter === "bosch") return "hale";
  if (framework.includes("microtvm") || system.includes("microtvm")) return "microtvm";
  if (framework.includes("onnc")) return "onnc";
  if (submitter === "syntiant") return "syntiant";
  if (submitter === "fpgaconvnet") return "fpgaconvnet";
  if (submitter === "alibaba") return "csi-nn2";
  if (submitter === "kai_jiang") return "spacemit-nn";
  if (["andes", "renesas"].includes(submitter)) return "tflm";
  return undefined;
}
