import { readFile } from "node:fs/promises";
import { ChainError } from "./ChainError.js";
import type { Deployment } from "./deployment.js";
import { parseDeployment } from "./parseDeployment.js";

/**
 * Reads the file that the deploy script wrote.
 *
 * @param path For instance `deployments/sepolia.json`.
 * @throws {ChainError} `DEPLOYMENT_FILE` when the file is missing, is not JSON, or lacks something.
 * @example
 * const deployment = await loadDeployment("deployments/localhost.json");
 */
export async function loadDeployment(path: string): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new ChainError("DEPLOYMENT_FILE", "the deployment cannot be read", {
      where: path,
      fix: "deploy first, or name the file with the contracts' addresses",
      cause,
    });
  }
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    throw new ChainError("DEPLOYMENT_FILE", "the deployment is not JSON", {
      where: path,
      fix: "use the file that the deploy script wrote",
      cause,
    });
  }
  return parseDeployment(input, path);
}
