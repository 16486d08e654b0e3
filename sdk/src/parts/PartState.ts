import { Interface } from "ethers";
import { partCertificatesAbi } from "../abi/PartCertificates.js";
import { partTwinsAbi } from "../abi/PartTwins.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readBlock } from "../chain/readBlock.js";
import { readContract } from "../chain/readContract.js";
import type { PartDeployment } from "./readPartEvents.js";
import { LOT_FORMS, MATERIALS, type LotForm, type Material } from "./types.js";

const twins = new Interface(partTwinsAbi);
const certificates = new Interface(partCertificatesAbi);

/** The state of a lot as the contract keeps it; all zero and form "none" when there is no such lot. */
export interface LotState {
  /** Commissioned: grams of a material, else pieces. */
  quantity: bigint;
  consumed: bigint;
  decommissioned: bigint;
  fitted: bigint;
  /** Units of a serialised lot that have no serial yet. */
  unserialised: bigint;
  form: LotForm;
  material: Material;
  /** Days since 1970-01-01; 0 for a lot that does not expire. */
  expiryDay: number;
  /** Serial ranges that recalls keep from being fitted. */
  holds: number;
}

/** Reads what the contracts keep of parts, all at one block. */
export class PartState {
  constructor(
    readonly rpc: RpcProvider,
    readonly deployment: PartDeployment,
    readonly block: number,
  ) {}

  /** The hash that binds a lot to its ancestors; zero when there is no such lot. */
  async lineageOf(lotId: bigint): Promise<string> {
    const [lineage] = await this.#twins("lineageOf", [lotId]);
    return String(lineage);
  }

  async lotOf(lotId: bigint): Promise<LotState> {
    const [lot] = await this.#twins("lotStateOf", [lotId]);
    return {
      quantity: lot.quantity,
      consumed: lot.consumed,
      decommissioned: lot.decommissioned,
      fitted: lot.fitted,
      unserialised: lot.unserialised,
      form: LOT_FORMS[Number(lot.form)] ?? "none",
      material: MATERIALS[Number(lot.material)] ?? "other",
      expiryDay: Number(lot.expiryDay),
      holds: Number(lot.holds),
    };
  }

  /** How many units of a lot a vehicle carries. */
  async fittedOf(vehicleId: bigint, lotId: bigint): Promise<bigint> {
    const [count] = await this.#twins("fittedOf", [vehicleId, lotId]);
    return BigInt(count);
  }

  /** How many units of each part id each account has, in one call. */
  async balancesOf(accounts: readonly string[], partIds: readonly bigint[]): Promise<bigint[]> {
    const [balances] = await this.#twins("balanceOfBatch", [accounts, partIds]);
    return [...balances];
  }

  /** A certificate: who issued it and until when, and when it was revoked; the auditor is zero when there is none. */
  async certificateOf(lotId: bigint, documentHash: string) {
    const [certificate] = await readContract(this.rpc, {
      address: this.deployment.contracts.PartCertificates,
      contract: certificates,
      view: "certificateOf",
      args: [lotId, documentHash],
      block: this.block,
    });
    return {
      auditor: String(certificate.auditor),
      kind: Number(certificate.kind),
      validTo: Number(certificate.validTo),
      revokedAt: Number(certificate.revokedAt),
    };
  }

  /** When a block was made (Unix seconds). */
  async timeOf(block: number): Promise<number> {
    return (await readBlock(this.rpc, block))?.timestamp ?? 0;
  }

  #twins(view: string, args: readonly unknown[]) {
    const address = this.deployment.contracts.PartTwins;
    return readContract(this.rpc, { address, contract: twins, view, args, block: this.block });
  }
}
