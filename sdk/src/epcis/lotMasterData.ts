import type { CriticalMaterial, PartEventOf } from "../parts/types.js";
import { documentUri } from "./epcisIds.js";

/** What is told of a lot once, at its making; days in the words of CBV, the rest as extensions. */
export function lotMasterData(
  { lot }: PartEventOf<"lotCommissioned">,
  isRecovery: boolean,
): Record<string, string | number> {
  const content = (Object.entries(lot.content) as [CriticalMaterial, bigint][])
    .filter(([, grams]) => grams > 0n)
    .map(([material, grams]) => [`blok:${material}Grams`, Number(grams)] as const);
  return {
    "cbvmda:lotNumber": String(lot.number),
    ...(lot.expiryDay === 0 ? {} : { "cbvmda:itemExpirationDate": dayText(lot.expiryDay) }),
    "blok:form": lot.form,
    ...(lot.form === "material" ? { "blok:material": lot.material } : {}),
    ...Object.fromEntries(content),
    ...(isRecovery ? { "blok:origin": "recycled" } : {}),
    "blok:document": documentUri(lot.documentHash),
  };
}

function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
