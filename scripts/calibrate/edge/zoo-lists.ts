import { parseCsv } from "../csv.js";
import { groupBy } from "../group.js";
import type { CalibrationContext, Subject } from "../set.js";
import { modelOfLayers } from "./layer-list.js";

/** A row of the STM32 model zoo's tables and the network that it is about. */
export interface ZooRow {
  readonly row: Readonly<Record<string, string>>;
  readonly subject: Subject;
}

/** Rows of which the layer list is there: int8 networks, and floating-point ones of the same layers. */
export function zooRows(
  { text }: Pick<CalibrationContext, "text">,
  kind: "latency" | "memory",
): readonly ZooRow[] {
  const rows = parseCsv(text("stm32_modelzoo.calib.csv") ?? "");
  const layers = parseCsv(text("stm32_modelzoo_layers.calib.csv") ?? "");
  const lists = groupBy(layers, (row) => `${row["release"]}|${row["model_path"]}`);
  return rows.flatMap((row): readonly ZooRow[] => {
    if (row["kind"] !== kind) return [];
    const id = `${row["release"]}|${row["model_path"]}`;
    const list = lists.get(id);
    if (list === undefined || list.every((layer) => Number(layer["macs"] ?? 0) === 0)) return [];
    const load = (): ReturnType<Extract<Subject, { kind: "model" }>["load"]> =>
      Promise.resolve(modelOfLayers(id, list));
    return [{ row, subject: { kind: "model", id, load } }];
  });
}
