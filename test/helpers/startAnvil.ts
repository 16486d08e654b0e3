import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

export interface Anvil {
  url: string;
  stop(): Promise<void>;
}

/**
 * Whether there is an anvil to start. npm brings one for Linux on x86-64; elsewhere Foundry has to be installed, and CI
 * asks for it by itself.
 */
export function hasAnvil(): boolean {
  return spawnSync("anvil", ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * Starts anvil, an Ethereum client that is not Hardhat's, on a free port of this machine.
 *
 * @param options Further options of its command line.
 */
export async function startAnvil(options: string[] = []): Promise<Anvil> {
  const port = await freePort();
  const child = spawn(
    "anvil",
    [
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--hardfork",
      "osaka",
      "--enable-tx-gas-limit",
      "--silent",
      ...options,
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`anvil ended with code ${child.exitCode}`);
    if (await answers(url)) return { url, stop };
    await wait(100);
  }
  await stop();
  throw new Error(`anvil does not answer at ${url}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return response.ok;
  } catch {
    return false;
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
}
