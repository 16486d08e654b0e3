/**
 * Installs the dependencies if they are missing or older than the lock file. Needs nothing but Node 20 and npm.
 *
 * Hardhat needs Node 22, and npm run by an older Node skips Hardhat's native parts without a word. So the install
 * runs under the Node that the project pins; afterwards that Node is first on the path of every npm script.
 *
 * Usage: node scripts/setup.mjs
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const installed = join(root, "node_modules", ".package-lock.json");
const lock = join(root, "package-lock.json");

const isFresh =
  existsSync(installed) &&
  existsSync(join(root, "node_modules", ".bin", "node")) &&
  statSync(installed).mtimeMs >= statSync(lock).mtimeMs;

if (!isFresh) {
  console.log("Installing the dependencies of package-lock.json ...");
  const started = Date.now();
  // npm passes its own settings on as variables; those of the calling script must not steer the install.
  const { npm_config_package: _, ...env } = process.env;
  const result = spawnSync(
    "npx",
    ["--yes", "--package=node@24", "--", "npm", "ci", "--no-audit", "--no-fund"],
    {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    },
  );
  if (result.status !== 0) {
    console.error(
      "The install failed. It needs the npm registry once; after that everything runs offline. Repeat with: node scripts/setup.mjs",
    );
    process.exit(result.status ?? 1);
  }
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}
