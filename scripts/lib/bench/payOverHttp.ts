import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { id, Wallet, ZeroAddress } from "ethers";
import { encodeHeader } from "../../../sdk/src/paymentHttp/headers.js";
import { PAYMENT_HEADERS, type PaymentRequired } from "../../../sdk/src/paymentHttp/types.js";
import { prepareChannel, type PreparedChannel } from "../../../sdk/src/payments/prepareChannel.js";
import { prepareDomain, type PreparedDomain } from "../../../sdk/src/payments/prepareDomain.js";
import { signVoucher } from "../../../sdk/src/payments/signVoucher.js";
import { voucherKey } from "../../../sdk/src/payments/voucherKey.js";

const addressOf = (name: string): string => new Wallet(id(`bench ${name}`)).address;
export const BENCH_GATE = "BENCH";
export const BENCH_GROUP = { payee: addressOf("payee"), operator: ZeroAddress, asset: ZeroAddress };
export const benchDomain = (): Promise<PreparedDomain> =>
  prepareDomain({ chainId: 31_337, contract: addressOf("contract"), p256Verifier: addressOf("verifier") });

/** How fast vouchers were taken. */
export interface HttpPayments {
  vouchers: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** A request that only has to be sent. */
type Ready = Record<string, string>;

const BODY = JSON.stringify({ tariffClass: "1" });

/**
 * Pays tolls over HTTP on loopback to an operator in a process of its own, which verifies every voucher and has it and the
 * declaration on disk before it answers. Quotes are asked for and vouchers signed before the clock runs.
 *
 * @param cars How many pay at the same time, each from a channel of its own.
 * @param each How often each of them pays.
 */
export async function payOverHttp(cars: number, each: number): Promise<HttpPayments> {
  const folder = await mkdtemp(join(tmpdir(), "blok-bench-"));
  const script = fileURLToPath(new URL("./runTollGate.ts", import.meta.url));
  const operator = spawn(process.execPath, ["--import", "tsx", script, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: cars });
  try {
    const [line] = (await once(operator.stdout, "data")) as [Buffer];
    const url = `${line.toString().trim()}/tolls/${BENCH_GATE}`;
    const domain = await benchDomain();
    const key = voucherKey("secp256k1", id("car of the bench"), domain);
    const plans = await Promise.all(
      Array.from({ length: cars }, (_, car) => {
        const terms = {
          ...{ payer: addressOf("owner"), signer: key.signer, ...BENCH_GROUP },
          ...{ closeDelaySeconds: 900, salt: BigInt(car) },
        };
        return makeReady(prepareChannel(terms, domain), each);
      }),
    );
    const latencies: number[] = [];
    const started = performance.now();
    await Promise.all(
      plans.map(async (requests) => {
        for (const headers of requests) {
          const sent = performance.now();
          const { status, text } = await post(url, agent, headers);
          latencies.push(performance.now() - sent);
          if (status !== 200) throw new Error(`HTTP ${status}: ${text}`);
        }
      }),
    );
    const seconds = (performance.now() - started) / 1_000;
    latencies.sort((a, b) => a - b);
    const quantile = (share: number): number =>
      latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN;
    const vouchers = cars * each;
    return { vouchers, perSecond: vouchers / seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };

    async function makeReady(channel: PreparedChannel, count: number): Promise<Ready[]> {
      const ready: Ready[] = [];
      let total = 0n;
      for (let index = 0; index < count; index++) {
        const headers = {
          [PAYMENT_HEADERS.requestId]: randomUUID(),
          [PAYMENT_HEADERS.channel]: encodeHeader({ terms: channel.terms, epoch: 0 }),
        };
        const { text } = await post(url, agent, headers);
        const { due, quote = "" } = JSON.parse(text) as PaymentRequired;
        // What is due now does not know of what will have been paid before it.
        total += BigInt(due?.price ?? 0);
        const voucher = await signVoucher(key, channel, {
          epoch: 0,
          ceiling: total,
          sessionHash: due?.sessionHash,
        });
        const paid = { [PAYMENT_HEADERS.voucher]: encodeHeader(voucher), [PAYMENT_HEADERS.quote]: quote };
        ready.push({ ...headers, ...paid });
      }
      return ready;
    }
  } finally {
    agent.destroy();
    operator.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function post(url: string, agent: Agent, headers: Ready): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      url,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/json", "content-length": BODY.length, ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.once("error", reject);
      },
    );
    sent.once("error", reject);
    sent.end(BODY);
  });
}
