// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {
    Advisory,
    Campaign,
    RecallInput,
    RecallScope,
    RemedyStatus
} from "../../contracts/types/RecallTypes.sol";
import {RecallsTest} from "../helpers/RecallsTest.sol";

/// @dev Changing and withdrawing campaigns, and what becomes of the units that they hold.
contract RecallsUpdateTest is RecallsTest {
    /* WHO MAY */

    function test_updateRecall_RevertWhen_CampaignIsUnknown() public {
        _expectUnknown(_campaignId(supplier, NUMBER));
        _update(_campaignId(supplier, NUMBER), RemedyStatus.Completed, Advisory.None);
    }

    function test_updateRecall_RevertWhen_RoleOpensNoCampaigns() public {
        uint256 own = _openBySupplier(NUMBER);
        uint256 official = _openByAuthority(OTHER_NUMBER);
        for (uint64 role = 0; role <= Roles.LIMIT; ++role) {
            if (role == Roles.REGISTRAR) continue;
            _expectForeignCampaign(official, registrar);
            _updateBy(registrar, role, official, RemedyStatus.Completed, Advisory.None);
            if (role == Roles.MANUFACTURER || role == Roles.SUPPLIER) continue;
            _expectRoleNotAllowed(role);
            _updateBy(supplier, role, own, RemedyStatus.Completed, Advisory.None);
        }
    }

    function test_updateRecall_RevertWhen_CallerIsNoMember() public {
        uint256 own = _openBySupplier(NUMBER);
        uint256 official = _openByAuthority(OTHER_NUMBER);
        _expectNotMember(supplier, Roles.MANUFACTURER);
        _updateBy(supplier, Roles.MANUFACTURER, own, RemedyStatus.Completed, Advisory.None);
        _expectNotMember(stranger, Roles.REGISTRAR);
        _updateBy(stranger, Roles.REGISTRAR, official, RemedyStatus.Completed, Advisory.None);
        _expel(registrar);
        _expectNotMember(registrar, Roles.REGISTRAR);
        _updateBy(registrar, Roles.REGISTRAR, official, RemedyStatus.Completed, Advisory.None);
    }

    function test_attack_MakerClosesTheAuthoritysCampaign() public {
        uint256 official = _openByAuthority(NUMBER);
        _expectForeignCampaign(official, supplier);
        _withdraw(official);
        _expectNotMember(supplier, Roles.REGISTRAR);
        _updateBy(supplier, Roles.REGISTRAR, official, RemedyStatus.Withdrawn, Advisory.None);
        _expectForeignCampaign(official, supplier);
        _notify(official, CAR);
        assertTrue(parts.isHeld(_serial(1)), "the units stay held");
    }

    function test_attack_AuthorityClosesTheMakersCampaign() public {
        uint256 own = _openBySupplier(NUMBER);
        _expectRoleNotAllowed(Roles.REGISTRAR);
        _updateBy(registrar, Roles.REGISTRAR, own, RemedyStatus.Withdrawn, Advisory.None);
        _expectForeignCampaign(own, registrar);
        _updateBy(registrar, Roles.SUPPLIER, own, RemedyStatus.Withdrawn, Advisory.None);
        assertTrue(parts.isHeld(_serial(1)), "the units stay held");
    }

    function test_attack_MakerClosesAnotherMakersCampaign() public {
        uint256 own = _openBySupplier(NUMBER);
        _expectForeignCampaign(own, manufacturer);
        _updateBy(manufacturer, Roles.MANUFACTURER, own, RemedyStatus.Withdrawn, Advisory.None);
        _expectForeignCampaign(own, miner);
        _updateBy(miner, Roles.SUPPLIER, own, RemedyStatus.Withdrawn, Advisory.None);
    }

    function test_updateRecall_LetsAnyAuthorityActOnAnAuthoritysCampaign() public {
        uint256 official = _openByAuthority(NUMBER);
        consortium.grantRole(Roles.REGISTRAR, buyer, 0);
        _updateBy(buyer, Roles.REGISTRAR, official, RemedyStatus.Completed, Advisory.None);
        assertEq(
            uint256(recalls.campaignOf(official).status),
            uint256(RemedyStatus.Completed),
            "changed by another registrar"
        );
    }

    function test_attack_ExpelledMakerWithdrawsItsCampaign() public {
        uint256 own = _openBySupplier(NUMBER);
        _expel(supplier);
        _expectNotMember(supplier, Roles.SUPPLIER);
        _withdraw(own);
        assertTrue(parts.isHeld(_serial(1)), "what it recalled stays recalled");
        _openByAuthority(OTHER_NUMBER);
    }

    /* WHAT */

    function test_updateRecall_RevertWhen_EvidenceIsMissing() public {
        uint256 own = _openBySupplier(NUMBER);
        vm.expectRevert(IRecalls.RecallsEvidenceMissing.selector);
        vm.prank(supplier);
        recalls.updateRecall(own, RemedyStatus.Completed, Advisory.None, 0, Roles.SUPPLIER);
    }

    function test_updateRecall_ChangesStatusAndAdvisoryAlone() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = new RecallScope[](3);
        recall.lots[0] = RecallScope(SERIALISED, 1, 5);
        recall.lots[1] = RecallScope(COUNTED, 0, 0);
        recall.lots[2] = RecallScope(SERIALISED, 7, 100);
        _fit(_serial(1), 1, CAR);
        uint256 own = _open(supplier, Roles.SUPPLIER, recall);
        _enrol(own, CAR);

        bytes32 evidence = keccak256("crash");
        vm.expectEmit(address(recalls));
        emit IRecalls.RecallUpdated(own, supplier, RemedyStatus.Interim, Advisory.ParkOutside, evidence);
        vm.prank(supplier);
        recalls.updateRecall(own, RemedyStatus.Interim, Advisory.ParkOutside, evidence, Roles.SUPPLIER);

        Campaign memory campaign = recalls.campaignOf(own);
        assertEq(uint256(campaign.status), uint256(RemedyStatus.Interim), "status");
        assertEq(uint256(campaign.advisory), uint256(Advisory.ParkOutside), "advisory");
        assertEq(campaign.lots, 3, "scopes");
        _assertCounts(own, 1, 0, "as before");
        (RecallScope[] memory lots, bytes32[] memory releases) = recalls.scopesOf(own);
        assertEq(keccak256(abi.encode(lots)), keccak256(abi.encode(recall.lots)), "the scopes stay");
        assertEq(releases.length, 0, "no releases");
    }

    function test_updateRecall_EveryStatusFollowsEveryOtherUntilWithdrawn() public {
        uint256 own = _openBySupplier(NUMBER);
        for (uint256 from = 0; from < 4; ++from) {
            for (uint256 to = 0; to < 4; ++to) {
                _update(own, RemedyStatus(from), Advisory.None);
                _update(own, RemedyStatus(to), Advisory.DoNotDrive);
                assertEq(uint256(recalls.campaignOf(own).status), to, "as stated last");
                assertTrue(parts.isHeld(_serial(1)), "held until withdrawn");
            }
        }
        _withdraw(own);
        for (uint256 to = 0; to <= 4; ++to) {
            _expectStatus(own, RemedyStatus.Withdrawn);
            _update(own, RemedyStatus(to), Advisory.None);
        }
    }

    /* HOLDS */

    function test_updateRecall_ReleasesUnitsWhenWithdrawnAndOnlyThen() public {
        uint256 own = _openBySupplier(NUMBER);
        _update(own, RemedyStatus.Completed, Advisory.None);
        _expectRecalled(_serial(1));
        _fit(_serial(1), 1, CAR);
        _withdraw(own);
        for (uint32 serial = 1; serial <= 5; ++serial) {
            assertFalse(parts.isHeld(_serial(serial)), "free again");
        }
        assertEq(parts.lotStateOf(lotId).holds, 0, "no hold is left");
        _fit(_serial(1), 1, CAR);
        assertFalse(recalls.isAffected(CAR, own), "and nobody is affected");
    }

    function test_updateRecall_LeavesTheHoldsOfOverlappingCampaigns() public {
        uint256 own = _openBySupplier(NUMBER);
        RecallInput memory recall = _recall(supplier, OTHER_NUMBER);
        recall.lots = _scope(SERIALISED, 4, 8);
        uint256 official = _open(registrar, Roles.REGISTRAR, recall);
        _withdraw(own);
        assertFalse(parts.isHeld(_serial(3)), "recalled by the withdrawn one alone");
        assertTrue(parts.isHeld(_serial(4)), "recalled by both");
        assertTrue(parts.isHeld(_serial(8)), "recalled by the other alone");
        _updateBy(registrar, Roles.REGISTRAR, official, RemedyStatus.Withdrawn, Advisory.None);
        assertFalse(parts.isHeld(_serial(4)), "recalled by none");
    }

    function test_updateRecall_KeepsTheHoldOfAnEqualCampaign() public {
        uint256 own = _openBySupplier(NUMBER);
        _openByAuthority(OTHER_NUMBER);
        _withdraw(own);
        assertTrue(parts.isHeld(_serial(1)), "the authority recalls the same units");
        assertEq(parts.lotStateOf(lotId).holds, 1, "one hold is left");
    }

    function test_updateRecall_ReleasesAllOfSixteenScopes() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = _copies(16);
        for (uint32 i = 0; i < 16; ++i) recall.lots[i] = RecallScope(SERIALISED, i + 1, i + 1);
        uint256 own = _open(supplier, Roles.SUPPLIER, recall);
        assertEq(parts.lotStateOf(lotId).holds, 16, "a hold for each");
        _withdraw(own);
        assertEq(parts.lotStateOf(lotId).holds, 0, "none is left");
    }
}
