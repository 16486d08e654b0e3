import { expect } from "chai";
import { id } from "ethers";
import type { Address, Hex } from "viem";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  custom,
} from "viem";
import { hardhat } from "viem/chains";
import { vehicleRecordsAbi, vehicleTitleAbi } from "../../sdk/src/abi/index.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { createChain } from "../helpers/fixture.js";

const chain = await createChain();
const { networkHelpers } = chain;

/** A wallet that knows nothing of this project but the published ABIs and two addresses. */
describe("A wallet library that is not ours", () => {
  const VEHICLE = BigInt(id("vehicle of a viem wallet"));

  async function walletFixture() {
    const system = await chain.memberFixture();
    const { actors, records, title, rpc, deployment } = system;
    const record = (kind: number, km: number, observedAt: number) => ({
      vehicleId: VEHICLE,
      documentHash: id(`document ${km}`),
      kind,
      code: 0,
      odometer: km,
      odometerUnit: 1,
      observedAt,
    });
    await title
      .connect(actors.manufacturer)
      .registerVehicle(actors.holder, record(1, 5, 1_700_000_000), ROLES.manufacturer);
    await records.connect(actors.workshop).appendRecord(record(4, 15_000, 1_730_000_000), ROLES.workshop);

    const transport = custom({
      request: (request) => rpc.request(request as Parameters<typeof rpc.request>[0]),
    });
    return {
      ...system,
      titleAddress: deployment.contracts.VehicleTitle as Address,
      recordsAddress: deployment.contracts.VehicleRecords as Address,
      reader: createPublicClient({ chain: hardhat, transport }),
      wallet: createWalletClient({ account: actors.holder.address as Address, chain: hardhat, transport }),
    };
  }

  it("transfers a title", async () => {
    const { actors, reader, wallet, titleAddress } = await networkHelpers.loadFixture(walletFixture);
    const hash = await wallet.writeContract({
      address: titleAddress,
      abi: vehicleTitleAbi,
      functionName: "safeTransferFrom",
      args: [actors.holder.address as Address, actors.buyer.address as Address, VEHICLE],
    });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    expect(receipt.status).to.equal("success");

    const read = { address: titleAddress, abi: vehicleTitleAbi, args: [VEHICLE] } as const;
    expect(await reader.readContract({ ...read, functionName: "ownerOf" })).to.equal(actors.buyer.address);
    const state = await reader.readContract({ ...read, functionName: "stateOf" });
    expect(state.holderCount).to.equal(2);
    const [transfer] = await reader.getContractEvents({
      address: titleAddress,
      abi: vehicleTitleAbi,
      eventName: "Transfer",
      args: { tokenId: VEHICLE, from: actors.holder.address as Address },
      fromBlock: 0n,
    });
    expect(transfer?.args.to).to.equal(actors.buyer.address);
  });

  it("reads a history whose last record it can see in the state", async () => {
    const { actors, reader, recordsAddress } = await networkHelpers.loadFixture(walletFixture);
    const history = await reader.getContractEvents({
      address: recordsAddress,
      abi: vehicleRecordsAbi,
      eventName: "RecordAppended",
      args: { vehicleId: VEHICLE },
      fromBlock: 0n,
      strict: true,
    });
    expect(history.map(({ args }) => [args.kind, args.author, args.record.odometer])).to.deep.equal([
      [1, actors.manufacturer.address, 5],
      [4, actors.workshop.address, 15_000],
    ]);
    const state = await reader.readContract({
      address: recordsAddress,
      abi: vehicleRecordsAbi,
      functionName: "stateOf",
      args: [VEHICLE],
    });
    expect([state.count, state.odometer]).to.deep.equal([2, 15_000]);
  });

  it("registers nothing, and is told why", async () => {
    const { actors, wallet, reader, titleAddress } = await networkHelpers.loadFixture(walletFixture);
    const birth = {
      vehicleId: VEHICLE + 1n,
      documentHash: id("forged birth") as Hex,
      kind: 1,
      code: 0,
      odometer: 0,
      odometerUnit: 0,
      observedAt: 1_700_000_000,
    };
    for (const role of [ROLES.manufacturer, ROLES.registrar, ROLES.holder]) {
      const attempt = reader.simulateContract({
        account: wallet.account,
        address: titleAddress,
        abi: vehicleTitleAbi,
        functionName: "registerVehicle",
        args: [
          actors.holder.address as Address,
          { ...birth, kind: role === ROLES.registrar ? 2 : 1 },
          BigInt(role),
        ],
      });
      const error = await attempt.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error, `as role ${role}`).to.be.instanceOf(BaseError);
      const revert = (error as BaseError).walk((cause) => cause instanceof ContractFunctionRevertedError);
      const raw = (revert as ContractFunctionRevertedError).raw ?? "0x";
      expect(raw.slice(0, 10)).to.equal(
        role === ROLES.holder
          ? id("RecordsWriterNotAllowed(uint8,uint64,uint64)").slice(0, 10)
          : id("AccessNotMember(address,uint64)").slice(0, 10),
      );
    }
  });
});
