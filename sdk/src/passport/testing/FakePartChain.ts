import { id, Interface, toBeHex, ZeroAddress, ZeroHash } from "ethers";
import { partCertificatesAbi } from "../../abi/PartCertificates.js";
import { partTwinsAbi } from "../../abi/PartTwins.js";
import type { RpcProvider } from "../../chain/deployment.js";
import { lotOfPart, makerOfLot, parsePartId } from "../../parts/partId.js";
import type { PartDeployment } from "../../parts/readPartEvents.js";
import { SERVICE_STATUSES, type ServiceStatus } from "../../parts/types.js";

const TWINS = new Interface(partTwinsAbi);
const CERTIFICATES = new Interface(partCertificatesAbi);
const GENESIS = 1_772_150_400;
const GONE = 4;

export const PART_DEPLOYMENT: PartDeployment = {
  chainId: 31337,
  fromBlock: 1,
  contracts: {
    PartTwins: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    PartCustody: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
    PartCertificates: "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0",
    Recalls: "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9",
    QualityNotifications: "0xDc64a140Aa3E981100a9becA4E685f962f0cF6C9",
  },
};

/** A chain in memory with the life of one battery on it, a block per event. `logs` may be tampered with. */
export class FakePartChain {
  readonly logs: Record<string, unknown>[] = [];
  #service = 0;
  #state = 1;

  constructor(readonly partId: bigint) {}

  get height(): number {
    return this.logs.length;
  }

  get rpc(): RpcProvider {
    return { request: async ({ method, params = [] }) => this.#answer(method, params) };
  }

  commission(documentHash: string, cobaltG: bigint, quantity: bigint): void {
    const { lotNumber, maker } = parsePartId(this.partId);
    const content = [cobaltG, 0n, 0n, 0n, 0n, 0n];
    const lot = [lotNumber, 3, 0, quantity, 0, content, documentHash];
    this.#emit("PartTwins", TWINS, "LotCommissioned", [
      lotOfPart(this.partId),
      maker,
      lot,
      ZeroHash,
      id("lineage"),
    ]);
  }

  certify(documentHash: string, auditor: string, validTo: number): void {
    this.#emit("PartCertificates", CERTIFICATES, "CertificateIssued", [
      lotOfPart(this.partId),
      documentHash,
      auditor,
      0,
      validTo,
    ]);
  }

  revoke(documentHash: string, auditor: string): void {
    const lotId = lotOfPart(this.partId);
    this.#emit("PartCertificates", CERTIFICATES, "CertificateRevoked", [
      lotId,
      documentHash,
      auditor,
      id("reason"),
    ]);
  }

  changeService(status: ServiceStatus, documentHash: string, by: string): void {
    this.#service = SERVICE_STATUSES.indexOf(status);
    this.#emit("PartTwins", TWINS, "ServiceStatusChanged", [this.partId, by, this.#service, documentHash]);
  }

  takeApart(by: string): void {
    this.#state = GONE;
    this.#emit("PartTwins", TWINS, "LotsConsumed", [id("inputs"), by, [[this.partId, 1n]], true]);
  }

  destroy(by: string): void {
    this.#state = GONE;
    this.#emit("PartTwins", TWINS, "PartDecommissioned", [this.partId, by, 1n, 1, id("report")]);
  }

  #emit(contract: "PartTwins" | "PartCertificates", abi: Interface, name: string, args: unknown[]): void {
    const block = this.height + 1;
    this.logs.push({
      address: PART_DEPLOYMENT.contracts[contract],
      ...abi.encodeEventLog(name, args),
      blockNumber: toBeHex(block),
      blockHash: id(`block ${block}`),
      blockTimestamp: toBeHex(this.timeOf(block)),
      logIndex: "0x0",
      transactionHash: id(`transaction ${block}`),
      removed: false,
    });
  }

  timeOf(block: number): number {
    return GENESIS + 60 * block;
  }

  #answer(method: string, params: readonly unknown[]): unknown {
    switch (method) {
      case "eth_getLogs":
        return this.logs;
      case "eth_getBlockByNumber": {
        const number = params[0] === "latest" ? this.height : Number(params[0]);
        return {
          number: `0x${number.toString(16)}`,
          hash: id(`block ${number}`),
          timestamp: `0x${this.timeOf(number).toString(16)}`,
        };
      }
      case "eth_call":
        return TWINS.encodeFunctionResult("unitOf", [
          [
            this.#state === GONE ? ZeroAddress : makerOfLot(lotOfPart(this.partId)),
            this.#state,
            this.#service,
            0n,
          ],
        ]);
      default:
        throw new Error(`this chain does not answer ${method}`);
    }
  }
}
