// Gets what a step needs and does not have: npm packages, Debian packages (as root), the editor for end-to-end tests.
// Uses nothing but Node's own modules, so that it runs on a fresh clone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the project's folder and shows its output; answers its exit status. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error !== undefined) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** Installs the locked npm packages unless they are the ones that the lock file names. */
export function ensurePackages() {
  const lock = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  const stamp = path.join(root, "node_modules/.ridgepoint-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("Installing npm packages …");
  // What is there is brought up to date in place: other processes may be using it.
  const verb = existsSync(path.join(root, "node_modules")) ? ["install", "--no-save"] : ["ci"];
  const status = run(
    "npm",
    [...verb, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    { stdio: ["ignore", 2, 2] },
  );
  if (status !== 0) process.exit(status);
  writeFileSync(stamp, lock);
}

/** Debian packages by the file that shows they are there. */
const debianPackages = {
  chromium: "/usr/bin/chromium",
  "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
  "libonnx-testdata": "/usr/share/libonnx-testdata/data/node",
  "python3-torch": "/usr/lib/python3/dist-packages/torch/__init__.py",
  "python3-torchvision": "/usr/lib/python3/dist-packages/torchvision/__init__.py",
};

/** Installs the Debian packages that tests use; elsewhere says which are missing. */
export function ensureDebianPackages() {
  const missing = Object.entries(debianPackages)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isExecutable("/usr/bin/apt-get")) {
    console.error(
      `These Debian packages are needed and not there: ${missing.join(" ")}. Install them, then try again.`,
    );
    process.exit(1);
  }
  console.error(`Installing Debian packages: ${missing.join(" ")} …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const quiet = { env: environment, stdio: ["ignore", "ignore", 2] };
  run("apt-get", ["update", "-qq"], quiet);
  const status = run(
    "apt-get",
    ["install", "-y", "-qq", "--no-install-recommends", ...missing],
    quiet,
  );
  if (status !== 0) process.exit(status);
}

/** Folder of the editor that end-to-end tests and `npm run editor` use; kept between clones. */
export function editorFolder() {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache");
  return process.env.E2E_TOOLS ?? path.join(cache, "ridgepoint", "editor");
}

export function ensureEditor() {
  const folder = editorFolder();
  mkdirSync(folder, { recursive: true });
  const status = run("sh", ["test/e2e/install-tools.sh"], {
    env: { ...process.env, E2E_TOOLS: folder },
  });
  if (status !== 0) process.exit(status);
  process.env.E2E_TOOLS = folder;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
