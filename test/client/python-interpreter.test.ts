import { expect, test } from "vitest";
import { packageFolders } from "../../client/src/python-interpreter.js";

test("packages lie where the platform's Python keeps them", () => {
  const version = { major: 3, minor: 12 };
  expect(packageFolders({ executable: { sysPrefix: "/home/me/env" }, version }, "linux")).toEqual([
    "/home/me/env/lib/python3.12/site-packages",
  ]);
  expect(packageFolders({ executable: { sysPrefix: "C:\\env" }, version }, "win32")).toEqual([
    "C:\\env\\Lib\\site-packages",
  ]);
  expect(packageFolders({ executable: { sysPrefix: "/usr" }, version }, "linux")).toContain(
    "/usr/lib/python3/dist-packages",
  );
  expect(packageFolders({ executable: {} }, "linux")).toEqual([]);
});
