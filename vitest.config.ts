import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**", "node_modules/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
  },
  resolve: {
    alias: { vscode: fileURLToPath(new URL("./test/kit/fake-vscode.ts", import.meta.url)) },
  },
});
