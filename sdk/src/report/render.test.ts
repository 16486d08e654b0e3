import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import fc from "fast-check";
import { openReport } from "./openReport.js";
import { renderHtml } from "./renderHtml.js";
import { renderPdf } from "./renderPdf.js";
import { renderText } from "./renderText.js";
import type { ReportError } from "./ReportError.js";
import { livedCar, VIN, vehicleId } from "./testing/livedCar.js";
import type { Report } from "./types.js";
import { dayOf, eventWords, grouped, labelOf, plain, valueOf, verdictOf } from "./words.js";

const car = await livedCar();
const report = await car.report();

const lying = await livedCar();
lying.chain.logs.splice(lying.chain.logs.indexOf(lying.chain.recordLogs(vehicleId)[4] as never), 1);
const incomplete = await lying.report();

test("the verdict stands at the top of the text", () => {
  const text = renderText(report);
  const top = text.split("\n").slice(0, 10).join("\n");
  assert.match(top, /^VEHICLE HISTORY REPORT: 2014 Volkswagen Golf/);
  assert.match(top, new RegExp(VIN));
  assert.match(top, /\[CAUTION\] Complete: all 8 records are here, unaltered and in order/);
  assert.match(top, /8 of 8 documents are shown and verified\./);
  assert.match(top, /1 odometer anomaly, resolved by an inspector\./);
  assert.match(top, /Branded: Not actual: odometer tampering verified\./);
  assert.match(top, /2 owners so far, counted from the transfers and confirmed by the title\./);
});

test("every record is in the text, with its author, its anomaly and its corrections", () => {
  const text = renderText(report);
  for (const record of report.records) {
    assert.match(text, new RegExp(`#${record.index}  ${dayOf(record.observedAt)}`));
    assert.match(text, new RegExp(record.author));
  }
  assert.match(text, /! Odometer anomaly: lower than an earlier reading\. Resolved by record 4\./);
  assert.match(text, /Corrects record 6\./);
  assert.match(text, /! Corrected by record 7\./);
  assert.match(text, /Reported by the holder/);
  assert.match(text, /Certification +Not actual \(69\)/);
});

test("what does not hold about a document is said beside its record", () => {
  const text = renderText(
    change((copy) => {
      const { document } = copy.records[1] ?? {};
      assert.ok(document?.status === "present");
      Object.assign(document, {
        ok: false,
        problems: [{ code: "DOCUMENT_SIGNATURE", message: "the signature does not hold" }],
      });
    }),
  );
  assert.match(text, /\[document does not hold\]/);
  assert.match(text, /! the signature does not hold\./);
  assert.doesNotMatch(
    text,
    /engine oil changed[^]*#3 /,
    "nothing it says is passed on before the next record",
  );
});

test("a missing record is named at the top and shown in its place, in text, HTML and PDF", async () => {
  const text = renderText(incomplete);
  assert.match(text, /\[NOT OK\] Not complete: record 5 is missing/);
  const order = [
    text.indexOf("#4  "),
    text.indexOf("#5  *** THIS RECORD IS MISSING ***"),
    text.indexOf("#6  "),
  ];
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.ok(order.every((place) => place > 0));
  const html = renderHtml(incomplete);
  assert.match(html, /<section class="verdict bad"/);
  assert.match(html, /Not complete: record 5 is missing/);
  assert.match(html, /Record 5 is missing from this report\./);
  assert.ok((await renderPdf(incomplete)).length > 1_000);
});

const change = (edit: (copy: Report) => void): Report => {
  const copy = structuredClone(report);
  edit(copy);
  return copy;
};

test("the verdict is bad for anything that does not hold, and good only when nothing is to be said", () => {
  assert.equal(verdictOf(report).tone, "caution");
  const clean = change((copy) => {
    copy.summary.brands = [];
  });
  assert.equal(verdictOf(clean).tone, "good");
  const tones: [string, (copy: Report) => void][] = [
    ["caution", (copy) => (copy.summary.anomalies.open = 1)],
    ["caution", (copy) => (copy.summary.brands = [{ code: 9, name: "Rebuilt", class: "repaired" }])],
    ["caution", (copy) => (copy.title.status = "destroyed")],
    ["good", (copy) => (copy.summary.brands = [{ code: 17, name: "Prior taxi", class: "usage" }])],
    ["bad", (copy) => (copy.summary.documents.failed = 1)],
    ["bad", (copy) => (copy.summary.complete = false)],
    ["bad", (copy) => copy.summary.problems.push({ code: "HOLDERS_MISMATCH", message: "no" })],
  ];
  for (const [tone, edit] of tones) {
    const copy = structuredClone(clean);
    edit(copy);
    assert.equal(verdictOf(copy).tone, tone, edit.toString());
  }
  const many = change((copy) => {
    copy.summary.complete = false;
    copy.summary.missing = Array.from({ length: 12 }, (_, i) => i + 1);
  });
  assert.equal(
    verdictOf(many).headline,
    "Not complete: records 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more are missing",
  );
  const folded = change((copy) => (copy.summary.complete = false));
  assert.match(verdictOf(folded).headline, /do not add up to what the chain keeps/);
});

test("the page needs nothing from outside", () => {
  const html = renderHtml(report);
  assert.doesNotMatch(html, /\b(?:src|href|action|url)\s*[=(]/i);
  assert.equal((html.match(/<script/g) ?? []).length, 1, "only the report's own data");
  assert.match(html, /default-src 'none'/);
});

test("nothing that a document says becomes part of the page", () => {
  assert.match(renderHtml(report), /brakes &lt;b&gt;checked&lt;\/b&gt;/);
  const evil = `</script><script>alert(1)</script><img src=x onerror="alert(2)">'"&`;
  const html = renderHtml(
    change((copy) => {
      copy.vehicle.make = evil;
      copy.vehicle.vin = evil;
      for (const record of copy.records) {
        record.kindName = evil;
        record.roleName = evil;
        record.author = evil;
        record.brand = { code: 1, name: evil, class: "severe" };
        if (record.document.status !== "present") continue;
        record.document.disclosed = { [evil]: [evil, { [evil]: evil, scheme: evil, value: evil }] };
        record.document.problems = [{ code: "DOCUMENT_HASH", message: evil }];
      }
      copy.summary.brands = [{ code: 1, name: evil, class: "severe" }];
      copy.title.locks = [evil];
      copy.members[0] = { ...copy.members[0], organisation: evil, roleName: evil } as never;
      copy.summary.problems = [{ code: "RECORD_MISSING", message: evil }];
    }),
  );
  assert.equal((html.match(/<script/gi) ?? []).length, 1);
  assert.equal((html.match(/<\/script/gi) ?? []).length, 1);
  assert.doesNotMatch(html, /<img/i);
});

test("a terminal is not steered by what a document says", () => {
  const text = renderText(
    change((copy) => {
      const { document } = copy.records[1] ?? {};
      assert.ok(document?.status === "present");
      document.disclosed = { note: "\u001b[2Jgone\r\u202Ereversed\u2028next" };
    }),
  );
  for (const steering of ["\u001b", "\r", "\u202e", "\u2028"]) assert.ok(!text.includes(steering));
  assert.match(text, /\[2Jgone reversed next/);
});

test("a page carries its report, and shows what it says", () => {
  const { report: carried, problems } = openReport(renderHtml(report));
  assert.deepEqual(carried, report);
  assert.deepEqual(problems, []);
  assert.deepEqual(openReport(JSON.stringify(report)), { report, problems: [] });
});

test("a page that was altered is not what its report renders to", () => {
  const page = renderHtml(report);
  const altered = page.replace("25,100 km", "15,100 km");
  assert.notEqual(altered, page);
  const { problems } = openReport(altered);
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["PAGE_ALTERED"],
  );
});

test("what is neither is said to be neither", () => {
  const texts = ["", "hello", "<html></html>", '<p id="blok-auto-report">{</p>', "{}", "[1]"];
  for (const text of texts) {
    assert.throws(
      () => openReport(text, "file.txt"),
      (error: ReportError) => error.code === "REPORT_FORMAT" && error.message.includes("file.txt"),
      text,
    );
  }
});

test("the parser never fails but by naming what is wrong", () => {
  const paths = fc.constantFrom(
    "chain",
    "records",
    "summary",
    "title",
    "titleEvents",
    "members",
    "odometer",
    "state",
  );
  fc.assert(
    fc.property(paths, fc.jsonValue(), (path, value) => {
      const text = JSON.stringify({ ...report, [path]: value });
      try {
        openReport(text);
      } catch (error) {
        assert.equal((error as ReportError).code, "REPORT_FORMAT");
      }
    }),
    { numRuns: 150 },
  );
});

test("what passes the schema can be rendered, whatever it says", async () => {
  const odd = change((copy) => {
    copy.records = [];
    copy.odometer = [];
    copy.members = [];
    copy.titleEvents = [];
    copy.vehicle = { vehicleId: copy.vehicle.vehicleId };
    delete copy.state.odometer;
  });
  assert.match(renderText(odd), /Vehicle 0x/);
  assert.match(renderHtml(odd), /VIN not disclosed/);
  assert.ok((await renderPdf(odd)).length > 1_000);
});

test("the same report makes the same PDF, byte by byte", async () => {
  const [one, two] = await Promise.all([renderPdf(report), renderPdf(report)]);
  assert.deepEqual(one, two);
  assert.equal(Buffer.from(one.subarray(0, 5)).toString(), "%PDF-");
  const other = await renderPdf(incomplete);
  assert.notDeepEqual(one, other);
});

test("a PDF of many records has many pages", async () => {
  const many = change((copy) => {
    copy.records = Array.from({ length: 200 }, (_, i) => ({ ...copy.records[i % 8], index: i + 1 })) as never;
  });
  const pdf = Buffer.from(await renderPdf(many)).toString("latin1");
  assert.ok((pdf.match(/\/Type \/Page\b/g) ?? []).length > 20);
});

test("words", () => {
  assert.equal(grouped(1_234_567), "1,234,567");
  assert.equal(grouped(999), "999");
  assert.equal(labelOf("airbagsDeployed"), "Airbags deployed");
  assert.equal(labelOf("vin"), "VIN");
  assert.equal(valueOf({ scheme: "gln", value: "5012345678900" }), "GLN 5012345678900");
  assert.equal(valueOf({ value: 12_000, unit: "mi" }), "12,000 mi");
  assert.equal(valueOf([{ description: "tyres rotated", code: "T1" }]), "tyres rotated, code T1");
  assert.equal(valueOf("passWithDefects"), "pass with defects");
  assert.equal(valueOf("as People Write"), "as People Write");
  assert.deepEqual(
    [true, false, null, [], 7].map((value) => valueOf(value)),
    ["yes", "no", "none", "none", "7"],
  );
  const nested = Array.from({ length: 100_000 }).reduce<unknown>((inner) => ({ inner }), "x");
  assert.match(valueOf(nested), /…$/);
  assert.equal(plain("a\nb\tc"), "a b c");
});

test("title events are said in words", () => {
  const place = { blockNumber: 1, logIndex: 0, transactionHash: id("t"), at: 0 };
  const address = report.title.holder;
  const words = [
    eventWords({ ...place, type: "transferred", from: address, to: address, forced: true }),
    eventWords({ ...place, type: "lockCleared", lock: 0, lockName: "lien", controller: address }),
    eventWords({ ...place, type: "statusChanged", status: "exported" }),
    eventWords({
      ...place,
      type: "forcedTransferRequested",
      from: address,
      to: address,
      evidenceHash: id("e"),
      executableAt: 86_400,
    }),
    eventWords({ ...place, type: "forcedTransferCancelled", canceller: address }),
    eventWords({
      ...place,
      type: "keyEnded",
      keyId: id("k"),
      ender: address,
      validTo: 86_400,
      isRevoked: true,
    }),
  ];
  assert.match(words[0] ?? "", /^Transferred by court order from 0x/);
  assert.equal(words[1], "Lock cleared: lien");
  assert.equal(words[2], "Status: exported");
  assert.match(words[3] ?? "", /not before 1970-01-02$/);
  assert.match(words[4] ?? "", /cancelled/);
  assert.match(words[5] ?? "", /revoked from 1970-01-02$/);
  const bound = { keyId: id("k"), keyAddress: address, signer: "0x", binder: address, validFrom: 0 };
  const open = eventWords({ ...place, type: "keyBound", ...bound, validTo: 2 ** 40 - 1 });
  assert.match(open, /valid from 1970-01-01$/);
  assert.match(eventWords({ ...place, type: "keyBound", ...bound, validTo: 86_400 }), /to 1970-01-02$/);
});
