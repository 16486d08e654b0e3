// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecordInput} from "../types/RecordTypes.sol";
import {ForcedTransferRequest, TitleState, TitleStatus} from "../types/TitleTypes.sol";
import {ITitleMetadata} from "./ITitleMetadata.sol";
import {IVehicleRecords} from "./IVehicleRecords.sol";

/// @title Vehicle titles: one ERC-721 token per vehicle, held and transferred with any wallet.
/// @notice The token id is the vehicle id: HMAC-SHA-256 of the VIN under the registry's key, so that one VIN has one
/// title and nobody without the key can test VINs. Beside what stands here the contract implements ERC-721 with its
/// metadata, ERC-4906, ERC-4907, ERC-5192, ERC-7572 and ERC-7943.
interface IVehicleTitle {
    /* EVENTS */

    /// @notice A vehicle was registered by `issuer`, in its class `role`, for its first `holder`.
    event VehicleRegistered(
        uint256 indexed vehicleId,
        address indexed holder,
        address indexed issuer,
        uint64 role
    );

    /// @notice `controller` set lock bit `lock`.
    event TitleLockSet(uint256 indexed vehicleId, uint8 indexed lock, address indexed controller);

    /// @notice `controller` cleared lock bit `lock`.
    event TitleLockCleared(uint256 indexed vehicleId, uint8 indexed lock, address indexed controller);

    /// @notice The consortium gave lock bit `lock` to role `controller`.
    event LockControllerSet(uint8 indexed lock, uint64 indexed controller);

    /// @notice The title's status changed.
    event TitleStatusChanged(uint256 indexed vehicleId, TitleStatus indexed status);

    /// @notice A court asked for a forced transfer, which can be carried out from `executableAt` (Unix seconds) on.
    /// @param evidenceHash SHA-256 of the order, which is also the document of the life record written on execution.
    event ForcedTransferRequested(
        uint256 indexed vehicleId,
        address indexed from,
        address indexed to,
        bytes32 evidenceHash,
        uint40 executableAt
    );

    /// @notice A guardian stopped a forced transfer, or the court ended it by releasing the title.
    event ForcedTransferCancelled(uint256 indexed vehicleId, address indexed canceller);

    /* ERRORS */

    /// @notice The vehicle has a title already, perhaps a destroyed one. An id is registered once, for ever.
    error TitleExists(uint256 vehicleId);

    /// @notice Locks stop this: `locks` is the set of lock bits in force, `stops` the set that matters here.
    error TitleLocked(uint256 vehicleId, uint16 locks, uint16 stops);

    /// @notice The vehicle is destroyed; its title never changes again.
    error TitleDestroyed(uint256 vehicleId);

    /// @notice The title has changed hands `limit` times, more than any car; only a forced transfer moves it now.
    error TitleTransfersExhausted(uint256 vehicleId, uint24 limit);

    /// @notice Lock bit `lock` belongs to role `controller`, which `caller` does not have.
    error TitleLockForeign(uint8 lock, address caller, uint64 controller);

    /// @notice Lock bit `lock` is at or above the number of bits.
    error TitleLockUnknown(uint8 lock, uint8 limit);

    /// @notice The lock bit has this value already.
    error TitleLockUnchanged(uint256 vehicleId, uint8 lock, bool isSet);

    /// @notice A record of `kind` does not bring about a change of this title from `status`.
    error TitleStatusUnchangeable(uint256 vehicleId, TitleStatus status, uint8 kind);

    /// @notice `account` neither holds the title nor is approved for it.
    error TitleNotHolder(uint256 vehicleId, address account);

    /// @notice The user's time `expires` is over already (Unix seconds).
    error TitleUserExpired(uint256 vehicleId, uint64 expires, uint256 currentTime);

    /// @notice The court has to freeze the title before it can ask for a forced transfer.
    error TitleNotFrozen(uint256 vehicleId);

    /// @notice A forced transfer of this title is waiting already.
    error TitleForcedTransferPending(uint256 vehicleId, uint40 executableAt);

    /// @notice No forced transfer with these parties was asked for.
    error TitleForcedTransferUnknown(uint256 vehicleId, address from, address to);

    /// @notice The forced transfer can be carried out from `executableAt` until `expiresAt` only (Unix seconds).
    error TitleForcedTransferNotInTime(
        uint256 vehicleId,
        uint40 executableAt,
        uint40 expiresAt,
        uint256 currentTime
    );

    /// @notice The evidence hash is zero.
    error TitleEvidenceMissing(uint256 vehicleId);

    /// @notice A forced transfer must wait at least `minimum` seconds.
    error TitleDelayTooShort(uint32 delay, uint32 minimum);

    /// @notice The batch is empty, or its two lists differ in length.
    error TitleBatchMismatch(uint256 holders, uint256 births);

    /// @notice The batch has more vehicles than fit a transaction.
    error TitleBatchTooLong(uint256 length, uint256 limit);

    /* REGISTRATION */

    /// @notice Registers a vehicle: mints its title to `holder` and opens its life record, in one transaction.
    /// @dev Whoever may write the birth record may register: a manufacturer a new car (kind 1), a registrar an existing
    /// one (kind 2). The records contract holds that table and refuses everybody else.
    /// @param holder The first holder; a contract must be able to receive ERC-721 tokens.
    /// @param birth The birth record. `vehicleId` becomes the token id.
    /// @param role The class in which the caller acts.
    function registerVehicle(address holder, RecordInput calldata birth, uint64 role) external;

    /// @notice Registers 1 to `MAX_BATCH` vehicles; all or none.
    function registerVehicles(
        address[] calldata holders,
        RecordInput[] calldata births,
        uint64 role
    ) external;

    /// @notice Adds a self-reported record to the life of a vehicle whose title the caller holds.
    function reportAsHolder(RecordInput calldata input) external returns (uint32 index);

    /* LOCKS */

    /// @notice Sets lock bit `lock`. Only for the role that owns the bit.
    function lockTitle(uint256 vehicleId, uint8 lock) external;

    /// @notice Clears lock bit `lock`. Only for the role that owns the bit.
    function unlockTitle(uint256 vehicleId, uint8 lock) external;

    /// @notice Gives lock bit `lock` to role `controller`.
    /// @dev Restricted.
    function setLockController(uint8 lock, uint64 controller) external;

    /* FORCED TRANSFER */

    /// @notice Asks for a forced transfer of a frozen title. ERC-7943's `forcedTransfer` carries it out after the delay.
    /// @dev Restricted to courts; execution is restricted to registrars and cancellation to guardians, so that no
    /// single class takes a car from its holder.
    function requestForcedTransfer(
        address from,
        address to,
        uint256 vehicleId,
        bytes32 evidenceHash
    ) external;

    /// @notice Stops a forced transfer that has not been carried out.
    /// @dev Only for guardians.
    function cancelForcedTransfer(uint256 vehicleId) external;

    /* STATUS */

    /// @notice Marks a vehicle as exported (record kind 15) or as imported again (kind 14), and adds the record.
    /// @dev Restricted to registrars.
    function changeStatus(RecordInput calldata input) external;

    /// @notice Ends a vehicle's life with its certificate of destruction (record kind 13). For ever.
    /// @dev Restricted to recyclers, who must hold the title or be approved for it: they cannot scrap a car whose
    /// holder did not hand it over. A lock that stops transfers stops this too.
    function destroyVehicle(RecordInput calldata input) external;

    /// @notice Tells marketplaces to read the metadata again (ERC-4906). Anybody may.
    /// @dev Records do not know the title, so that a change of odometer or brand is announced by whoever cares.
    function refreshMetadata(uint256 vehicleId) external;

    /* VIEWS */

    /// @notice The most vehicles that one batch may register.
    function MAX_BATCH() external view returns (uint256);

    /// @notice How long a forced transfer waits, in seconds.
    function forcedTransferDelaySeconds() external view returns (uint32);

    /// @notice The life records that this contract writes to.
    function records() external view returns (IVehicleRecords);

    /// @notice What makes the metadata that wallets show.
    function metadata() external view returns (ITitleMetadata);

    /// @notice The state of a title; all zero when there is none.
    function stateOf(uint256 vehicleId) external view returns (TitleState memory);

    /// @notice The role that owns a lock bit; zero when nobody does.
    function lockControllerOf(uint8 lock) external view returns (uint64);

    /// @notice The forced transfer that waits; all zero when none does.
    function forcedTransferOf(uint256 vehicleId) external view returns (ForcedTransferRequest memory);
}
