/** A toll operator in a process of its own, on a chain where every channel is open; prints its URL. Usage: runTollGate.ts <folder> */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { getBytes, id } from "ethers";
import { parseTariffFile } from "../../../sdk/src/charging/parseTariffFile.js";
import { createOperator } from "../../../sdk/src/operator/createOperator.js";
import { startOperatorServer } from "../../../sdk/src/operator/startOperatorServer.js";
import { Payee } from "../../../sdk/src/payments/Payee.js";
import { SqlitePaymentStore } from "../../../sdk/src/payments/SqlitePaymentStore.js";
import type { ChannelReader } from "../../../sdk/src/payments/types.js";
import { SqliteRecordStore } from "../../../sdk/src/recordStore/SqliteRecordStore.js";
import { BENCH_GATE, BENCH_GROUP, benchDomain } from "./payOverHttp.js";

const folder = process.argv[2] ?? "";
const [toll] = parseTariffFile(await readFile("examples/tariffs.json", "utf8")).toll;
if (!toll) throw new Error("the example tariffs have no toll");
const open = { settled: 0n, deposited: 2n ** 95n, closeDeadline: 0, epoch: 0 };
const reading = { latest: open, confirmed: open, blockNumber: 1, blockTime: 1, confirmations: 1 };
const reader: ChannelReader = { read: async () => reading };
const payments = new SqlitePaymentStore(join(folder, "payments.db"));
const domain = await benchDomain();
const operator = await createOperator({
  domain,
  payee: new Payee({ domain, store: payments, reader, groups: [BENCH_GROUP] }),
  payments,
  records: new SqliteRecordStore(join(folder, "records.db")),
  terms: { ...BENCH_GROUP, closeDelaySeconds: { min: 900, max: 900 }, minimumDeposit: "0" },
  prices: { decimals: 6, timeZone: "Europe/Amsterdam" },
  tolls: { tariff: toll, gates: [BENCH_GATE] },
  secret: getBytes(id("secret of the bench")),
  placeKey: id("places of the bench"),
});
const { url } = await startOperatorServer(operator, { port: 0 });
console.log(url);
