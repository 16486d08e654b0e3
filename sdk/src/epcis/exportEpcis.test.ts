import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { id } from "ethers";
import { campaignIdOf, lotIdOf, partIdOf } from "../parts/partId.js";
import {
  OUTCOMES,
  SERVICE_STATUSES,
  type PartEvent,
  type PartEventBody,
  type PartEventOf,
} from "../parts/types.js";
import { EpcisError } from "./EpcisError.js";
import { epcisEventHash } from "./epcisEventHash.js";
import { EPCIS_CONTEXT, exportEpcis } from "./exportEpcis.js";
import { statedLots, selectPartEvents, type PartSubject } from "./selectPartEvents.js";
import {
  CAR_MAKER,
  CELL,
  CELL_MAKER,
  CELLS,
  COBALT,
  commissioned,
  DEPLOYMENT,
  LIFE,
  onChain,
  RECOVERED,
  SCREWS,
  SUPPLIER,
  transferred,
  VEHICLE,
  WORKSHOP,
} from "./testing/partLife.js";
import { schemaProblems } from "./testing/schemaProblems.js";
import type { EpcisDocument, EpcisEvent } from "./types.js";

const OPTIONS = { deployment: DEPLOYMENT, createdAt: 1_772_200_000 };
const whole = exportEpcis(LIFE, OPTIONS);

describe("exportEpcis", () => {
  it("refuses the acceptance of a consignment that is not among the events", () => {
    const accepted = LIFE.filter(({ type }) => type === "accepted");
    assert.throws(
      () => exportEpcis(accepted, OPTIONS),
      (error: unknown) => error instanceof EpcisError && error.code === "EPCIS_EVENTS_MISSING",
    );
  });

  it("refuses to guess whether a quantity is grams or pieces", () => {
    const [move] = onChain([transferred(SUPPLIER, CELL_MAKER, partIdOf(COBALT), 4000n)]);
    assert.throws(() => exportEpcis([move!], OPTIONS), EpcisError);
    const told = exportEpcis([move!], { ...OPTIONS, lots: new Map([[COBALT, { form: "material" }]]) });
    assert.partialDeepStrictEqual(told.epcisBody.eventList[0], {
      quantityList: [{ quantity: 4000, uom: "GRM" }],
    });
  });

  it("is valid by GS1's schema, every kind of event", () => {
    assert.deepEqual(schemaProblems(whole), []);
    for (const event of whole.epcisBody.eventList) {
      assert.deepEqual(schemaProblems(documentOf(event)), [], event["blok:log"] as string);
    }
  });

  it("would not be valid with a word that the vocabulary lacks, an id that is no URI, or a field too many", () => {
    const [event] = whole.epcisBody.eventList;
    const broken = [
      { bizStep: "returning" },
      { disposition: "gone" },
      { eventTimeZoneOffset: "UTC" },
      { eventTime: "yesterday" },
      { action: "CREATE" },
      { quantityList: [{ epcClass: "lot 7" }] },
      { vin: "WVWZZZAUZEW000001" },
      { ilmd: { lotNumber: "7" } },
    ];
    for (const change of broken) {
      assert.notEqual(
        schemaProblems(documentOf({ ...event, ...change } as EpcisEvent)).length,
        0,
        JSON.stringify(change),
      );
    }
  });

  it("tells every event of a life in the words of the vocabulary", () => {
    const words = whole.epcisBody.eventList.map((event) =>
      [
        event.type.replace("Event", ""),
        "action" in event ? event.action : "",
        event.bizStep ?? "",
        event.disposition ?? "",
        "persistentDisposition" in event ? JSON.stringify(event.persistentDisposition) : "",
      ]
        .filter((word) => word !== "")
        .join(" "),
    );
    assert.deepEqual(words, [
      "Object ADD commissioning active",
      "Object OBSERVE inspecting conformant",
      "Object OBSERVE",
      "Transformation commissioning active",
      "Transformation commissioning active",
      "Transformation commissioning active",
      "Object ADD commissioning active",
      "Object OBSERVE shipping in_transit",
      "Object OBSERVE accepting in_progress",
      "Association ADD installing",
      "Association ADD installing",
      'Object OBSERVE {"set":["recalled"]}',
      'Object OBSERVE {"set":["recalled"]}',
      "Association DELETE removing",
      'Object OBSERVE replacing {"unset":["recalled"]}',
      'Object OBSERVE {"unset":["recalled"]}',
      'Object OBSERVE {"set":["stolen"]}',
      'Object OBSERVE {"unset":["stolen"]}',
      "Object OBSERVE repackaging active",
      "Object OBSERVE shipping in_transit",
      "Object OBSERVE shipping returned",
      "Object OBSERVE shipping in_transit",
      "Object OBSERVE void_shipping returned",
      "Object OBSERVE",
      "Transformation disassembling active",
      "Object DELETE decommissioning inactive",
      "Object DELETE destroying destroyed",
      "Object OBSERVE inspecting unknown",
    ]);
  });

  it("links what one transformation consumed and made, without telling an input twice", () => {
    const events = whole.epcisBody.eventList.filter((event) => event.type === "TransformationEvent");
    const [inputs, cells, screws, recovery] = events;
    assert.equal(new Set([inputs, cells, screws].map((event) => event!.transformationID)).size, 1);
    assert.deepEqual(
      inputs!.inputQuantityList?.map(({ quantity, uom }) => [quantity, uom]),
      [[4000, "GRM"]],
    );
    assert.equal(inputs!.outputQuantityList, undefined);
    assert.equal(cells!.inputQuantityList, undefined);
    assert.equal(cells!.ilmd?.["blok:cobaltGrams"], 3900);
    assert.equal(cells!.ilmd?.["cbvmda:itemExpirationDate"], "2035-09-17");
    assert.deepEqual(recovery!.inputEPCList?.length, 1, "a single output has the inputs beside it");
    assert.equal(recovery!.ilmd?.["blok:origin"], "recycled");
  });

  it("links a lot to its transformation when what went in is not told", () => {
    const lots = LIFE.filter((event) => event.type === "lotCommissioned" && event.lotId === RECOVERED);
    const document = exportEpcis(lots, OPTIONS);
    assert.deepEqual(schemaProblems(document), []);
    assert.match(JSON.stringify(document), /"transformationID":"urn:blok:transformation:31337:0x/);
  });

  it("lists the units of a short recalled range, and names the range of a long one", () => {
    const recall = whole.epcisBody.eventList.find((event) => "blok:campaignNumber" in event);
    assert.partialDeepStrictEqual(recall, {
      "blok:campaignNumber": "26V123000",
      "blok:advisory": "parkOutside",
    });
    assert.ok(recall?.type === "ObjectEvent");
    assert.equal(recall.epcList?.length, 3);
    assert.equal(recall.quantityList?.length, 2, "both lots");
    assert.match((recall["blok:scope"] as string[])[1]!, /\.7 20-4000000$/);
  });

  it("keeps an authority's campaign apart from the maker's of the same number", () => {
    const opened = LIFE.find(({ type }) => type === "recallOpened") as PartEventOf<"recallOpened">;
    const byAuthority = { ...opened, campaignId: campaignIdOf(opened.maker, opened.number, true) };
    const uris = [opened, byAuthority].map((event) => {
      const [recall] = exportEpcis([event], OPTIONS).epcisBody.eventList;
      return recall?.bizTransactionList?.[0]?.bizTransaction;
    });
    assert.equal(new Set(uris).size, 2);
  });

  it("names vehicles by their id, and places only what the caller knows of", () => {
    const places = { readPoint: "https://id.gs1.org/414/4012345000054" };
    const document = exportEpcis(LIFE, {
      ...OPTIONS,
      placeOf: ({ type }) => (type === "partFitted" ? places : undefined),
    });
    assert.deepEqual(schemaProblems(document), []);
    const placed = document.epcisBody.eventList.filter(({ readPoint }) => readPoint !== undefined);
    assert.equal(placed.length, 2);
    assert.ok(placed[0]?.type === "AssociationEvent");
    assert.equal(placed[0].parentID, `urn:blok:vehicle:31337:0x${VEHICLE.toString(16).padStart(64, "0")}`);
  });

  it("gives every event its own hash as id, wherever it is exported", () => {
    const ids = new Set(whole.epcisBody.eventList.map(({ eventID }) => eventID));
    assert.equal(ids.size, whole.epcisBody.eventList.length);
    for (const event of whole.epcisBody.eventList) {
      assert.equal(epcisEventHash(event, EPCIS_CONTEXT), event.eventID);
    }
    const subjects: PartSubject[] = [
      { lotId: CELLS },
      { partId: CELL },
      { vehicleId: VEHICLE },
      { lotId: COBALT },
    ];
    for (const subject of subjects) {
      const { eventList } = exportEpcis(selectPartEvents(LIFE, subject), {
        ...OPTIONS,
        lots: statedLots(LIFE),
      }).epcisBody;
      assert.notEqual(eventList.length, 0);
      for (const { eventID } of eventList) assert.ok(ids.has(eventID));
    }
  });

  it("is valid for whatever sequence of events", () => {
    fc.assert(
      fc.property(histories, (events) => {
        const document = exportEpcis(events, OPTIONS);
        assert.deepEqual(schemaProblems(document), []);
        const ids = document.epcisBody.eventList.map(({ eventID }) => eventID);
        assert.equal(new Set(ids).size, ids.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe("selectPartEvents", () => {
  it("follows a unit from the making of its lot to its end", () => {
    const types = selectPartEvents(LIFE, { partId: CELL }).map(({ type }) => type);
    assert.deepEqual(
      types.filter((type) => type !== "transferred"),
      [
        ...["lotsConsumed", "lotCommissioned", "lotCommissioned", "consigned", "accepted", "partFitted"],
        ...[
          "recallOpened",
          "partRemoved",
          "recallUpdated",
          "theftReported",
          "theftReported",
          "serviceChanged",
        ],
        ...["consigned", "rejected", "consigned", "returned", "lotsConsumed", "lotCommissioned"],
      ],
    );
  });

  it("leaves out units that a recall does not reach", () => {
    const beyond = selectPartEvents(LIFE, { partId: partIdOf(CELLS, 15) });
    assert.ok(beyond.every(({ type }) => type !== "recallOpened" && type !== "recallUpdated"));
    assert.ok(
      selectPartEvents(LIFE, { partId: partIdOf(CELLS, 20) }).some(({ type }) => type === "recallOpened"),
    );
    assert.ok(selectPartEvents(LIFE, { lotId: SCREWS }).some(({ type }) => type === "recallOpened"));
  });
});

function documentOf(event: EpcisEvent): EpcisDocument {
  return { ...whole, epcisBody: { eventList: [event] } };
}

const hashes = fc.nat(5).map((seed) => id(`document ${seed}`));
const accounts = fc.constantFrom(SUPPLIER, CELL_MAKER, CAR_MAKER, WORKSHOP);
const serials = fc.nat(40);
const lotIds = fc
  .tuple(accounts, fc.bigInt(0n, 2n ** 64n - 1n))
  .map(([maker, number]) => lotIdOf(maker, number));

/** Lots, and then whatever happens to them; what needs an earlier event comes with it. */
const histories = fc.array(lotIds, { minLength: 1, maxLength: 4 }).chain((lots) => {
  const lot = fc.constantFrom(...lots);
  const part = fc.tuple(lot, serials).map(([lotId, serial]) => partIdOf(lotId, serial));
  const parts = fc.array(fc.record({ partId: part, quantity: fc.bigInt(1n, 2n ** 40n - 1n) }), {
    minLength: 1,
    maxLength: 5,
  });
  const fitting = fc.record({
    type: fc.constantFrom("partFitted" as const, "partRemoved" as const),
    lotId: lot,
    serial: serials,
    quantity: fc.bigInt(1n, 100n),
    vehicleId: fc.bigInt(0n, 2n ** 256n - 1n),
    by: accounts,
  });
  const happenings: fc.Arbitrary<PartEventBody[]> = fc.oneof(
    fitting.map((event) => [event]),
    fc
      .record({
        type: fc.constant("transferred" as const),
        operator: accounts,
        from: accounts,
        to: accounts,
        parts,
      })
      .map((event) => [event]),
    fc
      .record({
        type: fc.constant("partDecommissioned" as const),
        partId: part,
        by: accounts,
        quantity: fc.bigInt(1n, 100n),
        outcome: fc.constantFrom(...OUTCOMES),
        documentHash: hashes,
      })
      .map((event) => [event]),
    fc
      .record({
        type: fc.constant("serviceChanged" as const),
        partId: part,
        by: accounts,
        status: fc.constantFrom(...SERVICE_STATUSES),
        documentHash: hashes,
      })
      .map((event) => [event]),
    fc
      .tuple(
        parts,
        hashes,
        fc.constantFrom("accepted" as const, "rejected" as const, "returned" as const),
        fc.nat(),
      )
      .map(([consignedParts, conditionHash, end, seed]): PartEventBody[] => {
        const consignmentId = id(`consignment ${seed}`);
        const [sender, receiver] = [SUPPLIER, CELL_MAKER];
        return [
          {
            type: "consigned",
            consignmentId,
            sender,
            receiver,
            deadline: 1_800_000_000,
            parts: consignedParts,
            conditionHash,
          },
          end === "returned"
            ? { type: end, consignmentId, sender }
            : { type: end, consignmentId, receiver, conditionHash },
        ];
      }),
    fc
      .tuple(parts, fc.array(lot, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.nat())
      .map(([inputs, outputs, isRecovery, seed]): PartEventBody[] => {
        const inputsHash = id(`inputs ${seed}`);
        return [
          { type: "lotsConsumed", inputsHash, operator: SUPPLIER, inputs, isRecovery },
          ...outputs.map((lotId) => commissioned(lotId, { form: "material" }, inputsHash)),
        ];
      }),
  );
  const births = lots.map((lotId, index) =>
    commissioned(lotId, { form: index % 2 ? "counted" : "material" }),
  );
  return fc
    .array(happenings, { maxLength: 12 })
    .map((bodies): PartEvent[] => onChain([...births, ...bodies.flat()]));
});
