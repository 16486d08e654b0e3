import { Consortium__factory } from "../chain/contracts.js";
import { ROLES, type MemberClass } from "../consortium/roles.js";
import { waitUntil } from "./chainClock.js";
import type { ImportContext } from "./ImportContext.js";

const consortium = Consortium__factory.createInterface();

/**
 * When a member may act in a class.
 *
 * @returns Unix seconds, perhaps in the future; 0 when it was never admitted.
 */
export async function memberSince(
  { rpc, deployment, accounts }: Pick<ImportContext, "rpc" | "deployment" | "accounts">,
  member: string,
  memberClass: MemberClass,
): Promise<number> {
  const data = consortium.encodeFunctionData("getAccess", [
    ROLES[memberClass],
    accounts.accountOf(member).address,
  ]);
  const params = [{ to: deployment.contracts.Consortium, data }, "latest"];
  const answer = await rpc.request({ method: "eth_call", params });
  return Number(consortium.decodeFunctionResult("getAccess", String(answer))[0]);
}

/**
 * Waits until a member may act. On a local chain the clock is moved; nobody moves the clock of another.
 *
 * @param since When it may act, as {@link memberSince} says.
 * @throws {ImportError} `ADMISSION_PENDING` with the time from which on the import can go on.
 */
export function waitForAdmission(
  chain: Pick<ImportContext, "rpc" | "deployment">,
  member: string,
  since: number,
): Promise<void> {
  const message = (when: string) => `${member} is admitted and may act from ${when} on`;
  return waitUntil(chain, since, "ADMISSION_PENDING", message);
}
