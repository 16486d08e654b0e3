import type { ParamType } from "ethers";
import { id, ZeroAddress, ZeroHash } from "ethers";
import { RiskPool__factory } from "../../sdk/src/chain/contracts.js";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { CONTRACT_ROLES } from "../../sdk/src/consortium/authority.js";
import type { RoleName } from "../../sdk/src/consortium/roles.js";
import { MEMBER_CLASSES, ROLES } from "../../sdk/src/consortium/roles.js";
import { explainError } from "../../sdk/src/errors/explainError.js";
import { StablecoinMock__factory } from "../../typechain-types/index.js";
import { ADMISSION_DELAY, type createChain } from "./fixture.js";

/** The vehicle that the matrix tests act on. */
export const VEHICLE = BigInt(id("vehicle of the matrix"));

/** Who calls: an account, and the roles that it holds. */
export interface MatrixCaller {
  name: string;
  address: string;
  roles: RoleName[];
  isContract: boolean;
}

/** One account for every role and for those who have none, with an expelled member of every class; a car and a lot. */
export async function deployMatrix(chain: Awaited<ReturnType<typeof createChain>>) {
  const { networkHelpers, ethers } = chain;
  const system = await chain.memberFixture();
  const { actors, deployment, consortium, title, parts, pools, policies } = system;
  const record = (kind: number) => ({
    vehicleId: VEHICLE,
    documentHash: id("document"),
    kind,
    code: kind === 10 ? 11 : 0,
    odometer: 0,
    odometerUnit: 0,
    observedAt: 1_700_000_000,
  });
  const lot = (number: number, form: number) => ({
    number,
    form,
    material: 0,
    quantity: 1_000,
    expiryDay: 0,
    content: { cobaltG: 0, lithiumG: 0, nickelG: 0, leadG: 0, graphiteG: 0, rareEarthsG: 0 },
    documentHash: id(`lot ${number}`),
  });
  const lotId = (BigInt(actors.supplier.address) << 64n) | 1n;
  await title.connect(actors.manufacturer).registerVehicle(actors.holder, record(1), ROLES.manufacturer);
  await parts.connect(actors.supplier).commissionLot(lot(1, 2), ROLES.supplier);

  const token = await new StablecoinMock__factory(actors.deployer).deploy();
  const poolTerms = {
    asset: await token.getAddress(),
    insurer: actors.insurer.address,
    redeemDelaySeconds: 8 * 86_400,
    cellCapBps: 10_000,
    fleetCapBps: 10_000,
  };
  const openPool = pools.connect(actors.insurer).openPool;
  const poolAddress = await openPool.staticCall(poolTerms, "Pool", "POOL");
  await openPool(poolTerms, "Pool", "POOL");
  const pool = RiskPool__factory.connect(poolAddress, actors.deployer);
  const policyTerms = zeroStruct(policies.interface.getFunction("closePolicy").inputs[0]!);

  const expelled = (await ethers.getSigners())[30]!;
  for (const name of MEMBER_CLASSES) {
    await consortium.connect(actors.admissions).admitMember(expelled, ROLES[name], ZeroHash);
  }
  await networkHelpers.time.increase(ADMISSION_DELAY + 1);
  await consortium.connect(actors.admissions).expelMember(expelled, id("decision"));

  const withRole = ([...MEMBER_CLASSES, "council", "guardian", "admissions"] as const).map(
    (name): [string, RoleName[], string] => [name, [name], actors[name].address],
  );
  const without = (
    [
      ["deployer", actors.deployer],
      ["holder", actors.holder],
      ["stranger", actors.stranger],
      ["expelled", expelled],
    ] as const
  ).map(([name, { address }]): [string, RoleName[], string] => [name, [], address]);
  const callers: MatrixCaller[] = [...withRole, ...without].map(([name, roles, address]) => ({
    name,
    address,
    roles,
    isContract: false,
  }));
  for (const contract of new Set(CONTRACT_ROLES.map((row) => row.contract))) {
    const address = deployment.contracts[contract];
    callers.push({
      name: contract,
      address,
      roles: CONTRACT_ROLES.filter((row) => row.contract === contract).map(({ role }) => role),
      isContract: true,
    });
  }
  return { ...system, callers, record, lot, lotId, pool, poolTerms, policyTerms };
}

/** A value of zeros for a parameter of any type without lists. */
function zeroStruct(type: ParamType): unknown {
  if (type.components !== null)
    return Object.fromEntries(type.components.map((part) => [part.name, zeroStruct(part)]));
  if (type.type === "address") return ZeroAddress;
  return type.type === "bytes32" ? ZeroHash : 0;
}

/**
 * The error that a call fails with, put into words; `undefined` if it succeeds. The node is asked directly: ethers would
 * resolve every call anew, and the matrices make thousands of them.
 */
export async function failure(rpc: RpcProvider, call: { from: string; to: string; data: string }) {
  try {
    await rpc.request({ method: "eth_call", params: [call, "latest"] });
    return undefined;
  } catch (error) {
    const explained = explainError(error);
    if (explained === undefined) throw error;
    return explained;
  }
}
