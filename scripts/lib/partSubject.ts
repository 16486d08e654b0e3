import { getAddress, isAddress } from "ethers";
import { InvalidArgumentError } from "commander";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { readBlock } from "../../sdk/src/chain/readBlock.js";
import type { Gs1Party } from "../../sdk/src/epcis/epcisIds.js";
import { BlokError } from "../../sdk/src/errors/BlokError.js";
import { lotIdOf, partIdOf } from "../../sdk/src/parts/partId.js";
import { readPartEvents, type PartDeployment } from "../../sdk/src/parts/readPartEvents.js";
import type { PartEvent } from "../../sdk/src/parts/types.js";
import { readFile } from "node:fs/promises";

/** A part as people name it. */
export interface PartName {
  maker?: string;
  lot?: bigint;
  serial?: number;
}

/**
 * The lot and the part that are meant.
 *
 * @throws {BlokError} `PART_NAME` when a name is given by halves.
 */
export function partOf({ maker, lot, serial = 0 }: PartName): { lotId: bigint; partId: bigint } | undefined {
  if (maker === undefined && lot === undefined && serial === 0) return undefined;
  if (maker === undefined || lot === undefined) {
    throw new BlokError("PART_NAME", "a lot is named by its maker and its number", {
      where: "--maker, --lot",
      fix: "give both, and --serial for a single unit",
    });
  }
  const lotId = lotIdOf(maker, lot);
  return { lotId, partId: partIdOf(lotId, serial) };
}

/** All events of the part domain, and the block that they were read up to. */
export async function readAllPartEvents(
  rpc: RpcProvider,
  deployment: PartDeployment,
  pageBlocks?: number,
): Promise<{ events: PartEvent[]; asOf: { block: number; at: number } }> {
  const head = await readBlock(rpc, "latest");
  const asOf = { block: head?.number ?? deployment.fromBlock, at: head?.timestamp ?? 0 };
  const events: PartEvent[] = [];
  for await (const event of readPartEvents({ rpc, deployment, atBlock: asOf.block, pageBlocks })) {
    events.push(event);
  }
  return { events, asOf };
}

/** GS1 numbers by account, from a JSON file. */
export async function readParties(file: string | undefined): Promise<Record<string, Gs1Party> | undefined> {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(await readFile(file, "utf8")) as Record<string, Gs1Party>;
  } catch (cause) {
    throw new BlokError("GS1_FILE", "the GS1 numbers cannot be read", {
      where: file,
      fix: 'write JSON: {"0x…": {"gtin": "…", "gln": "…"}}',
      cause,
    });
  }
}

export function parseMaker(text: string): string {
  if (isAddress(text)) return getAddress(text);
  throw new InvalidArgumentError("It is an account: 0x and 40 hex digits.");
}

export function parseLotNumber(text: string): bigint {
  if (/^[0-9]{1,20}$/.test(text) && BigInt(text) < 1n << 64n) return BigInt(text);
  throw new InvalidArgumentError("It is the maker's lot number, below 2^64.");
}

export function parseSerial(text: string): number {
  if (/^[1-9][0-9]{0,9}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  throw new InvalidArgumentError("It is a serial, from 1 to 2^32 - 1.");
}

export function parseVehicleId(text: string): bigint {
  if (/^0x[0-9a-fA-F]{1,64}$/.test(text)) return BigInt(text);
  if (/^[0-9]{1,78}$/.test(text) && BigInt(text) < 1n << 256n) return BigInt(text);
  throw new InvalidArgumentError("It is a number below 2^256, in hex with 0x or decimal.");
}
