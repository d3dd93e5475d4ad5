import type { Figure } from "../print-table.js";
export async function throughput(): Promise<readonly Figure[]> {
  return [];
}
