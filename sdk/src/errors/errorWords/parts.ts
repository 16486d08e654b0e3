import { day, grams, locks, lot, oneOf, part, role, tag, text, time } from "./formats.js";
import type { ErrorWords } from "./formats.js";

const form = oneOf("of no form", "a material", "counted pieces", "serialised pieces");
const material = oneOf("other material", "cobalt", "lithium", "nickel", "lead", "graphite", "rare earths");
const unitState = oneOf(
  "without a serial",
  "free",
  "fitted to a vehicle",
  "reported stolen",
  "gone for good",
);
const service = oneOf("original", "repurposed", "reused", "remanufactured", "waste");
const consignmentStatus = oneOf("not made", "open", "accepted", "rejected", "returned");

/** Of lots and parts: what is made of them, who holds them, what they are fitted to. */
export const PART_WORDS: Record<string, ErrorWords> = {
  PartsBatchLength: {
    says: (v) => `the list has ${text(v.length)} rows, and may have 1 to ${text(v.limit)}`,
    fix: "Send at least one row, and split what is longer.",
  },
  PartsContentWithoutInput: {
    says: (v) => `${lot(v.lotId)} would contain critical materials that come from nowhere`,
    fix: "Make it with transformLots from lots that contain them, or state no content.",
  },
  PartsDestructionUnproven: {
    says: (v) =>
      `nothing shows that ${text(v.caller)} destroyed vehicle ${tag(v.vehicleId)}, whose parts it asks for`,
    fix: "Prove the destruction record (kind 13) that the caller wrote, with the vehicle's present head.",
  },
  PartsDocumentMissing: {
    says: () => "there is no document of what becomes of the part",
    fix: "Pass the SHA-256 of the signed document.",
  },
  PartsExpired: {
    says: (v) => `${part(v.partId)} expired on ${day(v.expiryDay)}`,
    fix: "Fit a part of a fresher lot, and decommission this one.",
  },
  PartsHoldUnknown: {
    says: (v) => `no recall holds serials ${text(v.fromSerial)} to ${text(v.toSerial)} of ${lot(v.lotId)}`,
    fix: "Take back exactly the ranges that were set.",
  },
  PartsHoldsExhausted: {
    says: (v) => `${lot(v.lotId)} has ${text(v.limit)} recalled ranges, as many as it can have`,
    fix: "Withdraw a campaign that is not needed, or recall longer ranges.",
  },
  PartsLotExists: {
    says: (v) => `${lot(v.lotId)} exists already`,
    fix: "A lot number is used once, for ever. Take the next one.",
  },
  PartsLotInvalid: {
    says: (v) => `${lot(v.lotId)} is stated inconsistently`,
    fix: "Give a form, a quantity and a document; a material for material lots alone, a content for pieces alone; a serialised lot has at most 4,294,967,295 units.",
  },
  PartsLotUnknown: {
    says: (v) => `there is no ${lot(v.lotId)}`,
    fix: "Check maker and lot number, or commission the lot first.",
  },
  PartsMassBalanceBroken: {
    says: (v) =>
      `the lots made contain more ${material(v.material)} than was consumed: ${grams(v.available)} are left for the last of them`,
    fix: "State less content, or consume more. Grams are counted, and shares of a lot rounded down.",
  },
  PartsNotFittable: {
    says: (v) => `${part(v.partId)} is ${form(v.form)} and not fitted to vehicles`,
    fix: "Make parts of the material with transformLots, and fit those.",
  },
  PartsNotFitted: {
    says: (v) => `vehicle ${tag(v.vehicleId)} does not carry so many of ${part(v.partId)}`,
    fix: "Check the part and the vehicle; a serialised unit has quantity 1, counted units serial 0.",
  },
  PartsNotMaterial: {
    says: (v) => `a recycler recovers materials, and ${lot(v.lotId)} would be ${form(v.form)}`,
    fix: "Recover a lot of material; parts are made by suppliers and manufacturers.",
  },
  PartsQuantityInvalid: {
    says: (v) => `${text(v.quantity)} is no quantity of ${part(v.partId)}`,
    fix: "Give at least 1, and exactly 1 of a serialised unit.",
  },
  PartsRecalled: {
    says: (v) => `${part(v.partId)} is under recall and must not be fitted`,
    fix: "Fit another part; the campaigns over its lot say what is wrong with it.",
  },
  PartsRecordKind: {
    says: (v) => `the record is of kind ${text(v.kind)}, and this step writes kind ${text(v.expected)}`,
    fix: "Use kind 17 when a part is fitted, 18 when it is removed.",
  },
  PartsRoleNotAllowed: {
    says: (v) => `class ${role(v.role)} does not do this with parts`,
    fix: "Act in a class that may: makers make lots, workshops fit, recyclers take apart.",
  },
  PartsSerialInvalid: {
    says: (v) => `serial ${text(v.serial)} does not fit ${lot(v.lotId)} of ${text(v.quantity)} units`,
    fix: "Serials go from 1 to the lot's quantity; a lot of counted units has none and stands whole, from 0 to 0.",
  },
  PartsSerialTaken: {
    says: (v) => `${part(v.partId)} was given its serial before`,
    fix: "A serial is given once. Take one that is free.",
  },
  PartsServiceInvalid: {
    says: (v) => `${part(v.partId)} cannot become ${service(v.status)}: it is so already, or never again`,
    fix: "Name a service other than the present one; no part becomes original again.",
  },
  PartsUnitState: {
    says: (v) => `${part(v.partId)} is ${unitState(v.state)}`,
    fix: "Only a free unit moves, is fitted or ends: remove it, or report it found, first.",
  },
  PartsUnserialised: {
    says: (v) => `the units of ${part(v.partId)} have no serial yet and stay with their maker`,
    fix: "Give them serials with serialiseUnits, and name the serial.",
  },
  PartsVehicleFull: {
    says: (v) =>
      `vehicle ${tag(v.vehicleId)} carries ${text(v.limit)} units of ${lot(v.lotId)}, as many as it can`,
    fix: "Remove one first, or fit a unit of another lot.",
  },
  PartsWaste: {
    says: (v) => `${part(v.partId)} was declared waste and must not be fitted`,
    fix: "Fit another part. Who remanufactures this one states so with changeService.",
  },
  /* work orders */
  WorkOrdersNotAuthorised: {
    says: (v) =>
      `${text(v.account)} neither holds vehicle ${tag(v.vehicleId)} nor has a work order of its holder`,
    fix: "Have the holder call giveWorkOrder; an order ends at its time, and when the title changes hands.",
  },
  WorkOrdersNotHolder: {
    says: (v) => `${text(v.caller)} does not hold vehicle ${tag(v.vehicleId)}`,
    fix: "Call from the account that holds the title; being approved is not enough.",
  },
  WorkOrdersVehicleDestroyed: {
    says: (v) => `vehicle ${tag(v.vehicleId)} is destroyed`,
    fix: "Its parts go to the recycler that destroyed it, with releaseParts.",
  },
  WorkOrdersVehicleLocked: {
    says: (v) => `nothing comes off vehicle ${tag(v.vehicleId)}, which is locked (${locks(v.locks)})`,
    fix: "Whoever set the theft or court lock has to clear it first.",
  },
  /* custody */
  CustodyConditionMissing: {
    says: () => "there is no report of the units' condition",
    fix: "Pass the SHA-256 of the report.",
  },
  CustodyConsignmentInvalid: {
    says: (v) =>
      `a consignment of ${text(v.length)} rows to ${text(v.receiver)} is none: it has a receiver and 1 to ${text(v.limit)} rows`,
    fix: "Name a receiver, and split what is longer.",
  },
  CustodyDeadlineNotReached: {
    says: (v) => `the receiver may accept until ${time(v.deadline)}, and it is ${time(v.currentTime)}`,
    fix: "Wait until the deadline is over, or have the receiver reject the units.",
  },
  CustodyDeadlinePassed: {
    says: (v) => `the deadline ${time(v.deadline)} is over, it is ${time(v.currentTime)}`,
    fix: "Have the units returned, and consign them anew with a later deadline.",
  },
  CustodyNotReceiver: {
    says: (v) => `consignment ${tag(v.consignmentId)} is not for ${text(v.caller)}`,
    fix: "Call from the account of its receiver.",
  },
  CustodyNotSender: {
    says: (v) => `${text(v.caller)} cannot consign in the name of ${text(v.sender)}`,
    fix: "Call from the sender's own account.",
  },
  CustodyStatus: {
    says: (v) => `consignment ${tag(v.consignmentId)} is ${consignmentStatus(v.status)}`,
    fix: "A consignment is made once and ended once, with exactly the terms it was made with; another salt makes another one.",
  },
  CustodyUnexpectedTransfer: {
    says: (v) => `${text(v.operator)} sent units to the custody contract itself`,
    fix: "Approve the custody contract and call consign.",
  },
  /* ERC-1155 */
  ERC1155InsufficientBalance: {
    says: (v) =>
      `${text(v.sender)} holds ${text(v.balance)} of ${part(v.tokenId)}, and ${text(v.needed)} are needed`,
    fix: "Use fewer, or get the units first; what is fitted or in transit is not the sender's.",
  },
  ERC1155InvalidApprover: {
    says: (v) => `${text(v.approver)} may not approve for these parts`,
    fix: "Approve from the holder's account.",
  },
  ERC1155InvalidArrayLength: {
    says: (v) => `${text(v.idsLength)} ids do not fit ${text(v.valuesLength)} quantities or accounts`,
    fix: "Give lists of the same length.",
  },
  ERC1155InvalidOperator: {
    says: (v) => `${text(v.operator)} cannot be an operator`,
    fix: "Name an address other than zero.",
  },
  ERC1155InvalidReceiver: {
    says: (v) => `${text(v.receiver)} cannot receive parts`,
    fix: "Send to a wallet, or to a contract that implements onERC1155Received.",
  },
  ERC1155InvalidSender: {
    says: (v) => `${text(v.sender)} cannot send parts`,
    fix: "Name an address other than zero.",
  },
  ERC1155MissingApprovalForAll: {
    says: (v) => `${text(v.operator)} is not approved for the parts of ${text(v.owner)}`,
    fix: "Have the holder call setApprovalForAll, or call from the holder's account.",
  },
};
