import { readBlock } from "../chain/readBlock.js";
import { toQuantity } from "../chain/quantity.js";
import type { ImportContext } from "./ImportContext.js";
import { ImportError, type ImportErrorCode } from "./ImportError.js";
import { LOCAL_CHAIN_ID } from "./deriveAccounts.js";

type Chain = Pick<ImportContext, "rpc" | "deployment">;

/** How long what ran out before it was imported holds on chain, so that what the file says of it can still be written. */
const GRACE_SECONDS = 7 * 86_400;

/** The time of the newest block, Unix seconds. */
export async function chainTime({ rpc }: Pick<Chain, "rpc">): Promise<number> {
  return (await readBlock(rpc, "latest"))?.timestamp ?? 0;
}

/** Until when something holds on chain that the file lets run out at `time`. */
export async function liveUntil(time: number, chain: Pick<Chain, "rpc">): Promise<number> {
  const now = await chainTime(chain);
  return time > now ? time : now + GRACE_SECONDS;
}

/**
 * Waits until a time is over on chain. On a local chain the clock is moved; nobody moves the clock of another.
 *
 * @param time Unix seconds.
 * @throws {ImportError} `code`, with the time from which on the import can go on.
 */
export async function waitUntil(
  { rpc, deployment }: Chain,
  time: number,
  code: ImportErrorCode,
  message: (when: string) => string,
): Promise<void> {
  const now = await chainTime({ rpc });
  if (time <= now) return;
  const pending = (cause?: unknown) =>
    new ImportError(code, message(new Date(time * 1000).toISOString()), {
      fix: "run the import again then: it goes on where it stopped",
      cause,
    });
  if (deployment.chainId !== LOCAL_CHAIN_ID) throw pending();
  try {
    await rpc.request({ method: "evm_increaseTime", params: [toQuantity(time - now + 1)] });
    await rpc.request({ method: "evm_mine", params: [] });
  } catch (cause) {
    throw pending(cause);
  }
}
