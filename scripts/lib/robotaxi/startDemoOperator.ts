import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getBytes, id, ZeroAddress, type JsonRpcSigner } from "ethers";
import { parseTariffFile, type TariffFile } from "../../../sdk/src/charging/parseTariffFile.js";
import { createOperator } from "../../../sdk/src/operator/createOperator.js";
import { startOperatorServer, type OperatorServer } from "../../../sdk/src/operator/startOperatorServer.js";
import type { OperatorInput } from "../../../sdk/src/operator/types.js";
import { ChannelSettler } from "../../../sdk/src/payments/ChannelSettler.js";
import { Payee } from "../../../sdk/src/payments/Payee.js";
import { ethersTransport } from "../../../sdk/src/payments/settleTransport.js";
import { SqlitePaymentStore } from "../../../sdk/src/payments/SqlitePaymentStore.js";
import { SqliteRecordStore } from "../../../sdk/src/recordStore/SqliteRecordStore.js";

import type { TaxiWorld } from "./world.js";

/** An operator as a process would run it: a server, its books on disk, and the account that is paid. */
export interface DemoOperator {
  name: string;
  account: string;
  signer: JsonRpcSigner;
  payee: Payee;
  settler: ChannelSettler;
  server: OperatorServer;
  /** Falls over in the middle of its work, and comes back with what is on disk. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** The prices of the examples are in euros, and the token of the demo has six decimals. */
export const PRICES = { decimals: 6, timeZone: "Europe/Amsterdam" };

/** Starts an operator on loopback, with its books in a folder of its own. */
export async function startDemoOperator(
  world: TaxiWorld,
  name: string,
  signer: JsonRpcSigner,
  services: (tariffs: TariffFile) => Pick<OperatorInput, "charging" | "tolls" | "parking">,
): Promise<DemoOperator> {
  const { asset, domain, reader, now } = world;
  const account = signer.address;
  const folder = await mkdtemp(join(tmpdir(), "blok-operator-"));
  const tariffs = parseTariffFile(await readFile("examples/tariffs.json", "utf8"), "examples/tariffs.json");
  const group = { payee: account, operator: ZeroAddress, asset };

  const start = async (port: number) => {
    const payments = new SqlitePaymentStore(join(folder, "payments.db"));
    const records = new SqliteRecordStore(join(folder, "records.db"));
    const payee = new Payee({ domain, store: payments, reader, groups: [group], now });
    const operator = await createOperator({
      domain,
      payee,
      payments,
      records,
      terms: { ...group, closeDelaySeconds: { min: 3_600, max: 86_400 }, minimumDeposit: "1000000" },
      prices: PRICES,
      ...services(tariffs),
      secret: getBytes(id(`secret of the ${name}`)),
      placeKey: id(`places of the ${name}`),
      now,
    });
    const server = await startOperatorServer(operator, { port });
    const close = async (graceMs?: number): Promise<void> => {
      await server.stop(graceMs);
      payments.close();
      records.close();
    };
    return { payee, server, close };
  };

  let running = await start(0);
  return {
    name,
    account,
    signer,
    settler: new ChannelSettler(ethersTransport(signer, domain.contract, { pollMs: 20 }), { now }),
    get payee() {
      return running.payee;
    },
    get server() {
      return running.server;
    },
    async crash() {
      const { port } = running.server;
      await running.close(0);
      running = await start(port);
    },
    async stop() {
      await running.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
