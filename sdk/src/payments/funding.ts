import { AbiCoder, concat, keccak256, Signature } from "ethers";
import type { ChannelDomain, Hex, TypedData } from "./types.js";

const coder = AbiCoder.defaultAbiCoder();

/** How an ERC-20 deposit is pulled, as `PaymentChannels` takes it. The native coin comes with the call, as `Approval`. */
export interface Funding {
  kind: bigint;
  data: Hex;
}

/** Numbered as on chain. */
const FUNDING_KINDS = { approval: 0n, permit: 1n, authorization: 2n, permit2: 3n } as const;

/** By the caller's allowance, or with the native coin. */
export const APPROVAL_FUNDING: Funding = { kind: FUNDING_KINDS.approval, data: "0x" };

/**
 * What relayed funding of one channel has to name.
 *
 * @param amount In base units.
 * @example
 * fundingIdOf(channelId, 0, 5_000_000n) === (await channels.fundingIdOf(channelId, 0, 5_000_000n));
 */
export function fundingIdOf(channelId: Hex, epoch: number, amount: bigint): Hex {
  return keccak256(coder.encode(["bytes32", "uint24", "uint96"], [channelId, epoch, amount])) as Hex;
}

/** What relayed funding of several channels at once has to name, in the order of the openings. */
export function fundingIdOfMany(fundingIds: readonly Hex[]): Hex {
  return keccak256(concat(fundingIds)) as Hex;
}

/** The nonce of an ERC-3009 authorisation for a funding; the salt, 256 bits, tells one from another. */
export function authorizationNonce(fundingId: Hex, salt: bigint): Hex {
  return keccak256(coder.encode(["bytes32", "uint256"], [fundingId, salt])) as Hex;
}

/** The payer's ERC-3009 authorisation of a deposit. Times in Unix seconds, amount in base units. */
export interface AuthorizationInput {
  fundingId: Hex;
  payer: string;
  amount: bigint;
  validAfter: number;
  validBefore: number;
  salt: bigint;
}

/**
 * The payer's ERC-3009 authorisation of a deposit, as wallets show and sign it.
 *
 * @param token The token's own EIP-712 domain.
 * @param domain Where the money goes.
 * @example
 * const data = authorizationTypedData(input, { name: "USD Coin", version: "2", chainId, verifyingContract: usdc }, domain);
 */
export function authorizationTypedData(
  input: AuthorizationInput,
  token: TypedData["domain"],
  domain: Pick<ChannelDomain, "contract">,
): TypedData {
  return {
    domain: token,
    types: {
      ReceiveWithAuthorization: [
        { name: "from", type: "address" },
        { name: "to", type: "address" },
        { name: "value", type: "uint256" },
        { name: "validAfter", type: "uint256" },
        { name: "validBefore", type: "uint256" },
        { name: "nonce", type: "bytes32" },
      ],
    },
    primaryType: "ReceiveWithAuthorization",
    message: {
      from: input.payer,
      to: domain.contract,
      value: String(input.amount),
      validAfter: input.validAfter,
      validBefore: input.validBefore,
      nonce: authorizationNonce(input.fundingId, input.salt),
    },
  };
}

/** Funding by an ERC-3009 authorisation that the payer signed. */
export function authorizationFunding(
  { validAfter, validBefore, salt }: Pick<AuthorizationInput, "validAfter" | "validBefore" | "salt">,
  signature: string,
): Funding {
  const { v, r, s } = Signature.from(signature);
  return {
    kind: FUNDING_KINDS.authorization,
    data: coder.encode(
      ["uint256", "uint256", "uint256", "uint8", "bytes32", "bytes32"],
      [validAfter, validBefore, salt, v, r, s],
    ) as Hex,
  };
}

/** Funding by the caller's ERC-2612 permit; deadline in Unix seconds. */
export function permitFunding(value: bigint, deadline: number, signature: string): Funding {
  const { v, r, s } = Signature.from(signature);
  return {
    kind: FUNDING_KINDS.permit,
    data: coder.encode(
      ["uint256", "uint256", "uint8", "bytes32", "bytes32"],
      [value, deadline, v, r, s],
    ) as Hex,
  };
}

/** The payer's Permit2 transfer for a deposit. Deadline in Unix seconds, amount in base units. */
export interface Permit2Input {
  fundingId: Hex;
  asset: string;
  amount: bigint;
  /** Of Permit2: any that the payer did not use. */
  nonce: bigint;
  deadline: number;
}

/**
 * The payer's Permit2 transfer with the funding as its witness, as wallets show and sign it.
 *
 * @param permit2 Address of the Permit2 contract.
 * @param domain Where the money goes.
 * @example
 * const data = permit2TypedData(input, await channels.permit2(), domain);
 */
export function permit2TypedData(
  input: Permit2Input,
  permit2: string,
  domain: Pick<ChannelDomain, "chainId" | "contract">,
): TypedData {
  return {
    domain: { name: "Permit2", chainId: domain.chainId, verifyingContract: permit2 },
    types: {
      PermitWitnessTransferFrom: [
        { name: "permitted", type: "TokenPermissions" },
        { name: "spender", type: "address" },
        { name: "nonce", type: "uint256" },
        { name: "deadline", type: "uint256" },
        { name: "witness", type: "ChannelFunding" },
      ],
      ChannelFunding: [{ name: "fundingId", type: "bytes32" }],
      TokenPermissions: [
        { name: "token", type: "address" },
        { name: "amount", type: "uint256" },
      ],
    },
    primaryType: "PermitWitnessTransferFrom",
    message: {
      permitted: { token: input.asset, amount: String(input.amount) },
      spender: domain.contract,
      nonce: String(input.nonce),
      deadline: input.deadline,
      witness: { fundingId: input.fundingId },
    },
  };
}

/** Funding by a Permit2 transfer that the payer signed. */
export function permit2Funding(
  { nonce, deadline }: Pick<Permit2Input, "nonce" | "deadline">,
  signature: string,
): Funding {
  return {
    kind: FUNDING_KINDS.permit2,
    data: coder.encode(["uint256", "uint256", "bytes"], [nonce, deadline, signature]) as Hex,
  };
}
