// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {Claims} from "../../contracts/insurance/Claims.sol";
import {CrashTrigger} from "../../contracts/insurance/CrashTrigger.sol";
import {IndexTrigger} from "../../contracts/insurance/IndexTrigger.sol";
import {PolicyBook} from "../../contracts/insurance/PolicyBook.sol";
import {RiskPool} from "../../contracts/insurance/RiskPool.sol";
import {RiskPools} from "../../contracts/insurance/RiskPools.sol";
import {PolicyLib} from "../../contracts/libraries/PolicyLib.sol";
import {StablecoinMock} from "../../contracts/mocks/StablecoinMock.sol";
import {TelemetryAnchors} from "../../contracts/telemetry/TelemetryAnchors.sol";
import {
    CrashAttestation,
    CrashEvent,
    CrashEvidence,
    ExposureKeys,
    IndexEvidence,
    PayoutTerms,
    Policy,
    PolicyQuote,
    PolicyTerms,
    PoolState,
    PoolTerms,
    PremiumRates,
    Subject
} from "../../contracts/types/InsuranceTypes.sol";
import {KindWriters} from "../../contracts/types/RecordTypes.sol";
import {AnchoredSummary, TripCounters, TripSummary} from "../../contracts/types/TelemetryTypes.sol";
import {KeysTest} from "./KeysTest.sol";

/// @dev The whole of insurance: an insurer with a pool, a depositor, two vehicles with keys, and members who attest.
abstract contract InsuranceTest is KeysTest {
    uint256 internal constant INSURER_SECRET = 0x1115;
    uint256 internal constant ASSESSOR_SECRET = 0xA55;
    uint256 internal constant WORKSHOP_SECRET = 0x3057;
    uint256 internal constant REGISTRAR_SECRET = 0x4E6;
    uint256 internal constant COURT_SECRET = 0xC047;
    uint256 internal constant FOREIGN_SECRET = 0xF0E;

    uint96 internal constant EUR = 1e6;
    uint96 internal constant CAPITAL = 1_000_000 * EUR;
    uint96 internal constant COVER = 20_000 * EUR;
    uint96 internal constant DEPOSIT = 500 * EUR;
    uint32 internal constant REDEEM_DELAY = 14 days;
    uint32 internal constant WAITING = 2 days;
    uint32 internal constant PERIOD_S = 30 days;
    bytes32 internal constant CELL = keccak256("cell");
    bytes32 internal constant COLLISION = keccak256("collision");
    bytes32 internal constant HAIL = keccak256("hail");

    address internal lp = address(0x1b01);
    address internal otherLp = address(0x1b02);
    address internal meterOperator = address(0x3e7e);
    address internal auditor = address(0xa0d1);

    StablecoinMock internal token;
    TelemetryAnchors internal anchors;
    RiskPools internal pools;
    RiskPool internal pool;
    PolicyBook internal book;
    Claims internal claims;
    CrashTrigger internal crashTrigger;
    IndexTrigger internal indexTrigger;

    function setUp() public virtual override {
        insurer = vm.addr(INSURER_SECRET);
        assessor = vm.addr(ASSESSOR_SECRET);
        workshop = vm.addr(WORKSHOP_SECRET);
        registrar = vm.addr(REGISTRAR_SECRET);
        court = vm.addr(COURT_SECRET);
        super.setUp();
        _bindTo(VEHICLE, k1, FROM, NO_END);
        _bindTo(OTHER_VEHICLE, k2, FROM, NO_END);

        token = new StablecoinMock();
        anchors = TelemetryAnchors(_deploy("TelemetryAnchors", abi.encode(consortium, keys)));
        pools = RiskPools(_deploy("RiskPools", abi.encode(consortium)));
        address premiums = _deploy("Premiums", "");
        book = PolicyBook(_deploy("PolicyBook", abi.encode(consortium, pools, title, anchors, premiums)));
        claims = Claims(_deploy("Claims", abi.encode(consortium, book)));
        crashTrigger = CrashTrigger(_deploy("CrashTrigger", abi.encode(consortium, keys)));
        indexTrigger = IndexTrigger(_deploy("IndexTrigger", abi.encode(consortium, 2)));
        _wireInsurance();
        pool = _openPool(REDEEM_DELAY, 10_000, 10_000);

        token.issue(lp, 100 * uint256(CAPITAL));
        token.issue(otherLp, 100 * uint256(CAPITAL));
        token.issue(holder, 100 * uint256(CAPITAL));
        token.issue(stranger, 100 * uint256(CAPITAL));
        _approvePool(pool);
        _depositCapital(lp, CAPITAL);
    }

    function _wireInsurance() private {
        _restrict(address(anchors), TelemetryAnchors.anchorRoot.selector, Roles.METER_OPERATOR);
        consortium.grantRole(Roles.METER_OPERATOR, meterOperator, 0);
        consortium.grantRole(Roles.AUDITOR, auditor, 0);
        consortium.grantRole(Roles.COVER_CONTROLLER, address(book), 0);
        consortium.grantRole(Roles.CLAIM_CONTROLLER, address(claims), 0);
        consortium.grantRole(Roles.RECORD_CONTROLLER, address(claims), 0);
        consortium.grantRole(Roles.TRIGGER, address(crashTrigger), 0);
        consortium.grantRole(Roles.TRIGGER, address(indexTrigger), 0);
        KindWriters[] memory rows = new KindWriters[](1);
        rows[0] = KindWriters(
            ACCIDENT,
            _set(Roles.ASSESSOR) |
                _set(Roles.INSURER) |
                _set(Roles.WORKSHOP) |
                _set(Roles.REGISTRAR) |
                _set(Roles.HOLDER)
        );
        records.setKindWriters(rows);
    }

    function _openPool(uint32 delay, uint16 cellCapBps, uint16 fleetCapBps) internal returns (RiskPool) {
        PoolTerms memory terms = PoolTerms(address(token), insurer, delay, cellCapBps, fleetCapBps);
        vm.prank(insurer);
        return RiskPool(address(pools.openPool(terms, "Pool", "POOL")));
    }

    function _approvePool(RiskPool approved) internal {
        address[5] memory payers = [lp, otherLp, holder, stranger, buyer];
        for (uint256 i = 0; i < payers.length; ++i) {
            vm.prank(payers[i]);
            token.approve(address(approved), type(uint256).max);
        }
    }

    function _depositCapital(address account, uint256 assets) internal returns (uint256) {
        vm.prank(account);
        return pool.deposit(assets, account);
    }

    function _state() internal view returns (PoolState memory) {
        return pool.poolState();
    }

    function _keysOf(bytes32 cell, bytes32 fleetId) internal pure returns (ExposureKeys memory) {
        return ExposureKeys({cell: cell, fleetId: fleetId});
    }

    /* QUOTES */

    function _rates() internal pure returns (PremiumRates memory) {
        return
            PremiumRates({
                perKm: 50_000, // 0.05
                perDay: 300_000, // 0.30
                perDrivingHour: 100_000, // 0.10
                maxDailyM: 400_000,
                minFactorBps: 8_000,
                maxFactorBps: 20_000,
                nightBps: 5_000,
                overLimitBps: 10_000,
                harshBps: 200
            });
    }

    function _payout() internal pure returns (PayoutTerms memory) {
        return
            PayoutTerms({
                threshold1: 400,
                threshold2: 800,
                threshold3: 1_500,
                payoutBps1: 500,
                payoutBps2: 2_500,
                payoutBps3: 10_000,
                totalLossAt: 1_500,
                salvageBps: 2_000,
                challengeSeconds: 3 days,
                instantCap: 2_000 * EUR,
                bond: 300 * EUR,
                corroborations: 2
            });
    }

    function _subjectOf(uint256 vehicleId) internal view returns (Subject memory) {
        return
            Subject({
                vehicleId: vehicleId,
                grantEpoch: title.stateOf(vehicleId).grantEpoch,
                cell: CELL,
                baseline: 0,
                baseDistanceM: 0,
                baseOdometerM: 0
            });
    }

    /// @dev A quote for one vehicle.
    function _termsFor(uint256 vehicleId, uint64 salt) internal view returns (PolicyTerms memory terms) {
        terms.subject = _subjectOf(vehicleId);
        terms.quote = PolicyQuote({
            pool: address(pool),
            trigger: address(crashTrigger),
            productId: COLLISION,
            subjectRoot: book.leafOf(terms.subject),
            fleetId: 0,
            cover: COVER,
            minDeposit: DEPOSIT,
            expiresAt: uint40(block.timestamp) + 7 days,
            endsAt: uint40(block.timestamp) + 365 days,
            waitingSeconds: WAITING,
            periodSeconds: PERIOD_S,
            salt: salt,
            rates: _rates(),
            payout: _payout()
        });
    }

    function _indexTerms(uint256 vehicleId) internal view returns (PolicyTerms memory terms) {
        terms = _termsFor(vehicleId, 9);
        terms.quote.trigger = address(indexTrigger);
        terms.quote.productId = HAIL;
    }

    /// @dev External: the library reads calldata.
    function quoteHash(PolicyQuote calldata quote) external pure returns (bytes32) {
        return PolicyLib.hash(quote);
    }

    function _signQuote(PolicyQuote memory quote, uint256 secret) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, book.quoteDigestOf(quote));
        return abi.encodePacked(r, s, v);
    }

    function _buy(PolicyTerms memory terms) internal returns (bytes32) {
        return _buyAs(holder, terms, DEPOSIT);
    }

    function _buyAs(address account, PolicyTerms memory terms, uint96 deposit) internal returns (bytes32) {
        bytes memory signature = _signQuote(terms.quote, INSURER_SECRET);
        vm.prank(account);
        return book.buyPolicy(terms, signature, new bytes32[](0), deposit);
    }

    /// @dev A policy for `VEHICLE` of which the waiting time is over.
    function _activePolicy() internal returns (PolicyTerms memory terms, bytes32 policyId) {
        terms = _termsFor(VEHICLE, 1);
        policyId = _buy(terms);
        vm.warp(block.timestamp + WAITING + 1);
    }

    function _policy(bytes32 policyId) internal view returns (Policy memory) {
        return book.policyOf(policyId);
    }

    /* SUMMARIES */

    function _summary(
        uint32 sequence,
        uint64 distanceM,
        uint40 drivingS,
        uint40 startedAt,
        uint40 endedAt
    ) internal pure returns (TripSummary memory summary) {
        summary.vehicleId = VEHICLE;
        summary.sequence = sequence;
        summary.startedAt = startedAt;
        summary.endedAt = endedAt;
        summary.traceRoot = keccak256("trace");
        summary.counters.distanceM = distanceM;
        summary.counters.drivingS = drivingS;
    }

    function _none() internal pure returns (TripSummary memory summary) {}

    /// @dev Signed by `key`, and alone under a root.
    function _anchor(TripSummary memory summary, Key memory key) internal returns (AnchoredSummary memory) {
        bytes memory signer = _signerOf(keys, key);
        bytes32 root = anchors.leafOf(summary, keccak256(signer));
        if (anchors.anchorOf(root).anchoredAt == 0) {
            vm.prank(meterOperator);
            anchors.anchorRoot(root, 1, 1, uint40(block.timestamp));
        }
        return
            AnchoredSummary({
                summary: summary,
                signer: signer,
                signature: _sign(key, anchors.digestOf(summary)),
                root: root,
                proof: new bytes32[](0)
            });
    }

    function _prove(
        PolicyTerms memory terms,
        TripSummary memory from,
        TripSummary memory to
    ) internal returns (uint96) {
        AnchoredSummary memory anchored = _anchor(to, k1);
        vm.prank(stranger);
        return book.provePremiumPeriod(terms, from, anchored);
    }

    /* CRASHES */

    function _crash(uint32 deltaVCmS) internal view returns (CrashEvent memory) {
        return
            CrashEvent({
                vehicleId: VEHICLE,
                occurredAt: uint40(block.timestamp),
                deltaVCmS: deltaVCmS,
                isAirbagDeployed: false,
                documentHash: keccak256("recorder")
            });
    }

    function _attest(
        CrashEvent memory crash,
        uint64 role,
        uint256 secret
    ) internal view returns (CrashAttestation memory) {
        uint40 attestedAt = uint40(block.timestamp);
        return
            CrashAttestation({
                role: role,
                attestedAt: attestedAt,
                vehicleId: 0,
                signer: abi.encodePacked(vm.addr(secret)),
                signature: _sign(
                    _secp256k1(secret),
                    crashTrigger.attestationDigestOf(crashTrigger.crashHashOf(crash), role, attestedAt)
                )
            });
    }

    /// @dev Confirmed by an assessor and a workshop.
    function _evidence(CrashEvent memory crash) internal view returns (CrashEvidence memory evidence) {
        evidence.crash = crash;
        evidence.signer = _signerOf(keys, k1);
        evidence.signature = _sign(k1, crashTrigger.crashDigestOf(crash));
        evidence.attestations = new CrashAttestation[](2);
        evidence.attestations[0] = _attest(crash, Roles.ASSESSOR, ASSESSOR_SECRET);
        evidence.attestations[1] = _attest(crash, Roles.WORKSHOP, WORKSHOP_SECRET);
    }

    function _open(PolicyTerms memory terms, CrashEvidence memory evidence) internal returns (bytes32) {
        vm.prank(book.policyOf(book.policyIdOf(terms)).holder);
        return claims.openParametricClaim(terms, abi.encode(evidence));
    }

    function _claim(PolicyTerms memory terms, uint32 deltaVCmS) internal returns (bytes32) {
        return _open(terms, _evidence(_crash(deltaVCmS)));
    }

    /// @dev What the pool owes is in it.
    function _assertSolvent(RiskPool solvent) internal view {
        PoolState memory state = solvent.poolState();
        assertEq(
            token.balanceOf(address(solvent)),
            uint256(state.capital) + state.reserved + state.unearned + state.owed,
            "the pool holds what it owes"
        );
        assertTrue(state.locked <= state.capital, "I1: locked cover is not above the capital");
    }
}
