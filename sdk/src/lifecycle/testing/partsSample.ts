import { admission, VIN, type Line } from "./sample.js";

const organisation = { scheme: "bpn", value: "BPNLEXAMPLE00001" };

export const CAMPAIGN = "14V000001";

const lotDocument = (at: string) => ({
  nameAtManufacturer: "example",
  bizStep: "commissioning",
  manufacturingDate: at.slice(0, 10),
  country: "DE",
  manufacturer: organisation,
});

export function commissioned(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "lot.commissioned",
    member: "mine",
    class: "supplier",
    lot: 1,
    form: "material",
    material: "cobalt",
    quantity: 10_000,
    document: lotDocument(at),
    ...change,
  };
}

export function transformed(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "lot.transformed",
    member: "maker",
    class: "manufacturer",
    inputs: [{ maker: "mine", lot: 1, quantity: 6_000 }],
    outputs: [{ lot: 5, form: "serialised", quantity: 4, content: { cobaltG: 5_600 } }],
    document: lotDocument(at),
    ...change,
  };
}

export function serialised(id: string, at: string, change: Line = {}): Line {
  const base = { member: "maker", class: "manufacturer", lot: 5, fromSerial: 1, toSerial: 3 };
  return { id, at, type: "units.serialised", ...base, ...change };
}

export function consigned(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "parts.consigned",
    from: "mine",
    to: "maker",
    parts: [{ maker: "mine", lot: 1, quantity: 8_000 }],
    deadline: "2014-12-31",
    document: { reportedOn: at.slice(0, 10), disposition: "in_transit" },
    ...change,
  };
}

export function received(id: string, at: string, change: Line = {}): Line {
  const document = { reportedOn: at.slice(0, 10), disposition: "conformant" };
  return { id, at, type: "parts.accepted", consignment: "ore-sent", document, ...change };
}

/** A serialised unit of the maker's lot 5. */
export const pack = (serial: number) => ({ maker: "maker", lot: 5, serial });

const identity = { nameAtManufacturer: "pack", manufacturerPartId: "EXAMPLE-1" };

export function fitted(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "part.fitted",
    vin: VIN,
    member: "maker",
    class: "manufacturer",
    part: pack(1),
    document: {
      fittedOn: at.slice(0, 10),
      bizStep: "assembling",
      part: identity,
      facility: organisation,
    },
    ...change,
  };
}

export function removed(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "part.removed",
    vin: VIN,
    member: "workshop",
    class: "workshop",
    part: pack(1),
    document: {
      removedOn: at.slice(0, 10),
      bizStep: "removing",
      parts: [identity],
      reason: "defect",
      facility: organisation,
    },
    ...change,
  };
}

export function released(id: string, at: string, change: Line = {}): Line {
  const { document } = removed(id, at);
  const base = { vin: VIN, member: "recycler", parts: [pack(1)], document };
  return { id, at, type: "parts.released", ...base, ...change };
}

export function order(id: string, at: string, change: Line = {}): Line {
  return { id, at, type: "workOrder.given", vin: VIN, workshop: "workshop", until: "2016-12-31", ...change };
}

export function certified(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "certificate.issued",
    member: "auditor",
    maker: "mine",
    lot: 1,
    kind: "dueDiligence",
    validUntil: "2016-01-01",
    document: {
      certificateNumber: "EXAMPLE-1",
      standard: "due diligence",
      issuedOn: at.slice(0, 10),
      validUntil: "2016-01-01",
      issuer: organisation,
    },
    ...change,
  };
}

export function revoked(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "certificate.revoked",
    member: "auditor",
    certificate: "certified",
    document: {
      certificateNumber: "EXAMPLE-1",
      revokedOn: at.slice(0, 10),
      reason: "falseStatements",
      issuer: organisation,
    },
    ...change,
  };
}

export function decommissioned(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "parts.decommissioned",
    member: "maker",
    class: "manufacturer",
    parts: [pack(3)],
    outcome: "destroyed",
    document: { decommissionedOn: at.slice(0, 10), bizStep: "destroying", facility: organisation },
    ...change,
  };
}

export function serviceChanged(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "part.serviceChanged",
    member: "maker",
    class: "manufacturer",
    part: pack(3),
    status: "waste",
    document: { decidedOn: at.slice(0, 10), batteryStatus: "waste", facility: organisation },
    ...change,
  };
}

const recallDocument = (at: string) => ({
  campaignNumber: CAMPAIGN,
  reportReceivedDate: at.slice(0, 10),
  component: "traction battery",
  issuer: organisation,
});

export function recallOpened(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "recall.opened",
    member: "maker",
    class: "manufacturer",
    maker: "maker",
    campaignNumber: CAMPAIGN,
    remedyStatus: "available",
    advisory: "doNotDrive",
    scopes: [{ lot: 5, fromSerial: 1, toSerial: 2 }],
    document: recallDocument(at),
    ...change,
  };
}

export function recallUpdated(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "recall.updated",
    member: "maker",
    class: "manufacturer",
    recall: "recall",
    remedyStatus: "withdrawn",
    advisory: "none",
    document: recallDocument(at),
    ...change,
  };
}

export function notified(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "recall.notified",
    vin: VIN,
    member: "maker",
    class: "manufacturer",
    recall: "recall",
    document: {
      campaignNumber: CAMPAIGN,
      noticeDate: at.slice(0, 10),
      component: "traction battery",
      remedyStatus: "available",
      advisory: "doNotDrive",
      issuer: organisation,
    },
    ...change,
  };
}

export function remedied(id: string, at: string, change: Line = {}): Line {
  const remedy = (change.remedy as string | undefined) ?? "inspectedClear";
  return {
    id,
    at,
    type: "recall.remedied",
    vin: VIN,
    member: "workshop",
    class: "workshop",
    recall: "recall",
    remedy,
    document: {
      campaignNumber: CAMPAIGN,
      remediedOn: at.slice(0, 10),
      remedyType: remedy,
      facility: organisation,
    },
    ...change,
  };
}

/** Cobalt goes to the maker, who makes four packs of it and marks three; a counted lot beside them. */
export const PART_LINES: Line[] = [
  admission("mine", "supplier"),
  admission("auditor", "auditor"),
  admission("other-auditor", "auditor"),
  commissioned("ore", "2014-02-01"),
  certified("certified", "2014-02-10"),
  consigned("ore-sent", "2014-02-15"),
  received("ore-arrived", "2014-03-15"),
  transformed("packs", "2014-04-01"),
  serialised("marked", "2014-04-02"),
  commissioned("bolts", "2014-04-03", {
    member: "maker",
    class: "manufacturer",
    lot: 6,
    form: "counted",
    material: undefined,
    quantity: 100,
  }),
];

/** Unit 1 is on the car. */
export const FITTED_LINES: Line[] = [...PART_LINES, fitted("fitted", "2014-05-20")];
