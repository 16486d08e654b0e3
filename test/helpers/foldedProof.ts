import { AbiCoder, concat, keccak256 } from "ethers";
import type { VehicleRecords } from "../../sdk/src/chain/contracts.js";
import type { RecordProofStruct } from "../../typechain-types/contracts/vehicle/VehicleRecords.js";

/**
 * The proof of a record, made the plain way with ethers: an oracle for the SDK's own.
 *
 * @param index The record's place in the vehicle's life, from 1.
 */
export async function foldedProof(
  records: VehicleRecords,
  vehicleId: bigint,
  index: number,
): Promise<RecordProofStruct> {
  const events = await records.queryFilter(records.filters.RecordAppended(vehicleId));
  const digest = ({ topics, data }: { topics: readonly string[]; data: string }): string =>
    keccak256(concat([...topics.slice(1), data]));
  const { chainId } = await records.runner!.provider!.getNetwork();
  let previousHead = keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["uint256", "address", "uint256"],
      [chainId, await records.getAddress(), vehicleId],
    ),
  );
  for (const event of events.slice(0, index - 1))
    previousHead = keccak256(concat([previousHead, digest(event)]));
  const proven = events[index - 1];
  if (proven === undefined) throw new Error(`vehicle has ${events.length} records, no record ${index}`);
  const { author, kind, record } = proven.args;
  const { documentHash, code, odometer, odometerUnit, observedAt, recordedAt, role, corrects } = record;
  return {
    previousHead,
    author,
    kind,
    record: {
      index: record.index,
      documentHash,
      code,
      odometer,
      odometerUnit,
      observedAt,
      recordedAt,
      role,
      corrects,
    },
    laterDigests: events.slice(index).map(digest),
  };
}
