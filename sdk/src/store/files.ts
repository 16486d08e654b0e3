import { randomBytes } from "node:crypto";
import { link, mkdir, open, readdir, readFile, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file whole or not at all, readable by its owner alone, and never over another: the content is flushed to a
 * temporary file first, which then gets its name in one step.
 *
 * @returns Whether the file was written; false when one of this name exists.
 */
export async function createFile(path: string, content: Uint8Array): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // A link, not a rename: renaming would replace a file that another process wrote in the meantime.
    await link(temporary, path);
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(dirname(path));
  return true;
}

/** @returns The content of a file, or undefined when there is none. */
export async function readFileIfAny(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Overwrites a file with random bytes and removes it, with what interrupted writes of it left behind. A file that is
 * gone already is no error. On disks that write each version elsewhere the old bytes may outlive this; it is the
 * pairing of ciphertext and key, kept apart, that makes either useless alone.
 */
export async function destroyFile(path: string): Promise<void> {
  const folder = dirname(path);
  const leftovers = (await readFolder(folder)).filter(
    (name) => name.startsWith(`${basename(path)}.`) && name.endsWith(".tmp"),
  );
  for (const victim of [path, ...leftovers.map((name) => join(folder, name))]) {
    try {
      const file = await open(victim, "r+");
      try {
        const { size } = await file.stat();
        await file.write(randomBytes(size), 0, size, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await unlink(victim);
    } catch (error) {
      if (!isCode(error, "ENOENT")) throw error;
    }
  }
  if (await exists(folder)) await syncFolder(folder);
}

/** @returns The names in a folder, none when it does not exist. */
export async function readFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}

async function exists(folder: string): Promise<boolean> {
  return (await readFolder(dirname(folder))).includes(basename(folder));
}

/** Makes the names in a folder durable. Windows has no such call, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether an error is one of the system's, of this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
