import { productVersion } from "../io/product-version.js";
import { commands } from "./index.generated.js";
import { UsageError } from "./usage-error.js";

/** `ridgepoint`: dispatches to a subcommand. Exit status 0, 1 or 2 as each command says; never a stack trace. */
async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-V") {
    process.stdout.write(`${productVersion() ?? "checkout"}\n`);
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined)
    throw new UsageError(
      `There is no command \`${name}\`; there are ${commands.map((known) => known.name).join(", ")}.`,
    );
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(`${command.usage}\n`);
    return 0;
  }
  return command.run(rest);
}

function help(): string {
  const lines = commands.map((command) => `  ${command.name.padEnd(13)}${command.summary}`);
  return `ridgepoint: what a model costs on a target\n\n${lines.join("\n")}\n\nridgepoint COMMAND --help tells more; ridgepoint --version prints the version.\n`;
}

// A reader that goes away (`ridgepoint … | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`ridgepoint: ${message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
