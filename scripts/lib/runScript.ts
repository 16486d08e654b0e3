import { BlokError } from "../../sdk/src/errors/BlokError.js";
import { explainError } from "../../sdk/src/errors/explainError.js";

/**
 * Runs a script's work and turns what it throws into words: our own errors as they are, errors of the contracts
 * explained, anything else with its stack, because then it is a defect.
 */
export async function runScript(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.exitCode = 1;
    const explained = explainError(error);
    if (error instanceof BlokError) {
      console.error(`${error.code}: ${error.message}`);
    } else if (explained !== undefined) {
      console.error(`${explained.name}: ${explained.message}. ${explained.fix}`);
    } else {
      console.error(error);
    }
  }
}
