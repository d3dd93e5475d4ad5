/** A variable as the source names it: where a called function's body has been put in place, its names carry the call. */
export function sourceName(name: string): string {
  return name.replace(/^.*\$\d+\./, "");
}
