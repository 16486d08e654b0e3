import { getBytes, hexlify, type ContractTransactionResponse } from "ethers";
import { mandateId } from "../../../sdk/src/payments/mandateId.js";
import { payeeList } from "../../../sdk/src/payments/payeeList.js";
import { prepareChannel } from "../../../sdk/src/payments/prepareChannel.js";
import { fundingOrderTypedData, mandateTypedData } from "../../../sdk/src/payments/typedData.js";
import { typedDataDigest } from "../../../sdk/src/payments/typedDataDigest.js";
import type { ChannelTerms, Mandate, VoucherKey } from "../../../sdk/src/payments/types.js";
import { DAY, EURO, type TaxiWorld } from "./world.js";

/** What the owner signed, and what the car can do with it. */
export interface SignedMandate {
  mandate: Mandate;
  /** The car orders, and anybody brings the order: the car's account needs no coin. */
  fund(terms: ChannelTerms, newDeposited: bigint): Promise<ContractTransactionResponse>;
}

/** The owner signs once; the car funds its channels with a key of its own. */
export async function signMandate(
  world: TaxiWorld,
  carKey: VoucherKey,
  payees: readonly string[],
): Promise<SignedMandate> {
  const { owner, vehicleId, title, asset, clock, domain, channels } = world;
  const listed = payeeList(payees);
  const mandate: Mandate = {
    owner: owner.address,
    vehicleId,
    grantEpoch: Number((await title.stateOf(vehicleId)).grantEpoch),
    signer: carKey.signer,
    asset,
    capPerPeriod: 250n * EURO,
    periodSeconds: DAY,
    totalCap: 1_000n * EURO,
    payeeRoot: listed.root,
    validFrom: clock.at - 60,
    expiresAt: clock.at + 30 * DAY,
    salt: 1n,
  };
  const signing = mandateTypedData(mandate, domain);
  const ownerSignature = await owner.signTypedData(signing.domain, signing.types, signing.message);
  return {
    mandate,
    async fund(terms, newDeposited) {
      const channelId = prepareChannel(terms, domain).id;
      const epoch = Number((await channels.channelOf(channelId)).epoch);
      const deadline = clock.at + DAY;
      const order = { mandateId: mandateId(mandate), channelId, epoch, newDeposited, deadline };
      const digest = typedDataDigest(fundingOrderTypedData(order, domain));
      return channels.fundByMandate(terms, newDeposited, mandate, {
        ownerSignature,
        payeeProof: listed.proofOf(terms.payee),
        deadline,
        machineSignature: hexlify(await carKey.sign(getBytes(digest))),
      });
    },
  };
}
