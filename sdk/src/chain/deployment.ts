/** Where the contracts of one deployment stand. `scripts/deploy.ts` writes it to `deployments/<network>.json`. */
export interface Deployment {
  /** Network name of hardhat.config.ts. */
  network: string;
  chainId: number;
  /** The block from which on the contracts' events have to be read. */
  fromBlock: number;
  contracts: {
    Consortium: `0x${string}`;
    VehicleRecords: `0x${string}`;
    VehicleTitle: `0x${string}`;
    VehicleKeys: `0x${string}`;
    TitleMetadata: `0x${string}`;
    ERC7913P256Verifier: `0x${string}`;
    WorkOrders: `0x${string}`;
    PartTwins: `0x${string}`;
    PartMetadata: `0x${string}`;
    PartCustody: `0x${string}`;
    PartCertificates: `0x${string}`;
    Recalls: `0x${string}`;
    QualityNotifications: `0x${string}`;
    PaymentChannels: `0x${string}`;
    TelemetryAnchors: `0x${string}`;
  };
}

/** An EIP-1193 provider: Hardhat's, a browser wallet's, a viem client's, or `httpRpc(url)`. */
export interface RpcProvider {
  request(args: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}
