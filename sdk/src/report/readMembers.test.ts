import assert from "node:assert/strict";
import { test } from "node:test";
import { getAddress, id, Interface } from "ethers";
import { consortiumAbi } from "../abi/Consortium.js";
import { DEPLOYMENT, FakeChain } from "../history/testing/FakeChain.js";
import { readMembers } from "./readMembers.js";

const account = (name: string | number): string => getAddress(id(`member ${name}`).slice(0, 42));
const [one, two] = [account("one"), account("two")] as const;

const read = (chain: FakeChain, accounts: readonly string[]) =>
  readMembers({
    rpc: chain.rpc,
    consortium: DEPLOYMENT.contracts.Consortium,
    fromBlock: 0,
    toBlock: chain.height,
    accounts,
  });

test("an account's classes are told apart, and so are accounts of one class", async () => {
  const chain = new FakeChain();
  chain.admit(one, 4, id("first"));
  chain.admit(one, 5, id("second"));
  chain.admit(two, 4, id("third"));
  chain.expel(one, 4);
  const members = await read(chain, [one, two]);
  assert.deepEqual(
    members.map((member) => [
      member.account,
      member.roleName,
      member.organisation,
      member.ended !== undefined,
    ]),
    [
      [one, "workshop", id("first"), true],
      [one, "inspector", id("second"), false],
      [two, "workshop", id("third"), false],
    ],
  );
  assert.equal(members[0]?.ended?.at, chain.time - 86_400);
});

test("a changed delay of a member is no new membership", async () => {
  const chain = new FakeChain();
  chain.admit(one, 4);
  const granted = new Interface(consortiumAbi).encodeEventLog("RoleGranted", [4, one, 60, 9, false]);
  const template = chain.logs[0];
  assert.ok(template);
  chain.logs.push({ ...template, ...granted, logIndex: "0x9" });
  assert.equal((await read(chain, [one])).length, 1);
});

test("only the accounts asked for are told, and each once", async () => {
  const chain = new FakeChain();
  chain.admit(one, 4);
  chain.admit(two, 4);
  assert.deepEqual(await read(chain, []), []);
  assert.equal((await read(chain, [one, one.toLowerCase(), one])).length, 1);
});

for (const count of [1, 100, 101, 200]) {
  test(`${count} accounts are asked for a hundred at once`, async () => {
    const chain = new FakeChain();
    const accounts = Array.from({ length: count }, (_, i) => account(i));
    for (const each of accounts) chain.admit(each, 4);
    const members = await read(chain, accounts);
    assert.deepEqual(
      members.map((member) => member.account),
      accounts,
      "in the order of their admission",
    );
    const lists = chain.requests
      .filter(({ method }) => method === "eth_getLogs")
      .map(({ params }) => (params[0] as { topics: string[][] }).topics.at(-1)?.length ?? 0);
    assert.equal(lists.length, 2 * Math.ceil(count / 100));
    assert.ok(lists.every((length) => length >= 1 && length <= 100));
  });
}
