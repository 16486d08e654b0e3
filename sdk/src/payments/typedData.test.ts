import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, id, keccak256, TypedDataEncoder, Wallet } from "ethers";
import { hashTypedData } from "viem";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import {
  APPROVAL_FUNDING,
  authorizationFunding,
  authorizationNonce,
  authorizationTypedData,
  fundingIdOf,
  fundingIdOfMany,
  permit2Funding,
  permit2TypedData,
  permitFunding,
} from "./funding.js";
import { mandateId } from "./mandateId.js";
import { payeeList } from "./payeeList.js";
import { PaymentError } from "./PaymentError.js";
import {
  closeAgreementTypedData,
  fundingOrderTypedData,
  mandateTypedData,
  voucherTypedData,
} from "./typedData.js";
import { typedDataDigest } from "./typedDataDigest.js";
import type { Hex, Mandate, TypedData } from "./types.js";
import { AMOUNT_MAX, EPOCH_MAX, SALT_MAX, ZERO_HASH } from "./words.js";

const where = { chainId: 31_337, contract: new Wallet(id("contract")).address };
const coder = AbiCoder.defaultAbiCoder();
const hash = (name: string): Hex => id(name) as Hex;
const mandate: Mandate = {
  owner: new Wallet(id("owner")).address,
  vehicleId: BigInt(id("vehicle")),
  grantEpoch: EPOCH_MAX,
  signer: hash("signer"),
  asset: new Wallet(id("token")).address,
  capPerPeriod: AMOUNT_MAX,
  periodSeconds: 2 ** 32 - 1,
  totalCap: AMOUNT_MAX,
  payeeRoot: hash("root"),
  validFrom: 2 ** 40 - 2,
  expiresAt: 2 ** 40 - 1,
  salt: SALT_MAX,
};
const order = {
  mandateId: hash("mandate"),
  channelId: hash("channel"),
  epoch: 3,
  newDeposited: AMOUNT_MAX,
  deadline: 2 ** 40 - 1,
};
const agreement = { channelId: hash("channel"), epoch: 3, newSettled: 120n };
const statement = { channelId: hash("channel"), epoch: 3, ceiling: AMOUNT_MAX };

const all: [string, TypedData][] = [
  ["Voucher(bytes32 channelId,uint24 epoch,uint96 ceiling)", voucherTypedData(statement, where)],
  [
    "SessionVoucher(bytes32 channelId,uint24 epoch,uint96 ceiling,bytes32 sessionHash)",
    voucherTypedData({ ...statement, sessionHash: hash("session") }, where),
  ],
  [
    "CloseAgreement(bytes32 channelId,uint24 epoch,uint96 newSettled)",
    closeAgreementTypedData(agreement, where),
  ],
  [
    "Mandate(address owner,uint256 vehicleId,uint24 grantEpoch,bytes32 signer,address asset," +
      "uint96 capPerPeriod,uint32 periodSeconds,uint96 totalCap,bytes32 payeeRoot,uint40 validFrom,uint40 expiresAt,uint64 salt)",
    mandateTypedData(mandate, where),
  ],
  [
    "FundingOrder(bytes32 mandateId,bytes32 channelId,uint24 epoch,uint96 newDeposited,uint40 deadline)",
    fundingOrderTypedData(order, where),
  ],
];

for (const [type, data] of all) {
  test(`${data.primaryType}: the type is the contract's, and two libraries agree on the digest`, () => {
    assert.equal(TypedDataEncoder.from(data.types).encodeType(data.primaryType), type);
    assert.equal(typedDataDigest(data), hashTypedData(data as Parameters<typeof hashTypedData>[0]));
    assert.deepEqual(JSON.parse(JSON.stringify(data)), data, "it is JSON, as wallets take it");
  });
}

test("a session of zero is a plain voucher", () => {
  assert.equal(voucherTypedData({ ...statement, sessionHash: ZERO_HASH }, where).primaryType, "Voucher");
});

test("a mandate's id is the contract's formula", () => {
  const [type = ""] = all[3] ?? [];
  const types = [
    "bytes32",
    ...type
      .slice(8, -1)
      .split(",")
      .map((part) => part.split(" ")[0] ?? ""),
  ];
  assert.equal(mandateId(mandate), keccak256(coder.encode(types, [id(type), ...Object.values(mandate)])));
});

test("what is no mandate has no id and no digest", () => {
  const isArgument = (error: unknown): boolean =>
    error instanceof PaymentError && error.code === "PAYMENT_ARGUMENT";
  for (const change of [{ salt: SALT_MAX + 1n }, { owner: "0x12" }, { grantEpoch: EPOCH_MAX + 1 }]) {
    assert.throws(() => mandateId({ ...mandate, ...change }), isArgument);
    assert.throws(() => typedDataDigest(mandateTypedData({ ...mandate, ...change }, where)), isArgument);
  }
});

test("a list's leaves, root and proofs are what the contract checks", () => {
  const payees = Array.from({ length: 9 }, (_, i) => new Wallet(id(`payee ${i}`)).address);
  const list = payeeList([...payees, (payees[0] ?? "").toLowerCase()]);
  assert.deepEqual(list.payees, payees);
  for (const payee of payees) {
    // MerkleProof of OpenZeppelin, in its own words
    let node = keccak256(keccak256(coder.encode(["address"], [payee])));
    for (const sibling of list.proofOf(payee.toLowerCase())) {
      node = keccak256(node < sibling ? node + sibling.slice(2) : sibling + node.slice(2));
    }
    assert.equal(node, list.root);
    assert.ok(StandardMerkleTree.verify(list.root, ["address"], [payee], list.proofOf(payee)));
  }
  assert.throws(
    () => list.proofOf(mandate.owner),
    (error: unknown) => error instanceof PaymentError && error.code === "PAYEE_NOT_LISTED",
  );
  for (const wrong of [[], ["0x12"]]) {
    assert.throws(
      () => payeeList(wrong),
      (error: unknown) => error instanceof PaymentError && error.code === "PAYMENT_ARGUMENT",
    );
  }
});

test("a list of one payee needs no proof", () => {
  const list = payeeList([mandate.owner]);
  assert.deepEqual(list.proofOf(mandate.owner), []);
  assert.equal(list.root, keccak256(keccak256(coder.encode(["address"], [mandate.owner]))));
});

test("what relayed funding names is the contract's formula", () => {
  const first = fundingIdOf(hash("channel"), 2, 5n);
  assert.equal(first, keccak256(coder.encode(["bytes32", "uint256", "uint256"], [hash("channel"), 2, 5])));
  assert.equal(fundingIdOfMany([first, first]), keccak256(first + first.slice(2)));
  assert.equal(authorizationNonce(first, 9n), keccak256(coder.encode(["bytes32", "uint256"], [first, 9])));
});

test("an ERC-3009 authorisation and a Permit2 transfer are of the types that their contracts know", async () => {
  const wallet = new Wallet(id("payer"));
  const fundingId = fundingIdOf(hash("channel"), 0, 5n);
  const token = { name: "USD Coin", version: "2", chainId: 31_337, verifyingContract: mandate.asset };
  const input = { fundingId, payer: wallet.address, amount: 5n, validAfter: 0, validBefore: 9, salt: 1n };
  const authorization = authorizationTypedData(input, token, where);
  assert.equal(
    TypedDataEncoder.from(authorization.types).encodeType("ReceiveWithAuthorization"),
    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)",
  );
  assert.equal(authorization.message.nonce, authorizationNonce(fundingId, 1n));

  const deadline = 99;
  const transfer = permit2TypedData(
    { fundingId, asset: mandate.asset, amount: 5n, nonce: 4n, deadline },
    mandate.owner,
    where,
  );
  assert.equal(
    TypedDataEncoder.from(transfer.types).encodeType("PermitWitnessTransferFrom"),
    "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline," +
      "ChannelFunding witness)ChannelFunding(bytes32 fundingId)TokenPermissions(address token,uint256 amount)",
  );
  for (const data of [authorization, transfer]) {
    assert.equal(typedDataDigest(data), hashTypedData(data as Parameters<typeof hashTypedData>[0]));
  }

  const signature = await wallet.signTypedData(transfer.domain, transfer.types, transfer.message);
  const vrs = [27n, 28n].includes(BigInt(`0x${signature.slice(-2)}`));
  assert.ok(vrs);
  const [r, s, v] = [
    signature.slice(0, 66),
    `0x${signature.slice(66, 130)}`,
    BigInt(`0x${signature.slice(130)}`),
  ];
  const decode = (types: string[], data: string): unknown[] => [...coder.decode(types, data)];
  assert.deepEqual(
    decode(["uint256", "uint256", "bytes"], permit2Funding({ nonce: 4n, deadline }, signature).data),
    [4n, 99n, signature],
  );
  assert.deepEqual(
    decode(
      ["uint256", "uint256", "uint256", "uint8", "bytes32", "bytes32"],
      authorizationFunding(input, signature).data,
    ),
    [0n, 9n, 1n, v, r, s],
  );
  assert.deepEqual(
    decode(
      ["uint256", "uint256", "uint8", "bytes32", "bytes32"],
      permitFunding(5n, deadline, signature).data,
    ),
    [5n, 99n, v, r, s],
  );
  assert.deepEqual(
    [
      APPROVAL_FUNDING,
      permitFunding(5n, deadline, signature),
      authorizationFunding(input, signature),
      permit2Funding({ nonce: 4n, deadline }, signature),
    ].map(({ kind }) => kind),
    [0n, 1n, 2n, 3n],
  );
});
