// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IPartCustody} from "../../contracts/interfaces/IPartCustody.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {Consignment} from "../../contracts/types/CustodyTypes.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {LotForm} from "../../contracts/types/PartTypes.sol";
import {Advisory, RecallInput, RecallScope, RemedyStatus} from "../../contracts/types/RecallTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, Record, RecordInput, RecordProof} from "../../contracts/types/RecordTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

/// @dev Attacks on parts and recalls that once succeeded, each named by what the attacker wanted.
contract PartAttacksTest is PartsTest {
    bytes32 internal constant DOCUMENT = keccak256("document");

    function _scope(uint64 lotNumber, uint32 from, uint32 to) internal pure returns (RecallScope memory) {
        return RecallScope({lotNumber: lotNumber, fromSerial: from, toSerial: to});
    }

    function _recall(
        bytes9 number,
        Advisory advisory,
        RecallScope[] memory lots
    ) internal view returns (RecallInput memory) {
        return
            RecallInput({
                maker: supplier,
                number: number,
                status: RemedyStatus.Available,
                advisory: advisory,
                evidenceHash: DOCUMENT,
                lots: lots,
                releases: new bytes32[](0)
            });
    }

    function _scopes(RecallScope memory scope) internal pure returns (RecallScope[] memory scopes) {
        scopes = new RecallScope[](1);
        scopes[0] = scope;
    }

    function _open(bytes9 number, Advisory advisory, RecallScope memory scope) internal returns (uint256) {
        vm.prank(supplier);
        return recalls.openRecall(_recall(number, advisory, _scopes(scope)), Roles.SUPPLIER);
    }

    function _enrol(uint256 campaignId, uint256 vehicleId) internal {
        uint256[] memory vehicleIds = new uint256[](1);
        vehicleIds[0] = vehicleId;
        vm.prank(stranger);
        recalls.enrolVehicles(campaignId, vehicleIds);
    }

    function _isStopped(uint256 vehicleId) internal view returns (bool) {
        return Locks.has(title.stateOf(vehicleId).locks, Locks.SAFETY);
    }

    function _consignment(
        address receiver,
        uint256 partId,
        uint256 quantity
    ) internal view returns (Consignment memory consignment) {
        consignment.sender = supplier;
        consignment.receiver = receiver;
        consignment.deadline = NOW + 7 days;
        consignment.partIds = new uint256[](1);
        consignment.quantities = new uint256[](1);
        consignment.partIds[0] = partId;
        consignment.quantities[0] = quantity;
    }

    /* RECALLS */

    /// @dev A campaign over the last unit of the lot, which nobody will miss.
    function _openHarmless(uint256 index) private returns (bool, bytes memory) {
        bytes memory number = "26V000000";
        for (uint256 digit = 8; index != 0; --digit) {
            number[digit] = bytes1(uint8(0x30 + (index % 10)));
            index /= 10;
        }
        RecallInput memory harmless = _recall(bytes9(number), Advisory.None, _scopes(_scope(1, 100, 100)));
        vm.prank(supplier);
        return address(recalls).call(abi.encodeCall(recalls.openRecall, (harmless, Roles.SUPPLIER)));
    }

    /// @dev A maker that fears an authority fills its lot with holds of harmless campaigns.
    function test_attack_MakerFillsItsHoldsAgainstTheAuthority() public {
        uint256 partId = _partAtWorkshop(1, 2);
        for (uint256 i = 0; i < 255; ++i) {
            (bool ok, ) = _openHarmless(i);
            if (!ok) break;
        }
        vm.prank(registrar);
        recalls.openRecall(
            _recall("26V999999", Advisory.DoNotDrive, _scopes(_scope(1, 1, 50))),
            Roles.REGISTRAR
        );
        assertTrue(parts.isHeld(partId), "the authority holds what the maker will not");
    }

    function test_attack_MakerTakesTheNumberOfTheAuthoritysCampaign() public {
        _serialisedLot(1, 100, 2);
        _open("26V123000", Advisory.None, _scope(1, 100, 100));
        vm.prank(registrar);
        recalls.openRecall(
            _recall("26V123000", Advisory.DoNotDrive, _scopes(_scope(1, 1, 50))),
            Roles.REGISTRAR
        );
        assertTrue(
            parts.isHeld(_partId(supplier, 1, 1)),
            "the authority's campaign stands beside the maker's"
        );
    }

    /// @dev The maker of a bulb is no reader of odometers; its letter to the holder is none either.
    function test_attack_RecallNoticeOfASupplierMovesTheOdometer() public {
        _fit(_partAtWorkshop(1, 2), 1, CAR);
        uint256 campaignId = _open("26V123000", Advisory.None, _scope(1, 1, 50));
        RecordInput[] memory notices = new RecordInput[](1);
        notices[0] = _input(CAR, RecordKinds.RECALL_NOTICE, 999_999, OdometerUnit.Km, NOW - 1 hours);
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsNoticeWithReading.selector, CAR));
        vm.prank(supplier);
        recalls.notifyVehicles(campaignId, notices, Roles.SUPPLIER);
        assertEq(records.stateOf(CAR).odometer, 0, "the odometer is what was read off the car");
    }

    function test_attack_LockOfAStoppedVehicleIsClearedForGood() public {
        _fit(_partAtWorkshop(1, 2), 1, CAR);
        uint256 campaignId = _open("26V123000", Advisory.DoNotDrive, _scope(1, 1, 50));
        _enrol(campaignId, CAR);
        vm.prank(safetyController);
        title.unlockTitle(CAR, Locks.SAFETY);
        _enrol(campaignId, CAR);
        assertTrue(_isStopped(CAR), "anybody brings the lock of a stopped vehicle back");
    }

    /* PARTS */

    function test_attack_RecalledUnitIsFittedAsPartOfAnother() public {
        uint256 partId = _partAtWorkshop(1, 2);
        _give(workshop, manufacturer, partId, 1);
        _open("26V123000", Advisory.DoNotDrive, _scope(1, 1, 50));
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRecalled.selector, partId));
        vm.prank(manufacturer);
        parts.transformLots(_one(partId, 1), _one(_lot(9, LotForm.Counted, 1)), Roles.MANUFACTURER);
    }

    /* CUSTODY */

    function test_attack_ConsignsUnitsThatItDoesNotHold() public {
        uint256 partId = _partAtWorkshop(1, 2);
        Consignment memory consignment = _consignment(buyer, partId, 0);
        consignment.sender = stranger;
        vm.prank(stranger);
        parts.setApprovalForAll(address(custody), true);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsQuantityInvalid.selector, partId, 0));
        vm.prank(stranger);
        custody.consign(consignment, DOCUMENT);

        // nor among units of its own
        vm.prank(workshop);
        parts.setApprovalForAll(address(custody), true);
        consignment.sender = workshop;
        consignment.partIds = new uint256[](2);
        consignment.quantities = new uint256[](2);
        (consignment.partIds[0], consignment.quantities[0]) = (partId, 1);
        (consignment.partIds[1], consignment.quantities[1]) = (_partId(supplier, 1, 1), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IPartTwins.PartsQuantityInvalid.selector, _partId(supplier, 1, 1), 0)
        );
        vm.prank(workshop);
        custody.consign(consignment, DOCUMENT);
    }

    function test_attack_ConsignmentToCustodyStaysForEver() public {
        _serialisedLot(1, 100, 2);
        uint256 partId = _partId(supplier, 1, 2);
        Consignment memory consignment = _consignment(address(custody), partId, 1);
        consignment.deadline = type(uint40).max;
        vm.prank(supplier);
        parts.setApprovalForAll(address(custody), true);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPartCustody.CustodyConsignmentInvalid.selector,
                address(custody),
                1,
                custody.MAX_BATCH()
            )
        );
        vm.prank(supplier);
        custody.consign(consignment, DOCUMENT);
    }

    /* END OF LIFE */

    function test_attack_HolderOfAScrappedCarKeepsItsPartsFromTheRecycler() public {
        uint256 partId = _partAtWorkshop(1, 2);
        _fit(partId, 1, CAR);
        vm.prank(holder);
        title.approve(recycler, CAR);
        RecordInput memory input = _input(CAR, RecordKinds.DESTRUCTION, 0, OdometerUnit.None, NOW);
        RecordProof memory proof;
        proof.previousHead = records.headOf(CAR);
        proof.author = recycler;
        proof.kind = RecordKinds.DESTRUCTION;
        proof.record = Record({
            index: records.stateOf(CAR).count + 1,
            documentHash: input.documentHash,
            code: 0,
            odometer: 0,
            odometerUnit: OdometerUnit.None,
            observedAt: NOW,
            recordedAt: NOW,
            role: Roles.RECYCLER,
            corrects: 0
        });
        vm.prank(recycler);
        title.destroyVehicle(input);

        // just before the recycler's transaction, and as often as the recycler tries
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsLifeEnded.selector, CAR));
        vm.prank(holder);
        title.reportAsHolder(_input(CAR, ODOMETER_READING, 1, OdometerUnit.Km, NOW - 1 hours));
        vm.prank(recycler);
        parts.releaseParts(_one(partId, 1), _removeRecord(CAR), proof);
        assertEq(parts.balanceOf(recycler, partId), 1, "the recycler has the part");
    }
}
