import * as ocmf from "@road-labs/ocmf";
import * as noble from "@road-labs/ocmf-crypto-noble";

// The packages are CommonJS to Node and modules to bundlers. Node 20 does not see all names of the former from outside.
const { Signer, Verifier, decomposeValue } = unwrap(ocmf);
const { Crypto, EcPublicKey } = unwrap(noble);

export { Crypto, decomposeValue, EcPublicKey, Signer, Verifier };

function unwrap<T extends object>(namespace: T): T {
  return "default" in namespace ? (namespace.default as T) : namespace;
}
