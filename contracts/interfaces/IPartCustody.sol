// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consignment, ConsignmentStatus} from "../types/CustodyTypes.sol";
import {IPartTwins} from "./IPartTwins.sol";

/// @title Custody of parts: handed over in two steps, with a report of their condition at each end.
/// @notice While units are on their way this contract holds them: they are in transit. How long they stay with whom comes
/// out of the events.
interface IPartCustody {
    /* EVENTS */

    /// @notice Units are on their way. `conditionHash` is the SHA-256 of the sender's report.
    event PartsConsigned(
        bytes32 indexed consignmentId,
        address indexed sender,
        address indexed receiver,
        Consignment consignment,
        bytes32 conditionHash
    );

    /// @notice The receiver took the units over. `conditionHash` is the SHA-256 of the receiver's report.
    event PartsAccepted(bytes32 indexed consignmentId, address indexed receiver, bytes32 conditionHash);

    /// @notice The receiver sent the units back, for what its report of their condition says.
    event PartsRejected(bytes32 indexed consignmentId, address indexed receiver, bytes32 conditionHash);

    /// @notice Nobody accepted in time, and the units went back to the sender.
    event PartsReturned(bytes32 indexed consignmentId, address indexed sender);

    /* ERRORS */

    /// @notice The consignment names no receiver, nothing, zero units of a part, or more than `limit` rows.
    error CustodyConsignmentInvalid(address receiver, uint256 length, uint256 limit);

    /// @notice Only the owner of units consigns them.
    error CustodyNotSender(address sender, address caller);

    /// @notice The deadline (Unix seconds) is over already.
    error CustodyDeadlinePassed(uint40 deadline, uint256 currentTime);

    /// @notice The deadline (Unix seconds) is not over yet: the receiver may still accept.
    error CustodyDeadlineNotReached(uint40 deadline, uint256 currentTime);

    /// @notice The consignment is not open; a consignment is made once and ended once.
    error CustodyStatus(bytes32 consignmentId, ConsignmentStatus status);

    /// @notice The consignment is for another receiver than `caller`.
    error CustodyNotReceiver(bytes32 consignmentId, address caller);

    /// @notice The hash of the condition report is zero.
    error CustodyConditionMissing();

    /// @notice Units come here by `consign` only; sent in any other way they would stay here.
    error CustodyUnexpectedTransfer(address operator);

    /* HANDING OVER */

    /// @notice Takes units of the caller, which has approved this contract for them, and offers them to the receiver.
    /// @param conditionHash SHA-256 of the report of the units' condition.
    function consign(
        Consignment calldata consignment,
        bytes32 conditionHash
    ) external returns (bytes32 consignmentId);

    /// @notice Takes the units over. Only the receiver, until the deadline.
    function accept(Consignment calldata consignment, bytes32 conditionHash) external;

    /// @notice Sends the units back. Only the receiver.
    function reject(Consignment calldata consignment, bytes32 conditionHash) external;

    /// @notice Returns units that nobody accepted in time to their sender. Anybody may.
    function returnExpired(Consignment calldata consignment) external;

    /* VIEWS */

    /// @notice The most rows that a consignment may have.
    function MAX_BATCH() external view returns (uint256);

    /// @notice The parts that are handed over.
    function parts() external view returns (IPartTwins);

    /// @notice keccak256(abi.encode(chain id, this contract, consignment)).
    function consignmentIdOf(Consignment calldata consignment) external view returns (bytes32);

    /// @notice Where a consignment is.
    function statusOf(bytes32 consignmentId) external view returns (ConsignmentStatus);
}
