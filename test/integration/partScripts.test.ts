import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { partTopic } from "../../sdk/src/parts/decodePartEvent.js";
import { createChain } from "../helpers/fixture.js";
import { CAMPAIGN, partFlow } from "../helpers/partFlow.js";
import { hostScripts, runScriptFile } from "../helpers/runScriptFile.js";
import { serveRpc } from "../helpers/serveRpc.js";

const chain = await createChain();
const { run, stop } = hostScripts();

describe("recall-reach, trace-part and part-bottlenecks", () => {
  let folder: string;
  let where: string[];
  let maker: string;
  let rpc: Awaited<ReturnType<typeof serveRpc>>;
  let isWithholding = false;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "parts-"));
    const system = await partFlow(chain)();
    await system.openRecall();
    maker = system.actors.manufacturer.address;
    await writeFile(join(folder, "deployment.json"), JSON.stringify(system.deployment));
    const served: RpcProvider = {
      async request(call) {
        const answer = await system.rpc.request(call);
        if (!isWithholding || call.method !== "eth_getLogs") return answer;
        return (answer as { topics: string[] }[]).filter(
          ({ topics }) => topics[0] !== partTopic("PartFitted"),
        );
      },
    };
    rpc = await serveRpc(served);
    where = ["--rpc", rpc.url, "--deployment", join(folder, "deployment.json")];
  });

  after(async () => {
    stop();
    await rpc.close();
    await rm(folder, { recursive: true });
  });

  it("print the reach as text and as JSON, and exit with 1 when it is not complete", async () => {
    const args = ["--maker", maker, "--campaign", CAMPAIGN, ...where];
    const text = await run("recall-reach.ts", args);
    expect(text.stderr).to.equal("");
    expect(text.code).to.equal(0);
    expect(text.stdout).to.contain("COMPLETE: 3 vehicles affected").and.contain("On the way (1)");
    const json = await run("recall-reach.ts", [...args, "--json"]);
    const reach = JSON.parse(json.stdout) as { complete: boolean; vehicles: { vehicleId: string }[] };
    expect(reach.complete).to.equal(true);
    expect(reach.vehicles[0]?.vehicleId).to.match(/^0x[0-9a-f]{64}$/);

    isWithholding = true;
    const short = await runScriptFile("recall-reach.ts", args);
    isWithholding = false;
    expect(short.code).to.equal(1);
    expect(short.stdout).to.contain("NOT COMPLETE").and.contain("3 units of lot 2 of");
  });

  it("trace a lot or a unit, by path or by id", async () => {
    const text = await run("trace-part.ts", ["--part", `${maker}/2/1`, ...where]);
    expect(text.stderr).to.equal("");
    expect(text.code).to.equal(0);
    expect(text.stdout).to.contain("VERIFIED").and.contain("g of cobalt");
    const lotId = ((BigInt(maker) << 64n) | 2n).toString();
    const json = await run("trace-part.ts", ["--lot", lotId, "--json", ...where]);
    const lineage = JSON.parse(json.stdout) as { verified: boolean; lots: unknown[] };
    expect(lineage.verified).to.equal(true);
    expect(lineage.lots).to.have.length(3);
  });

  it("print the table of bottlenecks", async () => {
    const { code, stdout } = await run("part-bottlenecks.ts", where);
    expect(code).to.equal(0);
    expect(stdout).to.contain("in transit to");
  });

  it("say what is wrong with their arguments", async () => {
    const cases: [string, string[], RegExp][] = [
      ["recall-reach.ts", ["--maker", "0x12", "--campaign", CAMPAIGN], /40 hex digits/],
      ["recall-reach.ts", ["--maker", maker, "--campaign", "V26"], /PART_ID: .*no NHTSA campaign number/],
      ["recall-reach.ts", ["--maker", maker, "--campaign", "26V999999"], /CAMPAIGN_UNKNOWN/],
      ["recall-reach.ts", ["--maker", maker, "--campaign", CAMPAIGN, "--by-authority"], /CAMPAIGN_UNKNOWN/],
      ["trace-part.ts", ["--lot", "seven"], /maker\/number/],
      ["trace-part.ts", [], /TRACE_PART: give either/],
      ["trace-part.ts", ["--lot", `${maker}/99`], /PART_UNKNOWN: there is no lot 99/],
    ];
    for (const [script, args, message] of cases) {
      const { code, stderr } = await run(script, [...args, ...where]);
      expect(code, stderr).to.equal(1);
      expect(stderr).to.match(message);
    }
  });
});
