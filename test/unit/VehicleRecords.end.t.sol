// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {PackedRecordState, RecordStateLib} from "../../contracts/libraries/RecordStateLib.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, Record, RecordInput, RecordState} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";

/// @dev The end of a life: from the certificate of destruction on, no part is fitted.
contract VehicleRecordsEndTest is RecordsTest {
    function setUp() public override {
        super.setUp();
        uint64 fitters = _set(Roles.WORKSHOP) | _set(Roles.MANUFACTURER) | _set(Roles.RECORD_CONTROLLER);
        _setKindWriters(RecordKinds.PART_FITTED, fitters);
        _setKindWriters(RecordKinds.PART_REMOVED, fitters | _set(Roles.RECYCLER));
    }

    function test_appendMemberRecord_RevertWhen_FittingAfterTheEnd() public {
        _through(workshop, Roles.WORKSHOP, RecordKinds.PART_FITTED);
        _through(recycler, Roles.RECYCLER, RecordKinds.DESTRUCTION);
        bytes32 head = records.headOf(CAR);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsLifeEnded.selector, CAR));
        _through(workshop, Roles.WORKSHOP, RecordKinds.PART_FITTED);
        assertEq(records.headOf(CAR), head, "nothing was written");
    }

    function test_hasEnded_FromTheCertificateOn() public {
        assertFalse(records.hasEnded(CAR), "alive");
        assertFalse(records.hasEnded(uint256(keccak256("unknown car"))), "no life has no end");
        RecordState memory before = records.stateOf(CAR);
        _through(recycler, Roles.RECYCLER, RecordKinds.DESTRUCTION);
        assertTrue(records.hasEnded(CAR), "ended");
        assertFalse(records.hasEnded(OTHER_CAR), "another goes on");
        ++before.count;
        assertEq(
            keccak256(abi.encode(records.stateOf(CAR))),
            keccak256(abi.encode(before)),
            "what the records amount to is as before"
        );
    }

    function test_hasEnded_ByTheTitle() public {
        vm.prank(holder);
        title.approve(recycler, CAR);
        vm.prank(recycler);
        title.destroyVehicle(_valid(CAR, RecordKinds.DESTRUCTION));
        assertTrue(records.hasEnded(CAR), "destroyed");
    }

    function test_hasEnded_NoOtherKindEndsALife() public {
        uint64 writers = _set(Roles.WORKSHOP) | _set(Roles.RECORD_CONTROLLER);
        for (uint8 kind = 3; kind < 40; ++kind) {
            if (kind == RecordKinds.DESTRUCTION || kind == RecordKinds.ODOMETER_RESOLUTION) continue;
            _setKindWriters(kind, writers);
            _through(workshop, Roles.WORKSHOP, kind);
            assertFalse(records.hasEnded(CAR), "goes on");
        }
        _through(workshop, Roles.WORKSHOP, RecordKinds.PART_FITTED);
    }

    /// @dev Everything but fitting is still written: parts come off, and late records of what was before come in.
    function test_appendMemberRecord_OtherKindsAfterTheEnd() public {
        _through(recycler, Roles.RECYCLER, RecordKinds.DESTRUCTION);
        _through(workshop, Roles.WORKSHOP, RecordKinds.PART_REMOVED);
        _through(recycler, Roles.RECYCLER, RecordKinds.PART_REMOVED);
        _append(workshop, Roles.WORKSHOP, _service(CAR, 60_000, NOW - 2 days));
        _append(registrar, Roles.REGISTRAR, _brand(CAR, 11));
        assertTrue(records.hasEnded(CAR), "and the end stands");
        _assertReading(CAR, 60_000, OdometerUnit.Km, NOW - 2 days, "a late reading");
    }

    /// @dev A resolution rewrites the reading and the anomalies in the same word.
    function test_hasEnded_SurvivesEveryChangeOfTheState() public {
        _causeAnomaly(CAR);
        _through(recycler, Roles.RECYCLER, RecordKinds.DESTRUCTION);
        _append(inspector, Roles.INSPECTOR, _valid(CAR, RecordKinds.ODOMETER_RESOLUTION));
        assertTrue(records.hasEnded(CAR), "after a resolution");
        _causeAnomaly(CAR);
        assertTrue(records.hasEnded(CAR), "after an anomaly");
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsLifeEnded.selector, CAR));
        _through(workshop, Roles.WORKSHOP, RecordKinds.PART_FITTED);
    }

    /// @dev Whoever wrote the certificate corrects its words; the car is not whole again for that.
    function test_attack_CorrectTheCertificateToFitAgain() public {
        bytes32 previousHead = records.headOf(CAR);
        RecordInput memory input = _valid(CAR, RecordKinds.DESTRUCTION);
        vm.prank(controller);
        uint32 index = records.appendMemberRecord(recycler, Roles.RECYCLER, input);
        Record memory record = _record(input, index, Roles.RECYCLER, 0);
        vm.prank(recycler);
        records.appendCorrection(
            input,
            Roles.RECYCLER,
            _proof(previousHead, recycler, RecordKinds.DESTRUCTION, record, new bytes32[](0))
        );
        assertTrue(records.hasEnded(CAR), "ended all the same");
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsLifeEnded.selector, CAR));
        _through(workshop, Roles.WORKSHOP, RecordKinds.PART_FITTED);
    }

    /// @dev Where the table closes the direct way in, nobody ends a life by a record alone.
    function test_attack_EndALifeWithoutTheTitle() public {
        RecordInput memory input = _valid(CAR, RecordKinds.DESTRUCTION);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, RecordKinds.DESTRUCTION)
        );
        vm.prank(recycler);
        records.appendRecord(input, Roles.RECYCLER);
        _expectNotMember(recycler, Roles.RECORD_CONTROLLER);
        vm.prank(recycler);
        records.appendMemberRecord(recycler, Roles.RECYCLER, input);
        assertFalse(records.hasEnded(CAR), "goes on");
    }

    /// @dev Without a contract between, nobody writes that a part was fitted, neither before nor after the end.
    function test_attack_FitByADirectRecord() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, RecordKinds.PART_FITTED)
        );
        vm.prank(workshop);
        records.appendRecord(_valid(CAR, RecordKinds.PART_FITTED), Roles.WORKSHOP);
    }

    /* THE BIT */

    function testFuzz_withEnd_TouchesNothingElse(uint256 word) public pure {
        word &= (uint256(1) << 248) - 1;
        // any state whose unit is none of the three would not unpack
        word &= ~(uint256(type(uint8).max) << 64);
        PackedRecordState packed = PackedRecordState.wrap(word);
        PackedRecordState ended = packed.withEnd();
        assertFalse(packed.hasEnded(), "not before");
        assertTrue(ended.hasEnded(), "ended");
        assertEq(PackedRecordState.unwrap(ended), word + (uint256(1) << 248), "bit 248, and no other");
        assertEq(
            keccak256(abi.encode(ended.unpack())),
            keccak256(abi.encode(packed.unpack())),
            "every field is as before"
        );
        assertEq(
            PackedRecordState.unwrap(ended.withEnd()),
            PackedRecordState.unwrap(ended),
            "ended once is ended"
        );
    }

    function testFuzz_withEnd_IsKeptByEveryStep(
        uint40 birth,
        uint32 value,
        uint40 readAt,
        uint8 code
    ) public pure {
        PackedRecordState state = RecordStateLib.born(birth);
        assertFalse(state.hasEnded(), "a life begins without an end");
        state = state.withEnd().withNextCount().withReading(value, OdometerUnit.Mi, readAt);
        state = state.withAnomaly(code).withBrand(uint8(bound(code, 0, 87)));
        assertTrue(state.hasEnded(), "kept");
        assertTrue(state.withoutAnomalies().hasEnded(), "kept without anomalies");
        assertEq(state.bornAt(), birth, "the birth beside it is as it was");
    }

    function _through(address member, uint64 role, uint8 kind) private {
        vm.prank(controller);
        records.appendMemberRecord(member, role, _valid(CAR, kind));
    }
}
