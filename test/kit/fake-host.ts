import type { Analysis } from "../../server/core/analysis.js";
import { views } from "../../server/core/views/index.generated.js";
import type { Supposition } from "../../server/protocol/requests.js";
import type { Methods } from "../../server/protocol/rpc.js";

/** The host's side of a page's channel: the real views on an analysis that a test may replace, and a log of the rest. */
export function fakeHost(analysis: Analysis): FakeHost {
  const calls: HostCall[] = [];
  const host: FakeHost = {
    analysis,
    answer: undefined,
    calls,
    suppositions: [],
    methods: {
      ready: () => ({ uri: "file:///models/model.onnx", fileName: "model.onnx" }),
      view: async (params: {
        readonly view: keyof typeof views;
        readonly params: never;
        readonly suppose?: Supposition;
      }) => {
        if (params.suppose !== undefined) host.suppositions.push(params.suppose);
        calls.push({ method: `view ${params.view}`, params: params.params });
        if (host.answer !== undefined) return host.answer();
        return { kind: "view", version: 1, view: views[params.view](host.analysis, params.params) };
      },
      targets: () =>
        host.analysis.targets.map(({ target: { id, label, chip } }) => ({
          id,
          label,
          chip: chip.name,
          segment: chip.segment,
          method: "roofline",
          isChosen: true,
        })),
      ...Object.fromEntries(
        [
          "bind",
          "pickTargets",
          "openAsText",
          "copy",
          "openPanel",
          "select",
          "save",
          "pickModel",
          "readText",
          "useTarget",
        ].map((method) => [
          method,
          (params: never) => {
            calls.push({ method, params });
            return null;
          },
        ]),
      ),
    },
  };
  return host;
}

export interface FakeHost {
  analysis: Analysis;
  /** Answers every view in place of the analysis, while it is set. */
  answer: (() => unknown) | undefined;
  readonly calls: HostCall[];
  /** What views were asked to suppose; the fake does not. */
  readonly suppositions: Supposition[];
  readonly methods: Methods;
}

export interface HostCall {
  readonly method: string;
  readonly params: unknown;
}
