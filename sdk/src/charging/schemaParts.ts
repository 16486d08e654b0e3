/** Pieces that the schemas of tariffs and session documents share. Decimals are looked at digit by digit elsewhere. */
export const decimal = { type: ["number", "string"] };
export const count = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const dateTime = {
  type: "string",
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z?$",
};
export const second = {
  type: "string",
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
};
export const hash = { type: "string", pattern: "^0x[0-9a-f]{64}$" };
export const baseUnits = { type: "string", pattern: "^(0|[1-9][0-9]{0,38})$" };
export const currency = { type: "string", pattern: "^[A-Z]{3}$" };
export const countryCode = { type: "string", pattern: "^[A-Za-z]{2}$" };
export const partyId = { type: "string", pattern: "^[A-Za-z0-9]{3}$" };

/** Printable ASCII, as OCPI's CiString. */
export const text = (maxLength: number, minLength = 1): object => ({
  type: "string",
  minLength,
  maxLength,
  pattern: "^[ -~]*$",
});

/** Any characters, as OCPI's string. */
export const words = (maxLength: number): object => ({ type: "string", minLength: 1, maxLength });

/** An object without other fields: a misspelt one would change a price in silence. */
export const closed = (properties: Record<string, object>, optional: string[] = []): object => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

export const list = (items: object, minItems: number, maxItems: number): object => ({
  type: "array",
  minItems,
  maxItems,
  items,
});

/** Country and party, as in NL*TOL. */
export const chargerId = { type: "string", pattern: "^[A-Z]{2}\\*[A-Z0-9]{3}$" };
