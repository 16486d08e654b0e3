/** The part of the native secp256k1 package that is used here. Lengths are checked by the package, which throws. */
export interface NativeSecp256k1 {
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean;
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { signature: Uint8Array; recid: number };
  /** Does not refuse the upper half of s. */
  ecdsaRecover(
    signature: Uint8Array,
    recid: number,
    digest: Uint8Array,
    isCompressed: boolean,
    output: Uint8Array,
  ): Uint8Array;
}

/** The native package, where it can be loaded. */
export const nativeSecp256k1 = loadNative();

function loadNative(): NativeSecp256k1 | undefined {
  // The package's main entry falls back to slow JavaScript in silence, so its bindings are asked for by name. They
  // are looked up at run time: a bundle for browsers must not contain them.
  const require = globalThis.process?.getBuiltinModule?.("node:module")?.createRequire(import.meta.url);
  try {
    return require?.("secp256k1/bindings.js") as NativeSecp256k1 | undefined;
  } catch {
    return undefined;
  }
}
