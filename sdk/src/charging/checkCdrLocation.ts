import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { LOCATION_SCHEMA } from "./cdrSchema.js";
import type { CdrLocation } from "./cdrTypes.js";
import { checkSchema } from "./checkSchema.js";

let validate: ValidateFunction | undefined;

/**
 * Refuses a location that no charge detail record could name, before a car is charged there.
 *
 * @param source Names the location in errors.
 * @throws {ChargingError} `SESSION_DOCUMENT` with the path of the first problem.
 * @example
 * checkCdrLocation({ ...location, evse_uid: "1", evse_id: "NL*CPO*E1" }, "charge point 1");
 */
export function checkCdrLocation(location: CdrLocation, source = "the location"): void {
  validate ??= new Ajv2020({ allowUnionTypes: true }).compile(LOCATION_SCHEMA);
  checkSchema(validate, location, source, "SESSION_DOCUMENT");
}
