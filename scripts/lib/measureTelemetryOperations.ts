import { id } from "ethers";
import { createChain } from "../../test/helpers/fixture.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import type { KeyCurve } from "../../sdk/src/lifecycle/events.js";
import { vehicleKey, vehicleKeyDigest, type VehicleKey } from "../../sdk/src/lifecycle/vehicleKey.js";
import { merkleTree } from "../../sdk/src/telemetry/merkleTree.js";
import { signSummary } from "../../sdk/src/telemetry/signSummary.js";
import { summaryLeaf } from "../../sdk/src/telemetry/summaryLeaf.js";
import { telemetryDomain } from "../../sdk/src/telemetry/telemetryDomain.js";
import { NO_COUNTERS, type TripSummary } from "../../sdk/src/telemetry/types.js";

const DAY = 86_400;
const FOREVER = 2 ** 40 - 1;
const LEAVES = 1_000;

/** The same for telemetry: a root of 1,000 summaries, and finding one of them. `requireAnchored…` is of execution alone. */
export async function measureTelemetryOperations(): Promise<Record<string, number>> {
  const chain = await createChain({ initialDate: "2027-01-15T08:00:00Z", isRepeatable: true });
  const { actors, title, keys, anchors, deployment } = await chain.memberFixture();
  const { manufacturer: maker, meterOperator, holder, stranger } = actors;
  const { TelemetryAnchors: contract, ERC7913P256Verifier: p256Verifier } = deployment.contracts;
  const domain = await telemetryDomain({ chainId: deployment.chainId, contract, p256Verifier });
  const now = await chain.networkHelpers.time.latest();
  const born = now - 900 * DAY;

  const addVehicle = async (curve: KeyCurve): Promise<{ vehicleId: bigint; key: VehicleKey }> => {
    const vehicleId = BigInt(id(`vehicle with a ${curve} key`));
    const documentHash = id(`birth of ${curve}`);
    const birth = {
      ...{ vehicleId, documentHash, kind: 1, code: 0, odometer: 5, odometerUnit: 1 },
      observedAt: born,
    };
    await title.connect(maker).registerVehicle(holder, birth, ROLES.manufacturer);
    const key = vehicleKey(curve, id(`key of ${curve}`), p256Verifier);
    const { keyId } = key;
    const statement = { vehicleId, keyId, validFrom: born, validTo: FOREVER, binder: maker.address };
    const proof = key.sign(vehicleKeyDigest(deployment, "BindKey", statement));
    await keys.connect(maker).bindVehicleKey(vehicleId, key.signer, born, FOREVER, ROLES.manufacturer, proof);
    return { vehicleId, key };
  };
  const vehicles = [await addVehicle("secp256k1"), await addVehicle("p256")];
  const summaryOf = (vehicleId: bigint, sequence: number): TripSummary => ({
    ...{
      vehicleId,
      sequence,
      startedAt: now - DAY,
      endedAt: now - DAY / 2,
      traceRoot: id(`trace ${sequence}`),
    },
    counters: {
      ...NO_COUNTERS,
      distanceM: BigInt(sequence * 12_345),
      drivingS: sequence * 900,
      harshBrakes: sequence,
    },
  });
  const leaves = Array.from({ length: LEAVES }, (_, index) => {
    const { vehicleId, key } = vehicles[index % 2]!;
    return summaryLeaf(summaryOf(vehicleId, 1 + Math.floor(index / 2)), key.signer, domain);
  });
  const tree = await merkleTree(leaves);

  const gas: Record<string, number> = {};
  const gateway = anchors.connect(meterOperator);
  await gateway.anchorRoot(id("the root before"), LEAVES, now - 2 * DAY, now - DAY);
  const receipt = await (await gateway.anchorRoot(tree.root, LEAVES, now - DAY, now)).wait();
  gas.anchorRoot = Number(receipt!.gasUsed);
  gas.anchorRootEach1000 = Math.ceil(gas.anchorRoot / LEAVES);
  for (const [index, name] of ["requireAnchored", "requireAnchoredP256"].entries()) {
    const { vehicleId, key } = vehicles[index]!;
    const signed = await signSummary(summaryOf(vehicleId, 1), key, domain);
    const proof = tree.proofOf(leaves[index]!);
    const data = anchors.interface.encodeFunctionData("requireAnchored", [
      { ...signed, root: tree.root, proof },
    ]);
    const sent = await (await stranger.sendTransaction({ to: contract, data })).wait();
    const calldata = [...Buffer.from(data.slice(2), "hex")].reduce(
      (sum, byte) => sum + (byte === 0 ? 4 : 16),
      0,
    );
    gas[name] = Number(sent!.gasUsed) - 21_000 - calldata;
  }
  return gas;
}
