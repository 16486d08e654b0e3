import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "chai";
import { HDNodeWallet, id, JsonRpcProvider, Mnemonic, ZeroHash } from "ethers";
import { network } from "hardhat";
import { deployLocal } from "../../scripts/lib/deployLocal.js";
import {
  Consortium__factory,
  PaymentChannels__factory,
  VehicleTitle__factory,
} from "../../sdk/src/chain/contracts.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { mandateTypedData } from "../../sdk/src/payments/typedData.js";
import { prepareDomain, type PreparedDomain } from "../../sdk/src/payments/prepareDomain.js";
import { SqlitePaymentStore } from "../../sdk/src/payments/SqlitePaymentStore.js";
import { voucherKey } from "../../sdk/src/payments/voucherKey.js";
import type { Mandate, PayeeChannel, PaymentReceipt } from "../../sdk/src/payments/types.js";
import { SqliteRecordStore } from "../../sdk/src/recordStore/SqliteRecordStore.js";
import {
  StablecoinMock__factory,
  type PaymentChannels,
  type StablecoinMock,
} from "../../typechain-types/index.js";
import { hasAnvil, startAnvil, type Anvil } from "../helpers/startAnvil.js";
import { startScript, type RunningScript } from "../helpers/startScript.js";

/** How often a process is killed, and what decides when and which. */
const CRASHES = Number(process.env.BLOK_CRASHES ?? 4);
const SEED = Number(process.env.BLOK_CRASH_SEED ?? 20_260_301);
const ROUNDS = Math.max(3, Math.ceil(CRASHES / 2));
const CHARGING_STEPS = 2;
/** A toll; the start of charging, its steps and its end; both ends of a stay. */
const PURCHASES = ROUNDS * (1 + 1 + CHARGING_STEPS + 1 + 2);
const CLOSE_DELAY = 3_600;
const MONEY = 1_000_000_000n;
const ADMISSION_DELAY = 86_400;

describe("A charger and two cars, each in a process of its own", function () {
  this.timeout(60_000 + CRASHES * 10_000);

  before(function () {
    if (!hasAnvil()) this.skip();
  });

  it("lose no unit and pay none twice, however often they are killed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "blok-two-"));
    const anvil = await startAnvil();
    const scripts: RunningScript[] = [];
    const start = (...args: Parameters<typeof startScript>): RunningScript => {
      const script = startScript(...args);
      scripts.push(script);
      return script;
    };
    try {
      const chain = await prepareChain(anvil, folder);
      const { provider, channels, token, owner, payer, payee } = chain;
      const shared = ["--rpc", anvil.url, "--deployment", chain.deploymentFile];
      const env = { BLOK_OPERATOR_KEY: payee.privateKey, BLOK_OPERATOR_SECRET: id("operator") };
      let port = "0";
      const operatorStore = join(folder, "operator");
      const asset = await token.getAddress();
      const startOperator = (): RunningScript =>
        start(
          "run-charger.ts",
          [
            ...shared,
            ...["--asset", asset, "--port", port, "--store", operatorStore, "--power", "3600000"],
            ...["--confirmations", "0", "--cache", "1", "--watch", "1", "--settle-age", "1"],
          ],
          env,
        );
      const cars = [
        { name: "own", args: [], money: payer, secret: id("car of the payer"), account: payer },
        {
          name: "mandate",
          args: ["--mandate", chain.mandateFile, "--curve", "p256"],
          money: owner,
          secret: chain.carSecret,
          account: chain.relayer,
        },
      ];
      const startCar = ({ name, args, secret, account }: (typeof cars)[number], url: string): RunningScript =>
        start(
          "drive.ts",
          [
            ...shared,
            ...["--operator", url, "--store", join(folder, name), "--rounds", String(ROUNDS)],
            ...[
              "--charging-steps",
              String(CHARGING_STEPS),
              "--step",
              "150",
              "--close-delay",
              String(CLOSE_DELAY),
            ],
            ...["--deposit", "20000000", "--patience", "30", ...args],
          ],
          { BLOK_VEHICLE_SECRET: secret, BLOK_PAYER_KEY: account.privateKey },
        );

      let operator = startOperator();
      const { url } = await operator.waitFor("listening");
      port = new URL(String(url)).port;
      const running = cars.map((car) => startCar(car, String(url)));
      const random = randomFrom(SEED);
      for (let crash = 0; crash < CRASHES; crash++) {
        // From the first instant of a process to the middle of what it does.
        await wait(random() * 2_000);
        const victim = Math.floor(random() * (cars.length + 1));
        if (victim === cars.length) {
          await operator.end("SIGKILL");
          operator = startOperator();
        } else if (running[victim]?.isRunning()) {
          await running[victim].end("SIGKILL");
          running[victim] = startCar(cars[victim]!, String(url));
        }
      }
      for (const car of running) expect(await car.ended, car.stderr()).to.equal(0);
      await operator.end("SIGTERM");
      expect(await operator.ended, operator.stderr()).to.equal(0);

      // What the operator's books say is what the cars' books say, receipt by receipt.
      const books = await readOperator(operatorStore);
      let income = 0n;
      for (const { name, money } of cars) {
        const own = await readCar(join(folder, name));
        const theirs = books.find(({ channel }) => channel.channelId === own.channelId);
        expect(own.served, name).to.equal(PURCHASES);
        expect(own.open, `${name}: nothing is left open`).to.equal(0);
        expect(byName(own.receipts), name).to.deep.equal(byName(theirs?.receipts ?? []));
        const spent = sumOf(own.receipts.map(({ price }) => price));
        expect(theirs?.channel.charged, `${name}: charged is what the receipts say`).to.equal(spent);
        expect(theirs?.channel.ceiling, `${name}: everything signed arrived`).to.equal(own.ceiling);
        expect(sumOf(own.receipts.map(({ increment }) => increment))).to.equal(own.ceiling);
        expect(spent > 0n).to.equal(true);
        income += spent;
        await (await channels.connect(money.connect(provider)).requestClose(theirs!.channel.terms)).wait();
      }
      expect(books.length).to.equal(cars.length);

      // The operator sees the closes and settles; then what is left goes back.
      operator = startOperator();
      for (const { channel } of books) {
        await until(async () => (await channels.channelOf(channel.channelId)).settled === channel.charged);
      }
      await operator.end("SIGTERM");
      await provider.send("evm_increaseTime", [CLOSE_DELAY + 1]);
      await provider.send("evm_mine", []);
      for (const { channel } of books) {
        await (await channels.connect(payer.connect(provider)).withdraw(channel.terms)).wait();
      }
      expect(await token.balanceOf(payee.address), "income is the sum of the receipts").to.equal(income);
      expect(await token.balanceOf(await channels.getAddress()), "nothing is left behind").to.equal(0n);
      for (const { name, money } of cars) {
        const { receipts } = await readCar(join(folder, name));
        const spent = sumOf(receipts.map(({ price }) => price));
        expect(await token.balanceOf(money.address), `${name}: the rest came back`).to.equal(MONEY - spent);
      }
    } finally {
      await Promise.all(scripts.map((script) => script.end("SIGKILL")));
      await anvil.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

interface PreparedChain {
  provider: JsonRpcProvider;
  channels: PaymentChannels;
  token: StablecoinMock;
  deploymentFile: string;
  mandateFile: string;
  carSecret: string;
  payee: HDNodeWallet;
  payer: HDNodeWallet;
  owner: HDNodeWallet;
  relayer: HDNodeWallet;
}

/** Deploys; a car with an owner who gives it a mandate by signature, and a payer with money of its own. */
async function prepareChain(anvil: Anvil, folder: string): Promise<PreparedChain> {
  const deploymentId = `two-processes-test-${process.pid}`;
  const connection = await network.create({ network: "localhost", override: { url: anvil.url } });
  const { deployment } = await deployLocal(connection, { deploymentId }).finally(() =>
    rm(`ignition/deployments/${deploymentId}`, { recursive: true, force: true }),
  );
  const deploymentFile = join(folder, "deployment.json");
  await writeFile(deploymentFile, JSON.stringify(deployment));
  const { contracts } = deployment;
  const provider = new JsonRpcProvider(anvil.url, 31_337, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 50,
  });
  const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(`${"test ".repeat(11)}junk`), "m/44'/60'/0'/0");
  const account = (index: number): HDNodeWallet => root.deriveChild(index);
  const [admissions, maker, payee, payer, owner, relayer] = [3, 4, 5, 6, 7, 8].map(account) as [
    HDNodeWallet,
    HDNodeWallet,
    HDNodeWallet,
    HDNodeWallet,
    HDNodeWallet,
    HDNodeWallet,
  ];

  const consortium = Consortium__factory.connect(contracts.Consortium, admissions.connect(provider));
  await (
    await consortium.admitMember(maker.address, ROLES.manufacturer, id("organisation of the maker"))
  ).wait();
  await provider.send("evm_increaseTime", [ADMISSION_DELAY + 1]);
  await provider.send("evm_mine", []);
  const title = VehicleTitle__factory.connect(contracts.VehicleTitle, maker.connect(provider));
  const now = (await provider.getBlock("latest"))!.timestamp;
  const birth = {
    vehicleId: 7n,
    documentHash: id("birth"),
    kind: 1,
    code: 0,
    odometer: 5,
    odometerUnit: 1,
    observedAt: now - 999,
  };
  await (await title.registerVehicle(owner.address, birth, ROLES.manufacturer)).wait();

  const token = await new StablecoinMock__factory(maker.connect(provider)).deploy();
  await token.waitForDeployment();
  for (const { address } of [payer, owner]) await (await token.issue(address, MONEY)).wait();
  await (await token.connect(owner.connect(provider)).approve(contracts.PaymentChannels, MONEY)).wait();

  const domain = await prepareDomain({
    chainId: deployment.chainId,
    contract: contracts.PaymentChannels,
    p256Verifier: contracts.ERC7913P256Verifier,
  });
  const carSecret = id("car of the owner");
  const mandateFile = join(folder, "mandate.json");
  const mandate = {
    owner: owner.address,
    vehicleId: 7n,
    grantEpoch: Number((await title.stateOf(7n)).grantEpoch),
    signer: voucherKey("p256", carSecret, domain).signer,
    asset: await token.getAddress(),
    capPerPeriod: MONEY,
    periodSeconds: 86_400,
    totalCap: MONEY,
    payeeRoot: ZeroHash as `0x${string}`,
    validFrom: now - 1,
    expiresAt: now + 30 * 86_400,
    salt: 1n,
  };
  await writeFile(mandateFile, await signedMandate(mandate, owner, domain));
  const channels = PaymentChannels__factory.connect(contracts.PaymentChannels, payer.connect(provider));
  return { provider, channels, token, deploymentFile, mandateFile, carSecret, payee, payer, owner, relayer };
}

async function signedMandate(mandate: Mandate, owner: HDNodeWallet, domain: PreparedDomain): Promise<string> {
  const { domain: signing, types, message } = mandateTypedData(mandate, domain);
  const ownerSignature = await owner.signTypedData(signing, types, message);
  return JSON.stringify({ mandate, ownerSignature }, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

async function readOperator(
  folder: string,
): Promise<{ channel: PayeeChannel; receipts: PaymentReceipt[] }[]> {
  const store = new SqlitePaymentStore(join(folder, "payments.db"));
  try {
    return await Promise.all(
      (await store.listPayee()).map(async ({ value: channel }) => ({
        channel,
        receipts: await store.listReceipts(channel.channelId, channel.epoch),
      })),
    );
  } finally {
    store.close();
  }
}

interface CarBooks {
  channelId: string;
  ceiling: bigint;
  receipts: PaymentReceipt[];
  /** Requests that were served, paid or free. */
  served: number;
  /** Requests that something was signed for, and that nothing came of yet. */
  open: number;
}

async function readCar(folder: string): Promise<CarBooks> {
  const store = new SqlitePaymentStore(join(folder, "payments.db"));
  const records = new SqliteRecordStore(join(folder, "purchases.db"));
  try {
    const [channel] = await store.listPayer();
    const purchases = (await records.list("purchase/")).map(
      ([, text]) =>
        JSON.parse(text) as { status: string; answer?: { receipt?: Record<string, string | number> } },
    );
    const served = purchases.filter(({ status }) => status === "served");
    return {
      channelId: channel?.value.channelId ?? "",
      ceiling: channel?.value.ceiling ?? 0n,
      receipts: served.flatMap(({ answer }) => (answer?.receipt ? [parseReceipt(answer.receipt)] : [])),
      served: served.length,
      open: (await records.list("open/")).length,
    };
  } finally {
    store.close();
    records.close();
  }
}

function parseReceipt(receipt: Record<string, string | number>): PaymentReceipt {
  const amounts = new Set(["price", "increment", "ceiling", "charged"]);
  return Object.fromEntries(
    Object.entries(receipt).map(([name, value]) => [name, amounts.has(name) ? BigInt(value) : value]),
  ) as unknown as PaymentReceipt;
}

function byName(receipts: PaymentReceipt[]): PaymentReceipt[] {
  return receipts.toSorted((a, b) => (a.requestId < b.requestId ? -1 : 1));
}

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return;
    await wait(100);
  }
  throw new Error("it did not come about within 20 seconds");
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
