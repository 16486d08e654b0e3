import { rm } from "node:fs/promises";
import { expect } from "chai";
import { network } from "hardhat";
import { deployLocal } from "../../scripts/lib/deployLocal.js";
import { httpRpc } from "../../sdk/src/chain/httpRpc.js";
import { completeness } from "../../sdk/src/history/completeness.js";
import { readHistory } from "../../sdk/src/history/readHistory.js";
import { buildReport } from "../../sdk/src/report/buildReport.js";
import { verifyReport } from "../../sdk/src/report/verifyReport.js";
import { importExample } from "../helpers/importExample.js";
import { hasAnvil, startAnvil } from "../helpers/startAnvil.js";

describe("A second, independent client (anvil)", () => {
  before(function () {
    if (!hasAnvil()) this.skip();
  });

  it("deploys, imports, reports and verifies as the first does, over HTTP", async () => {
    const anvil = await startAnvil();
    const deploymentId = `anvil-test-${process.pid}`;
    try {
      const connection = await network.create({ network: "localhost", override: { url: anvil.url } });
      const { deployment } = await deployLocal(connection, { deploymentId });
      const rpc = httpRpc(anvil.url);
      const { store, imported } = await importExample({ rpc, deployment });
      expect(imported.vehicles.length).to.equal(6);

      for (const { vin, vehicleId } of imported.vehicles) {
        const history = await readHistory({ rpc, deployment, vehicleId });
        expect(completeness(history), vin).to.deep.equal({ complete: true, missing: [], problems: [] });
        const report = await buildReport({ rpc, history, documents: (hash) => store.get(hash), vin });
        const { ok, problems } = await verifyReport({ report, rpc, trusted: deployment });
        expect(problems, vin).to.deep.equal([]);
        expect(ok, vin).to.equal(true);
      }
    } finally {
      await anvil.stop();
      await rm(`ignition/deployments/${deploymentId}`, { recursive: true, force: true });
    }
  });
});
