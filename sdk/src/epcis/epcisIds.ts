import { toBeHex } from "ethers";
import type { Deployment } from "../chain/deployment.js";
import { decodeHex, encodeBase64Url } from "../documents/encoding.js";
import { lotOfPart, parsePartId, partIdOf } from "../parts/partId.js";
import { checkedGln, checkedGtin, DIGITAL_LINK } from "./gs1Keys.js";

/** What GS1 gave to a maker or another party. */
export interface Gs1Party {
  /** Global Location Number of the party. */
  gln?: string;
  /** The GTIN of all lots that `gtins` does not name. */
  gtin?: string;
  /** GTINs by the maker's lot number. */
  gtins?: Record<string, string>;
}

/** What of a deployment stands in ids. */
export type EpcisDeployment = Pick<Deployment, "chainId"> & {
  contracts: Pick<Deployment["contracts"], "PartTwins" | "PartCustody">;
};

/** How things of the chain are named in EPCIS. */
export interface EpcisIds {
  /** A serialised unit: an SGTIN as Digital Link, else `urn:blok:part:<chain>:<contract>:<lot>:<serial>`. */
  unit(partId: bigint): string;
  /** All units of a lot: an LGTIN as Digital Link, else `urn:blok:lot:<chain>:<contract>:<lot>`. */
  lot(lotId: bigint): string;
  /** A vehicle, by its id, from which nobody learns its VIN. */
  vehicle(vehicleId: bigint): string;
  /** An account: the party's GLN as Digital Link, else a `did:pkh`. */
  party(account: string): string;
  /** A recall campaign; an authority's differs from the maker's of the same number. */
  campaign(campaignId: bigint): string;
  /** A consignment or a transformation. */
  other(kind: "consignment" | "transformation", id: string): string;
  /** A log of the chain. */
  log(transactionHash: string, logIndex: number): string;
}

/**
 * Names for parts, lots, vehicles and parties. Names under GS1 keys come from `parties`, by account; all others are
 * private URIs, which EPCIS allows. Lots are written as maker, point, number.
 *
 * The serial of an SGTIN is `<lot number>-<serial>`, because two lots of one GTIN may have the same serials; where that is
 * longer than the 20 characters of GS1, `X` and the number lot << 32 | serial to base 36.
 *
 * @throws {EpcisError} `EPCIS_IDENTIFIER` for a GTIN or GLN that is none.
 */
export function epcisIds(deployment: EpcisDeployment, parties: Record<string, Gs1Party> = {}): EpcisIds {
  const { chainId } = deployment;
  const known = new Map(
    Object.entries(parties).map(([account, party]) => [account.toLowerCase(), checkedParty(party)]),
  );
  const place = `${chainId}:${deployment.contracts.PartTwins.toLowerCase()}`;
  const gtinOf = (maker: string, lotNumber: bigint): string | undefined => {
    const party = known.get(maker.toLowerCase());
    return party?.gtins?.[String(lotNumber)] ?? party?.gtin;
  };
  return {
    unit(partId) {
      const { maker, lotNumber, serial } = parsePartId(partId);
      const gtin = gtinOf(maker, lotNumber);
      if (gtin !== undefined) return `${DIGITAL_LINK}/01/${gtin}/21/${serialOf(lotNumber, serial)}`;
      return `urn:blok:part:${place}:${maker.toLowerCase()}.${lotNumber}:${serial}`;
    },
    lot(lotId) {
      const { maker, lotNumber } = parsePartId(partIdOf(lotId));
      const gtin = gtinOf(maker, lotNumber);
      if (gtin !== undefined) return `${DIGITAL_LINK}/01/${gtin}/10/${lotNumber}`;
      return `urn:blok:lot:${place}:${maker.toLowerCase()}.${lotNumber}`;
    },
    vehicle: (vehicleId) => `urn:blok:vehicle:${chainId}:${toBeHex(vehicleId, 32)}`,
    party(account) {
      const gln = known.get(account.toLowerCase())?.gln;
      return gln === undefined ? `did:pkh:eip155:${chainId}:${account}` : `${DIGITAL_LINK}/417/${gln}`;
    },
    campaign: (campaignId) => `urn:blok:campaign:${chainId}:${toBeHex(campaignId, 32)}`,
    other: (kind, id) => `urn:blok:${kind}:${chainId}:${id}`,
    log: (transactionHash, logIndex) => `urn:blok:log:${chainId}:${transactionHash}:${logIndex}`,
  };
}

/**
 * A document by its SHA-256 (RFC 6920).
 *
 * @example
 * documentUri(lot.documentHash); // "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
 */
export function documentUri(hash: string): string {
  return `ni:///sha-256;${encodeBase64Url(decodeHex(hash))}`;
}

/** Whether a part id stands for one serialised unit. */
export function isUnit(partId: bigint): boolean {
  return partIdOf(lotOfPart(partId)) !== partId;
}

function serialOf(lotNumber: bigint, serial: number): string {
  const plain = `${lotNumber}-${serial}`;
  return plain.length <= 20 ? plain : `X${((lotNumber << 32n) | BigInt(serial)).toString(36).toUpperCase()}`;
}

function checkedParty({ gln, gtin, gtins }: Gs1Party): Gs1Party {
  return {
    gln: gln === undefined ? undefined : checkedGln(gln),
    gtin: gtin === undefined ? undefined : checkedGtin(gtin),
    gtins: Object.fromEntries(
      Object.entries(gtins ?? {}).map(([lotNumber, number]) => [lotNumber, checkedGtin(number)]),
    ),
  };
}
