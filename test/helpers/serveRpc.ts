import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";

/** A chain in this process, served over HTTP to other processes. */
export interface ServedRpc {
  url: string;
  close(): Promise<void>;
}

interface RpcCall {
  id: number;
  method: string;
  params: unknown[];
}

/** Serves a provider, also calls that come in batches, on a free port of this machine. */
export async function serveRpc(rpc: RpcProvider): Promise<ServedRpc> {
  const answer = async ({ id, method, params }: RpcCall): Promise<object> => {
    try {
      return { jsonrpc: "2.0", id, result: await rpc.request({ method, params }) };
    } catch (failure) {
      const { code = -32603, message, data } = failure as { code?: number; message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code, message, data } };
    }
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const calls = JSON.parse(body) as RpcCall | RpcCall[];
      const answers = Array.isArray(calls) ? Promise.all(calls.map(answer)) : answer(calls);
      void answers.then((value) => {
        response.setHeader("content-type", "application/json");
        return response.end(JSON.stringify(value));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
