import assert from "node:assert/strict";
import { test } from "node:test";
import { ChargingError } from "../charging/ChargingError.js";
import { checkCdr } from "../charging/checkCdr.js";
import type { Cdr } from "../charging/cdrTypes.js";
import { encodeHeader } from "../paymentHttp/headers.js";
import { PAYMENT_HEADERS, type PaymentRequired } from "../paymentHttp/types.js";
import { channel, domain, key, terms } from "../payments/testing/fakes.js";
import { signVoucher } from "../payments/signVoucher.js";
import type { Hex } from "../payments/types.js";
import { VehicleClientError } from "../vehicleClient/VehicleClientError.js";
import {
  foreignChannel,
  foreignTerms,
  HOLD,
  LOCATION,
  operatorFixture,
  PRICES,
  type OperatorFixture,
} from "./testing/operatorFixture.js";

const channelId = channel.id;
const TOLL = 1_510_000n;

async function withOperator(
  options: Parameters<typeof operatorFixture>[0],
  work: (fixture: OperatorFixture) => Promise<void>,
): Promise<void> {
  const fixture = await operatorFixture(options);
  try {
    await work(fixture);
  } finally {
    await fixture.stop();
  }
}

/** A request as a program of one's own sends it. */
async function post(
  url: string,
  headers: Record<string, string> = {},
  body: unknown = { tariffClass: "1" },
): Promise<{ status: number; body: PaymentRequired & Record<string, unknown>; headers: Headers }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as never, headers: response.headers };
}

const named = (requestId = crypto.randomUUID(), of = { terms, epoch: 0 }): Record<string, string> => ({
  [PAYMENT_HEADERS.requestId]: requestId,
  [PAYMENT_HEADERS.channel]: encodeHeader(of),
});

/** What pays a 402, with a ceiling of one's own choice. */
async function paying(
  required: PaymentRequired,
  ceiling?: bigint,
  sessionHash?: Hex,
): Promise<Record<string, string>> {
  const voucher = await signVoucher(key, channel, {
    epoch: 0,
    ceiling: ceiling ?? BigInt(required.due?.total ?? 0),
    sessionHash: sessionHash ?? required.due?.sessionHash,
  });
  return {
    [PAYMENT_HEADERS.voucher]: encodeHeader(voucher),
    [PAYMENT_HEADERS.quote]: required.quote ?? "",
  };
}

/** A 402 that a test lies with. */
interface Asking {
  due: Record<string, unknown>;
  accepts: Record<string, unknown>;
  document?: Record<string, unknown>;
}

const codeOf = (code: string) => (error: unknown) =>
  error instanceof VehicleClientError && (error.code === code || error.operatorProblem?.code === code);

test("a toll: 402 with the declaration, the voucher that names it, the receipt", async () => {
  await withOperator({}, async ({ url, client, sums }) => {
    const { receipt, document } = await client.pay(`${url}/tolls/EAST-1`, {
      channelId,
      body: { tariffClass: "1" },
    });
    assert.equal(receipt?.price, TOLL);
    assert.ok(document && "tariffClass" in document && document.tariffClass === "1");
    const second = await client.pay(`${url}/tolls/EAST-2`, { channelId, body: { tariffClass: "2" } });
    assert.equal(second.receipt?.charged, TOLL + second.receipt!.price);
    const books = await sums();
    assert.equal(books.receipts, second.receipt?.charged);
    assert.deepEqual({ ...books, payerCeiling: books.ceiling }, books);
  });
});

test("charging: prepaid, paid as it goes, a charge detail record that the meter and the tariff agree with", async () => {
  await withOperator({}, async ({ url, client, meter, sums, operator }) => {
    const start = await client.pay(`${url}/sessions`, { channelId, body: { evse: "1" } });
    assert.equal(start.receipt?.price, 0n);
    assert.equal(start.receipt?.ceiling, HOLD);
    const at = `${url}/sessions/${start.visit?.visitId}`;
    for (let step = 0; step < 5; step++) {
      meter.run(60, 800n);
      const { receipt, visit } = await client.pay(`${at}/pay`, { channelId });
      assert.equal(receipt!.ceiling, receipt!.charged + HOLD, "always signed ahead by the hold");
      assert.equal(visit?.charged, receipt?.charged);
    }
    const idle = await client.pay(`${at}/pay`, { channelId });
    assert.equal(idle.receipt, undefined, "nothing was delivered, nothing is due");
    meter.run(30, 400n);
    const { document, receipt, visit } = await client.pay(`${at}/stop`, { channelId });
    assert.equal(visit?.status, "over");
    const cdr = document as Cdr;
    const tariff = cdr.tariffs![0]!;
    const { differences, cost } = await checkCdr(
      cdr,
      tariff,
      operator.terms.services.charging!.meterPublicKey,
      PRICES,
    );
    assert.deepEqual(differences, []);
    assert.equal(cost?.total_cost.after_taxes, receipt?.charged);
    assert.equal(cost?.total_energy, 4_400n);
    const { receipts, charged, ceiling, payerCeiling } = await sums();
    assert.equal(receipts, charged);
    assert.equal(ceiling, payerCeiling);
    // What was held and not used pays for the next service.
    const next = await client.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } });
    assert.equal(next.receipt?.charged, charged + TOLL);
    assert.equal(next.receipt?.ceiling, charged + TOLL);
  });
});

test("a location that no charge detail record could name is refused before anybody charges there", async () => {
  const location = { ...LOCATION, coordinates: { latitude: "52.1", longitude: "5.00000" } };
  await assert.rejects(operatorFixture({ location }), (error) => {
    assert.ok(error instanceof ChargingError);
    assert.equal(error.code, "SESSION_DOCUMENT");
    assert.match(error.message, /charge point 1, coordinates\.latitude/);
    return true;
  });
});

test("parking: prepaid, a ticket for the stay; a short stay is free", async () => {
  await withOperator({}, async ({ url, client, meter, sums }) => {
    const short = await client.pay(`${url}/parking`, { channelId });
    meter.run(600, 0n);
    const free = await client.pay(`${url}/parking/${short.visit?.visitId}/leave`, { channelId });
    assert.equal(free.receipt, undefined);
    assert.ok(free.document && "endedAt" in free.document && free.document.amount === "0");
    const long = await client.pay(`${url}/parking`, { channelId });
    meter.run(3_600, 0n);
    const left = await client.pay(`${url}/parking/${long.visit?.visitId}/leave`, { channelId });
    assert.ok(left.document && "amount" in left.document);
    assert.equal(left.receipt?.price, BigInt(left.document.amount));
    assert.equal((await sums()).receipts, left.receipt?.price);
  });
});

test("one charge point serves one car at a time, and holds of visits add up", async () => {
  await withOperator({}, async ({ url, client, meter, newClient }) => {
    const first = await client.pay(`${url}/sessions`, { channelId, body: { evse: "1" } });
    await assert.rejects(
      client.pay(`${url}/sessions`, { channelId, body: { evse: "1" } }),
      codeOf("EVSE_OCCUPIED"),
    );
    const parked = await client.pay(`${url}/parking`, { channelId });
    assert.equal(parked.receipt?.ceiling, 2n * HOLD);
    meter.run(60, 1_000n);
    const paid = await client.pay(`${url}/sessions/${first.visit?.visitId}/pay`, { channelId });
    assert.equal(paid.receipt?.ceiling, paid.receipt!.charged + 2n * HOLD);
    const careful = newClient({ policy: { maxPrice: 10_000_000n, maxHold: HOLD } });
    await assert.rejects(
      careful.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } }),
      codeOf("DUE_TOO_HIGH"),
    );
  });
});

test("an underpaid voucher gets 402 with what is due, and nothing is lost", async () => {
  await withOperator({}, async ({ url, sums }) => {
    const headers = named();
    const asked = await post(`${url}/tolls/EAST-1`, headers);
    assert.equal(asked.status, 402);
    assert.equal(asked.headers.get("content-type"), "application/problem+json");
    const little = await post(`${url}/tolls/EAST-1`, { ...headers, ...(await paying(asked.body, 100n)) });
    assert.equal(little.status, 402);
    assert.equal(little.body.code, "VOUCHER_UNDERPAID");
    assert.equal(little.body.due?.total, String(TOLL));
    const enough = await post(`${url}/tolls/EAST-1`, { ...headers, ...(await paying(asked.body)) });
    assert.equal(enough.status, 200);
    assert.equal((await sums()).receipts, TOLL);
  });
});

test("vouchers that are no payment: stale, forged, of another channel, of another epoch, for another document", async () => {
  await withOperator({}, async ({ url, chain, client, sums }) => {
    await client.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } });
    const refuse = async (headers: Record<string, string>, status: number, code: string): Promise<void> => {
      const { status: is, body } = await post(`${url}/tolls/EAST-1`, headers);
      assert.deepEqual({ status: is, code: body.code }, { status, code });
      assert.ok(body.detail && body.title && body.type.startsWith("urn:"), "a problem says what is wrong");
      assert.equal((await sums()).receipts, TOLL);
    };
    const headers = named();
    const { body: asked } = await post(`${url}/tolls/EAST-1`, headers);
    await refuse({ ...headers, ...(await paying(asked, TOLL)) }, 409, "VOUCHER_STALE");
    const good = await paying(asked);
    const forged = {
      ...JSON.parse(Buffer.from(good["payment-voucher"]!, "base64url").toString()),
      ceiling: "9999999",
    };
    const spoilt = { ...good, "payment-voucher": encodeHeader(forged) };
    await refuse({ ...headers, ...spoilt }, 403, "VOUCHER_FORGED");
    const otherDocument = await paying(asked, undefined, `0x${"ab".repeat(32)}`);
    await refuse({ ...headers, ...otherDocument }, 422, "VOUCHER_SESSION");
    await refuse({ ...named(), ...good }, 422, "QUOTE_FOREIGN");
    await refuse({ ...headers, ...good, "payment-quote": "x.y" }, 422, "QUOTE_FOREIGN");

    chain.set(foreignChannel.id, { deposited: 10n ** 9n });
    await refuse(named(undefined, { terms: foreignTerms, epoch: 0 }), 422, "CHANNEL_FOREIGN");
    await refuse(named(undefined, { terms: { ...terms, salt: 99n }, epoch: 0 }), 409, "CHANNEL_UNCONFIRMED");
    await refuse(named(undefined, { terms, epoch: 1 }), 409, "VOUCHER_EPOCH");
    const longDelay = { ...terms, closeDelaySeconds: 200_000 };
    await refuse(named(undefined, { terms: longDelay, epoch: 0 }), 409, "CHANNEL_UNCONFIRMED");
    assert.equal(
      (await post(`${url}/tolls/EAST-1`, { ...headers, ...good })).status,
      200,
      "the true one still is one",
    );
    const foreignVoucher = await signVoucher(key, foreignChannel, { epoch: 0, ceiling: 10n ** 8n });
    const again = named();
    const { body: due } = await post(`${url}/tolls/EAST-1`, again);
    const wrong = encodeHeader({ ...foreignVoucher, sessionHash: due.due?.sessionHash });
    const { body } = await post(`${url}/tolls/EAST-1`, {
      ...again,
      "payment-voucher": wrong,
      "payment-quote": due.quote ?? "",
    });
    assert.equal(body.code, "CHANNEL_FOREIGN");
  });
});

test("the same request again, also after a restart and a close, gives the same receipt and costs nothing", async () => {
  await withOperator({}, async (fixture) => {
    const headers = named();
    const path = "/tolls/EAST-1";
    const asked = await post(fixture.url + path, headers);
    const paid = { ...headers, ...(await paying(asked.body)) };
    const first = await post(fixture.url + path, paid);
    assert.equal(first.status, 200);
    await fixture.restart();
    const second = await post(fixture.url + path, paid);
    assert.deepEqual(second.body, first.body);
    assert.equal(second.headers.get(PAYMENT_HEADERS.receipt), first.headers.get(PAYMENT_HEADERS.receipt));
    assert.deepEqual(
      (await post(fixture.url + path, headers)).body,
      first.body,
      "nor is the voucher needed for it",
    );
    fixture.chain.set(channelId, { deposited: 0n, epoch: 1 });
    assert.deepEqual((await post(fixture.url + path, paid)).body, first.body);
    const other = await post(fixture.url + path, paid, { tariffClass: "2" });
    assert.deepEqual([other.status, other.body.code], [422, "REQUEST_CONFLICT"]);
    assert.equal((await fixture.sums()).receipts, TOLL);
  });
});

test("an operator that asks for too much is not paid", async () => {
  await withOperator({}, async ({ url, newClient, sums, payerStore }) => {
    const signedSoFar = async (): Promise<bigint> =>
      (await payerStore.readPayer(channelId, 0))!.value.ceiling;
    const lying = (change: (body: Asking) => void): typeof fetch =>
      (async (input: string, init: RequestInit) => {
        const response = await fetch(input, init);
        if (response.status !== 402) return response;
        const body = (await response.json()) as Asking;
        change(body);
        return Response.json(body, { status: 402 });
      }) as typeof fetch;
    const cases: [string, string, (body: Asking) => void][] = [
      [
        "a price above the limit",
        "DUE_TOO_HIGH",
        ({ due }) => Object.assign(due, { price: "60000000", total: "60000000" }),
      ],
      ["a total that is more than its parts", "DUE_TOO_HIGH", ({ due }) => (due.total = String(TOLL + 1n))],
      [
        "a hold above the limit",
        "DUE_TOO_HIGH",
        ({ due }) => Object.assign(due, { hold: "2000000", total: "3510000" }),
      ],
      ["charges that there is no receipt for", "DUE_MISMATCH", ({ due }) => (due.charged = "1")],
      ["another payee", "TERMS_FOREIGN", ({ accepts }) => (accepts.payee = foreignTerms.payee)],
      ["another chain", "TERMS_FOREIGN", ({ accepts }) => (accepts.chainId = 1)],
      ["another epoch", "TERMS_FOREIGN", ({ due }) => (due.epoch = 1)],
      [
        "a declaration of another amount",
        "DOCUMENT_WRONG",
        ({ due }) => Object.assign(due, { price: "1510001", total: "1510001" }),
      ],
      [
        "another declaration than the hash's",
        "DOCUMENT_WRONG",
        ({ document }) => (document!.tariffClass = "2"),
      ],
      ["no declaration", "DOCUMENT_WRONG", (body) => delete body.document],
    ];
    for (const [what, code, change] of cases) {
      const client = newClient({ fetch: lying(change) });
      const attempt = client.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } });
      await assert.rejects(attempt, codeOf(code), what);
      assert.equal(await signedSoFar(), 0n, `${what}: nothing was signed`);
    }
    const strict = newClient();
    await assert.rejects(
      strict.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" }, maxPrice: TOLL - 1n }),
      codeOf("DUE_TOO_HIGH"),
    );
    const paid = await strict.pay(`${url}/tolls/EAST-1`, {
      channelId,
      body: { tariffClass: "1" },
      maxPrice: TOLL,
    });
    assert.equal(paid.receipt?.price, TOLL);
    assert.equal((await sums()).receipts, TOLL);
  });
});

test("a receipt for something else is not taken for one", async () => {
  await withOperator({}, async ({ url, newClient }) => {
    const lying = (async (input: string, init: RequestInit) => {
      const response = await fetch(input, init);
      if (response.status !== 200) return response;
      const body = (await response.json()) as { receipt: Record<string, string> };
      body.receipt.charged = String(BigInt(body.receipt.charged!) + 1n);
      return Response.json(body, { headers: { [PAYMENT_HEADERS.receipt]: encodeHeader(body.receipt) } });
    }) as typeof fetch;
    await assert.rejects(
      newClient({ fetch: lying }).pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } }),
      codeOf("RECEIPT_WRONG"),
    );
  });
});

test("connections that break between storing and answering: one receipt, paid once", async () => {
  await withOperator({ client: { retries: 8 } }, async (fixture) => {
    const { client, url, sums, server } = fixture;
    let cut = 0;
    // Cuts every other answer after the operator has stored it, before a byte of it leaves.
    server.server.prependListener("request", (_, response) => {
      const writeHead = response.writeHead.bind(response);
      response.writeHead = ((status: number, ...rest: []) => {
        if (status === 200 && cut++ % 2 === 0) {
          response.socket?.destroy();
          return { end: () => response };
        }
        return writeHead(status, ...rest);
      }) as typeof response.writeHead;
    });
    for (let count = 1; count <= 5; count++) {
      const { receipt } = await client.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } });
      assert.equal(receipt?.charged, TOLL * BigInt(count));
    }
    assert.equal(cut, 10);
    const { receipts, ceiling, payerCeiling } = await sums();
    assert.equal(receipts, 5n * TOLL);
    assert.equal(ceiling, payerCeiling);
  });
});

test("a car that stops between paying and its receipt gets the receipt when it starts again", async () => {
  await withOperator({}, async ({ url, newClient, sums, clientRecords }) => {
    const dying = (async (input: string, init: RequestInit) => {
      const response = await fetch(input, init);
      if (response.status === 200) throw new TypeError("the car was switched off");
      return response;
    }) as typeof fetch;
    const before = newClient({ fetch: dying, retries: 0 });
    await assert.rejects(
      before.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } }),
      codeOf("OPERATOR_UNREACHABLE"),
    );
    assert.equal((await sums()).receipts, TOLL);
    assert.equal((await clientRecords.list("open/")).length, 1);
    const after = newClient();
    const [resumed] = await after.resume();
    assert.equal(resumed?.receipt?.price, TOLL);
    assert.equal((await after.resume()).length, 0);
    const next = await after.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } });
    assert.equal(next.receipt?.charged, 2n * TOLL);
    assert.equal((await sums()).receipts, 2n * TOLL);
  });
});

test("steps of charging survive an operator that dies between receipt and record", async () => {
  await withOperator({}, async (fixture) => {
    const { client, meter, records } = fixture;
    const start = await client.pay(`${fixture.url}/sessions`, { channelId, body: { evse: "1" } });
    const visitId = start.visit!.visitId;
    const at = `${fixture.url}/sessions/${visitId}`;
    meter.run(60, 1_000n);
    const write = records.write.bind(records);
    let isDead = false;
    // The receipt is stored, then the record of the visit cannot be.
    records.write = async (changes) => {
      const visit = JSON.parse(changes[`visit/${visitId}`] ?? "{}") as { lastRequestId?: string };
      if (visit.lastRequestId !== undefined && !isDead) {
        isDead = true;
        throw new Error("the disk is gone");
      }
      return write(changes);
    };
    const { receipt, visit } = await client.pay(`${at}/pay`, { channelId });
    assert.equal(isDead, true);
    assert.equal(visit?.charged, receipt?.charged);
    await fixture.restart();
    meter.run(60, 1_000n);
    const { receipt: last, document } = await client.pay(`${at}/stop`, { channelId });
    assert.ok(document);
    const { receipts, charged } = await fixture.sums();
    assert.equal(receipts, charged);
    assert.equal(last?.charged, charged);
  });
});

test("visits that are left alone are ended, and charged as far as it was signed", async () => {
  await withOperator({}, async ({ url, client, meter, operator, sums, payeeStore }) => {
    const start = await client.pay(`${url}/sessions`, { channelId, body: { evse: "1" } });
    meter.run(60, 500n);
    assert.equal(await operator.endAbandoned(900), 0);
    meter.run(3_600, 100_000n);
    assert.equal(await operator.endAbandoned(900), 1);
    assert.equal((await sums()).charged, HOLD, "no more than was signed ahead");
    assert.equal(await operator.endAbandoned(900), 0);
    const [, charge] = await payeeStore.listReceipts(channelId, 0);
    assert.equal(charge?.requestId, `abandoned/${start.visit?.visitId}`);
    await assert.rejects(
      client.pay(`${url}/sessions/${start.visit?.visitId}/pay`, { channelId }),
      codeOf("VISIT_OVER"),
    );
  });
});

test("100 requests at once from one channel: every one is paid once, and the sum is exact", async () => {
  await withOperator({}, async ({ url, client, sums, payeeStore }) => {
    const purchases = await Promise.all(
      Array.from({ length: 100 }, () =>
        client.pay(`${url}/tolls/EAST-1`, { channelId, body: { tariffClass: "1" } }),
      ),
    );
    assert.equal(new Set(purchases.map(({ requestId }) => requestId)).size, 100);
    const { receipts, charged, ceiling, payerCeiling } = await sums();
    assert.equal(receipts, 100n * TOLL);
    assert.deepEqual([charged, ceiling, payerCeiling], [receipts, receipts, receipts]);
    assert.equal((await payeeStore.listReceipts(channelId, 0)).length, 100);
  });
});

test("100 vouchers that arrive at once and in any order: what is served is charged, nothing else", async () => {
  await withOperator({}, async ({ url, sums }) => {
    const requests = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const headers = named();
        const { body } = await post(`${url}/tolls/EAST-1`, headers);
        return { headers, body };
      }),
    );
    const answers = await Promise.all(
      requests.map(async ({ headers, body }, index) => {
        const ceiling = TOLL * BigInt(((index * 37) % 100) + 1);
        return post(`${url}/tolls/EAST-1`, { ...headers, ...(await paying(body, ceiling)) });
      }),
    );
    const served = answers.filter(({ status }) => status === 200).length;
    const { receipts, charged, ceiling } = await sums();
    assert.ok(served >= 1);
    assert.equal(receipts, TOLL * BigInt(served));
    assert.equal(charged, receipts);
    assert.equal(ceiling, 100n * TOLL);
    for (const { status, body } of answers) {
      assert.ok(status === 200 || body.code === "VOUCHER_STALE", `${status} ${String(body.code)}`);
    }
  });
});

test("without a channel, 402 says what is accepted", async () => {
  await withOperator({}, async ({ url, operator }) => {
    const { status, body } = await post(`${url}/tolls/EAST-1`, {
      [PAYMENT_HEADERS.requestId]: crypto.randomUUID(),
    });
    assert.equal(status, 402);
    assert.deepEqual(body.accepts, operator.terms);
    assert.equal(body.accepts.contract, domain.contract);
    assert.deepEqual(await (await fetch(`${url}/terms`)).json(), operator.terms);
    assert.equal(((await (await fetch(`${url}/health`)).json()) as { status: string }).status, "ok");
  });
});
