import type { NetworkConnection } from "hardhat/types/network";

type Request = NetworkConnection["provider"]["request"];

const TAKES_TURNS = new Set([
  "eth_sendTransaction",
  "eth_sendRawTransaction",
  "evm_increaseTime",
  "evm_mine",
  "evm_setNextBlockTimestamp",
  "hardhat_mine",
]);

/**
 * Takes the clock on the wall out of a chain in this process: every block comes a second after the one before, or as much later
 * as `evm_increaseTime` said, and transactions come one by one. What is signed and hashed over block times is then the same in
 * every run, however busy the machine is.
 */
export function stillClock({ provider }: NetworkConnection): void {
  const ask = provider.request.bind(provider) as Request;
  let skipped = 0;
  let isTimeSet = false;
  let last: Promise<unknown> = Promise.resolve();

  async function beforeBlock(): Promise<void> {
    if (!isTimeSet) {
      const latest = (await ask({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
        timestamp: string;
      };
      const next = Number(latest.timestamp) + 1 + skipped;
      await ask({ method: "evm_setNextBlockTimestamp", params: [next] });
    }
    skipped = 0;
    isTimeSet = false;
  }

  async function handle(args: Parameters<Request>[0]): Promise<unknown> {
    const [first] = Array.isArray(args.params) ? (args.params as unknown[]) : [];
    switch (args.method) {
      case "evm_increaseTime":
        skipped += Number(first);
        return skipped;
      case "evm_setNextBlockTimestamp":
        isTimeSet = true;
        break;
      case "eth_sendTransaction":
      case "eth_sendRawTransaction":
        await beforeBlock();
        break;
      case "evm_mine":
      case "hardhat_mine":
        if (first === undefined || args.method === "hardhat_mine") await beforeBlock();
        break;
    }
    return ask(args);
  }

  provider.request = ((args: Parameters<Request>[0]) => {
    // A transaction asks for its nonce and gas on the way: only what makes a block waits for its turn.
    if (!TAKES_TURNS.has(args.method)) return ask(args);
    const answer = last.then(() => handle(args));
    last = answer.catch(() => undefined);
    return answer;
  }) as Request;
}
