import type { ContractTransactionResponse } from "ethers";
import {
  AbiCoder,
  MaxUint256,
  keccak256,
  Signature,
  TypedDataEncoder,
  Wallet,
  ZeroAddress,
  id,
  zeroPadValue,
} from "ethers";
import { createChain } from "../../test/helpers/fixture.js";
import { StablecoinMock__factory } from "../../typechain-types/index.js";
import type {
  ChannelTermsStruct,
  ClaimStruct,
} from "../../typechain-types/contracts/mobility/PaymentChannels.js";

const DAY = 86_400n;
const EURO = 1_000_000n;
const APPROVAL = { kind: 0, data: "0x" };
const AUTHORIZATION = 2;
const VOUCHER = {
  Voucher: [
    { name: "channelId", type: "bytes32" },
    { name: "epoch", type: "uint24" },
    { name: "ceiling", type: "uint96" },
  ],
};

const RECEIVE = {
  ReceiveWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
};
const encode = (types: string[], values: unknown[]): string =>
  AbiCoder.defaultAbiCoder().encode(types, values);

/** The same for payment channels. The payee has money of the asset already, as an operator of more than one day has. */
export async function measureChannelOperations(): Promise<Record<string, number>> {
  const chain = await createChain({ initialDate: "2027-01-15T08:00:00Z", isRepeatable: true });
  const { actors, channels } = await chain.deployFixture();
  const { deployer, holder: payer, buyer: payee, stranger: fresh } = actors;
  const token = await new StablecoinMock__factory(deployer).deploy();
  const gas: Record<string, number> = {};

  async function measure(name: string, sent: Promise<ContractTransactionResponse>): Promise<number> {
    const receipt = await (await sent).wait();
    if (receipt === null) throw new Error(`${name}: no receipt`);
    gas[name] = Number(receipt.gasUsed);
    return gas[name];
  }

  const car = new Wallet(id("the car's key"));
  const asset = await token.getAddress();
  const contract = await channels.getAddress();
  const domain = {
    name: "blok auto payment channels",
    version: "1",
    chainId: 31337,
    verifyingContract: contract,
  };
  const terms = (salt: number, more: Partial<ChannelTermsStruct> = {}) => ({
    payer: payer.address,
    signer: signerOf(car),
    payee: payee.address,
    operator: ZeroAddress,
    asset,
    closeDelaySeconds: DAY,
    salt,
    ...more,
  });
  const claim = async (of: ReturnType<typeof terms>, total: bigint): Promise<ClaimStruct> => {
    const channelId = await channels.channelIdOf(of);
    const { epoch } = await channels.channelOf(channelId);
    const digest = TypedDataEncoder.hash(domain, VOUCHER, { channelId, epoch, ceiling: total });
    return {
      payer: of.payer,
      signer: of.signer,
      closing: (BigInt(of.salt) << 32n) | BigInt(of.closeDelaySeconds),
      amounts: (total << 96n) | total,
      proof: car.signingKey.sign(digest).compactSerialized,
    };
  };
  const side = { payee: payee.address, operator: ZeroAddress, asset };

  for (const account of [payer.address, payee.address, contract]) await token.issue(account, 1_000n * EURO);
  await token.connect(payer).approve(contract, 500n * EURO);
  const paying = channels.connect(payer);
  const paid = channels.connect(payee);

  await measure("openChannel", paying.openChannel(terms(1), EURO, APPROVAL));
  await measure("topUpLimitedAllowance", paying.topUp(terms(1), EURO, APPROVAL));
  // whoever tops up often gives an allowance without a limit, which the token does not write down anew
  await token.connect(payer).approve(contract, MaxUint256);
  await measure("topUp", paying.topUp(terms(1), EURO, APPROVAL));
  await token.connect(payer).approve(contract, 500n * EURO);
  await measure("settleFirst", paid.settle(side, [await claim(terms(1), 100_000n)], false));
  await measure("settleOne", paid.settle(side, [await claim(terms(1), 200_000n)], false));
  await measure("settleOneToBalance", paid.settle(side, [await claim(terms(1), 300_000n)], true));
  await measure("collectBalance", paid.collect(asset, payee));
  const newcomer = terms(2, { payee: fresh.address });
  await paying.openChannel(newcomer, EURO, APPROVAL);
  const newSide = { ...side, payee: fresh.address };
  await measure(
    "settleOneNewPayee",
    channels.connect(fresh).settle(newSide, [await claim(newcomer, 100_000n)], false),
  );
  const requested = await measure("requestClose", paying.requestClose(terms(1)));
  await measure("cancelClose", paying.cancelClose(terms(1)));
  await paying.requestClose(terms(1));
  await chain.networkHelpers.time.increase(DAY);
  const withdrawn = await measure("withdraw", channels.connect(fresh).withdraw(terms(1)));
  gas["requestCloseAndWithdraw"] = requested + withdrawn;
  await measure("openChannelAgain", paying.openChannel(terms(1), EURO, APPROVAL));
  await measure("cooperativeClose", paid.closeChannel(terms(1), 0, "0x"));

  const last = terms(3);
  await paying.openChannel(last, EURO, APPROVAL);
  const { amounts, proof } = await claim(last, 400_000n);
  await measure("cooperativeCloseWithClaim", paid.closeChannel(last, amounts, proof));

  const native = terms(4, { asset: ZeroAddress });
  await measure("openChannelNative", paying.openChannel(native, EURO, APPROVAL, { value: EURO }));
  const nativeSide = { ...side, asset: ZeroAddress };
  await measure("settleOneNative", paid.settle(nativeSide, [await claim(native, 100_000n)], false));

  const openings = Array.from({ length: 10 }, (_, index) => ({
    payee: payee.address,
    operator: ZeroAddress,
    closeDelaySeconds: DAY,
    salt: 100 + index,
    amount: EURO,
  }));
  const ten = await measure(
    "openChannels10",
    paying.openChannels(payer, signerOf(car), asset, openings, APPROVAL),
  );
  delete gas["openChannels10"];
  gas["openChannelsEach10"] = Math.ceil(ten / 10);

  const salts = Array.from({ length: 100 }, (_, index) => 1_000 + index);
  for (let from = 0; from < salts.length; from += 50) {
    const some = salts.slice(from, from + 50).map((salt) => ({ ...openings[0]!, salt, amount: EURO }));
    await paying.openChannels(payer, signerOf(car), asset, some, APPROVAL);
  }
  const round = (total: bigint) => Promise.all(salts.map((salt) => claim(terms(salt), total)));
  await paid.settle(side, await round(100_000n), false); // the steady case: each was settled before
  const claims = await round(200_000n);
  const hundred = await measure("settle100", paid.settle(side, claims, false));
  delete gas["settle100"];
  gas["settleEach100"] = Math.ceil(hundred / 100);
  const length = (list: ClaimStruct[]): number =>
    (channels.interface.encodeFunctionData("settle", [side, list, false]).length - 2) / 2;
  gas["calldataPerClaim"] = length(claims.slice(0, 2)) - length(claims.slice(0, 1));

  // relayed: the payer has no native coin, and signs the token's transfer for this channel and amount
  const signing = new Wallet(id("a payer without coin for gas"));
  await token.issue(signing.address, 10n * EURO);
  const relayed = terms(5, { payer: signing.address });
  const fundingId = await channels.fundingIdOf(await channels.channelIdOf(relayed), 0, EURO);
  const [validAfter, validBefore, salt] = [0n, 2n ** 40n, 1n];
  const signature = await signing.signTypedData(
    { name: "Local Euro", version: "1", chainId: 31337, verifyingContract: asset },
    RECEIVE,
    {
      from: signing.address,
      to: contract,
      value: EURO,
      validAfter,
      validBefore,
      nonce: keccak256(encode(["bytes32", "uint256"], [fundingId, salt])),
    },
  );
  const { v, r, s } = Signature.from(signature);
  const data = encode(
    ["uint256", "uint256", "uint256", "uint8", "bytes32", "bytes32"],
    [validAfter, validBefore, salt, v, r, s],
  );
  await measure(
    "openChannelAuthorised",
    channels.connect(fresh).openChannel(relayed, EURO, { kind: AUTHORIZATION, data }),
  );
  return gas;
}

/** A secp256k1 key as the terms of a channel name it. */
function signerOf(key: { address: string }): string {
  return zeroPadValue(key.address, 32);
}
