// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {
    KindWriters,
    OdometerUnit,
    Record,
    RecordInput,
    RecordProof,
    RecordState
} from "../../contracts/types/RecordTypes.sol";
import {BlokTest} from "./BlokTest.sol";
import {Vm} from "./Vm.sol";

/// @dev A registered vehicle and what tests of records need around it. The digest and the fold are written here a
/// second time, in plain Solidity, so that they are an opinion of their own about what the contract computes.
abstract contract RecordsTest is BlokTest {
    uint256 internal constant CAR = uint256(keccak256("car"));
    uint256 internal constant OTHER_CAR = uint256(keccak256("other car"));

    bytes32 internal constant RECORD_APPENDED = keccak256(
        "RecordAppended(uint256,address,uint8,(uint32,bytes32,uint8,uint32,uint8,uint40,uint40,uint64,uint32))"
    );

    /// @dev A contract of the consortium that writes records on behalf of members.
    address internal controller = address(uint160(uint256(keccak256("controller"))));

    function setUp() public virtual override {
        super.setUp();
        vm.label(controller, "controller");
        consortium.grantRole(Roles.RECORD_CONTROLLER, controller, 0);
        _register(CAR, holder);
        _register(OTHER_CAR, holder);
    }

    /* ACTS */

    function _append(address author, uint64 role, RecordInput memory input) internal returns (uint32) {
        vm.prank(author);
        return records.appendRecord(input, role);
    }

    function _expectNotMember(address account, uint64 role) internal {
        vm.expectRevert(abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, account, role));
    }

    function _expel(address member) internal {
        vm.prank(admissions);
        consortium.expelMember(member, keccak256("reason"));
    }

    /// @dev A member of a class of its own making; no other test account holds that role.
    function _newMember(string memory name, uint64 role) internal returns (address account) {
        account = address(uint160(uint256(keccak256(bytes(name)))));
        vm.label(account, name);
        consortium.grantRole(role, account, 0);
    }

    function _setKindWriters(uint8 kind, uint64 writers) internal {
        KindWriters[] memory rows = new KindWriters[](1);
        rows[0] = KindWriters(kind, writers);
        records.setKindWriters(rows);
    }

    /// @dev An input of any kind that breaks no rule but perhaps the table's; a resolution needs an open anomaly.
    function _valid(uint256 vehicleId, uint8 kind) internal pure returns (RecordInput memory input) {
        if (kind == RecordKinds.BRAND) return _brand(vehicleId, 11);
        bool isReading = kind == RecordKinds.ODOMETER_RESOLUTION;
        return
            _input(
                vehicleId,
                kind,
                isReading ? 70_000 : 0,
                isReading ? OdometerUnit.Km : OdometerUnit.None,
                NOW - 1 days
            );
    }

    /// @dev Two readings by the inspector, of which the second is lower.
    function _causeAnomaly(uint256 vehicleId) internal {
        vm.startPrank(inspector);
        records.appendRecord(_reading(vehicleId, 90_000, OdometerUnit.Km, NOW - 3 days), Roles.INSPECTOR);
        records.appendRecord(_reading(vehicleId, 70_000, OdometerUnit.Km, NOW - 2 days), Roles.INSPECTOR);
        vm.stopPrank();
    }

    function _reading(
        uint256 vehicleId,
        uint32 value,
        OdometerUnit unit,
        uint40 observedAt
    ) internal pure returns (RecordInput memory) {
        return _input(vehicleId, ODOMETER_READING, value, unit, observedAt);
    }

    function _asArray(RecordInput memory input) internal pure returns (RecordInput[] memory inputs) {
        inputs = new RecordInput[](1);
        inputs[0] = input;
    }

    /* A SECOND OPINION */

    function _genesis(uint256 vehicleId) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(records), vehicleId));
    }

    function _fold(bytes32 head, bytes32 digest) internal pure returns (bytes32) {
        return keccak256(abi.encode(head, digest));
    }

    function _digest(
        uint256 vehicleId,
        address author,
        uint8 kind,
        Record memory record
    ) internal pure returns (bytes32) {
        return keccak256(bytes.concat(abi.encode(vehicleId, author, kind), abi.encode(record)));
    }

    /// @dev The digest as a reader makes it of a raw log: the topics after the first, then the data.
    function _digest(Vm.Log memory log) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(log.topics[1], log.topics[2], log.topics[3], log.data));
    }

    /// @dev The record that the contract must make of an input now.
    function _record(
        RecordInput memory input,
        uint32 index,
        uint64 role,
        uint32 corrects
    ) internal view returns (Record memory) {
        return
            Record({
                index: index,
                documentHash: input.documentHash,
                code: input.code,
                odometer: input.odometer,
                odometerUnit: input.odometerUnit,
                observedAt: input.observedAt,
                recordedAt: uint40(block.timestamp),
                role: role,
                corrects: corrects
            });
    }

    /// @dev The record that the manufacturer's registration in `setUp` made.
    function _birthRecord(uint256 vehicleId) internal view returns (Record memory) {
        return _record(_birth(vehicleId), 1, Roles.MANUFACTURER, 0);
    }

    function _proof(
        bytes32 previousHead,
        address author,
        uint8 kind,
        Record memory record,
        bytes32[] memory laterDigests
    ) internal pure returns (RecordProof memory) {
        return
            RecordProof({
                previousHead: previousHead,
                author: author,
                kind: kind,
                record: record,
                laterDigests: laterDigests
            });
    }

    /// @dev What the record events among `logs` fold to, for one vehicle, and how many there are.
    function _foldLogs(
        Vm.Log[] memory logs,
        uint256 vehicleId,
        bytes32 head
    ) internal view returns (bytes32, uint256 count) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(records) || logs[i].topics[0] != RECORD_APPENDED) continue;
            if (uint256(logs[i].topics[1]) != vehicleId) continue;
            head = _fold(head, _digest(logs[i]));
            ++count;
        }
        return (head, count);
    }

    /* ASSERTIONS */

    function _assertReading(
        uint256 vehicleId,
        uint32 value,
        OdometerUnit unit,
        uint40 readAt,
        string memory message
    ) internal view {
        RecordState memory state = records.stateOf(vehicleId);
        assertEq(state.odometer, value, string.concat(message, ": odometer"));
        assertEq(uint256(state.odometerUnit), uint256(unit), string.concat(message, ": unit"));
        assertEq(state.odometerAt, readAt, string.concat(message, ": time"));
    }

    function _assertAnomalies(uint256 vehicleId, uint8 expected, string memory message) internal view {
        assertEq(records.stateOf(vehicleId).anomalies, expected, message);
    }
}
