import { hexBuffer, toHex } from "../history/hexBytes.js";
import { loadKeccak } from "../history/keccak.js";
import { toHex32 } from "../history/toHex32.js";
import { LOT_FORMS, MATERIALS, type LotInput, type PartAmount } from "./types.js";

/** The hash of nothing known: what a lot is made from that has no inputs. */
export const NO_INPUTS = toHex32(0n);

const LOT_WORDS = 14;
const INPUT_WORDS = 4;

/** The hashes that bind a lot to its ancestors. */
export interface LotHashes {
  /** keccak256(abi.encode(lotId, lot, inputsHash)). */
  lineage(lotId: bigint, lot: LotInput, inputsHash: string): string;
  /**
   * Begins as bytes32(id of the first lot made), and over the inputs in order becomes keccak256(abi.encode(inputsHash,
   * input, lineage of the input's lot)).
   * @param lineages The lineage of each input's lot, in the order of the inputs.
   */
  inputs(firstLotId: bigint, inputs: readonly PartAmount[], lineages: readonly string[]): string;
}

/**
 * Loads the functions that compute a lot's lineage as `PartTwins` does.
 *
 * @example
 * const hashes = await lotHashes();
 * hashes.lineage(lotId, lot, inputsHash) === (await parts.lineageOf(lotId));
 */
export async function lotHashes(): Promise<LotHashes> {
  const keccak = await loadKeccak();
  const lotBuffer = hexBuffer(32 * LOT_WORDS);
  const inputBuffer = hexBuffer(32 * INPUT_WORDS);
  const hash = (buffer: typeof lotBuffer, words: readonly (bigint | string)[]): string => {
    words.forEach((word, i) => buffer.write(typeof word === "string" ? word : toHex32(word), 32 * i, 32));
    return toHex(keccak(buffer.bytes));
  };
  return {
    lineage(lotId, lot, inputsHash) {
      const { cobalt, lithium, nickel, lead, graphite, rareEarths } = lot.content;
      return hash(lotBuffer, [
        lotId,
        lot.number,
        BigInt(LOT_FORMS.indexOf(lot.form)),
        BigInt(MATERIALS.indexOf(lot.material)),
        lot.quantity,
        BigInt(lot.expiryDay),
        cobalt,
        lithium,
        nickel,
        lead,
        graphite,
        rareEarths,
        lot.documentHash,
        inputsHash,
      ]);
    },
    inputs(firstLotId, inputs, lineages) {
      return inputs.reduce(
        (folded, { partId, quantity }, i) =>
          hash(inputBuffer, [folded, partId, quantity, lineages[i] ?? NO_INPUTS]),
        toHex32(firstLotId) as string,
      );
    },
  };
}
