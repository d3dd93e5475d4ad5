import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { gathered } from "./packed.js";

/**
 * The process that places and routes once: nextpnr as WebAssembly, with the database of one chip. It takes `design.json` of the
 * folder that it was started in, and leaves `report.json` there.
 *
 *     node child.mjs CHIP nextpnr's words
 */
interface Nextpnr {
  readonly runNextpnrIce40: (
    words: readonly string[],
    files: Readonly<Record<string, string>>,
    options: {
      readonly stdin: null;
      readonly stdout: (bytes: Uint8Array | null) => void;
      readonly stderr: (bytes: Uint8Array | null) => void;
    },
  ) => Promise<Readonly<Record<string, string | Uint8Array>>>;
}

interface Resources {
  readonly modules: Record<string, URL>;
  readonly filesystem: { readonly share: { ice40: Record<string, Uint8Array> } };
}

const [chip = "", ...words] = process.argv.slice(2);
const resourcesUrl = new URL("./resources-nextpnr-ice40.js", import.meta.url).href;
const { modules, filesystem } = (await import(resourcesUrl)) as Resources;
// The package loads all that is listed, other programs and the databases of all chips too.
for (const name of Object.keys(modules))
  if (!name.startsWith("nextpnr-ice40.")) Reflect.deleteProperty(modules, name);
const packed = readFileSync(new URL(`./chipdb-${chip}.packed`, import.meta.url));
filesystem.share.ice40 = { [`chipdb-${chip}.bin`]: gathered(brotliDecompressSync(packed)) };

const url = new URL("./bundle.js", import.meta.url).href;
const { runNextpnrIce40 } = (await import(url)) as Nextpnr;
const print = (bytes: Uint8Array | null): void => {
  if (bytes !== null) writeSync(2, bytes);
};
try {
  const made = await runNextpnrIce40(
    words,
    { "design.json": readFileSync("design.json", "utf8") },
    { stdin: null, stdout: print, stderr: print },
  );
  const report = made["report.json"];
  if (report !== undefined) writeFileSync("report.json", report);
} catch (error) {
  // A status, of which nextpnr has said the reason, or something of WebAssembly's own.
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== "number") print(Buffer.from(`ERROR: ${String(message)}\n`));
  process.exitCode = 1;
}
