import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { encodeHeader } from "../paymentHttp/headers.js";
import { PAYMENT_HEADERS } from "../paymentHttp/types.js";
import { channel, terms } from "../payments/testing/fakes.js";
import { operatorFixture, type OperatorFixture } from "./testing/operatorFixture.js";

const LIMIT = 1_024;
const FAST = {
  operator: { limits: { bodyBytes: LIMIT, bodyTimeoutMs: 150 } },
  server: { headersTimeoutMs: 200, requestTimeoutMs: 400 },
};

async function withOperator(work: (fixture: OperatorFixture) => Promise<void>, options = {}): Promise<void> {
  const fixture = await operatorFixture({ ...FAST, ...options });
  try {
    await work(fixture);
    assert.equal(fixture.operator.pendingRequests(), 0, "nothing is left behind");
    assert.equal((await fetch(`${fixture.url}/health`)).status, 200, "it still serves");
    assert.deepEqual(await fixture.payeeStore.listPayee(), [], "nothing was taken");
    assert.deepEqual(await fixture.records.list(""), [], "nothing was written");
  } finally {
    await fixture.stop();
  }
}

interface RawAnswer {
  status: number;
  problem: Record<string, unknown>;
  afterMs: number;
}

/** Sends bytes as they are, some at a time, and reads until the connection ends. */
async function raw(port: number, parts: (string | Buffer)[], pauseMs = 0): Promise<RawAnswer> {
  const started = performance.now();
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  for (const part of parts) {
    if (socket.destroyed) break;
    socket.write(part);
    if (pauseMs > 0) await wait(pauseMs);
  }
  await closed;
  const [, status = "0"] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
  const body = text.slice(text.indexOf("\r\n\r\n") + 4);
  return {
    status: Number(status),
    problem: body.startsWith("{") ? (JSON.parse(body) as Record<string, unknown>) : {},
    afterMs: performance.now() - started,
  };
}

const named = (): Record<string, string> => ({
  [PAYMENT_HEADERS.requestId]: crypto.randomUUID(),
  [PAYMENT_HEADERS.channel]: encodeHeader({ terms, epoch: 0 }),
});

async function post(
  url: string,
  headers: Record<string, string>,
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream,
): Promise<{ status: number; code: unknown }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close", ...headers },
    ...(body !== undefined && { body }),
    ...(body instanceof ReadableStream && { duplex: "half" }),
  } as RequestInit);
  const problem = (await response.json()) as { code: unknown };
  return { status: response.status, code: problem.code };
}

test("what is no JSON object is refused with a problem", async () => {
  await withOperator(async ({ url }) => {
    const at = `${url}/tolls/EAST-1`;
    const cases: [string | Uint8Array<ArrayBuffer>, number, string][] = [
      ["{", 400, "BODY_MALFORMED"],
      ["[]", 400, "BODY_MALFORMED"],
      ["null", 400, "BODY_MALFORMED"],
      ['"text"', 400, "BODY_MALFORMED"],
      [new Uint8Array([0x7b, 0xff, 0x7d]), 400, "BODY_MALFORMED"],
      ["[".repeat(1_000), 400, "BODY_MALFORMED"],
      ['{"tariffClass":"9"}', 422, "SERVICE_INVALID"],
      ['{"tariffClass":{"toString":"1"}}', 422, "SERVICE_INVALID"],
      ['{"__proto__":{"tariffClass":"1"}}', 422, "SERVICE_INVALID"],
      ["{}", 422, "SERVICE_INVALID"],
    ];
    for (const [body, status, code] of cases)
      assert.deepEqual(await post(at, named(), body), { status, code });
    const text = await post(at, { ...named(), "content-type": "text/plain" }, "{}");
    assert.deepEqual(text, { status: 415, code: "CONTENT_TYPE" });
  });
});

test("headers that are no headers of the protocol are refused with a problem", async () => {
  await withOperator(async ({ url }) => {
    const at = `${url}/tolls/EAST-1`;
    const body = '{"tariffClass":"1"}';
    const good = named();
    const base64 = (text: string): string => Buffer.from(text).toString("base64url");
    const channelOf = (change: object): string => encodeHeader({ terms: { ...terms, ...change }, epoch: 0 });
    const cases: [Record<string, string>, number, string][] = [
      [{ ...good, [PAYMENT_HEADERS.requestId]: "1" }, 400, "REQUEST_ID"],
      [{ [PAYMENT_HEADERS.channel]: good[PAYMENT_HEADERS.channel]! }, 400, "REQUEST_ID"],
      ...[
        "%%%",
        base64("{"),
        base64("[]"),
        base64("null"),
        base64('{"version":2}'),
        base64('{"version":1}'),
        "A".repeat(5_000),
        channelOf({ payer: "0x12" }),
        channelOf({ salt: "-1" }),
        channelOf({ salt: 1 }),
        channelOf({ closeDelaySeconds: -1 }),
        encodeHeader({ terms, epoch: 0.5 }),
      ].map((header): [Record<string, string>, number, string] => [
        { ...good, [PAYMENT_HEADERS.channel]: header },
        400,
        "HEADER_MALFORMED",
      ]),
      [{ ...good, [PAYMENT_HEADERS.channel]: channelOf({ salt: 2n ** 64n }) }, 422, "PAYMENT_ARGUMENT"],
      [{ ...good, [PAYMENT_HEADERS.voucher]: "x" }, 400, "HEADER_MALFORMED"],
      [
        {
          ...good,
          [PAYMENT_HEADERS.voucher]: encodeHeader({ channelId: channel.id, epoch: 0, ceiling: "1" }),
        },
        400,
        "HEADER_MALFORMED",
      ],
      [{ ...good, [PAYMENT_HEADERS.quote]: "x".repeat(9_000) }, 422, "QUOTE_FOREIGN"],
    ];
    for (const [headers, status, code] of cases)
      assert.deepEqual(await post(at, headers, body), { status, code });
  });
});

test("paths and methods that there are none of", async () => {
  await withOperator(async ({ url }) => {
    assert.deepEqual(await post(`${url}/nothing`, named()), { status: 404, code: "NOT_FOUND" });
    assert.deepEqual(await post(`${url}/tolls/WEST-9`, named(), "{}"), { status: 404, code: "NOT_FOUND" });
    assert.deepEqual(await post(`${url}/tolls/..%2fx`, named(), "{}"), { status: 404, code: "NOT_FOUND" });
    assert.deepEqual(await post(`${url}/sessions/none/pay`, named()), { status: 404, code: "NOT_FOUND" });
    assert.deepEqual(await post(`${url}/terms`, named()), { status: 405, code: "METHOD" });
    assert.equal((await fetch(`${url}/tolls/EAST-1`)).status, 405);
  });
});

test("bodies that are too long, whatever their headers say of it", async () => {
  await withOperator(async ({ url, server: { port } }) => {
    const at = `${url}/tolls/EAST-1`;
    assert.deepEqual(await post(at, named(), " ".repeat(LIMIT + 1)), { status: 413, code: "BODY_TOO_LARGE" });
    const endless = new ReadableStream({
      async pull(controller) {
        await wait(1);
        controller.enqueue(new TextEncoder().encode(" ".repeat(300)));
      },
    });
    const streamed = await post(at, named(), endless).catch(() => ({ status: 413, code: "BODY_TOO_LARGE" }));
    assert.deepEqual(streamed, { status: 413, code: "BODY_TOO_LARGE" });
    const head = "POST /tolls/EAST-1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    const huge = await raw(port, [`${head}Content-Length: 999999999999\r\n\r\n{`]);
    assert.deepEqual([huge.status, huge.problem.code], [413, "BODY_TOO_LARGE"]);
    const negative = await raw(port, [`${head}Content-Length: -1\r\n\r\n`]);
    assert.equal(negative.status, 400);
    const both = await raw(port, [`${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`]);
    assert.equal(both.status, 400, "no smuggling");
  });
});

test("what is no HTTP, and headers without end", async () => {
  await withOperator(async ({ server: { port } }) => {
    const noise = await raw(port, [Buffer.from([0, 1, 2, 3, 255, 13, 10, 13, 10])]);
    assert.deepEqual([noise.status, noise.problem.code], [400, "BODY_MALFORMED"]);
    const long = await raw(port, [`GET /health HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(40_000)}\r\n\r\n`]);
    assert.equal(long.status, 431);
  });
});

test("requests that trickle in are cut, and hold nobody up", async () => {
  await withOperator(async ({ url, server: { port } }) => {
    const started = performance.now();
    const head = "POST /tolls/EAST-1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    const slow = [
      ...Array.from({ length: 20 }, () => raw(port, Array(40).fill("G") as string[], 50)),
      ...Array.from({ length: 20 }, () =>
        raw(port, ["GET /health HTTP/1.1\r\n", ...(Array(40).fill("X: y\r\n") as string[])], 50),
      ),
      ...Array.from({ length: 20 }, () =>
        raw(port, [`${head}Content-Length: 40\r\n\r\n`, ...(Array(40).fill(" ") as string[])], 50),
      ),
    ];
    const healthy = performance.now();
    assert.equal((await fetch(`${url}/health`)).status, 200);
    assert.ok(performance.now() - healthy < 1_000, "others are served meanwhile");
    const answers = await Promise.all(slow);
    assert.ok(performance.now() - started < 3_000, "they were cut");
    for (const { status } of answers.slice(40)) assert.equal(status, 408);
    for (const { status } of answers.slice(0, 40)) assert.ok([0, 400, 408].includes(status), String(status));
  });
});

test("connections that break while the body comes leave nothing behind", async () => {
  await withOperator(async ({ server: { port }, operator }) => {
    const head =
      "POST /tolls/EAST-1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    for (let count = 0; count < 10; count++) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.write(head);
      await wait(5);
      socket.destroy();
    }
    await wait(100);
    assert.equal(operator.pendingRequests(), 0);
  });
});

test("more requests than an operator takes on are told to come back", async () => {
  const options = { operator: { limits: { concurrentRequests: 0 } } };
  const fixture = await operatorFixture(options);
  try {
    const response = await fetch(`${fixture.url}/tolls/EAST-1`, { method: "POST", headers: named() });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "1");
  } finally {
    await fixture.stop();
  }
});

test("an answer that takes too long is given up, and the request can be sent again", async () => {
  const fixture = await operatorFixture({ operator: { limits: { answerTimeoutMs: 50 } } });
  try {
    const read = fixture.chain.read.bind(fixture.chain);
    fixture.chain.read = async (channelId) => {
      await wait(200);
      return read(channelId);
    };
    const headers = named();
    const body = '{"tariffClass":"1"}';
    assert.deepEqual(await post(`${fixture.url}/tolls/EAST-1`, headers, body), {
      status: 504,
      code: "ANSWER_LATE",
    });
    fixture.chain.read = read;
    await wait(500);
    assert.deepEqual(await post(`${fixture.url}/tolls/EAST-1`, headers, body), {
      status: 402,
      code: "PAYMENT_REQUIRED",
    });
    fixture.chain.read = async () => {
      throw new Error("a secret of the inside");
    };
    const response = await fetch(`${fixture.url}/tolls/EAST-1`, {
      method: "POST",
      headers: { ...named(), "content-type": "application/json" },
      body,
    });
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /secret/);
    assert.match(String(fixture.events.at(-1)?.error), /secret of the inside/);
  } finally {
    await fixture.stop();
  }
});

test("a stop waits for what is being served", async () => {
  const fixture = await operatorFixture();
  const read = fixture.chain.read.bind(fixture.chain);
  fixture.chain.read = async (channelId) => {
    await wait(100);
    return read(channelId);
  };
  const asked = post(`${fixture.url}/tolls/EAST-1`, named(), '{"tariffClass":"1"}');
  await wait(50);
  const stopped = fixture.server.stop(2_000);
  assert.equal((await asked).status, 402);
  await stopped;
  await assert.rejects(fetch(`${fixture.url}/health`));
});
