import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { BrowserProvider, Interface } from "ethers";
import type { ChainError } from "./ChainError.js";
import { httpRpc, type HttpRpcOptions } from "./httpRpc.js";

interface Call {
  jsonrpc: string;
  id: number;
  method: string;
  params: unknown[];
}

type Answer = (call: Call, response: ServerResponse, attempt: number) => void;

const servers: ReturnType<typeof createServer>[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A node that answers as told, and notes what it was asked. */
async function node(answer: Answer, options: HttpRpcOptions = {}) {
  const calls: Call[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const call = JSON.parse(body) as Call;
      calls.push(call);
      answer(call, response, calls.length);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/secret-key`;
  return { rpc: httpRpc(url, { retryDelayMs: 1, ...options }), calls, url };
}

const send = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
};

const code = (expected: string) => (error: ChainError) => {
  assert.equal(error.code, expected);
  assert.doesNotMatch(error.message, /secret-key/, "the URL's key stays out of messages");
  return true;
};

test("a request goes out as JSON-RPC, one by one, and its result comes back", async () => {
  const { rpc, calls } = await node((call, response) =>
    send(response, { jsonrpc: "2.0", id: call.id, result: call.params }),
  );
  assert.deepEqual(await rpc.request({ method: "eth_call", params: [{ to: "0x" }, "latest"] }), [
    { to: "0x" },
    "latest",
  ]);
  assert.deepEqual(await rpc.request({ method: "eth_chainId" }), []);
  assert.deepEqual(
    calls.map(({ jsonrpc, method, params }) => ({ jsonrpc, method, params })),
    [
      { jsonrpc: "2.0", method: "eth_call", params: [{ to: "0x" }, "latest"] },
      { jsonrpc: "2.0", method: "eth_chainId", params: [] },
    ],
  );
  assert.notEqual(calls[0]?.id, calls[1]?.id);
});

test("a result of null is a result", async () => {
  const { rpc } = await node((call, response) => send(response, { id: call.id, result: null }));
  assert.equal(await rpc.request({ method: "eth_getTransactionReceipt" }), null);
});

test("a refusal is thrown with the node's number, message and data, and not repeated", async () => {
  const { rpc, calls } = await node((_, response) =>
    send(response, { error: { code: 3, message: "execution reverted", data: "0x1234" } }),
  );
  await assert.rejects(rpc.request({ method: "eth_call" }), (error: ChainError) => {
    assert.equal(error.rpcCode, 3);
    assert.equal(error.data, "0x1234");
    assert.match(error.message, /execution reverted/);
    return code("RPC_ERROR")(error);
  });
  assert.equal(calls.length, 1);
});

test("ethers decodes a revert that comes through", async () => {
  const abi = new Interface(["error Refused(uint256 why)", "function f()"]);
  const data = abi.encodeErrorResult("Refused", [7]);
  const { rpc } = await node((call, response) =>
    call.method === "eth_chainId"
      ? send(response, { result: "0x7a69" })
      : send(response, { error: { code: 3, message: "execution reverted", data } }),
  );
  const provider = new BrowserProvider({
    request: ({ method, params }) => rpc.request({ method, params: params as [] }),
  });
  await assert.rejects(
    provider.call({ to: `0x${"11".repeat(20)}`, data: abi.encodeFunctionData("f") }),
    (error: { data?: string }) => error.data === data,
  );
  provider.destroy();
});

for (const status of [429, 502, 503]) {
  test(`HTTP ${status} is tried again`, async () => {
    const { rpc, calls } = await node((_, response, attempt) =>
      attempt < 3 ? send(response, "busy", status) : send(response, { result: "0x1" }),
    );
    assert.equal(await rpc.request({ method: "eth_blockNumber" }), "0x1");
    assert.equal(calls.length, 3);
  });
}

test("a throttle in words is tried again, and given up in the end", async () => {
  const { rpc, calls } = await node(
    (_, response) => send(response, { error: { code: -32005, message: "project ID request rate exceeded" } }),
    { retries: 2 },
  );
  await assert.rejects(rpc.request({ method: "eth_getLogs" }), code("RPC_ERROR"));
  assert.equal(calls.length, 3);
});

test("a connection that breaks is tried again, but a transaction is sent once", async () => {
  const { rpc, calls } = await node((_, response, attempt) =>
    attempt === 1 ? void response.destroy() : send(response, { result: "0x1" }),
  );
  assert.equal(await rpc.request({ method: "eth_blockNumber" }), "0x1");
  assert.equal(calls.length, 2);
  const broken = await node((_, response) => void response.destroy());
  await assert.rejects(broken.rpc.request({ method: "eth_sendRawTransaction" }), code("RPC_UNREACHABLE"));
  assert.equal(broken.calls.length, 1);
});

test("a node that is not there, forbids, or is a web page is named as such", async () => {
  const { url } = await node((_, response) => send(response, {}));
  const away = httpRpc(url.replace(/:\d+/, ":1"), { retries: 1, retryDelayMs: 1 });
  await assert.rejects(away.request({ method: "eth_chainId" }), code("RPC_UNREACHABLE"));
  const forbidden = await node((_, response) => send(response, "no", 403));
  await assert.rejects(forbidden.rpc.request({ method: "eth_chainId" }), (error: ChainError) => {
    assert.match(error.message, /check the key/);
    return code("RPC_UNREACHABLE")(error);
  });
  for (const body of ["<html></html>", "null", "[]", "{}", ""]) {
    const page = await node((_, response) => send(response, body));
    await assert.rejects(page.rpc.request({ method: "eth_chainId" }), code("RPC_MALFORMED"), body);
  }
});

test("a node that does not answer is given up after the time given", async () => {
  const { rpc } = await node(() => undefined, { timeoutMs: 20, retries: 0 });
  await assert.rejects(rpc.request({ method: "eth_getLogs" }), code("RPC_TIMEOUT"));
});

test("what is no HTTP address is refused at once", () => {
  for (const url of ["", "localhost:8545", "ws://127.0.0.1:8545", "file:///etc/passwd", "nonsense"]) {
    assert.throws(() => httpRpc(url), code("RPC_UNREACHABLE"), url);
  }
});
