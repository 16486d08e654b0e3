import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Overrides } from "ethers";
import { concat, id, keccak256, toBeHex, ZeroAddress } from "ethers";
import { PaymentChannels__factory, type PaymentChannels } from "../../sdk/src/chain/contracts.js";
import { voucherVectors } from "../../scripts/lib/voucherVectors.js";
import type { KeyCurve } from "../../sdk/src/lifecycle/events.js";
import {
  APPROVAL_FUNDING,
  CLAIM_GAS,
  CLAIM_OUTCOMES,
  ChannelSettler,
  encodeClaim,
  ethersTransport,
  openTermsFromEvents,
  Payee,
  PayeeError,
  Payer,
  prepareChannel,
  prepareDomain,
  rpcChannelReader,
  signVoucher,
  type SettlementError,
  voucherKey,
  watchChannels,
  type ChannelTerms,
  type Hex,
  type PayeeErrorCode,
  type Voucher,
  type WatchAlarm,
} from "../../sdk/src/payments/index.js";
import { SqlitePaymentStore } from "../../sdk/src/payments/node.js";
import published from "../../sdk/vectors/vouchers.json" with { type: "json" };

import { createChain } from "../helpers/fixture.js";

const chain = await createChain();
const { networkHelpers } = chain;

const CONFIRMATIONS = 3;
const CLOSE_DELAY = 3_600;
const DEPOSIT = 1_000_000n;

describe("Payments of a car", () => {
  const folders: string[] = [];
  const stores: SqlitePaymentStore[] = [];
  after(async () => {
    for (const store of stores) store.close();
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  async function newStore(): Promise<SqlitePaymentStore> {
    const folder = await mkdtemp(join(tmpdir(), "payments-"));
    folders.push(folder);
    const store = new SqlitePaymentStore(join(folder, "payments.db"));
    stores.push(store);
    return store;
  }

  async function systemFixture() {
    const system = await chain.deployFixture();
    const { PaymentChannels: contract, ERC7913P256Verifier: p256Verifier } = system.deployment.contracts;
    const domain = await prepareDomain({ chainId: 31_337, contract, p256Verifier });
    const reader = rpcChannelReader({ rpc: system.rpc, contract, confirmations: CONFIRMATIONS });
    return { ...system, domain, reader };
  }

  /** An owner with a car, a payee with an operator, and an open channel between them. */
  async function worldOf(curve: KeyCurve) {
    const system = await networkHelpers.loadFixture(systemFixture);
    const { actors, channels, domain, reader, rpc } = system;
    const { holder: owner, buyer: payeeAccount, stranger: operator } = actors;
    const key = voucherKey(curve, id(`car of the payments, ${curve}`), domain);
    const terms: ChannelTerms = {
      payer: owner.address,
      signer: key.signer,
      payee: payeeAccount.address,
      operator: operator.address,
      asset: ZeroAddress,
      closeDelaySeconds: CLOSE_DELAY,
      salt: 1n,
    };
    const open = (overrides: Overrides = {}) =>
      channels.connect(owner).openChannel(terms, DEPOSIT, APPROVAL_FUNDING, { value: DEPOSIT, ...overrides });
    const now = () => Math.floor(Date.now() / 1000);
    const payerStore = await newStore();
    const payeeStore = await newStore();
    const payer = new Payer({ key, domain, store: payerStore, reader, now });
    const group = { payee: terms.payee, operator: terms.operator, asset: terms.asset };
    const payee = new Payee({
      domain,
      store: payeeStore,
      reader,
      groups: [{ ...group, settleAmount: 50_000n }],
      now,
    });
    const alarms: WatchAlarm[] = [];
    const settler = new ChannelSettler(ethersTransport(operator, domain.contract, { pollMs: 10 }));
    const watch = watchChannels({
      payee,
      reader,
      events: { rpc, contract: domain.contract, fromBlock: 0 },
      settle: (batch) => settler.settle(batch),
      onAlarm: (alarm) => alarms.push(alarm),
      intervalSeconds: 0,
    });
    return { ...system, key, terms, open, owner, operator, payer, payee, settler, watch, alarms };
  }

  const refusal = async (work: Promise<unknown>): Promise<PayeeErrorCode | undefined> => {
    try {
      await work;
    } catch (error) {
      if (error instanceof PayeeError) return error.code;
      throw error;
    }
    return undefined;
  };

  for (const curve of ["secp256k1", "p256"] as const) {
    it(`go from opening to the last unit back, with a key of ${curve}`, async () => {
      const { terms, open, payer, payee, watch, alarms, channels, owner, domain, rpc, reader } =
        await worldOf(curve);
      const channel = prepareChannel(terms, domain);
      expect(await channels.channelIdOf(terms), "the id is the contract's").to.equal(channel.id);

      const opened = await open();
      const [opening] = await openTermsFromEvents(rpc, domain, {
        payee: terms.payee,
        fromBlock: 0,
        toBlock: opened.blockNumber ?? 0,
      });
      expect(opening?.terms, "terms are found from the chain").to.deep.equal(terms);

      await payer.track(terms);
      const sessionHash = id("charge detail record") as Hex;
      const first = await payer.pay(channel.id, 30_000n, { expectedDelta: 30_000n, sessionHash });
      const take = (voucher: Voucher, price: bigint) => payee.accept({ voucher, terms, price });
      expect(await refusal(take(first, 30_000n)), "an opening in the newest block").to.equal(
        "CHANNEL_UNCONFIRMED",
      );
      await networkHelpers.mine(CONFIRMATIONS);
      await take(first, 30_000n);
      await watch.tick();
      expect((await channels.channelOf(channel.id)).settled, "not due yet").to.equal(0n);

      await take(await payer.pay(channel.id, 55_000n, { expectedDelta: 25_000n, sessionHash }), 22_000n);
      expect(await watch.tick(), "due by its amount").to.deep.equal({
        read: 1,
        closing: 0,
        settled: 1,
      });
      const settled = channels.filters.SessionSettled(channel.id, sessionHash);
      expect((await channels.queryFilter(settled)).map(({ args }) => args.newSettled)).to.deep.equal([
        52_000n,
      ]);

      await take(await payer.pay(channel.id, 60_000n, { expectedDelta: 5_000n }), 6_000n);
      await channels.connect(owner).requestClose(terms);
      const late = await signVoucher(
        voucherKey(curve, id(`car of the payments, ${curve}`), domain),
        channel,
        {
          epoch: 0,
          ceiling: 70_000n,
        },
      );
      expect(await refusal(take(late, 1n)), "a closing channel").to.equal("CHANNEL_CLOSING");
      expect(await watch.tick(), "settled in time").to.deep.equal({
        read: 1,
        closing: 1,
        settled: 1,
      });
      expect(
        (await channels.channelOf(channel.id)).settled,
        "what was charged, not what was prepaid",
      ).to.equal(58_000n);

      await networkHelpers.time.increase(CLOSE_DELAY);
      await expect(channels.withdraw(terms)).to.changeEtherBalance(chain.ethers, owner, DEPOSIT - 58_000n);
      await watch.tick();
      expect(alarms, "nothing to look after").to.deep.equal([]);
      const [known] = await payee.channels();
      expect([known?.isOver, known?.settled, known?.charged]).to.deep.equal([true, 58_000n, 58_000n]);
      expect((await reader.read(channel.id)).latest.epoch).to.equal(1);

      await open();
      await networkHelpers.mine(CONFIRMATIONS);
      expect(await refusal(take(late, 1n)), "a voucher of an epoch that is over").to.equal("VOUCHER_EPOCH");
      await payer.track(terms);
      const again = await payer.pay(channel.id, 10n, { expectedDelta: 10n });
      expect((await take(again, 10n)).epoch, "the next epoch begins").to.equal(1);
    });
  }

  it("are refused when a reorganisation takes the opening away", async () => {
    const { terms, open, payer, payee, watch, alarms, domain } = await worldOf("secp256k1");
    const { id: channelId } = prepareChannel(terms, domain);
    const before = await networkHelpers.takeSnapshot();
    await open();
    await networkHelpers.mine(CONFIRMATIONS);
    await payer.track(terms);
    const first = await payer.pay(channelId, 60_000n, { expectedDelta: 60_000n });
    const second = await payer.pay(channelId, 70_000n, { expectedDelta: 10_000n });
    await payee.accept({ voucher: first, terms, price: 60_000n });
    await before.restore();
    await networkHelpers.mine(2 * CONFIRMATIONS);
    expect(await refusal(payee.accept({ voucher: second, terms, price: 10_000n }))).to.equal(
      "CHANNEL_UNCONFIRMED",
    );
    await watch.tick();
    expect(
      alarms.map(({ type }) => type),
      "somebody is told",
    ).to.deep.equal(["lost"]);
    await open();
    await networkHelpers.mine(CONFIRMATIONS);
    await payee.accept({ voucher: second, terms, price: 10_000n });
    expect((await watch.tick()).settled, "opened again, it is all settled").to.equal(1);
  });

  it("are settled when the watcher slept through the request, and lost aloud when it slept too long", async () => {
    const { terms, open, payer, payee, watch, alarms, channels, owner, domain } = await worldOf("secp256k1");
    const { id: channelId } = prepareChannel(terms, domain);
    await open();
    await networkHelpers.mine(CONFIRMATIONS);
    await payer.track(terms);
    await payee.accept({
      voucher: await payer.pay(channelId, 40_000n, { expectedDelta: 40_000n }),
      terms,
      price: 40_000n,
    });
    await payee.accept({
      voucher: await payer.pay(channelId, 41_000n, { expectedDelta: 1_000n }),
      terms,
      price: 1_000n,
    });
    await channels.connect(owner).requestClose(terms);
    await networkHelpers.time.increase(CLOSE_DELAY - 60);
    expect((await watch.tick()).settled, "a minute before the deadline").to.equal(1);
    expect((await channels.channelOf(channelId)).settled).to.equal(41_000n);

    await networkHelpers.time.increase(60);
    await channels.withdraw(terms);
    await open();
    await networkHelpers.mine(CONFIRMATIONS);
    await payer.track(terms);
    const voucher = await payer.pay(channelId, 500n, { expectedDelta: 500n });
    await payee.accept({ voucher, terms, price: 500n });
    await channels.connect(owner).requestClose(terms);
    await networkHelpers.time.increase(CLOSE_DELAY);
    await channels.withdraw(terms);
    await watch.tick();
    expect(
      alarms.map((alarm) => alarm.type === "lost" && alarm.amount),
      "what was not settled in time",
    ).to.deep.equal([500n]);
  });

  it("are settled many at once, within the gas that is reckoned with; what cannot be settled is told apart", async () => {
    const { actors, channels, domain, payee, settler, terms, key, owner } = await worldOf("secp256k1");
    const count = 40;
    const many = Array.from({ length: count }, (_, i) =>
      prepareChannel({ ...terms, salt: BigInt(100 + i) }, domain),
    );
    const openings = many.map(({ terms: { payee: to, operator, closeDelaySeconds, salt } }) => ({
      payee: to,
      operator,
      closeDelaySeconds,
      salt,
      amount: 1_000n,
    }));
    await channels
      .connect(owner)
      .openChannels(owner, terms.signer, ZeroAddress, openings, APPROVAL_FUNDING, { value: 1_000 * count });
    await networkHelpers.mine(CONFIRMATIONS);
    for (const each of many) {
      const voucher = await signVoucher(key, each, {
        epoch: 0,
        ceiling: 900n,
        sessionHash: id("session") as Hex,
      });
      await payee.accept({ voucher, terms: each.terms, price: 900n });
    }
    const [batch, ...more] = await payee.allClaims({ scope: "all" });
    if (!batch) throw new Error("nothing to claim");
    expect(more.length, "one transaction is enough").to.equal(0);
    // One is closed by its payee before, so that its claim comes too late.
    await channels.connect(actors.buyer).closeChannel(many[0]!.terms, 0n, "0x");
    const [result] = await settler.settle(batch);
    if (!result) throw new Error("nothing settled");
    expect(result.amount).to.equal(900n * BigInt(count - 1));
    expect(result.claims.map(({ outcome }) => outcome).sort()).to.deep.equal(
      ["notOpen", ...Array.from({ length: count - 1 }, () => "settled")].sort(),
    );
    const receipt = await chain.ethers.provider.getTransactionReceipt(result.transactionHash);
    const gas = Number(receipt?.gasUsed) / count;
    expect(gas, "gas of each claim, everything counted in").to.be.lessThan(CLAIM_GAS.secp256k1);
    expect(await settler.settle(batch), "nothing is sent twice").to.deep.equal([]);
  });

  it("cannot be settled by a stranger, and a payee learns why", async () => {
    const { actors, payee, payer, terms, domain, open } = await worldOf("secp256k1");
    const { id: channelId } = prepareChannel(terms, domain);
    await open();
    await networkHelpers.mine(CONFIRMATIONS);
    await payer.track(terms);
    await payee.accept({ voucher: await payer.pay(channelId, 9n, { expectedDelta: 9n }), terms, price: 9n });
    const [batch] = await payee.allClaims({ scope: "all" });
    if (!batch) throw new Error("nothing to claim");
    const settler = new ChannelSettler(ethersTransport(actors.council, domain.contract));
    const error = await settler.settle(batch).catch((reason: unknown) => reason);
    expect((error as SettlementError).code, "no use in trying again").to.equal("SETTLEMENT_REFUSED");
  });
});

/** The vectors speak of a contract and a verifier at addresses of their own: their code is put there. */
describe("The published vectors of vouchers", () => {
  async function vectorFixture() {
    const system = await chain.deployFixture();
    const { deployer } = system.actors;
    const { contract, p256Verifier, chainId } = published.domain;
    const { VehicleTitle, ERC7913P256Verifier } = system.deployment.contracts;
    const { provider } = chain.ethers;
    await networkHelpers.setCode(p256Verifier, await provider.getCode(ERC7913P256Verifier));
    const deployed = await new PaymentChannels__factory(deployer).deploy(
      VehicleTitle,
      p256Verifier,
      ZeroAddress,
    );
    await networkHelpers.setCode(contract, await provider.getCode(deployed));
    expect(chainId, "the chain of the vectors").to.equal(31_337);
    return { ...system, channels: PaymentChannels__factory.connect(contract, deployer) };
  }

  /** Ages a channel that was just opened: its one word has the epoch in its top 24 bits. */
  async function setEpoch(channels: PaymentChannels, channelId: string, epoch: number): Promise<void> {
    for (let slot = 0; slot < 10; slot += 1) {
      const place = keccak256(concat([channelId, toBeHex(slot, 32)]));
      const word = BigInt(await chain.ethers.provider.getStorage(channels, place));
      if (word === 0n) continue;
      await networkHelpers.setStorageAt(await channels.getAddress(), place, word | (BigInt(epoch) << 232n));
      return;
    }
    throw new Error("the channel is not where it was thought to be");
  }

  it("are what the script writes", async () => {
    expect(await voucherVectors()).to.deep.equal(published);
  });

  for (const { name, terms, channelId, voucher, digest, verdict } of published.vectors) {
    it(`hold on chain: ${name}`, async () => {
      const { channels } = await networkHelpers.loadFixture(vectorFixture);
      expect(await channels.channelIdOf(terms), "the channel's id").to.equal(channelId);
      if (digest === null) return; // what no voucher can say cannot be asked either
      const { epoch, ceiling } = voucher;
      const sessionHash = voucher.sessionHash ?? `0x${"0".repeat(64)}`;
      expect(await channels.voucherDigest(voucher.channelId, epoch, ceiling, sessionHash)).to.equal(digest);
      if (verdict === "foreignChannel" || terms.asset !== ZeroAddress) return;

      for (const account of [terms.payer, terms.payee]) {
        await networkHelpers.impersonateAccount(account);
        await networkHelpers.setBalance(account, 10n ** 29n);
      }
      const [payer, payee] = [
        await chain.ethers.getSigner(terms.payer),
        await chain.ethers.getSigner(terms.payee),
      ];
      await channels.connect(payer).openChannel(terms, 1n, APPROVAL_FUNDING, { value: 1n });
      await setEpoch(channels, channelId, epoch);
      expect((await channels.channelOf(channelId)).epoch, "the epoch of the voucher").to.equal(epoch);

      const claim = encodeClaim(
        { ...terms, signer: terms.signer as Hex, salt: BigInt(terms.salt) },
        {
          ...voucher,
          channelId: channelId as Hex,
          ceiling: BigInt(ceiling),
          signature: voucher.signature as Hex,
          sessionHash: sessionHash as Hex,
        },
        1n,
      );
      const to = { payee: terms.payee, operator: terms.operator, asset: terms.asset };
      const settling = channels.connect(payee).settle(to, [claim], true);
      if (verdict === "valid")
        await expect(settling).to.emit(channels, "ChannelSettled").withArgs(channelId, 1n, 1n);
      else {
        await expect(settling)
          .to.emit(channels, "ClaimSkipped")
          .withArgs(channelId, CLAIM_OUTCOMES.indexOf("signatureInvalid"));
      }
    });
  }
});
