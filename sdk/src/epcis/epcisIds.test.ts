import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lotIdOf, partIdOf } from "../parts/partId.js";
import { canonicalUri } from "./canonicalUri.js";
import { EpcisError } from "./EpcisError.js";
import { documentUri, epcisIds } from "./epcisIds.js";
import { checkedGtin, gs1CheckDigit } from "./gs1Keys.js";
import { CELL_MAKER, CELLS, CELL, DEPLOYMENT } from "./testing/partLife.js";

const isIdentifierError = (error: unknown): boolean =>
  error instanceof EpcisError && error.code === "EPCIS_IDENTIFIER";

describe("epcisIds", () => {
  it("refuses a GTIN or GLN with a wrong check digit", () => {
    assert.throws(() => epcisIds(DEPLOYMENT, { [CELL_MAKER]: { gtin: "4012345111119" } }), isIdentifierError);
    assert.throws(() => epcisIds(DEPLOYMENT, { [CELL_MAKER]: { gln: "4012345000001" } }), isIdentifierError);
    assert.throws(() => epcisIds(DEPLOYMENT, { [CELL_MAKER]: { gtins: { "7": "7" } } }), isIdentifierError);
  });

  it("writes GS1 Digital Links for a maker that has GS1 numbers", () => {
    const party = { gtin: "4012345111118", gtins: { "8": "4012345123456" }, gln: "4012345000009" };
    const ids = epcisIds(DEPLOYMENT, { [CELL_MAKER.toLowerCase()]: party });
    assert.equal(ids.unit(CELL), "https://id.gs1.org/01/04012345111118/21/7-12");
    assert.equal(ids.lot(CELLS), "https://id.gs1.org/01/04012345111118/10/7");
    assert.equal(ids.lot(lotIdOf(CELL_MAKER, 8)), "https://id.gs1.org/01/04012345123456/10/8");
    assert.equal(ids.party(CELL_MAKER), "https://id.gs1.org/417/4012345000009");
    for (const uri of [ids.unit(CELL), ids.lot(CELLS), ids.party(CELL_MAKER)])
      assert.equal(canonicalUri(uri), uri);
  });

  it("writes private URIs for everybody else", () => {
    const ids = epcisIds(DEPLOYMENT);
    const place =
      "31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc.7";
    assert.equal(ids.unit(CELL), `urn:blok:part:${place}:12`);
    assert.equal(ids.lot(CELLS), `urn:blok:lot:${place}`);
    assert.equal(ids.party(CELL_MAKER), `did:pkh:eip155:31337:${CELL_MAKER}`);
  });

  it("gives no two units of a maker the same SGTIN, and none a serial that is too long", () => {
    const ids = epcisIds(DEPLOYMENT, { [CELL_MAKER]: { gtin: "4012345111118" } });
    const units = fc.tuple(fc.bigInt(0n, 2n ** 64n - 1n), fc.integer({ min: 1, max: 2 ** 32 - 1 }));
    fc.assert(
      fc.property(units, units, ([lotA, serialA], [lotB, serialB]) => {
        const [a, b] = [
          ids.unit(partIdOf(lotIdOf(CELL_MAKER, lotA), serialA)),
          ids.unit(partIdOf(lotIdOf(CELL_MAKER, lotB), serialB)),
        ];
        assert.equal(a === b, lotA === lotB && serialA === serialB);
        assert.match(a, /\/21\/[0-9A-Z-]{1,20}$/);
      }),
    );
  });

  it("names documents by RFC 6920", () => {
    const hash = "0x7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069";
    assert.equal(documentUri(hash), "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");
  });
});

describe("checkedGtin", () => {
  it("takes GTINs of every length, with the digit that they should end in", () => {
    const bodies = fc.tuple(fc.constantFrom(7, 11, 12, 13), fc.infiniteStream(fc.nat(9)));
    fc.assert(
      fc.property(bodies, fc.integer({ min: 1, max: 9 }), ([length, digits], slip) => {
        const body = Array.from({ length }, () => digits.next().value).join("");
        const check = gs1CheckDigit(body);
        assert.equal(checkedGtin(body + check), (body + check).padStart(14, "0"));
        assert.throws(() => checkedGtin(body + ((Number(check) + slip) % 10)), isIdentifierError);
      }),
    );
  });
});

describe("canonicalUri", () => {
  it("leaves text alone that is no GS1 key", () => {
    for (const text of [
      "urn:blok:part:1:0x00:7:12",
      "https://www.ncbi.nlm.nih.gov/taxonomy/1126011",
      "https://example.org/01/about",
      "urn:epc:id:unknown:1.2.3",
      "https://id.gs1.org/",
    ]) {
      assert.equal(canonicalUri(text), text);
    }
  });

  it("keeps the finest qualifier alone", () => {
    const gtin = "https://example.com/some/path/01/04012345111118";
    assert.equal(canonicalUri(`${gtin}/10/LOT/21/9?17=270101`), "https://id.gs1.org/01/04012345111118/21/9");
    assert.equal(canonicalUri(`${gtin}/22/2A/10/LOT`), "https://id.gs1.org/01/04012345111118/10/LOT");
    assert.equal(
      canonicalUri("urn:epc:idpat:grai:4012345.55555.*"),
      "https://id.gs1.org/8003/04012345555554",
    );
  });
});
