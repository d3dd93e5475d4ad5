// What the extension host loads (`--extensionTestsPath`): the same for desktop VS Code and for the one in the browser.
const fs = require("node:fs");
const path = require("node:path");
const util = require("node:util");
const Mocha = require("mocha");

exports.run = () =>
  new Promise((resolve, reject) => {
    // The host is a Node process on this machine: the report goes straight to a file, free of the workbench's own log.
    const report = process.env.E2E_REPORT;
    if (report)
      Mocha.reporters.Base.consoleLog = (...words) =>
        fs.appendFileSync(report, `${util.format(...words)}\n`);
    const mocha = new Mocha({ ui: "tdd", color: false, timeout: 60_000, reporter: "spec" });
    for (const name of fs.readdirSync(__dirname).sort())
      if (name.endsWith(".test.cjs")) mocha.addFile(path.join(__dirname, name));
    try {
      const runner = mocha.run((failures) => {
        if (report)
          fs.appendFileSync(report, `RESULT ${runner.stats.passes} passed, ${failures} failed\n`);
        if (failures) reject(new Error(`${failures} tests failed`));
        else resolve();
      });
    } catch (error) {
      reject(error);
    }
  });
