// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IndexTrigger} from "../../contracts/insurance/IndexTrigger.sol";
import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {IIndexTrigger} from "../../contracts/interfaces/IIndexTrigger.sol";
import {IPolicyBook} from "../../contracts/interfaces/IPolicyBook.sol";
import {IndexLib} from "../../contracts/libraries/IndexLib.sol";
import {
    ClaimStatus,
    Finding,
    IndexEvidence,
    PolicyTerms,
    TriggerQuery
} from "../../contracts/types/InsuranceTypes.sol";
import {InsuranceTest} from "../helpers/InsuranceTest.sol";

contract IndexTriggerTest is InsuranceTest {
    uint32 private constant DAY = uint32(NOW / 1 days) + 5;
    uint256 private constant DAY_END = (uint256(DAY) + 1) * 1 days;
    uint256 private constant REPORT_END = DAY_END + 1 days;
    uint256 private constant DISPUTE_END = REPORT_END + 2 days;
    uint256 private constant RESOLVE_END = DISPUTE_END + 3 days;

    address[8] private _oracles;

    function setUp() public override {
        super.setUp();
        for (uint160 i = 0; i < 8; ++i) {
            _oracles[i] = address(0x0a00 + i);
            consortium.grantRole(Roles.METER_OPERATOR, _oracles[i], 0);
        }
    }

    function _indexId() private view returns (bytes32) {
        return indexTrigger.indexIdOf(CELL, HAIL, DAY);
    }

    function _report(uint256 oracle, uint32 value) private {
        vm.prank(_oracles[oracle]);
        indexTrigger.reportIndex(CELL, HAIL, DAY, value);
    }

    function _dispute() private {
        vm.prank(insurer);
        indexTrigger.disputeIndex(CELL, HAIL, DAY, Roles.INSURER, keccak256("reason"));
    }

    function _resolve(uint32 value) private {
        vm.prank(auditor);
        indexTrigger.resolveIndex(CELL, HAIL, DAY, value, keccak256("decision"));
    }

    function _assess() private view returns (Finding memory) {
        return
            indexTrigger.assess(
                TriggerQuery({vehicleId: VEHICLE, productId: HAIL, cell: CELL, corroborations: 2}),
                abi.encode(IndexEvidence(DAY))
            );
    }

    function _expectTooEarly(uint256 from) private {
        vm.warp(from - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IIndexTrigger.IndexNotInTime.selector, _indexId(), from, type(uint256).max)
        );
        this.assessNow();
        vm.warp(from);
    }

    function assessNow() external view returns (Finding memory) {
        return _assess();
    }

    /* REPORTS */

    function testFuzz_insert_keepsTheHighestFirst(uint32[8] memory values) public pure {
        uint256 reports;
        for (uint256 i = 0; i < 8; ++i) reports = IndexLib.insert(reports, i, values[i]);
        for (uint256 i = 0; i < 8; ++i) {
            for (uint256 j = i + 1; j < 8; ++j) {
                if (values[j] > values[i]) (values[i], values[j]) = (values[j], values[i]);
            }
            assertEq(IndexLib.laneOf(reports, i), values[i], "sorted, and none lost");
        }
    }

    function test_constructor_RevertWhen_QuorumIsWrong() public {
        uint8[2] memory quorums = [1, 9];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIndexTrigger.IndexQuorumInvalid.selector, quorums[i], 8));
            new IndexTrigger(address(consortium), quorums[i]);
        }
    }

    function test_reportIndex_RevertWhen_NoOracle() public {
        vm.warp(DAY_END);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.METER_OPERATOR)
        );
        vm.prank(stranger);
        indexTrigger.reportIndex(CELL, HAIL, DAY, 1);
    }

    function test_attack_oracleLateOrEarly() public {
        bytes memory refused = abi.encodeWithSelector(
            IIndexTrigger.IndexNotInTime.selector,
            _indexId(),
            DAY_END,
            REPORT_END
        );
        vm.warp(DAY_END - 1);
        vm.expectRevert(refused);
        _report(0, 40);
        vm.warp(REPORT_END);
        vm.expectRevert(refused);
        _report(0, 40);
        vm.warp(REPORT_END - 1);
        _report(0, 40);
    }

    function test_attack_oracleReportsTwice() public {
        vm.warp(DAY_END);
        _report(0, 40);
        vm.expectRevert(
            abi.encodeWithSelector(IIndexTrigger.IndexReportedAlready.selector, _indexId(), _oracles[0])
        );
        _report(0, 50);
    }

    function test_reportIndex_RevertWhen_Full() public {
        vm.warp(DAY_END);
        for (uint256 i = 0; i < 8; ++i) _report(i, uint32(i));
        vm.expectRevert(abi.encodeWithSelector(IIndexTrigger.IndexReportsFull.selector, _indexId(), 8));
        vm.prank(meterOperator);
        indexTrigger.reportIndex(CELL, HAIL, DAY, 1);
    }

    /* VALUES */

    function test_attack_oraclesConflicting() public {
        vm.warp(DAY_END);
        _report(0, 1_000_000); // lifts it alone
        _report(1, 40);
        _report(2, 35);
        _report(3, 0); // pushes it down alone
        _expectTooEarly(DISPUTE_END);
        assertEq(_assess().severity, 40, "what two reached");
        assertEq(_assess().silentS, 0, "not silent");
    }

    function test_attack_oraclesSilent() public {
        vm.warp(DAY_END);
        _report(0, 1_500); // alone
        _expectTooEarly(REPORT_END);
        Finding memory finding = _assess();
        assertEq(finding.severity, 0, "one oracle is no index");
        assertEq(finding.silentS, 1 days, "a silent day");
        assertEq(finding.occurredAt, DAY_END - 1 days, "that day");
    }

    function test_disputeIndex_decidedByAnAuditor() public {
        vm.warp(DAY_END);
        _report(0, 1_500);
        _report(1, 1_500);
        vm.warp(REPORT_END);
        _dispute();
        _expectTooEarly(RESOLVE_END);
        vm.warp(RESOLVE_END - 1);
        _resolve(500);
        assertEq(_assess().severity, 500, "the auditor's value, at once");
    }

    function test_disputeIndex_nobodyDecides() public {
        vm.warp(DAY_END);
        _report(0, 1_500);
        _report(1, 1_500);
        vm.warp(DISPUTE_END - 1);
        _dispute();
        vm.warp(RESOLVE_END);
        assertEq(_assess().silentS, 1 days, "as if nobody had reported");
        vm.expectRevert(
            abi.encodeWithSelector(IIndexTrigger.IndexNotInTime.selector, _indexId(), REPORT_END, RESOLVE_END)
        );
        _resolve(500);
    }

    function test_disputeIndex_RevertWhen_NotToBeDisputed() public {
        vm.warp(DAY_END);
        _report(0, 1_500);
        bytes memory notInTime = abi.encodeWithSelector(
            IIndexTrigger.IndexNotInTime.selector,
            _indexId(),
            REPORT_END,
            DISPUTE_END
        );
        vm.expectRevert(notInTime);
        _dispute();
        vm.warp(REPORT_END);
        vm.expectRevert(
            abi.encodeWithSelector(IIndexTrigger.IndexDisputeWrong.selector, _indexId(), false, false)
        );
        _dispute(); // no value
        vm.warp(DAY_END);
        _report(1, 1_500);
        vm.warp(DISPUTE_END);
        vm.expectRevert(notInTime);
        _dispute();
        vm.warp(REPORT_END);
        vm.expectRevert(abi.encodeWithSelector(IIndexTrigger.IndexRoleUnknown.selector, Roles.WORKSHOP));
        vm.prank(workshop);
        indexTrigger.disputeIndex(CELL, HAIL, DAY, Roles.WORKSHOP, 0);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.INSURER)
        );
        vm.prank(stranger);
        indexTrigger.disputeIndex(CELL, HAIL, DAY, Roles.INSURER, 0);
        _dispute();
        vm.expectRevert(
            abi.encodeWithSelector(IIndexTrigger.IndexDisputeWrong.selector, _indexId(), true, false)
        );
        _dispute();
    }

    function test_resolveIndex_RevertWhen_NotToBeResolved() public {
        vm.warp(DAY_END);
        _report(0, 1_500);
        _report(1, 1_500);
        vm.warp(REPORT_END);
        vm.expectRevert(
            abi.encodeWithSelector(IIndexTrigger.IndexDisputeWrong.selector, _indexId(), false, false)
        );
        _resolve(1);
        _dispute();
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, insurer, Roles.AUDITOR)
        );
        vm.prank(insurer);
        indexTrigger.resolveIndex(CELL, HAIL, DAY, 1, 0);
        _resolve(1);
        vm.expectRevert(
            abi.encodeWithSelector(IIndexTrigger.IndexDisputeWrong.selector, _indexId(), true, true)
        );
        _resolve(2);
    }

    /* CLAIMS */

    function _hailPolicy() private returns (PolicyTerms memory terms) {
        terms = _indexTerms(VEHICLE);
        terms.quote.payout.totalLossAt = 0;
        terms.quote.payout.instantCap = COVER;
        _buy(terms);
    }

    function test_claim_ofAnIndex() public {
        PolicyTerms memory terms = _hailPolicy();
        vm.warp(DAY_END);
        _report(0, 900);
        _report(1, 850);
        vm.warp(DISPUTE_END);
        uint32 count = records.stateOf(VEHICLE).count;
        vm.prank(holder);
        bytes32 incidentId = claims.openParametricClaim(terms, abi.encode(IndexEvidence(DAY)));
        assertEq(pool.owedTo(holder), 5_000 * EUR, "25 percent of the cover");
        assertEq(records.stateOf(VEHICLE).count, count, "hail on a cell is no accident of a car");
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimExists.selector, incidentId));
        vm.prank(holder);
        claims.openParametricClaim(terms, abi.encode(IndexEvidence(DAY)));
        _assertSolvent(pool);
    }

    function test_claim_ofSilenceRefundsTheDay() public {
        PolicyTerms memory terms = _hailPolicy();
        vm.warp(REPORT_END);
        vm.prank(holder);
        bytes32 incidentId = claims.openParametricClaim(terms, abi.encode(IndexEvidence(DAY)));
        assertEq(pool.owedTo(holder), 300_000, "the premium of the day");
        assertEq(uint256(claims.claimOf(incidentId).status), uint256(ClaimStatus.Closed), "once");
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimExists.selector, incidentId));
        vm.prank(holder);
        claims.openParametricClaim(terms, abi.encode(IndexEvidence(DAY)));
        _assertSolvent(pool);
    }

    function test_attack_coverBoughtWhenTheHailIsKnown() public {
        vm.warp(DAY_END);
        _report(0, 900);
        _report(1, 900);
        PolicyTerms memory terms = _indexTerms(VEHICLE);
        terms.quote.waitingSeconds = 0;
        bytes32 policyId = _buy(terms);
        vm.warp(DISPUTE_END);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyBook.PolicyNotCovering.selector,
                policyId,
                DAY_END - 1 days,
                DAY_END,
                terms.quote.endsAt
            )
        );
        vm.prank(holder);
        claims.openParametricClaim(terms, abi.encode(IndexEvidence(DAY)));
    }
}
