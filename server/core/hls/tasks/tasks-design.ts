import { formatBytes, formatSeconds, formatShare } from "../../base/units.js";
import type { Design, DesignModule, Resources } from "../../design/design.js";
import { emptyDesign } from "../../design/empty-design.js";
import { partFacts } from "../../design/part-facts.js";
import type { ChosenPart } from "../../design/part.js";
import { amount } from "../hls-design.js";
import {
  chooseTasks,
  pipelinedTasks,
  sequentialTasks,
  type TaskGroup,
  type TaskSchedule,
} from "./schedule.js";
import type { Task } from "./task.js";
import type { TaskWords } from "./words.js";

/** A model's tasks on an FPGA, each by itself or in a pipeline with its neighbours, whichever is faster. */
export function tasksDesign(
  tasks: readonly Task[] | undefined,
  words: TaskWords,
  part: ChosenPart,
  name: string,
): Design {
  if (tasks === undefined || tasks.length === 0)
    return emptyDesign("hls", [
      {
        code: "RP5348",
        severity: "error",
        message:
          tasks === undefined
            ? "Some extent of this model is not known; bind it by --dim or --input."
            : "No layer of this model multiplies: there are no tasks to schedule.",
      },
    ]);
  const chosen = chooseTasks(tasks, words);
  const [sequential, pipelined] = [sequentialTasks(tasks, words), pipelinedTasks(tasks, words)];
  const seconds = ({ cycles }: TaskSchedule): string =>
    formatSeconds(cycles * words.clockNs * 1e-9);
  const beside = (one: TaskSchedule): string =>
    `${seconds(one)} and ${formatBytes(one.trafficBytes)} (${(one.cycles / chosen.cycles).toFixed(2)} times as long)`;
  return {
    ...emptyDesign("hls", []),
    top: name,
    ...partFacts(part),
    tool: `tasks one by one or in pipelines, ${words.dsps} DSPs, ${formatBytes(words.memory)} on the chip, ${words.clockNs} ns: ${seconds(chosen)} and ${formatBytes(chosen.trafficBytes)} of the DRAM; all one by one ${beside(sequential)}; pipelines as long as they fit ${beside(pipelined)}; tensors between tasks of ${spreadText(tasks, words)}`,
    total: resources(words.dsps),
    latencyCycles: amount(Math.round(chosen.cycles), [0.9, 1.5]),
    modules: chosen.groups.flatMap((group, index) => groupModules(tasks, group, index)),
  };
}

/** From the least to the most: how much it varies is what decides between the two. */
function spreadText(tasks: readonly Task[], { bits }: TaskWords): string {
  const sizes = tasks.map(({ outputElements }) => (outputElements * bits) / 8);
  return `${formatBytes(Math.min(...sizes))} to ${formatBytes(Math.max(...sizes))}`;
}

function groupModules(
  tasks: readonly Task[],
  { first, count, cycles, stalled, trafficBytes, heldBytes, dsps }: TaskGroup,
  index: number,
): readonly DesignModule[] {
  return tasks.slice(first, first + count).map((task, at) => {
    const own = resources(dsps[at] ?? 0);
    const how =
      count === 1 ? "sequential" : `pipeline ${index + 1}${at === 0 ? ` of ${count}` : ""}`;
    const what = `${formatBytes(trafficBytes)} of the DRAM, ${formatBytes(heldBytes)} on the chip, ${formatShare(stalled)} stalled`;
    return {
      name: task.name,
      variant: at === 0 ? `${task.name} ${how}, ${what}` : `${task.name} ${how}`,
      place: undefined,
      instanceCount: 1,
      own,
      whole: own,
      latencyCycles: amount(Math.round(cycles), [0.9, 1.5]),
    };
  });
}

function resources(dsp: number): Resources {
  return { method: "estimated", counts: { dsp: amount(dsp, [1, 1]) } };
}
