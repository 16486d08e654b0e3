import { eip712Domain } from "./prepareDomain.js";
import { normalSession } from "./signVoucher.js";
import type {
  ChannelDomain,
  CloseAgreement,
  FundingOrder,
  Mandate,
  TypedData,
  VoucherStatement,
} from "./types.js";

type Domain = Pick<ChannelDomain, "chainId" | "contract">;

const field = (declaration: string): { name: string; type: string } => {
  const [type = "", name = ""] = declaration.split(" ");
  return { name, type };
};

/** The fields of each EIP-712 type of `PaymentChannels`, as its source writes them. */
const FIELDS = {
  Voucher: "bytes32 channelId,uint24 epoch,uint96 ceiling",
  SessionVoucher: "bytes32 channelId,uint24 epoch,uint96 ceiling,bytes32 sessionHash",
  CloseAgreement: "bytes32 channelId,uint24 epoch,uint96 newSettled",
  Mandate:
    "address owner,uint256 vehicleId,uint24 grantEpoch,bytes32 signer,address asset,uint96 capPerPeriod," +
    "uint32 periodSeconds,uint96 totalCap,bytes32 payeeRoot,uint40 validFrom,uint40 expiresAt,uint64 salt",
  FundingOrder: "bytes32 mandateId,bytes32 channelId,uint24 epoch,uint96 newDeposited,uint40 deadline",
} as const;

/**
 * A voucher as wallets show and sign it; a plain one if `sessionHash` is left out or zero.
 *
 * @example
 * const { domain, types, message } = voucherTypedData(statement, deploymentDomain);
 * const signature = await wallet.signTypedData(domain, types, message); // 65 bytes: plain vouchers only
 */
export function voucherTypedData(statement: VoucherStatement, domain: Domain): TypedData {
  const { channelId, epoch, ceiling } = statement;
  const sessionHash = normalSession(statement.sessionHash);
  const message = { channelId, epoch, ceiling: String(ceiling) };
  return sessionHash === undefined
    ? typedData("Voucher", message, domain)
    : typedData("SessionVoucher", { ...message, sessionHash }, domain);
}

/**
 * The payee's agreement to close at once, for `closeChannelByAgreement`.
 *
 * @example
 * const { domain, types, message } = closeAgreementTypedData({ channelId, epoch: 0, newSettled: 120n }, where);
 */
export function closeAgreementTypedData(agreement: CloseAgreement, domain: Domain): TypedData {
  const { channelId, epoch, newSettled } = agreement;
  return typedData("CloseAgreement", { channelId, epoch, newSettled: String(newSettled) }, domain);
}

/**
 * An owner's mandate, for `fundByMandate`; its struct hash is the mandate's id.
 *
 * @example
 * const { domain, types, message } = mandateTypedData(mandate, where);
 * const ownerSignature = await wallet.signTypedData(domain, types, message);
 */
export function mandateTypedData(mandate: Mandate, domain: Domain): TypedData {
  const { owner, grantEpoch, signer, asset, periodSeconds, payeeRoot, validFrom, expiresAt } = mandate;
  const message = {
    owner,
    vehicleId: String(mandate.vehicleId),
    grantEpoch,
    signer,
    asset,
    capPerPeriod: String(mandate.capPerPeriod),
    periodSeconds,
    totalCap: String(mandate.totalCap),
    payeeRoot,
    validFrom,
    expiresAt,
    salt: String(mandate.salt),
  };
  return typedData("Mandate", message, domain);
}

/**
 * The car's order to fund a channel by a mandate, for `fundByMandate`.
 *
 * @example
 * const digest = typedDataDigest(fundingOrderTypedData(order, where));
 */
export function fundingOrderTypedData(order: FundingOrder, domain: Domain): TypedData {
  const { mandateId, channelId, epoch, newDeposited, deadline } = order;
  return typedData(
    "FundingOrder",
    { mandateId, channelId, epoch, newDeposited: String(newDeposited), deadline },
    domain,
  );
}

function typedData(
  primaryType: keyof typeof FIELDS,
  message: Record<string, unknown>,
  domain: Domain,
): TypedData {
  return {
    domain: eip712Domain(domain),
    types: { [primaryType]: FIELDS[primaryType].split(",").map(field) },
    primaryType,
    message,
  };
}
