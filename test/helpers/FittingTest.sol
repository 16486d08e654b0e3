// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IWorkOrders} from "../../contracts/interfaces/IWorkOrders.sol";
import {Lot, LotForm, PartAmount, Unit, UnitState} from "../../contracts/types/PartTypes.sol";
import {RecallScope} from "../../contracts/types/RecallTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, Record, RecordInput, RecordProof} from "../../contracts/types/RecordTypes.sol";
import {PartHolder} from "./PartHolder.sol";
import {PartsTest} from "./PartsTest.sol";

/// @dev Parts in the workshop's hands: ten serials of a serialised lot and twenty pieces of a counted one.
abstract contract FittingTest is PartsTest {
    uint64 internal constant SERIALISED = 1;
    uint64 internal constant COUNTED = 2;
    uint40 internal constant QUANTITY = 100;
    uint32 internal constant MARKED = 10;
    uint40 internal constant PIECES = 20;
    bytes32 internal constant DOCUMENT = keccak256("document");

    uint256 internal lotId;
    uint256 internal countedLotId;
    /// @dev The first serial, and the counted pieces.
    uint256 internal part;
    uint256 internal pieces;

    function setUp() public virtual override {
        super.setUp();
        lotId = _serialisedLot(SERIALISED, QUANTITY, MARKED);
        countedLotId = _commission(supplier, Roles.SUPPLIER, _lot(COUNTED, LotForm.Counted, QUANTITY));
        part = _serial(1);
        pieces = _partId(supplier, COUNTED, 0);
        for (uint32 serial = 1; serial <= MARKED; ++serial) _give(supplier, workshop, _serial(serial), 1);
        _give(supplier, workshop, pieces, PIECES);
    }

    function _serial(uint32 serial) internal view returns (uint256) {
        return _partId(supplier, SERIALISED, serial);
    }

    function _account(uint256 vehicleId) internal pure returns (address) {
        return
            address(
                uint160(uint256(keccak256(abi.encode(keccak256("blok auto vehicle account"), vehicleId))))
            );
    }

    /* ACTS */

    function _scope(uint64 number, uint32 from, uint32 to) internal pure returns (RecallScope[] memory rows) {
        rows = new RecallScope[](1);
        rows[0] = RecallScope(number, from, to);
    }

    function _hold(uint64 number, uint32 from, uint32 to, bool isHeld) internal {
        vm.prank(recallController);
        parts.setHolds(supplier, _scope(number, from, to), isHeld);
    }

    function _reportTheft(address account, uint256 partId, bool isStolen) internal {
        vm.prank(account);
        parts.reportTheft(partId, isStolen);
    }

    /// @dev `count` rows of one serial each, from serial `from`.
    function _rows(uint32 from, uint256 count) internal view returns (PartAmount[] memory rows) {
        rows = new PartAmount[](count);
        for (uint32 i = 0; i < count; ++i) rows[i] = PartAmount(_serial(from + i), 1);
    }

    /// @dev `count` rows of one counted piece each.
    function _pieceRows(uint256 count) internal view returns (PartAmount[] memory rows) {
        rows = new PartAmount[](count);
        for (uint256 i = 0; i < count; ++i) rows[i] = PartAmount(pieces, 1);
    }

    function _destructionRecord(uint256 vehicleId) internal pure returns (RecordInput memory) {
        return _input(vehicleId, RecordKinds.DESTRUCTION, 0, OdometerUnit.None, NOW - 1 hours);
    }

    /// @dev The holder hands the car over, the recycler destroys it. Returns the proof of the certificate.
    function _destroy(
        uint256 vehicleId,
        address vehicleHolder,
        address by
    ) internal returns (RecordProof memory proof) {
        bytes32 previousHead = records.headOf(vehicleId);
        RecordInput memory input = _destructionRecord(vehicleId);
        vm.prank(vehicleHolder);
        title.approve(by, vehicleId);
        vm.prank(by);
        title.destroyVehicle(input);
        proof = RecordProof({
            previousHead: previousHead,
            author: by,
            kind: RecordKinds.DESTRUCTION,
            record: _recordOf(input, records.stateOf(vehicleId).count, Roles.RECYCLER),
            laterDigests: new bytes32[](0)
        });
    }

    /// @dev The record that the contract makes of an input now.
    function _recordOf(
        RecordInput memory input,
        uint32 index,
        uint64 role
    ) internal view returns (Record memory record) {
        record.index = index;
        record.documentHash = input.documentHash;
        record.observedAt = input.observedAt;
        record.recordedAt = uint40(block.timestamp);
        record.role = role;
    }

    function _release(address by, PartAmount[] memory rows, RecordProof memory proof) internal {
        vm.prank(by);
        parts.releaseParts(rows, _removeRecord(CAR), proof);
    }

    /// @dev A workshop that is a contract, with leave of the car's holder.
    function _newContractWorkshop() internal returns (PartHolder shop) {
        shop = new PartHolder();
        consortium.grantRole(Roles.WORKSHOP, address(shop), 0);
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, address(shop), NOW + 30 days);
    }

    /* EXPECTATIONS */

    function _expectNotMember(address account, uint64 role) internal {
        vm.expectRevert(abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, account, role));
    }

    function _expectInsufficient(address from, uint256 balance, uint256 needed, uint256 partId) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                from,
                balance,
                needed,
                partId
            )
        );
    }

    function _expectState(uint256 partId, UnitState state) internal {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsUnitState.selector, partId, state));
    }

    function _expectNotFitted(uint256 partId, uint256 vehicleId) internal {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsNotFitted.selector, partId, vehicleId));
    }

    function _expectNotAuthorised(uint256 vehicleId, address account) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IWorkOrders.WorkOrdersNotAuthorised.selector, vehicleId, account)
        );
    }

    /* ASSERTIONS */

    function _assertUnit(
        uint256 partId,
        address unitHolder,
        UnitState state,
        uint256 lastVehicle,
        string memory message
    ) internal view {
        Unit memory unit = parts.unitOf(partId);
        assertEq(unit.holder, unitHolder, string.concat(message, ": holder"));
        assertEq(uint256(unit.state), uint256(state), string.concat(message, ": state"));
        assertEq(unit.lastVehicle, uint80(lastVehicle), string.concat(message, ": last vehicle"));
        assertEq(
            parts.balanceOf(unitHolder, partId),
            unitHolder == address(0) ? 0 : 1,
            string.concat(message, ": balance")
        );
    }

    function _assertFitted(
        uint256 vehicleId,
        uint256 ofLot,
        uint256 onVehicle,
        uint256 inLot,
        string memory message
    ) internal view {
        assertEq(parts.fittedOf(vehicleId, ofLot), onVehicle, string.concat(message, ": on the vehicle"));
        assertEq(parts.lotStateOf(ofLot).fitted, inLot, string.concat(message, ": in the lot's counter"));
    }

    /// @dev Commissioned = held + in transit + fitted + consumed + decommissioned, where `accounts` are all that hold any.
    function _assertConserved(address[] memory accounts) internal view {
        Lot memory lot = parts.lotStateOf(lotId);
        uint256 sum = lot.unserialised;
        for (uint32 serial = 1; serial <= MARKED; ++serial) sum += _sumOf(accounts, _serial(serial));
        assertEq(
            sum + lot.fitted + lot.consumed + lot.decommissioned,
            lot.quantity,
            "serialised: everything is somewhere"
        );
        assertEq(
            parts.fittedOf(CAR, lotId) + parts.fittedOf(OTHER_CAR, lotId),
            lot.fitted,
            "serialised: what vehicles carry is what is fitted"
        );
        lot = parts.lotStateOf(countedLotId);
        assertEq(
            _sumOf(accounts, pieces) + lot.fitted + lot.consumed + lot.decommissioned,
            lot.quantity,
            "counted: everything is somewhere"
        );
        assertEq(
            parts.balanceOf(_account(CAR), pieces) + parts.balanceOf(_account(OTHER_CAR), pieces),
            lot.fitted,
            "counted: what vehicles carry is what is fitted"
        );
    }

    function _sumOf(address[] memory accounts, uint256 partId) private view returns (uint256 sum) {
        for (uint256 i = 0; i < accounts.length; ++i) sum += parts.balanceOf(accounts[i], partId);
    }
}
