// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ExposureKeys, PoolState, Redemption} from "../types/InsuranceTypes.sol";
import {IERC7540Redeem} from "./IERC7540.sol";

/// @title Capital that stands behind the covers of one insurer, in one token.
/// @notice An ERC-4626 vault: deposits at once, redemptions by request (ERC-7540, request id 0, one request a controller). Assets are
/// counted inside: what strangers send changes nothing.
///
///     token balance ≥ capital + reserved + unearned + owed        free = capital − locked
///
/// A share is redeemed at the lower of its price at the request and its price when it is redeemed, and is bought at a price that counts
/// what is reserved for claims that may still fall. Payouts and refunds are pulled with `collect`.
interface IRiskPool is IERC4626, IERC7540Redeem {
    /* EVENTS */

    /// @notice Capital was locked behind `cover`.
    event CoverLocked(bytes32 indexed cell, bytes32 indexed fleetId, uint96 cover, uint96 locked);

    /// @notice Capital is free of `cover`.
    event CoverReleased(bytes32 indexed cell, bytes32 indexed fleetId, uint96 cover, uint96 locked);

    /// @notice A payer paid premium in advance.
    event PremiumReceived(address indexed payer, uint96 amount);

    /// @notice Capital was set aside for a claim that may still fall.
    event ClaimReserved(uint96 amount, uint96 capital);

    /// @notice What was set aside became capital again.
    event ClaimReserveReleased(uint96 amount, uint96 capital);

    /// @notice An account can collect `amount` more.
    event PayoutCredited(address indexed account, uint96 amount);

    /// @notice An account got what it could collect.
    event PayoutCollected(address indexed account, uint256 amount);

    /// @notice Claims took all capital. Nothing is deposited any more, and no cover sold.
    event PoolHalted();

    /* ERRORS */

    /// @notice No token, no insurer, less than eight days' delay, or a share above the whole.
    error PoolTermsInvalid(
        address asset,
        address insurer,
        uint32 redeemDelaySeconds,
        uint16 cellCapBps,
        uint16 fleetCapBps
    );

    /// @notice Less capital is free than the cover needs.
    error PoolCapitalShort(uint256 cover, uint256 free);

    /// @notice The covers of one cell or fleet would exceed its share of the capital.
    error PoolExposureExceeded(bytes32 key, uint256 exposure, uint256 limit);

    /// @notice The pool has been wiped out.
    error PoolIsHalted();

    /// @notice More than what is locked, reserved, unearned or owed.
    error PoolAmountExcessive(uint256 amount, uint256 limit);

    /// @notice Redemptions are of at least one share.
    error PoolSharesZero();

    /// @notice `caller` is neither the account whose shares these are, nor its operator.
    error PoolNotController(address controller, address caller);

    /// @notice What a redemption will pay is not known before it is paid.
    error PoolPreviewUnknown();

    /// @notice There is nothing to collect.
    error PoolNothingOwed(address account);

    /* COVER (role COVER_CONTROLLER) */

    /// @notice Locks capital behind a cover, within what is free and not asked back, and the bounds of its cell and fleet; takes
    /// `premium` in advance from `payer`, who approved this pool.
    function lockCover(ExposureKeys calldata keys, uint96 cover, address payer, uint96 premium) external;

    /// @notice Frees capital, and credits `refund` of the unearned premium.
    function releaseCover(ExposureKeys calldata keys, uint96 cover, address payee, uint96 refund) external;

    /// @notice Takes premium in advance from `payer`, who approved this pool.
    function takePremium(address payer, uint96 amount) external;

    /// @notice Premium that was paid in advance becomes capital.
    function earnPremium(uint96 amount) external;

    /* CLAIMS (role CLAIM_CONTROLLER) */

    /// @notice A claim takes `amount` of the capital behind its cover: the share price falls at once.
    function reserveClaim(ExposureKeys calldata keys, uint96 amount) external;

    /// @notice A claim falls. Its cover is locked again if the policy goes on.
    function releaseClaim(ExposureKeys calldata keys, uint96 amount, bool isLockedAgain) external;

    /// @notice What was reserved can be collected: `amount` by `payee`; `kept` is capital again.
    function payReserved(address payee, uint96 amount, uint96 kept) external;

    /// @notice A claim takes `amount` of the capital behind its cover, which can be collected by `payee` at once.
    function payClaim(ExposureKeys calldata keys, address payee, uint96 amount) external;

    /// @notice Takes a bond from `payer`, who approved this pool.
    function takeBond(address payer, uint96 amount) external;

    /// @notice Credits a bond.
    function giveBond(address payee, uint96 amount) external;

    /* COLLECTING */

    /// @notice Sends an account all it can collect. Anybody may call.
    function collect(address account) external returns (uint256 amount);

    /* VIEWS */

    /// @notice Who signs the quotes of this pool.
    function insurer() external view returns (address);

    /// @notice How long a redemption waits, and an event can be claimed (seconds).
    function redeemDelaySeconds() external view returns (uint32);

    function cellCapBps() external view returns (uint16);

    function fleetCapBps() external view returns (uint16);

    function poolState() external view returns (PoolState memory);

    /// @notice What covers nothing: redemptions are paid of it.
    function freeCapital() external view returns (uint256);

    /// @notice What more cover could be locked: free, and not asked back.
    function sellableCover() external view returns (uint256);

    /// @notice The covers of a cell, and of a fleet.
    function exposureOf(ExposureKeys calldata keys) external view returns (uint256 cell, uint256 fleet);

    /// @notice The token of the shares (ERC-7575): the pool itself.
    function share() external view returns (address);

    /// @notice What an account can collect.
    function owedTo(address account) external view returns (uint256);

    /// @notice What a controller asked to redeem.
    function redemptionOf(address controller) external view returns (Redemption memory);
}
