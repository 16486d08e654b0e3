// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {DecommissionOutcome, LotForm, PartAmount, UnitState} from "../../contracts/types/PartTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {OdometerUnit, RecordInput, RecordProof} from "../../contracts/types/RecordTypes.sol";
import {FittingTest} from "../helpers/FittingTest.sol";
import {PartHolder} from "../helpers/PartHolder.sol";

/// @dev What becomes of the parts of a scrapped car. It carries serials 1 and 2 and five counted pieces.
contract PartTwinsReleaseTest is FittingTest {
    address private otherRecycler = address(uint160(uint256(keccak256("otherRecycler"))));

    function setUp() public override {
        super.setUp();
        vm.label(otherRecycler, "otherRecycler");
        consortium.grantRole(Roles.RECYCLER, otherRecycler, 0);
        _fit(part, 1, CAR);
        _fit(_serial(2), 1, CAR);
        _fit(pieces, 5, CAR);
    }

    /* WHO, AND WITH WHAT PROOF */

    function test_attack_ReleaseByAnotherRecycler() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        _expectUnproven(CAR, otherRecycler);
        _release(otherRecycler, _rows(1, 1), proof);
        proof.author = otherRecycler; // which makes another record of it
        _expectUnproven(CAR, otherRecycler);
        _release(otherRecycler, _rows(1, 1), proof);
        _assertFitted(CAR, lotId, 2, 2, "all there");
    }

    function test_attack_ReleaseBeforeDestruction() public {
        vm.prank(holder);
        title.transferFrom(holder, recycler, CAR);
        RecordProof memory proof;
        (proof.previousHead, proof.author, proof.kind) = (
            records.headOf(CAR),
            recycler,
            RecordKinds.DESTRUCTION
        );
        proof.record = _recordOf(_destructionRecord(CAR), records.stateOf(CAR).count + 1, Roles.RECYCLER);
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);
    }

    /// @dev The recycler wrote another record in the life, and shows it as what it is not.
    function test_attack_ReleaseWithAProofOfAnotherKind() public {
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, recycler, NOW);
        bytes32 previousHead = records.headOf(CAR);
        vm.prank(recycler);
        parts.removePart(_serial(2), 1, _removeRecord(CAR), Roles.RECYCLER);
        RecordProof memory proof = RecordProof({
            previousHead: previousHead,
            author: recycler,
            kind: RecordKinds.PART_REMOVED,
            record: _recordOf(_removeRecord(CAR), records.stateOf(CAR).count, Roles.RECYCLER),
            laterDigests: new bytes32[](0)
        });
        assertEq(records.foldProof(CAR, proof), records.headOf(CAR), "a true record");
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);
        proof.kind = RecordKinds.DESTRUCTION;
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);
    }

    /// @dev A true proof with one thing changed, one after the other.
    function test_attack_ReleaseWithForgedProof() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        bytes32 previousHead = proof.previousHead;
        proof.previousHead = keccak256("forged");
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);
        proof.previousHead = previousHead;
        ++proof.record.index;
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);
        --proof.record.index;
        proof.laterDigests = new bytes32[](1);
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);
        proof.laterDigests = new bytes32[](0);
        _release(recycler, _rows(1, 1), proof); // nothing else was wrong with it
    }

    /// @dev The recycler destroyed one car and takes the parts of another.
    function test_attack_ReleaseWithTheProofOfAnotherCar() public {
        RecordProof memory proof = _destroy(OTHER_CAR, buyer, recycler);
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);
        // In the name of the destroyed car there is nothing to take.
        vm.startPrank(recycler);
        _expectNotFitted(part, OTHER_CAR);
        parts.releaseParts(_rows(1, 1), _removeRecord(OTHER_CAR), proof);
        _expectNotFitted(pieces, OTHER_CAR);
        parts.releaseParts(_one(pieces, 1), _removeRecord(OTHER_CAR), proof);
        vm.stopPrank();
    }

    function test_attack_ReleaseOfAnUnknownCar() public {
        uint256 unknown = uint256(keccak256("unknown car"));
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        _expectUnproven(unknown, recycler);
        vm.prank(recycler);
        parts.releaseParts(_rows(1, 1), _removeRecord(unknown), proof);
    }

    function test_attack_ReleaseByExpelledRecycler() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        _expel(recycler);
        _expectNotMember(recycler, Roles.RECYCLER);
        _release(recycler, _rows(1, 1), proof);
        _assertUnit(part, _account(CAR), UnitState.Fitted, CAR, "still there");
    }

    function test_attack_ReleaseByTheFormerHolder() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        _expectUnproven(CAR, holder);
        _release(holder, _rows(1, 1), proof);
    }

    /// @dev Whatever is written after the certificate makes the proof longer, not worthless.
    function test_releaseParts_WithLaterRecords() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        RecordInput memory service = _input(CAR, SERVICE, 0, OdometerUnit.None, NOW - 2 hours);
        vm.prank(workshop);
        records.appendRecord(service, Roles.WORKSHOP);
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(1, 1), proof);

        proof.laterDigests = new bytes32[](1);
        proof.laterDigests[0] = _serviceDigest(service, records.stateOf(CAR).count);
        _release(recycler, _rows(1, 1), proof);
        _assertUnit(part, recycler, UnitState.Free, CAR, "released");
        // the release is a later record itself
        _expectUnproven(CAR, recycler);
        _release(recycler, _rows(2, 1), proof);
        bytes32 serviceDigest = proof.laterDigests[0];
        proof.laterDigests = new bytes32[](2);
        proof.laterDigests[0] = serviceDigest;
        proof.laterDigests[1] = _releaseDigest(records.stateOf(CAR).count);
        _release(recycler, _rows(2, 1), proof);
        _assertUnit(_serial(2), recycler, UnitState.Free, CAR, "released in a second step");
    }

    /* SCRAPPING A LOCKED CAR */

    function test_attack_ScrapLockedCar() public {
        uint8[4] memory locks = [Locks.LIEN, Locks.THEFT, Locks.COURT, Locks.SALE];
        address[4] memory controllers = [lienController, registrar, court, saleController];
        vm.prank(holder);
        title.approve(recycler, CAR);
        for (uint256 i = 0; i < locks.length; ++i) {
            _lockTitle(CAR, locks[i], controllers[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleTitle.TitleLocked.selector,
                    CAR,
                    uint16(1) << locks[i],
                    Locks.STOPS_TRANSFER
                )
            );
            vm.prank(recycler);
            title.destroyVehicle(_destructionRecord(CAR));
            vm.prank(controllers[i]);
            title.unlockTitle(CAR, locks[i]);
        }
        assertFalse(records.hasEnded(CAR), "its life goes on");
    }

    /* WHAT */

    function test_releaseParts_RevertWhen_BatchIsEmptyOrTooLong() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsBatchLength.selector, 0, 100));
        _release(recycler, new PartAmount[](0), proof);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsBatchLength.selector, 101, 100));
        _release(recycler, _pieceRows(101), proof);
    }

    function test_releaseParts_OfAsManyAsABatchHolds() public {
        uint256 more = _partId(supplier, 5, 0);
        _commission(supplier, Roles.SUPPLIER, _lot(5, LotForm.Counted, 100));
        _give(supplier, workshop, more, 100);
        _fit(more, 100, CAR);
        PartAmount[] memory rows = new PartAmount[](100);
        for (uint256 i = 0; i < 100; ++i) rows[i] = PartAmount(more, 1);
        _release(recycler, rows, _destroy(CAR, holder, recycler));
        assertEq(parts.balanceOf(recycler, more), 100, "row by row");
    }

    function test_releaseParts_RevertWhen_RecordIsOfAnotherKind() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        RecordInput memory record = _removeRecord(CAR);
        record.kind = RecordKinds.DESTRUCTION;
        vm.expectRevert(
            abi.encodeWithSelector(
                IPartTwins.PartsRecordKind.selector,
                RecordKinds.DESTRUCTION,
                RecordKinds.PART_REMOVED
            )
        );
        vm.prank(recycler);
        parts.releaseParts(_rows(1, 1), record, proof);
    }

    function test_attack_ReleaseTheSamePartTwice() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        PartAmount[] memory rows = new PartAmount[](2);
        (rows[0], rows[1]) = (PartAmount(part, 1), PartAmount(part, 1));
        _expectNotFitted(part, CAR);
        _release(recycler, rows, proof);
        (rows[0], rows[1]) = (PartAmount(pieces, 3), PartAmount(pieces, 3));
        _expectNotFitted(pieces, CAR);
        _release(recycler, rows, proof);
        _expectNotFitted(_serial(3), CAR);
        _release(recycler, _rows(2, 2), proof);
        _assertFitted(CAR, lotId, 2, 2, "all or none");
    }

    /* WHAT IT DOES */

    function test_releaseParts_HandsThemToTheRecycler() public {
        RecordProof memory proof = _destroy(CAR, holder, recycler);
        PartAmount[] memory rows = new PartAmount[](3);
        rows[0] = PartAmount(part, 1);
        rows[1] = PartAmount(pieces, 5);
        rows[2] = PartAmount(_serial(2), 1);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(recycler, _account(CAR), recycler, part, 1);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartRemoved(lotId, CAR, recycler, 1, 1);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(recycler, _account(CAR), recycler, pieces, 5);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartRemoved(countedLotId, CAR, recycler, 0, 5);
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(
            CAR,
            recycler,
            RecordKinds.PART_REMOVED,
            _recordOf(_removeRecord(CAR), proof.record.index + 1, Roles.RECYCLER)
        );
        _release(recycler, rows, proof);

        _assertUnit(part, recycler, UnitState.Free, CAR, "first");
        _assertUnit(_serial(2), recycler, UnitState.Free, CAR, "second");
        assertEq(parts.balanceOf(recycler, pieces), 5, "pieces");
        _assertFitted(CAR, lotId, 0, 0, "no unit left");
        _assertFitted(CAR, countedLotId, 0, 0, "no piece left");
        assertEq(records.stateOf(CAR).count, proof.record.index + 1, "one record for all");
    }

    /// @dev Good parts of a scrapped car go on in another.
    function test_releaseParts_FreesThemForAnotherCar() public {
        _release(recycler, _rows(1, 2), _destroy(CAR, holder, recycler));
        _give(recycler, workshop, part, 1);
        _fit(part, 1, OTHER_CAR);
        _assertUnit(part, _account(OTHER_CAR), UnitState.Fitted, OTHER_CAR, "used again");
        vm.prank(recycler);
        parts.decommissionParts(_one(_serial(2), 1), DecommissionOutcome.Recycled, DOCUMENT, Roles.RECYCLER);
        assertEq(parts.lotStateOf(lotId).decommissioned, 1, "the other is recycled");
    }

    /* CONTRACTS THAT RECEIVE */

    function test_attack_ReenterRelease() public {
        PartHolder plant = new PartHolder();
        consortium.grantRole(Roles.RECYCLER, address(plant), 0);
        RecordProof memory proof = _destroy(CAR, holder, address(plant));
        bytes memory release = abi.encodeCall(parts.releaseParts, (_rows(1, 2), _removeRecord(CAR), proof));
        plant.close(true);
        vm.expectRevert(abi.encodeWithSelector(PartHolder.HolderClosed.selector, part));
        plant.act(address(parts), release);

        // Inside the first call the head is another one already.
        plant.close(false);
        plant.arm(address(parts), release);
        _expectUnproven(CAR, address(plant));
        plant.act(address(parts), release);

        // What it got it has: the state is complete before it is told.
        plant.arm(
            address(parts),
            abi.encodeCall(parts.safeTransferFrom, (address(plant), stranger, _serial(2), 1, ""))
        );
        plant.act(address(parts), release);
        assertEq(plant.calls(), 2, "told of each");
        assertEq(plant.lastFrom(), _account(CAR), "from the car");
        _assertUnit(_serial(2), stranger, UnitState.Free, CAR, "passed on at once");
        _assertUnit(part, address(plant), UnitState.Free, CAR, "kept");
        _assertFitted(CAR, lotId, 0, 0, "none on the car");
    }

    function _serviceDigest(RecordInput memory input, uint32 index) private view returns (bytes32) {
        return
            keccak256(
                bytes.concat(
                    abi.encode(CAR, workshop, input.kind),
                    abi.encode(_recordOf(input, index, Roles.WORKSHOP))
                )
            );
    }

    function _releaseDigest(uint32 index) private view returns (bytes32) {
        return
            keccak256(
                bytes.concat(
                    abi.encode(CAR, recycler, RecordKinds.PART_REMOVED),
                    abi.encode(_recordOf(_removeRecord(CAR), index, Roles.RECYCLER))
                )
            );
    }

    function _expectUnproven(uint256 vehicleId, address caller) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPartTwins.PartsDestructionUnproven.selector, vehicleId, caller)
        );
    }
}
