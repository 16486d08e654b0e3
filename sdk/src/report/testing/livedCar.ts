import { Wallet } from "ethers";
import type { OdometerReading } from "../../brands/odometer.js";
import { ROLES } from "../../consortium/roles.js";
import type { DocumentContent, DocumentKind } from "../../documents/contentTypes.js";
import { issueDocument } from "../../documents/issueDocument.js";
import { RECORD_KINDS } from "../../documents/kinds.js";
import { CHAIN_ID, DEPLOYMENT, FakeChain } from "../../history/testing/FakeChain.js";
import { readHistory } from "../../history/readHistory.js";
import type { History } from "../../history/types.js";
import { MemoryDocumentStore } from "../../store/MemoryDocumentStore.js";
import { vehicleTag } from "../../vin/vehicleTag.js";
import { buildReport, type BuildReportInput } from "../buildReport.js";
import type { Report } from "../types.js";

export const VIN = "WVWZZZAUZEW000001";
export const vehicleId = vehicleTag(VIN, new Uint8Array(32).fill(7));
export const otherId = vehicleTag("WVWZZZAUZEW000002", new Uint8Array(32).fill(7));

const wallet = (n: number): Wallet => new Wallet(`0x${String(n).repeat(64)}`);
export const maker = wallet(1);
export const workshop = wallet(2);
export const inspector = wallet(3);
export const registrar = wallet(4);
export const firstHolder = wallet(5);
export const secondHolder = wallet(6);
export const rival = wallet(7);

const organisation = { scheme: "bpn", value: "BPNLEXAMPLE00001" } as const;
const km = (value: number): OdometerReading => ({ value, unit: "km" });

export interface LivedCar {
  chain: FakeChain;
  store: MemoryDocumentStore;
  /** Adds a record with its document. */
  write<K extends DocumentKind>(entry: Entry<K>): Promise<string>;
  history(): Promise<History>;
  report(more?: Partial<BuildReportInput>): Promise<Report>;
}

interface Entry<K extends DocumentKind> {
  kind: K;
  author: Wallet;
  role: number;
  content: DocumentContent<K>;
  odometer?: OdometerReading;
  code?: number;
  corrects?: number;
  vehicle?: bigint;
}

/**
 * A car with eight records on a fake chain: birth, two services, a rollback that an inspector resolves, a brand, a correction, a
 * holder's own reading, a transfer and a lock. A second car stands beside it.
 */
export async function livedCar(): Promise<LivedCar> {
  const chain = new FakeChain();
  const store = new MemoryDocumentStore(() => chain.time);
  chain.admit(maker.address, ROLES.manufacturer);
  chain.admit(workshop.address, ROLES.workshop);
  chain.admit(inspector.address, ROLES.inspector);
  chain.admit(registrar.address, ROLES.registrar);
  chain.admit(rival.address, ROLES.workshop);

  const write: LivedCar["write"] = async (entry) => {
    const { kind, author, role, content, odometer, code, corrects, vehicle = vehicleId } = entry;
    const observedAt = chain.time - 3_600;
    const { documentHash, compact } = await issueDocument({
      kind,
      vehicleId: vehicle,
      observedAt,
      odometer,
      corrects,
      content,
      chainId: CHAIN_ID,
      signer: author,
    });
    await store.put(documentHash, compact);
    const statement = {
      author: author.address,
      kind,
      role,
      documentHash,
      odometer,
      code,
      corrects,
      observedAt,
    };
    const isBirth = kind === RECORD_KINDS.manufactured;
    if (isBirth) chain.register(vehicle, firstHolder.address, statement);
    else chain.append(vehicle, statement);
    return documentHash;
  };
  const service = (author: Wallet, odometer: OdometerReading, vehicle?: bigint) =>
    write({
      kind: RECORD_KINDS.service,
      author,
      role: ROLES.workshop,
      odometer,
      vehicle,
      content: {
        facility: organisation,
        serviceType: "scheduled",
        jobs: [{ description: "engine oil changed" }],
      },
    });
  const birth = (vin: string, vehicle: bigint) =>
    write({
      kind: RECORD_KINDS.manufactured,
      author: maker,
      role: ROLES.manufacturer,
      vehicle,
      odometer: km(6),
      content: {
        vin,
        make: "Volkswagen",
        model: "Golf",
        modelYear: 2014,
        vehicleCategory: "M1",
        fuelType: "petrol",
        manufacturingDate: "2014-05-20",
        plantCountry: "DE",
        market: "DE",
        producer: organisation,
      },
    });

  await birth(VIN, vehicleId);
  chain.mine(200);
  await service(workshop, km(15_000));
  chain.transfer(vehicleId, secondHolder.address);
  chain.mine(100);
  await service(workshop, km(9_000));
  await write({
    kind: RECORD_KINDS.odometerResolution,
    author: inspector,
    role: ROLES.inspector,
    odometer: km(22_000),
    content: {
      resolution: "tamperingVerified",
      method: "controlUnitReadout",
      certification: 69,
      resolvedRecord: 3,
      inspector: organisation,
    },
  });
  await write({
    kind: RECORD_KINDS.brand,
    author: registrar,
    role: ROLES.registrar,
    code: 70,
    content: { brandCode: 70, jurisdiction: "DE-BE", brandDate: "2022-05-10", issuer: organisation },
  });
  chain.mine(50);
  await service(workshop, km(25_000));
  await write({
    kind: RECORD_KINDS.service,
    author: workshop,
    role: ROLES.workshop,
    odometer: km(25_100),
    corrects: 6,
    content: {
      facility: organisation,
      serviceType: "warranty",
      jobs: [{ description: "brakes <b>checked</b>" }],
    },
  });
  await write({
    kind: RECORD_KINDS.odometerReading,
    author: secondHolder,
    role: ROLES.holder,
    odometer: km(25_300),
    content: { source: "ownerDisclosure", certification: 68 },
  });
  chain.setLock(vehicleId, 0, registrar.address);
  await birth("WVWZZZAUZEW000002", otherId);
  await service(rival, km(40_000), otherId);

  const history = () => readHistory({ rpc: chain.rpc, deployment: DEPLOYMENT, vehicleId });
  return {
    chain,
    store,
    write,
    history,
    report: async (more = {}) =>
      buildReport({
        rpc: chain.rpc,
        history: await history(),
        documents: (hash) => store.get(hash),
        vin: VIN,
        ...more,
      }),
  };
}
