import type { MemberClass, RoleName } from "../consortium/roles.js";
import type { MemberAdmitted, MemberExpelled } from "./events.js";
import type { Report } from "./schemaProblems.js";

interface MemberState {
  classes: Set<MemberClass>;
  admittedAt: number;
}

/** Who is a member of what, line after line. */
export class MemberRules {
  readonly #members = new Map<string, MemberState>();
  readonly #report: Report;
  readonly #skipped: ReadonlySet<string>;

  /** @param skipped Names of lines that could not be taken in: what they would have said is not known. */
  constructor(report: Report, skipped: ReadonlySet<string>) {
    this.#report = report;
    this.#skipped = skipped;
  }

  admit(event: MemberAdmitted, time: number): void {
    const { member } = event;
    const known = this.#members.get(member);
    if (!known) {
      this.#members.set(member, { classes: new Set([event.class]), admittedAt: time });
      return;
    }
    if (known.classes.has(event.class)) {
      this.#report("MEMBER_DUPLICATE", "/member", `${member} is a ${event.class} already`, "remove the line");
    }
    known.classes.add(event.class);
  }

  expel(event: MemberExpelled, time: number): void {
    this.require(event.member, undefined, time, "/member");
    this.#members.delete(event.member);
  }

  /**
   * @param role The class that the member acts in; any when left out.
   * @param field The field that names it.
   */
  require(member: string, role: RoleName | undefined, time: number, field: string): void {
    const known = this.#members.get(member);
    if (!known) {
      if (this.#skipped.has(member)) return;
      const fix = "admit it in an earlier line, or check the alias";
      this.#report("MEMBER_UNKNOWN", field, `${member} is no member here`, fix);
      return;
    }
    if (role !== undefined && ![...known.classes].some((name) => name === role)) {
      const message = `${member} is no ${role} but ${[...known.classes].join(", ")}`;
      this.#report("MEMBER_CLASS", field, message, `name a ${role}`);
    }
    if (time !== 0 && time < known.admittedAt) {
      const fix = "correct the time, or the admission's";
      this.#report("OUT_OF_ORDER", "/at", `${member} was admitted after this`, fix);
    }
  }
}
