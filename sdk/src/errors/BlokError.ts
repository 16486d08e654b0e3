/** What a {@link BlokError} may say beside its message. */
export interface BlokErrorDetails {
  /** Where the problem is: a file and line, a field, a record. */
  where?: string;
  /** What the reader can do about it. */
  fix?: string;
  /** The error that led to this one. */
  cause?: unknown;
}

/**
 * The root of every error that the SDK throws on purpose.
 *
 * `code` is stable and meant for programs; `message` is rendered for people as
 * "what was wrong; where; what to do".
 *
 * @example
 * throw new BlokError("VIN_LENGTH", "the VIN has 16 characters, not 17", {
 *   where: "line 3, field vin",
 *   fix: "copy all 17 characters from the registration certificate",
 * });
 */
export class BlokError<Code extends string = string> extends Error {
  readonly code: Code;
  /** The message without `where` and `fix`. */
  readonly problem: string;
  readonly where: string | undefined;
  readonly fix: string | undefined;

  constructor(code: Code, message: string, details: BlokErrorDetails = {}) {
    const parts = [message, details.where, details.fix].filter((part) => part !== undefined && part !== "");
    super(parts.join("; "), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.problem = message;
    this.where = details.where;
    this.fix = details.fix;
  }
}
