import type { DriveProfile } from "./profile.js";
import type { TripEvent } from "./types.js";

/** An event that may still go on. */
interface OpenSpan {
  startMs: number;
  firstSample: number;
  /** When the threshold, or what keeps the event going, was last reached. */
  endMs: number;
  lastSample: number;
  /** For how long nothing has kept it going. */
  quietMs: number;
}

export interface OpenManoeuvre extends OpenSpan {
  peakMmS2: number;
  /** How long the harsh and the severe threshold were reached in all. */
  harshMs: number;
  severeMs: number;
}

export interface OpenExcess extends OpenSpan {
  excessMmS: number;
  overMs: number;
}

export interface OpenCrash extends OpenSpan {
  peakMmS2: number;
  speedBeforeMmS: number;
  speedMmS: number;
  /** Acceleration summed over time, mm/s² times ms, forward and to the left. */
  forward: number;
  sideways: number;
}

/** One instant: a sample's place and time, and how long since the sample before. */
export interface Step {
  index: number;
  timeMs: number;
  dtMs: number;
}

/**
 * Carries a manoeuvre over one step. It begins where the harsh threshold is reached and is over when the acceleration has
 * been well below for a while, so that one that wavers around the threshold is one.
 *
 * @param valueMmS2 Acceleration in the manoeuvre's direction.
 * @param thresholds Harsh and severe, mm/s².
 */
export function stepManoeuvre(
  open: OpenManoeuvre | undefined,
  step: Step,
  valueMmS2: number,
  thresholds: readonly [number, number],
  profile: DriveProfile,
): { open?: OpenManoeuvre; isOver?: boolean } {
  const [harsh, severe] = thresholds;
  if (valueMmS2 >= harsh) {
    const goesOn = open ?? { ...begin(step), peakMmS2: 0, harshMs: 0, severeMs: 0 };
    return {
      open: {
        ...goesOn,
        ...keptGoing(step),
        peakMmS2: Math.max(goesOn.peakMmS2, valueMmS2),
        harshMs: goesOn.harshMs + step.dtMs,
        severeMs: goesOn.severeMs + (valueMmS2 >= severe ? step.dtMs : 0),
      },
    };
  }
  if (!open) return {};
  return quieten(open, step, valueMmS2 * 1_000 < harsh * profile.releasePermille, profile);
}

/** The event of a manoeuvre that is over, or nothing when it was too short to be one. */
export function closeManoeuvre(
  kind: "brake" | "acceleration" | "corner",
  open: OpenManoeuvre,
  profile: DriveProfile,
): TripEvent | undefined {
  if (open.harshMs < profile.minManoeuvreMs) return undefined;
  return {
    kind,
    severity: open.severeMs >= profile.minManoeuvreMs ? "severe" : "harsh",
    ...span(open),
    peakMmS2: open.peakMmS2,
  };
}

/**
 * Carries driving over a limit over one step.
 *
 * @param excessMmS By how much the speed is above limit and tolerance; zero or less when it is not.
 * @param limitExcessMmS By how much it is above the limit alone, which the driver is shown.
 */
export function stepExcess(
  open: OpenExcess | undefined,
  step: Step,
  excessMmS: number,
  limitExcessMmS: number,
  profile: DriveProfile,
): { open?: OpenExcess; isOver?: boolean } {
  if (excessMmS > 0) {
    const goesOn = open ?? { ...begin(step), excessMmS: 0, overMs: 0 };
    return {
      open: {
        ...goesOn,
        ...keptGoing(step),
        excessMmS: Math.max(goesOn.excessMmS, limitExcessMmS),
        overMs: goesOn.overMs + step.dtMs,
      },
    };
  }
  return open ? quieten(open, step, true, profile) : {};
}

export function closeExcess(open: OpenExcess, profile: DriveProfile): TripEvent | undefined {
  if (open.overMs < profile.minOverLimitMs) return undefined;
  return { kind: "overLimit", ...span(open), excessMmS: open.excessMmS };
}

/** Carries what may be a crash over one step. */
export function stepCrash(
  open: OpenCrash | undefined,
  step: Step,
  motion: { forwardMmS2: number; sidewaysMmS2: number; speedBeforeMmS: number; speedMmS: number },
  profile: DriveProfile,
): { open?: OpenCrash; isOver?: boolean } {
  const { forwardMmS2, sidewaysMmS2, speedMmS } = motion;
  const strength = length(forwardMmS2, sidewaysMmS2);
  const isCrash = strength >= profile.crashMmS2;
  if (!open && !isCrash) return {};
  const before = open ?? {
    ...begin(step),
    peakMmS2: 0,
    speedBeforeMmS: motion.speedBeforeMmS,
    speedMmS,
    forward: 0,
    sideways: 0,
  };
  const goesOn: OpenCrash = {
    ...before,
    peakMmS2: Math.max(before.peakMmS2, strength),
    speedMmS,
    forward: before.forward + forwardMmS2 * step.dtMs,
    sideways: before.sideways + sidewaysMmS2 * step.dtMs,
  };
  if (isCrash) return { open: { ...goesOn, ...keptGoing(step) } };
  return quieten(goesOn, step, strength * 1_000 < profile.crashMmS2 * profile.releasePermille, profile);
}

/** A crash is thought of only where the velocity changed as well: a hole in the road is as hard, but much shorter. */
export function closeCrash(open: OpenCrash, profile: DriveProfile): TripEvent | undefined {
  const felt = Math.floor(length(open.forward, open.sideways) / 1_000);
  const deltaVMmS = Math.max(felt, Math.abs(open.speedBeforeMmS - open.speedMmS));
  if (deltaVMmS < profile.crashDeltaVMmS) return undefined;
  return { kind: "crash", ...span(open), peakMmS2: open.peakMmS2, deltaVMmS };
}

function begin({ index, timeMs, dtMs }: Step): OpenSpan {
  const startMs = timeMs - dtMs;
  return {
    startMs,
    firstSample: dtMs > 0 ? index - 1 : index,
    endMs: timeMs,
    lastSample: index,
    quietMs: 0,
  };
}

function keptGoing({ index, timeMs }: Step): Pick<OpenSpan, "endMs" | "lastSample" | "quietMs"> {
  return { endMs: timeMs, lastSample: index, quietMs: 0 };
}

function quieten<Open extends OpenSpan>(
  open: Open,
  step: Step,
  isQuiet: boolean,
  { releaseMs }: DriveProfile,
): { open: Open; isOver?: boolean } {
  if (!isQuiet) return { open: { ...open, ...keptGoing(step) } };
  const quietMs = open.quietMs + step.dtMs;
  return { open: { ...open, quietMs }, isOver: quietMs >= releaseMs };
}

function span({ startMs, endMs, firstSample, lastSample }: OpenSpan) {
  return { startMs, endMs, firstSample, lastSample };
}

/** Length of a vector, rounded down. Square roots are exact to the last bit everywhere. */
function length(a: number, b: number): number {
  return Math.floor(Math.sqrt(a * a + b * b));
}
