/** Id of the target that a row of the AIConfigurator sets was measured on. */
export function systemTarget(system: string, framework: string, precision: string): string {
  const chip = system === "b60" ? "intel-arc-pro-b60" : `nvidia-${system.replaceAll("_", "-")}`;
  const runtime = framework === "trtllm" ? "tensorrt-llm" : framework;
  return `${chip}/${runtime}/${precision.replaceAll("_", "-")}`;
}
