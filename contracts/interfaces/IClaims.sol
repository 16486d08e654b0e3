// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, PolicyTerms} from "../types/InsuranceTypes.sol";
import {IPolicyBook} from "./IPolicyBook.sol";

/// @title Parametric claims: evidence in, money out.
/// @notice A claim is for an incident, not for a policy: one incident of a vehicle pays once, whatever policies, pools and triggers there
/// are. Small payouts can be collected at once; above the policy's cap, and for a total loss, anybody may challenge with a bond, and a
/// court decides. Payouts are credited in the pool, and collected there by the holder of the policy.
interface IClaims {
    /* EVENTS */

    /// @notice An incident was claimed. `deadline` is zero if it was paid at once, else the end of the time to challenge.
    event ClaimSubmitted(
        bytes32 indexed incidentId,
        bytes32 indexed policyId,
        uint256 indexed vehicleId,
        address holder,
        uint40 occurredAt,
        uint32 severity,
        uint96 amount,
        uint40 deadline
    );

    /// @notice Somebody challenged a claim with a bond. `deadline` is when the court's time is over.
    event ClaimChallenged(
        bytes32 indexed incidentId,
        address indexed challenger,
        uint96 bond,
        bytes32 reasonHash,
        uint40 deadline
    );

    /// @notice The claim stands; a total loss waits until `deadline` for the wreck to be handed over.
    event ClaimConfirmed(bytes32 indexed incidentId, uint40 deadline);

    /// @notice A court held the challenge to be right.
    event ClaimDeclined(bytes32 indexed incidentId, address indexed court);

    /// @notice The holder took the claim back.
    event ClaimRevoked(bytes32 indexed incidentId);

    /// @notice The evidence does not hold any more.
    event ClaimCancelled(bytes32 indexed incidentId);

    /// @notice The payout can be collected; `kept` was kept back for a wreck that was not handed over.
    event ClaimPaid(bytes32 indexed incidentId, address indexed holder, uint96 amount, uint96 kept);

    /// @notice The holder handed the wreck over to the insurer.
    event SalvageHandedOver(bytes32 indexed incidentId, uint256 indexed vehicleId, address indexed insurer);

    /* ERRORS */

    /// @notice This incident, or one next to it in time, was claimed.
    error ClaimExists(bytes32 incidentId);

    /// @notice The event lies more than the pool's claim time back.
    error ClaimTooLate(uint40 occurredAt, uint256 claimableUntil);

    /// @notice The event pays nothing: it is not severe enough, or no cover is left.
    error ClaimPaysNothing(bytes32 policyId, uint32 severity);

    /// @notice The claim is not in a state in which this can be done.
    error ClaimStatusWrong(bytes32 incidentId, uint8 status, bool isChallenged);

    /// @notice This can be done only until, or only from `deadline` on.
    error ClaimNotInTime(bytes32 incidentId, uint40 deadline, uint256 currentTime);

    /// @notice The claim was made under another policy.
    error ClaimPolicyForeign(bytes32 incidentId, bytes32 policyId);

    /// @notice Only the holder may do this.
    error ClaimNotHolder(address holder, address caller);

    /// @notice Who challenged, and whose claim it is, does not decide on it.
    error ClaimOwnJudge(bytes32 incidentId, address caller);

    /// @notice This is not the evidence the claim was made with.
    error ClaimEvidenceForeign(bytes32 incidentId, bytes32 evidenceHash);

    /// @notice The evidence holds.
    error ClaimEvidenceHolds(bytes32 incidentId);

    /// @notice Only a total loss is handed over.
    error ClaimNoTotalLoss(bytes32 incidentId);

    /* CLAIMING */

    /// @notice Claims an incident under a policy, with evidence in the form of the policy's trigger. For the holder: an
    /// incident pays once, under the policy that it chooses.
    function openParametricClaim(
        PolicyTerms calldata terms,
        bytes calldata evidence
    ) external returns (bytes32 incidentId);

    /// @notice The holder takes back a claim that was not decided.
    function revokeClaim(PolicyTerms calldata terms, bytes32 incidentId) external;

    /// @notice Ends a claim that waits, because what its evidence rests on was taken back: the vehicle's key, or who
    /// confirmed it, was revoked since. Anybody may call. The incident may be claimed again.
    function cancelClaim(PolicyTerms calldata terms, bytes32 incidentId, bytes calldata evidence) external;

    /* CHALLENGING */

    /// @notice Challenges a claim with the bond that the policy says, which the caller approved the pool for. It goes to the holder if
    /// the court rejects the challenge, and back if it upholds it or does not decide.
    function challengeClaim(PolicyTerms calldata terms, bytes32 incidentId, bytes32 reasonHash) external;

    /// @notice A court decides on a challenge that is not its own.
    function resolveChallenge(PolicyTerms calldata terms, bytes32 incidentId, bool isUpheld) external;

    /* PAYING */

    /// @notice Credits a payout that nobody challenged in time, or on whose challenge the court did not decide in time; of a total
    /// loss, when the time to hand the wreck over has passed, without the wreck's share. Anybody may call.
    function settleClaim(PolicyTerms calldata terms, bytes32 incidentId) external;

    /// @notice The holder hands a wreck over, having approved this contract for the title, and gets the whole payout. The
    /// title is branded as salvage and becomes the insurer's.
    function handOverSalvage(PolicyTerms calldata terms, bytes32 incidentId) external;

    /* VIEWS */

    function claimOf(bytes32 incidentId) external view returns (Claim memory);

    /// @notice The id of an incident: keccak256(abi.encode(vehicleId, slot)).
    function incidentIdOf(uint256 vehicleId, uint256 slot) external pure returns (bytes32);

    function book() external view returns (IPolicyBook);

    /// @notice How long a court has to decide on a challenge, and then a holder to hand a wreck over (seconds).
    function DECISION_SECONDS() external view returns (uint40);
}
