import { ROLES, type MemberClass } from "../consortium/roles.js";
import type { LifecycleEvent } from "./events.js";

/** The class in which the author of an event acts, as on chain. */
export function roleOf(event: LifecycleEvent): number {
  if ("class" in event && event.class) return ROLES[event.class];
  if (event.type === "vehicle.destroyed" || event.type === "parts.released") return ROLES.recycler;
  return ROLES.registrar;
}

/** The member on whose behalf an event is written, with its class; undefined for holders, vehicles and offices. */
export function actingMember(event: LifecycleEvent): { member: string; class: MemberClass } | undefined {
  switch (event.type) {
    case "vehicle.registered":
    case "key.bound":
    case "lot.commissioned":
    case "lot.transformed":
    case "units.serialised":
    case "part.fitted":
    case "part.removed":
    case "parts.decommissioned":
    case "part.serviceChanged":
    case "recall.opened":
    case "recall.updated":
    case "recall.notified":
    case "recall.remedied":
      return { member: event.member, class: event.class };
    case "record.appended":
      return event.class && { member: event.author, class: event.class };
    case "record.corrected":
      return { member: event.author, class: event.class };
    case "title.locked":
    case "title.unlocked":
      return { member: event.member, class: event.lock === "court" ? "court" : "registrar" };
    case "vehicle.exported":
    case "vehicle.imported":
      return { member: event.member, class: "registrar" };
    case "certificate.issued":
    case "certificate.revoked":
      return { member: event.member, class: "auditor" };
    case "vehicle.destroyed":
    case "parts.released":
      return { member: event.member, class: "recycler" };
    default:
      return undefined;
  }
}
