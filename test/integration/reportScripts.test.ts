import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { FileDocumentStore } from "../../sdk/src/store/FileDocumentStore.js";
import type { Report } from "../../sdk/src/report/types.js";
import type { ReportVerification } from "../../sdk/src/report/verifyReport.js";
import { createChain } from "../helpers/fixture.js";
import { importExample, TEST_REGISTRY_KEY } from "../helpers/importExample.js";
import { hostScripts, runScriptFile } from "../helpers/runScriptFile.js";
import { serveRpc } from "../helpers/serveRpc.js";

const { deployFixture } = await createChain();
const { run, stop } = hostScripts();

describe("report-vehicle and verify-report", () => {
  let folder: string;
  let where: string[];
  let rpc: Awaited<ReturnType<typeof serveRpc>>;
  let vin: string;
  let vehicleId: string;
  const file = (name: string): string => join(folder, name);
  const key = { BLOK_REGISTRY_KEY: Buffer.from(TEST_REGISTRY_KEY).toString("hex") };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "report-"));
    const system = await deployFixture();
    const { store, imported } = await importExample(system);
    const files = new FileDocumentStore(file("documents"));
    for (const { documentHash, status } of await store.list()) {
      const document = await store.get(documentHash);
      if (status === "present" && document.status === "present")
        await files.put(documentHash, document.compact);
    }
    await writeFile(file("deployment.json"), JSON.stringify(system.deployment));
    rpc = await serveRpc(system.rpc);
    where = ["--rpc", rpc.url, "--deployment", file("deployment.json"), "--store", file("documents")];
    const [vehicle] = imported.vehicles;
    vin = vehicle?.vin ?? "";
    vehicleId = `0x${vehicle?.vehicleId.toString(16).padStart(64, "0")}`;
  });

  after(async () => {
    stop();
    await rpc.close();
    await rm(folder, { recursive: true });
  });

  it("write a report by VIN or by id, in every form, and verify it with a node and the file alone", async () => {
    const printed = await run("report-vehicle.ts", ["--vin", vin, ...where], key);
    expect(printed.stderr).to.equal("");
    expect(printed.code).to.equal(0);
    expect(printed.stdout).to.contain(`VIN ${vin}`).and.contain("Complete: all");

    for (const format of ["json", "html", "pdf"]) {
      const out = file(`report.${format}`);
      const args = ["--vehicle-id", vehicleId, "--format", format, "--out", out, ...where];
      const written = await run("report-vehicle.ts", args);
      expect(written.code, written.stderr).to.equal(0);
      expect((await readFile(out)).length).to.be.greaterThan(1_000);
    }
    for (const name of ["report.json", "report.html"]) {
      const verified = await run("verify-report.ts", ["--file", file(name), "--rpc", rpc.url]);
      expect(verified.code, verified.stdout).to.equal(0);
      expect(verified.stdout).to.match(/^OK: history report/);
    }
    const args = [
      "--file",
      file("report.json"),
      "--rpc",
      rpc.url,
      "--deployment",
      file("deployment.json"),
      "--json",
    ];
    const result = JSON.parse((await run("verify-report.ts", args)).stdout) as ReportVerification;
    expect(result).to.include({ ok: true, complete: true });
    expect(result.problems).to.deep.equal([]);
  });

  it("refuse a report that was tampered with, name the record, and end with code 1", async () => {
    const report = JSON.parse(await readFile(file("report.json"), "utf8")) as Report;
    report.records.splice(4, 1);
    await writeFile(file("tampered.json"), JSON.stringify(report));
    const refused = await runScriptFile("verify-report.ts", [
      "--file",
      file("tampered.json"),
      "--rpc",
      rpc.url,
    ]);
    expect(refused.code).to.equal(1);
    expect(refused.stdout)
      .to.match(/^NOT OK/)
      .and.contain("RECORD_MISSING: record 5 of");

    const page = await readFile(file("report.html"), "utf8");
    await writeFile(file("tampered.html"), page.replace("Complete: all", "COMPLETE: all"));
    const altered = await run("verify-report.ts", ["--file", file("tampered.html"), "--rpc", rpc.url]);
    expect(altered.code).to.equal(1);
    expect(altered.stdout).to.contain("PAGE_ALTERED");
  });

  it("show what the holder chooses", async () => {
    const args = ["--vehicle-id", vehicleId, "--format", "json", ...where];
    const chosen = await run("report-vehicle.ts", [
      ...args,
      "--reveal",
      "manufactured=make",
      "--reveal",
      "default=none",
    ]);
    expect(chosen.stdout).not.to.contain(vin);
    const { records } = JSON.parse(chosen.stdout) as Report;
    const [birth, next] = records.map(({ document }) =>
      document.status === "present" ? document.disclosed : {},
    );
    expect(Object.keys(birth ?? {})).to.deep.equal(["make"]);
    expect(next).to.deep.equal({});
  });

  it("say what is wrong with what they are given, without a stack", async () => {
    const nobody = "http://127.0.0.1:1";
    const mistakes: [string, string[], string][] = [
      ["report-vehicle.ts", [], "REPORT_VEHICLE: give either a VIN or a vehicle id"],
      ["report-vehicle.ts", ["--vin", vin], "REGISTRY_KEY: the registry key is missing"],
      ["report-vehicle.ts", ["--vehicle-id", "golf"], "a number below 2^256"],
      ["report-vehicle.ts", ["--reveal", "wash=all"], "Write kind=fields"],
      ["report-vehicle.ts", ["--format", "pdf"], "REPORT_OUT: a PDF is not for a terminal"],
      ["report-vehicle.ts", ["--vehicle-id", "1", "--network", "moon"], "DEPLOYMENT_FILE"],
      ["report-vehicle.ts", ["--vehicle-id", "0x1", ...where], "VEHICLE_UNKNOWN"],
      ["verify-report.ts", ["--file", "/no/report.json", "--rpc", nobody], "REPORT_FILE"],
      ["verify-report.ts", ["--file", "package.json", "--rpc", nobody], "REPORT_FORMAT"],
      [
        "verify-report.ts",
        ["--file", file("report.json"), "--rpc", nobody],
        "RPC_UNREACHABLE: the node does not answer",
      ],
    ];
    const outcomes = await Promise.all(mistakes.map(([script, args]) => run(script, args)));
    for (const [i, { code, stderr }] of outcomes.entries()) {
      const [script, args, message] = mistakes[i]!;
      expect(stderr, `${script} ${args.join(" ")}`).to.contain(message);
      expect(stderr).not.to.match(/\n\s+at /);
      expect(code).to.equal(1);
    }
  });
});
