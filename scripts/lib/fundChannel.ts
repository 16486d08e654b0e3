import { Contract, type TransactionResponse, type Wallet } from "ethers";
import { PaymentChannels__factory } from "../../sdk/src/chain/contracts.js";
import { BlokError } from "../../sdk/src/errors/BlokError.js";
import { decodeHex } from "../../sdk/src/documents/encoding.js";
import { toHex } from "../../sdk/src/history/hexBytes.js";
import { APPROVAL_FUNDING } from "../../sdk/src/payments/funding.js";
import { mandateId } from "../../sdk/src/payments/mandateId.js";
import { prepareChannel } from "../../sdk/src/payments/prepareChannel.js";
import type { PreparedDomain } from "../../sdk/src/payments/prepareDomain.js";
import { fundingOrderTypedData } from "../../sdk/src/payments/typedData.js";
import { typedDataDigest } from "../../sdk/src/payments/typedDataDigest.js";
import type { ChannelTerms, Hex, Mandate, VoucherKey } from "../../sdk/src/payments/types.js";

/** An owner's mandate and what proves it. */
export interface SignedMandate {
  mandate: Mandate;
  /** Empty, `0x`, if it was given by a call. */
  ownerSignature: Hex;
  /** Of the payee in the mandate's list; empty where any may be paid. */
  payeeProof: Hex[];
}

export interface FundingInput {
  domain: PreparedDomain;
  terms: ChannelTerms;
  /** Whose money it is; with a mandate, whoever pays for gas. Needs a provider. */
  account: Wallet;
  key: VoucherKey;
  /** What the channel is to hold in all, base units. */
  newDeposited: bigint;
  signedMandate?: SignedMandate | undefined;
}

const ORDER_SECONDS = 600;
const ERC20 = [
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
];

/**
 * Sees to it that a channel is open and holds so much: opens it or tops it up, with the payer's own money or within a mandate. What
 * an earlier run has done is not done again.
 *
 * @returns What was added, base units; zero when it held enough.
 */
export async function fundChannel(input: FundingInput): Promise<bigint> {
  const { domain, terms, account, newDeposited, signedMandate } = input;
  const channels = PaymentChannels__factory.connect(domain.contract, account);
  const channelId = prepareChannel(terms, domain).id;
  const { deposited, epoch } = await channels.channelOf(channelId);
  const amount = newDeposited - deposited;
  if (amount <= 0n) return 0n;
  try {
    if (signedMandate) await included(await fundByMandate(input, channelId, Number(epoch), signedMandate));
    else {
      const value = await provide(terms.asset, domain.contract, amount, account);
      const { kind, data } = APPROVAL_FUNDING;
      await included(
        deposited === 0n
          ? await channels.openChannel(terms, amount, { kind, data }, { value })
          : await channels.topUp(terms, amount, { kind, data }, { value }),
      );
    }
    return amount;
  } catch (error) {
    // An earlier run may have sent the same, and was stopped before it was included.
    const { deposited: now } = await channels.channelOf(channelId);
    if (now >= newDeposited) return now - deposited;
    throw error;
  }
}

async function fundByMandate(
  { domain, terms, account, key, newDeposited }: FundingInput,
  channelId: Hex,
  epoch: number,
  { mandate, ownerSignature, payeeProof }: SignedMandate,
): Promise<TransactionResponse> {
  const block = await account.provider?.getBlock("latest");
  const deadline = (block?.timestamp ?? Math.floor(Date.now() / 1000)) + ORDER_SECONDS;
  const order = { mandateId: mandateId(mandate), channelId, epoch, newDeposited, deadline };
  const digest = typedDataDigest(fundingOrderTypedData(order, domain));
  const machineSignature = toHex(await key.sign(decodeHex(digest)));
  const proof = { ownerSignature, payeeProof, deadline, machineSignature };
  return PaymentChannels__factory.connect(domain.contract, account).fundByMandate(
    terms,
    newDeposited,
    mandate,
    proof,
  );
}

/** The native coin to send along, or an allowance of a token that is large enough. */
async function provide(asset: string, spender: string, amount: bigint, account: Wallet): Promise<bigint> {
  if (/^0x0{40}$/.test(asset)) return amount;
  const token = new Contract(asset, ERC20, account);
  const allowance = (await token.getFunction("allowance")(account.address, spender)) as bigint;
  if (allowance < amount) {
    await included((await token.getFunction("approve")(spender, amount)) as TransactionResponse);
  }
  return 0n;
}

async function included(sent: TransactionResponse): Promise<void> {
  const receipt = await sent.wait(1, 60_000);
  if (receipt?.status === 1) return;
  throw new BlokError("FUNDING_FAILED", "the deposit was not included", {
    where: sent.hash,
    fix: "check the account's funds and the mandate, and run again",
  });
}
