import type { Problem } from "../../core/base/problem.js";
import type { CppFile } from "../../core/hls/cpp-tree.js";
import { topOf } from "../../core/hls/estimate-kernel.js";
import type { HlsFunction, HlsUnit } from "../../core/hls/ir.js";
import { defaultBusLatency, slowdownOf } from "../../core/hls/estimate/plain-profile.js";
import type { HlsProfile } from "../../core/hls/estimate/profile.js";
import { readUnit } from "../../core/hls/read/unit.js";
import { type CppSource, withHeaders } from "./cpp-headers.js";
import type { DesignRequest } from "./design-request.js";
import { findHlsProject, type FoundProject } from "./hls-project.js";

/** A source as it is read with all that belongs to it. */
export interface HlsReading {
  readonly unit: HlsUnit;
  readonly problems: readonly Problem[];
  readonly source: CppSource;
  readonly project: FoundProject | undefined;
  /** What becomes hardware: as asked for, as the project says, or as the source lets guess. */
  readonly target: HlsFunction | undefined;
}

/** The profile of a tool at the clock, family and flow of the request and its project. */
export function profileFor(
  profile: HlsProfile,
  family: string,
  { clockNanoseconds }: Pick<DesignRequest, "clockNanoseconds">,
  project: FoundProject | undefined,
): HlsProfile {
  const clockNs = clockNanoseconds ?? project?.clockNanoseconds ?? profile.clockNs;
  // Scripts build IP unless they say that they build kernels.
  const isIp = project !== undefined && project.flow !== "vitis";
  const busLatency = isIp ? 0 : defaultBusLatency;
  return { ...profile, plain: { clockNs, slowdown: slowdownOf(family), busLatency } };
}

export function readHls(
  request: Pick<
    DesignRequest,
    "file" | "text" | "files" | "roots" | "overlays" | "includeFolders" | "defines" | "top"
  >,
  parse: (text: string, ownLength: number) => CppFile,
): HlsReading {
  const project = findHlsProject(request);
  const source = withHeaders(request, {
    ...request,
    includeFolders: [...request.includeFolders, ...(project?.includeFolders ?? [])],
    sources: [...request.files, ...(project?.sources ?? [])],
  });
  const { value: unit, problems } = readUnit(parse(source.text, source.ownLength), {
    directives: project?.directives ?? [],
    defines: { ...project?.defines, ...request.defines },
  });
  const target = topOf(unit, request.top ?? topIn(unit, project));
  return { unit, problems, source, project, target };
}

/** The project's top, where this file has it; another source of the project is shown by itself. */
function topIn({ functions }: HlsUnit, project: FoundProject | undefined): string | undefined {
  return functions.some(({ name }) => name === project?.top) ? project?.top : undefined;
}
