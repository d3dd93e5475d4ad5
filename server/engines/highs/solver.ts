import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** What the solver says of a problem in LP format. `isProven`: nothing better exists, up to one part in a million. */
export type Solution =
  | {
      readonly kind: "found";
      readonly isProven: boolean;
      /** Variables that are 1. */
      readonly chosen: ReadonlySet<string>;
    }
  | { readonly kind: "infeasible" }
  | { readonly kind: "failed"; readonly reason: string };

export interface Solver {
  readonly solve: (lpText: string) => Solution;
}

interface Highs {
  solve(
    text: string,
    options: Readonly<Record<string, unknown>>,
  ): {
    readonly Status: string;
    readonly Columns: Readonly<Record<string, { readonly Primal?: number }>>;
  };
}

type Load = (options: { readonly locateFile: (file: string) => string }) => Promise<Highs>;

/** Seconds after which the best that is known is taken. */
const timeLimitSeconds = 1.2;

let loading: Promise<Solver> | undefined;

/** HiGHS as WebAssembly; it is read when it is first asked for, and blocks its thread while it solves. */
export function loadSolver(): Promise<Solver> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Solver> {
  const folder = solverFolder();
  const file = fileNames.find((name) => existsSync(path.join(folder, name))) ?? "";
  const module = createRequire(path.join(folder, file))(`./${file}`) as Load;
  const highs = await module({ locateFile: (file) => path.join(folder, file) });
  return { solve: (lpText) => solve(highs, lpText) };
}

/** Beside the bundle it is `.cjs`: the package around it is one of modules. */
const fileNames = ["highs.cjs", "highs.js"];

/** Beside the bundle, or the package in a checkout. */
function solverFolder(): string {
  const here = typeof __dirname === "string" ? __dirname : process.cwd();
  const candidates = [
    path.join(here, "highs"),
    path.join(process.cwd(), "node_modules", "highs", "build"),
  ];
  const found = candidates.find((folder) =>
    fileNames.some((name) => existsSync(path.join(folder, name))),
  );
  if (found === undefined) throw new Error("the solver is missing from the installation");
  return found;
}

function solve(highs: Highs, lpText: string): Solution {
  const { Status: status, Columns: columns } = highs.solve(lpText, {
    mip_rel_gap: 1e-6,
    time_limit: timeLimitSeconds,
    output_flag: false,
  });
  if (status === "Infeasible") return { kind: "infeasible" };
  const chosen = new Set(
    Object.entries(columns).flatMap(([name, { Primal: primal = 0 }]) =>
      primal > 0.5 ? [name] : [],
    ),
  );
  if (status === "Optimal") return { kind: "found", isProven: true, chosen };
  if (chosen.size > 0) return { kind: "found", isProven: false, chosen };
  return { kind: "failed", reason: status };
}
