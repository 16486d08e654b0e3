import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";

/** A chain in this process, served over HTTP to other processes. */
export interface ServedRpc {
  url: string;
  close(): Promise<void>;
}

/** Serves a provider on a free port of this machine. */
export async function serveRpc(rpc: RpcProvider): Promise<ServedRpc> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: unknown[] };
      const reply = (answer: object): void => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ jsonrpc: "2.0", id, ...answer }));
      };
      rpc.request({ method, params }).then(
        (result) => reply({ result }),
        (error: { code?: number; message: string }) =>
          reply({ error: { code: error.code ?? -32603, message: error.message } }),
      );
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
