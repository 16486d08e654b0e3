export * from "./evidence.js";
export * from "./explainPremium.js";
export * from "./InsuranceError.js";
export { premiumOf, silencePremiumOf, type Premium, type PremiumInput } from "./premium.js";
export * from "./subjectList.js";
export * from "./typedData.js";
export * from "./types.js";
