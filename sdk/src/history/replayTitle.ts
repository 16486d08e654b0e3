import { ZeroAddress } from "ethers";
import type { TitleEvent, TitleFacts } from "./types.js";

/** No title. */
export const EMPTY_TITLE: TitleFacts = {
  holder: ZeroAddress,
  issuer: ZeroAddress,
  status: "none",
  locks: 0,
  holderCount: 0,
  grantEpoch: 0,
  registeredDay: 0,
};

const DAY_SECONDS = 86_400;

/**
 * Where a title stands after its events.
 *
 * Holders are counted as the contract counts them: the first with the registration, and each transfer to somebody else.
 *
 * @param events In the order of the chain.
 * @example
 * replayTitle(history.titleEvents).holderCount === history.title.holderCount; // true
 */
export function replayTitle(events: Iterable<TitleEvent>): TitleFacts {
  const title = { ...EMPTY_TITLE };
  for (const event of events) {
    switch (event.type) {
      case "registered":
        title.holder = event.holder;
        title.issuer = event.issuer;
        title.status = "active";
        title.holderCount = 1;
        title.registeredDay = Math.floor(event.at / DAY_SECONDS);
        break;
      case "transferred":
        title.holder = event.to;
        title.grantEpoch += 1;
        if (event.from !== event.to) title.holderCount += 1;
        break;
      case "lockSet":
        title.locks |= 1 << event.lock;
        break;
      case "lockCleared":
        title.locks &= ~(1 << event.lock);
        break;
      case "statusChanged":
        title.status = event.status;
        break;
    }
  }
  return title;
}
