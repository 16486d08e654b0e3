export * from "./authority.js";
export * from "./roles.js";
