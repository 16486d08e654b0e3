import type { KeyCurve } from "../lifecycle/events.js";

/** Hex with 0x. */
export type Hex = `0x${string}`;

/**
 * What a channel is, for ever: its id is the hash of these terms with chain and contract.
 *
 * @see contracts/types/ChannelTypes.sol
 */
export interface ChannelTerms {
  /** Whose money it is, and who gets back what is left. */
  payer: string;
  /** The machine key whose vouchers count, 32 bytes: a secp256k1 address padded to the left, or a P-256 key's id. */
  signer: Hex;
  /** Who is paid. */
  payee: string;
  /** May settle for the payee, never close; the zero address for none. */
  operator: string;
  /** An ERC-20 token, or the zero address for the native coin. */
  asset: string;
  /** How long the payee may still settle after the payer asked to close: 900 to 2,592,000 seconds. */
  closeDelaySeconds: number;
  /** Tells channels of equal terms apart: 64 bits. */
  salt: bigint;
}

/** Which contract, on which chain, a voucher speaks to, and the verifier of P-256 keys that it uses. */
export interface ChannelDomain {
  chainId: number;
  /** `PaymentChannels`. */
  contract: string;
  /** `ERC7913P256Verifier`; its address is part of the ids of P-256 keys. */
  p256Verifier: string;
}

/** What a voucher says: in this epoch the payee may have had at most `ceiling` of the channel's money. */
export interface VoucherStatement {
  channelId: Hex;
  /** How often the channel was closed before: 24 bits. */
  epoch: number;
  /** In the asset's base units, counted from the opening: 96 bits. */
  ceiling: bigint;
  /** The hash of the document that is paid for; left out, or zero, for a plain voucher. */
  sessionHash?: Hex | undefined;
}

/** A statement with the machine key's signature. */
export interface Voucher extends VoucherStatement {
  /** 64 bytes (secp256k1, ERC-2098), 65 (r, s, v; plain vouchers only) or 128 (P-256: r, s, x, y). */
  signature: Hex;
}

/** What a voucher is worth, in the order in which it is looked at. */
export type VoucherVerdict =
  | "valid"
  /** It is not made of numbers and hex of their width. */
  | "malformed"
  /** It speaks of a channel with other terms, or on another chain. */
  | "foreignChannel"
  /** The channel's machine key did not sign it. */
  | "signatureInvalid";

/** A machine key. A real one signs inside the vehicle. */
export interface VoucherKey {
  curve: KeyCurve;
  /** As it stands in a channel's terms. */
  signer: Hex;
  /** Signs 32 bytes as they are: 64 bytes for secp256k1 (ERC-2098), 128 for P-256 (r, s, x, y). The lower s. */
  sign(digest: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Where a channel stands on chain. */
export interface ChannelState {
  /** What the payee has had since the channel was opened. */
  settled: bigint;
  /** What it could have at most; zero when the channel is not open. */
  deposited: bigint;
  /** Unix seconds from which what is left goes back to the payer; 0 when nobody asked to close. */
  closeDeadline: number;
  epoch: number;
}

/** A channel as a node shows it: now, and as deep as no reorganisation is expected to reach. */
export interface ChannelReading {
  latest: ChannelState;
  /** The state `confirmations` blocks before; all zero when the chain is not that long. */
  confirmed: ChannelState;
  /** The newest block. */
  blockNumber: number;
  /** Its time, Unix seconds. */
  blockTime: number;
  confirmations: number;
}

/** Tells where channels stand. */
export interface ChannelReader {
  read(channelId: Hex): Promise<ChannelReading>;
}

/** Who is paid by a batch of claims: the terms that all of its channels have in common. */
export interface PayeeGroup {
  payee: string;
  operator: string;
  asset: string;
}

/** One claim of a batch, as `PaymentChannels.settle` takes it. */
export interface Claim {
  payer: string;
  signer: Hex;
  /** `salt << 32 | closeDelaySeconds`. */
  closing: bigint;
  /** `newSettled << 96 | ceiling`. */
  amounts: bigint;
  /** The signature, and after it the session's hash, if any. */
  proof: Hex;
}

/** Why the contract settled a claim or passed it over, numbered as on chain. */
export const CLAIM_OUTCOMES = [
  "settled",
  "notOpen",
  "deadlinePassed",
  "nothingNew",
  "overCeiling",
  "overDeposit",
  "signatureInvalid",
] as const;
export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];

/** What an owner lets the car's own key do with the owner's money. */
export interface Mandate {
  owner: string;
  vehicleId: bigint;
  /** That of the vehicle's title when the mandate is given. */
  grantEpoch: number;
  /** The car's key, as in the terms of its channels. */
  signer: Hex;
  asset: string;
  /** Base units that may go into channels during each period. */
  capPerPeriod: bigint;
  periodSeconds: number;
  totalCap: bigint;
  /** Root of the tree of payees, or zero for any payee. */
  payeeRoot: Hex;
  /** Unix seconds. */
  validFrom: number;
  /** Unix seconds. */
  expiresAt: number;
  salt: bigint;
}

/** The car's order to fund a channel by a mandate, signed by its key. */
export interface FundingOrder {
  mandateId: Hex;
  channelId: Hex;
  epoch: number;
  /** What the channel is to hold in all. */
  newDeposited: bigint;
  /** Unix seconds; the order holds up to and in this one. */
  deadline: number;
}

/** The payee's agreement to close at once, when it has had `newSettled`. */
export interface CloseAgreement {
  channelId: Hex;
  epoch: number;
  newSettled: bigint;
}

/** EIP-712 data as wallets show and sign it. Amounts are decimal text, so that it is JSON. */
export interface TypedData {
  domain: { name?: string; version?: string; chainId: number; verifyingContract: string };
  /** Without `EIP712Domain`, which ethers and viem add themselves. */
  types: Record<string, { name: string; type: string }[]>;
  primaryType: string;
  message: Record<string, unknown>;
}

/** What a payer's program remembers of one epoch of a channel. */
export interface PayerChannel {
  channelId: Hex;
  epoch: number;
  terms: ChannelTerms;
  /** What the payer knows to be deposited. */
  deposited: bigint;
  /** The highest ceiling that may have been signed. */
  ceiling: bigint;
}

/** A payment that a payer's program decided on; its voucher may or may not have left. */
export interface PayerPayment {
  channelId: Hex;
  epoch: number;
  ceiling: bigint;
  /** How much this payment added. */
  amount: bigint;
  /** In lower case: limits are per asset. */
  asset: string;
  sessionHash?: Hex | undefined;
  /** The payer's own name for what belongs together, for the limit per session. */
  sessionId?: string | undefined;
  /** Unix seconds. */
  decidedAt: number;
  /** Whether the payee confirmed it, so that it need not be sent again. */
  isAcknowledged: boolean;
}

/** What a payee's program remembers of one epoch of a channel. `charged <= ceiling`; what lies between is prepaid. */
export interface PayeeChannel {
  channelId: Hex;
  epoch: number;
  terms: ChannelTerms;
  /** The highest ceiling that was accepted, and its voucher; undefined before the first. */
  ceiling: bigint;
  voucher?: Voucher | undefined;
  /** What was delivered, and may be claimed: `carried` and the prices of all receipts. */
  charged: bigint;
  /** What the chain had settled already when this program first saw the channel, or settled without it. */
  carried: bigint;
  /** What the chain has settled, as last seen. */
  settled: bigint;
  /** The close deadline as last seen, 0 for none. */
  closeDeadline: number;
  /** When the oldest unsettled charge was made, Unix seconds; 0 when all is settled. */
  unsettledSince: number;
  /** Whether the channel was closed since, as last seen: what was not settled cannot be claimed any more. */
  isOver: boolean;
}

/** A payee's word that a payment was taken and stored. */
export interface PaymentReceipt {
  channelId: Hex;
  epoch: number;
  /** The payer's name for the request: asking again gives the same receipt. */
  requestId: string;
  /** What was charged. */
  price: bigint;
  /** What the voucher added; 0 for a charge of what was prepaid. */
  increment: bigint;
  /** The ceiling after it. */
  ceiling: bigint;
  /** What was charged in all after it. */
  charged: bigint;
  sessionHash?: Hex | undefined;
  /** Of the voucher; left out for a charge of what was prepaid. */
  signature?: Hex | undefined;
  /** Unix seconds. */
  acceptedAt: number;
}

/** A stored value and how often it was written: a write succeeds only on the version that it was made from. */
export interface Versioned<T> {
  value: T;
  version: number;
}

/**
 * Where payers and payees keep what they must not forget. A write is durable when its promise resolves, and whole or not
 * at all. `expectedVersion` is that of the value the new one was made from, 0 for none; false means that somebody else wrote
 * since, and nothing was changed.
 *
 * Methods reject with a `PaymentStoreError`.
 */
export interface PaymentStore {
  readPayer(channelId: Hex, epoch: number): Promise<Versioned<PayerChannel> | undefined>;
  /** All epochs of all channels, or of one, in ascending order of channel and epoch. */
  listPayer(channelId?: Hex): Promise<Versioned<PayerChannel>[]>;
  /** Writes the channel, and the payment that changed it, if any, in one step. */
  writePayer(channel: PayerChannel, expectedVersion: number, payment?: PayerPayment): Promise<boolean>;
  /** Payments, in the order in which they were decided on. */
  listPayments(filter: PaymentFilter): Promise<PayerPayment[]>;
  /** Notes that a payment, and all before it in its epoch, arrived. */
  acknowledgePayment(channelId: Hex, epoch: number, ceiling: bigint): Promise<void>;

  readPayee(channelId: Hex, epoch: number): Promise<Versioned<PayeeChannel> | undefined>;
  /** All epochs of all channels, or of one, in ascending order of channel and epoch. */
  listPayee(channelId?: Hex): Promise<Versioned<PayeeChannel>[]>;
  /** Writes the channel, and the receipt that changed it, if any, in one step; false too if there is such a receipt. */
  writePayee(channel: PayeeChannel, expectedVersion: number, receipt?: PaymentReceipt): Promise<boolean>;
  readReceipt(channelId: Hex, epoch: number, requestId: string): Promise<PaymentReceipt | undefined>;
  /** Receipts of one epoch of a channel, in the order in which they were given. */
  listReceipts(channelId: Hex, epoch: number): Promise<PaymentReceipt[]>;
}

/** Which payments to list; what is left out does not matter. */
export interface PaymentFilter {
  channelId?: Hex | undefined;
  epoch?: number | undefined;
  ceiling?: bigint | undefined;
  /** In lower case. */
  asset?: string | undefined;
  sessionId?: string | undefined;
  /** Decided on at or after this, Unix seconds. */
  since?: number | undefined;
  /** Only those that the payee has not confirmed. */
  isUnacknowledged?: boolean | undefined;
}
