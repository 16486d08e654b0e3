import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface, Transaction } from "ethers";
import { errorsAbi } from "../abi/errors.js";
import type { RpcProvider } from "../chain/deployment.js";
import type { ImportError, ImportErrorCode } from "./ImportError.js";
import { TransactionSender, type Call } from "./TransactionSender.js";

const from = { address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", privateKey: `0x${"ac".repeat(32)}` };
const funder = { address: "0x90F79bf6EB2c4f870365E785982E1f101E93b906", privateKey: `0x${"bd".repeat(32)}` };
const call: Call = { from, to: `0x${"22".repeat(20)}`, data: "0x1234", what: "appendRecords s1" };
const RECEIPT = { status: "0x1", blockNumber: "0x7", gasUsed: "0x5208" };

type Answers = Record<string, unknown | ((params: readonly unknown[]) => unknown)>;

/** A node that answers from a table, and remembers what it was sent. */
function node(answers: Answers) {
  const sent: Transaction[] = [];
  const table: Answers = {
    eth_gasPrice: "0x3b9aca00",
    eth_getBlockByNumber: { baseFeePerGas: "0x3b9aca00" },
    eth_getBalance: "0xffffffffffffffff",
    eth_getTransactionCount: "0x5",
    eth_getTransactionByHash: null,
    eth_getTransactionReceipt: RECEIPT,
    eth_sendRawTransaction: ([raw]: readonly unknown[]) => sent.push(Transaction.from(String(raw))),
    ...answers,
  };
  const rpc: RpcProvider = {
    request: async ({ method, params = [] }) => {
      const answer = table[method];
      return typeof answer === "function"
        ? (answer as (params: readonly unknown[]) => unknown)(params)
        : answer;
    },
  };
  return {
    sent,
    sender: (options = {}) => new TransactionSender({ rpc, chainId: 7, timeoutMs: 60, ...options }),
  };
}

const fails = (work: Promise<unknown>, code: ImportErrorCode, says: RegExp) =>
  assert.rejects(work, (error: ImportError) => {
    assert.equal(error.code, code);
    assert.match(error.message, says);
    return true;
  });

const throws = (error: unknown) => () => {
  throw error;
};

test("a signed transaction has its hash before it is sent, and is the call", async () => {
  const { sender, sent } = node({});
  const signed = await sender().sign(call, 100_000);
  assert.equal(sent.length, 0);
  const receipt = await sender().send(signed, call.what);
  assert.deepEqual(receipt, { isSuccess: true, block: 7, gasUsed: 21_000n });
  const [transaction] = sent;
  assert.deepEqual(
    [
      transaction?.hash,
      transaction?.nonce,
      transaction?.to,
      transaction?.data,
      transaction?.chainId,
      transaction?.type,
    ],
    [signed.hash, 5, call.to, call.data, 7n, 2],
  );
  assert.ok((transaction?.gasLimit ?? 0n) >= 100_000n);
});

test("where gas costs nothing, nothing is offered and nobody needs money", async () => {
  const { sender, sent } = node({ eth_gasPrice: "0x0", eth_getBalance: "0x0" });
  await sender().send(await sender().sign(call, 100_000), call.what);
  assert.deepEqual([sent.length, sent[0]?.type, sent[0]?.gasPrice], [1, 0, 0n]);
});

test("a chain without base fee gets the old form of transaction", async () => {
  const { sender, sent } = node({ eth_getBlockByNumber: {} });
  await sender().send(await sender().sign(call, 100_000), call.what);
  assert.deepEqual([sent[0]?.type, sent[0]?.gasPrice], [0, 1_000_000_000n]);
});

test("an account without money is paid for, or named when there is nobody to pay", async () => {
  const poor = node({ eth_getBalance: "0x1" });
  await poor.sender({ funder }).sign(call, 100_000);
  assert.equal(poor.sent.length, 1);
  assert.equal(poor.sent[0]?.to, from.address);
  assert.ok((poor.sent[0]?.value ?? 0n) > 0n);
  await fails(poor.sender().sign(call, 100_000), "FUNDS_MISSING", new RegExp(`${from.address}.*wei`));
  await fails(poor.sender({ funder: from }).sign(call, 100_000), "FUNDS_MISSING", /cannot pay/);
});

test("gas: over the cap by the estimate or by the node's word; refusals are told in the contract's words", async () => {
  assert.equal(await node({ eth_estimateGas: "0x1000000" }).sender().estimateGas(call), 16_777_216);
  await fails(
    node({ eth_estimateGas: "0x1000001" }).sender().estimateGas(call),
    "BATCH_OVER_GAS_CAP",
    /16777216.*s1/,
  );
  await fails(
    node({ eth_estimateGas: "0x65" }).sender({ gasCap: 100 }).estimateGas(call),
    "BATCH_OVER_GAS_CAP",
    /100/,
  );
  for (const message of ["Transaction ran out of gas", "gas required exceeds allowance (30000000)"]) {
    const over = node({ eth_estimateGas: throws(new Error(message)) });
    await fails(over.sender().estimateGas(call), "BATCH_OVER_GAS_CAP", /more gas/);
  }
  const refused = node({ eth_estimateGas: throws(new Error("execution reverted")) });
  await fails(
    refused.sender().estimateGas(call),
    "TRANSACTION_REFUSED",
    /execution reverted; appendRecords s1/,
  );
  // What the contract says counts, whatever the node's own words are.
  const data = new Interface(errorsAbi).encodeErrorResult("RecordsBatchEmpty", []);
  const revert = Object.assign(new Error("reverted, out of gas"), { data });
  const explained = node({ eth_estimateGas: throws(revert) });
  await fails(explained.sender().estimateGas(call), "TRANSACTION_REFUSED", /empty/);
});

test("waiting ends with a receipt, or after the time that was given", async () => {
  let asked = 0;
  const slow = node({
    eth_getTransactionReceipt: () => (asked++ < 2 ? null : { ...RECEIPT, status: "0x0" }),
  });
  assert.equal((await slow.sender({ timeoutMs: 5_000 }).wait("0x01", "x")).isSuccess, false);
  const never = node({ eth_getTransactionReceipt: null });
  await fails(
    never.sender().wait("0x01", "appendRecords s1"),
    "TRANSACTION_PENDING",
    /0x01.*s1.*run the import again/,
  );
});

test("a node that refuses a transaction it knows has taken it; else its words are told", async () => {
  const answers = { eth_sendRawTransaction: throws(new Error("already known")) };
  const signed = { raw: "0x", hash: "0x01", nonce: 1, from: from.address };
  await node({ ...answers, eth_getTransactionByHash: {} })
    .sender()
    .broadcast(signed, "x");
  await fails(node(answers).sender().broadcast(signed, "x"), "TRANSACTION_REFUSED", /already known/);
});
