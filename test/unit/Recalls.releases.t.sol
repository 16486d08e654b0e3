// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {ISoftwareRegistry} from "../../contracts/interfaces/ISoftwareRegistry.sol";
import {
    Advisory,
    RecallInput,
    RecallScope,
    Remedy,
    RemedyStatus
} from "../../contracts/types/RecallTypes.sol";
import {RecallsTest} from "../helpers/RecallsTest.sol";

/// @dev Campaigns over software releases, alone or beside lots.
contract RecallsReleasesTest is RecallsTest {
    bytes32 private constant FIRST = keccak256("release 1");
    bytes32 private constant SECOND = keccak256("release 2");
    bytes32 private constant FOREIGN = keccak256("release of another");

    function setUp() public override {
        super.setUp();
        registry.publish(FIRST, supplier);
        registry.publish(SECOND, supplier);
        registry.publish(FOREIGN, manufacturer);
    }

    function _releases(bytes32 release) private pure returns (bytes32[] memory rows) {
        rows = new bytes32[](1);
        rows[0] = release;
    }

    function _software(bytes9 number) private view returns (RecallInput memory recall) {
        recall = _recall(supplier, number);
        recall.lots = new RecallScope[](0);
        recall.releases = new bytes32[](2);
        (recall.releases[0], recall.releases[1]) = (FIRST, SECOND);
    }

    function _openSoftware() private returns (uint256) {
        return _open(supplier, Roles.SUPPLIER, _software(NUMBER));
    }

    function _expectForeignRelease(bytes32 release, address publisher) private {
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsReleaseForeign.selector, release, publisher));
    }

    /* OPENING */

    function test_attack_RecallOfAForeignRelease() public {
        RecallInput memory recall = _software(NUMBER);
        recall.releases[1] = FOREIGN;
        _expectForeignRelease(FOREIGN, manufacturer);
        _open(supplier, Roles.SUPPLIER, recall);
        // an authority names the maker whose release it is
        _expectForeignRelease(FOREIGN, manufacturer);
        _open(registrar, Roles.REGISTRAR, recall);
    }

    function test_openRecall_RevertWhen_NobodyPublishedTheRelease() public {
        RecallInput memory recall = _software(NUMBER);
        recall.releases[0] = keccak256("no release");
        _expectForeignRelease(recall.releases[0], address(0));
        _open(supplier, Roles.SUPPLIER, recall);
        recall.maker = address(0);
        _expectForeignRelease(recall.releases[0], address(0));
        _open(registrar, Roles.REGISTRAR, recall);
    }

    function test_openRecall_RevertWhen_NobodyKnowsReleases() public {
        recalls.setSoftwareRegistry(ISoftwareRegistry(address(0)));
        _expectForeignRelease(FIRST, address(0));
        _openSoftware();
        _openBySupplier(NUMBER);
    }

    function test_openRecall_OverReleasesOfTheMaker() public {
        uint256 own = _openSoftware();
        uint256 official = _open(registrar, Roles.REGISTRAR, _software(OTHER_NUMBER));
        for (uint256 i = 0; i < 2; ++i) {
            (RecallScope[] memory lots, bytes32[] memory releases) = recalls.scopesOf(
                i == 0 ? own : official
            );
            assertEq(lots.length, 0, "no lots");
            assertEq(releases.length, 2, "both releases");
            assertEq(releases[0], FIRST, "the first");
            assertEq(releases[1], SECOND, "the second");
        }
        assertFalse(parts.isHeld(_serial(1)), "parts are not held");
        _withdraw(own);
        assertFalse(recalls.isAffected(CAR, own), "withdrawn, with no holds to take back");
    }

    /* VEHICLES */

    function test_isAffected_FollowsWhatIsInstalled() public {
        uint256 campaignId = _openSoftware();
        assertFalse(recalls.isAffected(CAR, campaignId), "runs nothing of it");
        registry.setInstalled(CAR, SECOND, true);
        assertTrue(recalls.isAffected(CAR, campaignId), "runs the second release");
        assertFalse(recalls.isAffected(OTHER_CAR, campaignId), "the other car does not");
        registry.setInstalled(CAR, SECOND, false);
        registry.setInstalled(CAR, FOREIGN, true);
        assertFalse(recalls.isAffected(CAR, campaignId), "runs another release");
        registry.setInstalled(CAR, FIRST, true);
        assertTrue(recalls.isAffected(CAR, campaignId), "runs the first release");
    }

    function test_enrolVehicles_ByWhatIsInstalled() public {
        RecallInput memory recall = _software(NUMBER);
        recall.advisory = Advisory.DoNotDrive;
        uint256 campaignId = _open(supplier, Roles.SUPPLIER, recall);
        registry.setInstalled(CAR, FIRST, true);
        _enrol(campaignId, CAR);
        _assertCounts(campaignId, 1, 0, "enrolled");
        _assertStopped(CAR, 1, true, "stopped");
        registry.setInstalled(CAR, FIRST, false);
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 0, false, "updated");
    }

    function test_attack_RemedyWhileTheReleaseIsStillInstalled() public {
        uint256 campaignId = _openSoftware();
        registry.setInstalled(CAR, FIRST, true);
        _expectOf(IRecalls.RecallsReleaseStillInstalled.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
        _enrol(campaignId, CAR);
        registry.setInstalled(CAR, FIRST, false);
        registry.setInstalled(CAR, SECOND, true);
        _expectOf(IRecalls.RecallsReleaseStillInstalled.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);

        registry.setInstalled(CAR, SECOND, false);
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
        _assertCounts(campaignId, 1, 1, "updated");
    }

    function test_remedyVehicle_RevertWhen_ReleaseWasReplacedBeforeTheVehicleWasEnrolled() public {
        uint256 campaignId = _openSoftware();
        registry.setInstalled(CAR, FIRST, true);
        registry.setInstalled(CAR, FIRST, false);
        _expectOf(IRecalls.RecallsNotAffected.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
    }

    function test_remedyVehicle_InspectedWhileInstalled() public {
        uint256 campaignId = _openSoftware();
        registry.setInstalled(CAR, FIRST, true);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertCounts(campaignId, 1, 1, "a workshop is trusted that it inspected");
    }

    /* LOTS AND RELEASES TOGETHER */

    function _openBoth() private returns (uint256) {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.releases = _releases(FIRST);
        return _open(supplier, Roles.SUPPLIER, recall);
    }

    function test_isAffected_ByEitherOfLotAndRelease() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBoth();
        registry.setInstalled(OTHER_CAR, FIRST, true);
        assertTrue(recalls.isAffected(CAR, campaignId), "by its part");
        assertTrue(recalls.isAffected(OTHER_CAR, campaignId), "by its software");
        uint256[] memory ids = new uint256[](2);
        (ids[0], ids[1]) = (CAR, OTHER_CAR);
        recalls.enrolVehicles(campaignId, ids);
        _assertCounts(campaignId, 2, 0, "both");
    }

    function test_remedyVehicle_OfEitherKindChecksWhatItSays() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBoth();
        registry.setInstalled(CAR, FIRST, true);
        _expectOf(IRecalls.RecallsPartStillFitted.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.PartReplaced, CAR);
        _expectOf(IRecalls.RecallsReleaseStillInstalled.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
        registry.setInstalled(CAR, FIRST, false);
        // the part is affected with that software alone: it stays
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
        _assertCounts(campaignId, 1, 1, "updated");
    }

    /* A REGISTRY THAT GOES */

    /// @dev Nobody is told that a vehicle is unaffected when nobody knows: such questions fail until there is a registry.
    function test_isAffected_RevertWhen_NobodyKnowsReleasesAnyMore() public {
        uint256 campaignId = _openSoftware();
        registry.setInstalled(CAR, FIRST, true);
        recalls.setSoftwareRegistry(ISoftwareRegistry(address(0)));
        vm.expectRevert();
        recalls.isAffected(CAR, campaignId);
        vm.expectRevert();
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
        _update(campaignId, RemedyStatus.Withdrawn, Advisory.None);
        assertFalse(recalls.isAffected(CAR, campaignId), "withdrawn");
    }
}
