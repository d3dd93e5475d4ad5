import { Cancelled, type Cancel } from "../../core/base/cancel.js";
import type { NodeId } from "../../core/graph/graph.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import {
  calibrationsOf,
  measuredPlans,
  type PlanRuns,
  type RunPlan,
} from "../../core/quant/measured/measured-plans.js";
import { measuredSensitivity } from "../../core/quant/measured/measured-sensitivity.js";
import { NotMeasured } from "../../core/quant/measured/not-measured.js";
import { editOnnx } from "../../core/quant/measured/onnx-edit.js";
import { openedSite } from "../../core/quant/measured/site-edits.js";
import type { RunSamples } from "../../core/quant/plan/run-candidates.js";
import type { LayerSensitivity } from "../../core/quant/sensitivity/sensitivity.js";
import { openSession } from "../../engines/onnxruntime/session.js";
import { openRun, type RunSubject } from "./open-run.js";

/** One layer quantized at a time. Plain data: it travels to a worker. */
export interface MeasuredTask extends RunSubject {
  readonly schemes: readonly Scheme[];
  readonly activationSchemes: readonly Scheme[];
}

export type MeasuredAnswer =
  | {
      readonly kind: "measured";
      readonly byNode: ReadonlyMap<NodeId, LayerSensitivity>;
      readonly source: string;
    }
  | { readonly kind: "impossible"; readonly reason: string };

/** What was measured, as plain data that is kept and sent about. */
export interface MeasuredBefore {
  readonly schemeIds: readonly string[];
  readonly activationSchemeIds: readonly string[];
  readonly layers: readonly (readonly [nodeId: NodeId, effect: LayerSensitivity])[];
  readonly source: string;
}

/** Whole plans. */
export interface PlansTask extends RunSubject {
  readonly plans: readonly RunPlan[];
}

export type PlansAnswer =
  | {
      readonly kind: "measured";
      readonly runs: PlanRuns;
      readonly samples: RunSamples;
      readonly source: string;
    }
  | { readonly kind: "impossible"; readonly reason: string };

type OnProgress = (sentence: string) => void;

/** Runs the model, one layer moved at a time. Blocks its thread for as long as that takes. */
export function runMeasuredTask(
  { schemes, activationSchemes, ...subject }: MeasuredTask,
  cancel: Cancel,
  onProgress: OnProgress,
): Promise<MeasuredAnswer> {
  return running(subject, cancel, onProgress, async (run) => {
    const byNode = await measuredSensitivity({
      ...run,
      open: (site) =>
        openSession(
          site === undefined ? run.bytes : editOnnx(run.bytes, openedSite(site)),
          run.externals,
        ),
      schemes,
      activationSchemes,
      cancel,
      onProgress: (done, count) => onProgress(`measuring layers: ${done} of ${count}`),
    });
    const source = `measured in ONNX Runtime on ${run.sampleText}, one layer quantized at a time${run.leftText}`;
    return { kind: "measured", byNode, source };
  });
}

/** Runs the model under each plan. Blocks its thread likewise. */
export function runPlansTask(
  { plans, ...subject }: PlansTask,
  cancel: Cancel,
  onProgress: OnProgress,
): Promise<PlansAnswer> {
  return running(subject, cancel, onProgress, async (run) => {
    const calibrations = calibrationsOf(run.samples.length);
    const runs = await measuredPlans({
      ...run,
      calibrations,
      open: (edit) => openSession(editOnnx(run.bytes, edit), run.externals),
      plans,
      cancel,
      onProgress: (done, count) => onProgress(`running plans: ${done} of ${count}`),
    });
    const { kinds } = run;
    return {
      kind: "measured",
      runs,
      samples: { kinds, calibrations },
      source: `${run.sampleText}${run.leftText}`,
    };
  });
}

async function running<T>(
  subject: RunSubject,
  cancel: Cancel,
  onProgress: OnProgress,
  measure: (run: ReturnType<typeof openRun>) => Promise<T>,
): Promise<T | { readonly kind: "impossible"; readonly reason: string }> {
  try {
    const run = openRun(subject, cancel);
    try {
      onProgress("loading the model into ONNX Runtime");
      return await measure(run);
    } finally {
      run.close();
    }
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    if (error instanceof NotMeasured) return { kind: "impossible", reason: error.message };
    // What the runtime says of the model is all that can be said of it.
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "impossible", reason: `ONNX Runtime does not run the model: ${reason}` };
  }
}
