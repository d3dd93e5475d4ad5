// Runs test/e2e/suite inside a real extension host, against the packed extension (E2E_DEV=1: against the working tree).
import fs from "node:fs";
import path from "node:path";
import {
  copyOfExamples,
  out,
  root,
  startBrowser,
  startServer,
  testDriverArguments,
} from "./rig.mjs";

const report = path.join(out, "host-report.txt");
const consoleLog = path.join(out, "host-console.log");
fs.rmSync(report, { force: true });
fs.writeFileSync(consoleLog, "");
process.env.E2E_REPORT = report; // Inherited by the server, and by the extension host from it.
const isDevelopment = Boolean(process.env.E2E_DEV);
const server = await startServer({
  vsix: isDevelopment ? undefined : path.join(root, "ridgepoint.vsix"),
  args: testDriverArguments(),
});
const { browser, page } = await startBrowser({ home: server.tmp });
let code = 3;
try {
  const done = new Promise((resolve, reject) => {
    // The workbench calls these two when extensionTestsPath is given.
    void page.exposeFunction("codeAutomationLog", (type, args) =>
      fs.appendFileSync(consoleLog, `[${type}] ${args.join(" ")}\n`),
    );
    void page.exposeFunction("codeAutomationExit", resolve);
    setTimeout(
      () => reject(new Error("the extension host tests did not end in time")),
      Number(process.env.E2E_LIMIT ?? 180_000),
    ).unref();
  });
  await page.goto(
    server.url({
      folder: copyOfExamples(),
      payload: [
        [
          "extensionDevelopmentPath",
          server.uri(isDevelopment ? root : path.join(root, "test/e2e/host-stub")),
        ],
        ["extensionTestsPath", server.uri(path.join(root, "test/e2e/suite/index.cjs"))],
      ],
    }),
  );
  code = await done;
} catch (error) {
  console.error(String(error));
  await page.screenshot({ path: path.join(out, "host-failed.png") });
} finally {
  await browser.close();
  await server.stop();
}
const said = fs.existsSync(report) ? fs.readFileSync(report, "utf8") : "";
// A killed host also reports 0: believe it only with the line that the suite wrote itself.
if (code === 0 && !/^RESULT [1-9]\d* passed, 0 failed$/m.test(said)) code = 2;
process.stdout.write(said || fs.readFileSync(consoleLog, "utf8").split("\n").slice(-30).join("\n"));
process.exit(code);
