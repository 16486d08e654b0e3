import { keccak256, Transaction, Wallet } from "ethers";
import type { RpcProvider } from "../chain/deployment.js";
import { fromQuantity } from "../chain/quantity.js";
import { explainError } from "../errors/explainError.js";
import type { ImportAccount } from "./deriveAccounts.js";
import { ImportError } from "./ImportError.js";

/** EIP-7825: no transaction may use more gas than this. */
export const TRANSACTION_GAS_CAP = 16_777_216;

/** A call that one account makes. */
export interface Call {
  from: ImportAccount;
  to: string;
  data: string;
  /** Named in errors: what the call writes. */
  what: string;
}

/** A transaction that is signed and not yet sent. */
export interface SignedTransaction {
  raw: string;
  hash: string;
  nonce: number;
  from: string;
}

export interface Receipt {
  isSuccess: boolean;
  block: number;
  gasUsed: bigint;
}

export interface TransactionSenderInput {
  rpc: RpcProvider;
  chainId: number;
  /** The most gas that one transaction may use. */
  gasCap?: number;
  /** How long to wait for a transaction to be included, in milliseconds. */
  timeoutMs?: number;
  /** Pays for accounts that cannot. */
  funder?: ImportAccount;
}

const PLAIN_TRANSFER_GAS = 21_000;

/** Signs transactions before they are sent, so that their hashes can be noted first. */
export class TransactionSender {
  readonly #rpc: RpcProvider;
  readonly #chainId: number;
  readonly #gasCap: number;
  readonly #timeoutMs: number;
  readonly #funder: ImportAccount | undefined;

  constructor(input: TransactionSenderInput) {
    this.#rpc = input.rpc;
    this.#chainId = input.chainId;
    this.#gasCap = input.gasCap ?? TRANSACTION_GAS_CAP;
    this.#timeoutMs = input.timeoutMs ?? 180_000;
    this.#funder = input.funder;
  }

  /**
   * Estimates the gas of a call.
   *
   * @throws {ImportError} `BATCH_OVER_GAS_CAP` when no transaction can hold the call, `TRANSACTION_REFUSED` when the
   * contracts refuse it.
   */
  async estimateGas(call: Call): Promise<number> {
    const params = [{ from: call.from.address, to: call.to, data: call.data }];
    let gas: number;
    try {
      gas = fromQuantity(await this.#rpc.request({ method: "eth_estimateGas", params }), "gas");
    } catch (error) {
      if (explainError(error) === undefined && isOutOfGas(error)) throw this.#overCap(call);
      throw this.#refused(call, error);
    }
    if (gas > this.#gasCap) throw this.#overCap(call);
    return gas;
  }

  /**
   * Signs a call; sends nothing, except money to an account that has none.
   *
   * @param gas Its estimate.
   * @throws {ImportError} `FUNDS_MISSING` when the account cannot pay and there is nobody to pay for it.
   */
  async sign(call: Call, gas: number): Promise<SignedTransaction> {
    const gasLimit = Math.min(this.#gasCap, Math.ceil(gas * 1.1) + 5_000);
    const fee = await this.#fee();
    await this.#fund(call.from, BigInt(gasLimit) * fee.perGas, fee);
    return this.#signTransaction(call.from, { to: call.to, data: call.data, gasLimit }, fee);
  }

  /** Sends a signed transaction and waits until it is included. */
  async send(signed: SignedTransaction, what: string): Promise<Receipt> {
    await this.broadcast(signed, what);
    return this.wait(signed.hash, what);
  }

  /** Sends a signed transaction. Sending it again changes nothing. */
  async broadcast(signed: SignedTransaction, what: string): Promise<void> {
    try {
      await this.#rpc.request({ method: "eth_sendRawTransaction", params: [signed.raw] });
    } catch (error) {
      // Nodes that include at once report a revert here; the receipt tells it as well.
      if (await this.isKnown(signed.hash)) return;
      throw this.#refused({ what }, error);
    }
  }

  /**
   * Waits until a transaction is included.
   *
   * @throws {ImportError} `TRANSACTION_PENDING` when that takes too long.
   */
  async wait(hash: string, what: string): Promise<Receipt> {
    const deadline = Date.now() + this.#timeoutMs;
    for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
      const receipt = await this.receiptOf(hash);
      if (receipt) return receipt;
      if (Date.now() > deadline) {
        throw new ImportError("TRANSACTION_PENDING", `transaction ${hash} is not included yet`, {
          where: what,
          fix: "run the import again later: it looks for the transaction before it sends another",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** The receipt of a transaction, when it is included. */
  async receiptOf(hash: string): Promise<Receipt | undefined> {
    const receipt = (await this.#rpc.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
      status: unknown;
      blockNumber: unknown;
      gasUsed: unknown;
    } | null;
    if (!receipt || receipt.blockNumber === null) return undefined;
    return {
      isSuccess: fromQuantity(receipt.status, "status") === 1,
      block: fromQuantity(receipt.blockNumber, "block number"),
      gasUsed: BigInt(fromQuantity(receipt.gasUsed, "gas used")),
    };
  }

  /** Whether the node has a transaction, included or waiting. */
  async isKnown(hash: string): Promise<boolean> {
    return Boolean(await this.#rpc.request({ method: "eth_getTransactionByHash", params: [hash] }));
  }

  async #fund(account: ImportAccount, need: bigint, fee: Fee): Promise<void> {
    if (need === 0n) return;
    const balance = await this.#rpc.request({
      method: "eth_getBalance",
      params: [account.address, "latest"],
    });
    if (BigInt(String(balance)) >= need) return;
    if (!this.#funder || this.#funder.address === account.address) {
      throw new ImportError("FUNDS_MISSING", `account ${account.address} cannot pay for its transaction`, {
        fix: `send it at least ${need} wei and run the import again`,
      });
    }
    // For many transactions: on a chain that asks money for gas, one gift saves one transaction for each of them.
    const gift = { to: account.address, value: need * 50n, gasLimit: PLAIN_TRANSFER_GAS };
    const signed = await this.#signTransaction(this.#funder, gift, fee);
    await this.send(signed, `funds for ${account.address}`);
  }

  async #signTransaction(
    from: ImportAccount,
    fields: { to: string; data?: string; value?: bigint; gasLimit: number },
    fee: Fee,
  ): Promise<SignedTransaction> {
    const params = [from.address, "pending"];
    const nonce = fromQuantity(
      await this.#rpc.request({ method: "eth_getTransactionCount", params }),
      "nonce",
    );
    const transaction = Transaction.from({ ...fields, ...fee.fields, chainId: this.#chainId, nonce });
    transaction.signature = new Wallet(from.privateKey).signingKey.sign(transaction.unsignedHash);
    const raw = transaction.serialized;
    return { raw, hash: keccak256(raw), nonce, from: from.address };
  }

  async #fee(): Promise<Fee> {
    const price = BigInt(String(await this.#rpc.request({ method: "eth_gasPrice", params: [] })));
    // A permissioned chain whose members do not pay each other for gas.
    if (price === 0n) return { perGas: 0n, fields: { type: 0, gasPrice: 0n } };
    const block = await this.#rpc.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
    const { baseFeePerGas } = block as { baseFeePerGas?: string };
    if (baseFeePerGas === undefined) return { perGas: price, fields: { type: 0, gasPrice: price } };
    const base = BigInt(baseFeePerGas);
    const tip = price > base ? price - base : 0n;
    const maxFeePerGas = base * 2n + tip;
    return { perGas: maxFeePerGas, fields: { type: 2, maxFeePerGas, maxPriorityFeePerGas: tip } };
  }

  #overCap(call: Pick<Call, "what">): ImportError {
    return new ImportError(
      "BATCH_OVER_GAS_CAP",
      `the call needs more gas than one transaction may use (${this.#gasCap})`,
      { where: call.what, fix: "write fewer records in one call" },
    );
  }

  #refused(call: Pick<Call, "what">, error: unknown): ImportError {
    const explained = explainError(error);
    const message = explained?.message ?? (error instanceof Error ? error.message : String(error));
    return new ImportError("TRANSACTION_REFUSED", message, {
      where: call.what,
      fix: explained?.fix,
      cause: error,
    });
  }
}

interface Fee {
  perGas: bigint;
  fields: { type: 0; gasPrice: bigint } | { type: 2; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint };
}

function isOutOfGas(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  return /out of gas|gas (required|limit|allowance|cap)|exceeds.*gas|intrinsic gas/i.test(message);
}
