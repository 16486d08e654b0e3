// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Where a consignment is. All but `Open` are final.
enum ConsignmentStatus {
    None,
    Open,
    Accepted,
    Rejected,
    Returned
}

/// @dev Units on their way, in the order in which they were consigned. The id of a consignment is the hash of this.
/// `deadline` is until when the receiver may accept (Unix seconds). `salt` tells equal consignments apart.
struct Consignment {
    address sender;
    address receiver;
    uint40 deadline;
    uint64 salt;
    uint256[] partIds;
    uint256[] quantities;
}
