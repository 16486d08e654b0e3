// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {OdometerLib} from "../../contracts/libraries/OdometerLib.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, RecordInput, RecordState} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";
import {Vm} from "../helpers/Vm.sol";

/// @dev Readings in a life: what is quarantined, what stands, and what an inspector resolves.
contract VehicleRecordsOdometerTest is RecordsTest {
    OdometerUnit private constant KM = OdometerUnit.Km;
    OdometerUnit private constant MI = OdometerUnit.Mi;

    function _read(uint32 value, OdometerUnit unit, uint40 observedAt) private returns (uint32) {
        return _append(workshop, Roles.WORKSHOP, _reading(CAR, value, unit, observedAt));
    }

    function _resolution(
        uint32 value,
        OdometerUnit unit,
        uint40 observedAt
    ) private pure returns (RecordInput memory) {
        return _input(CAR, RecordKinds.ODOMETER_RESOLUTION, value, unit, observedAt);
    }

    function _resolve(uint32 value, OdometerUnit unit, uint40 observedAt) private returns (uint32) {
        return _append(inspector, Roles.INSPECTOR, _resolution(value, unit, observedAt));
    }

    function _expectQuarantine(uint32 index, uint8 reason) private {
        vm.expectEmit(address(records));
        emit IVehicleRecords.OdometerQuarantined(CAR, index, reason);
    }

    function _lastMm() private view returns (uint256) {
        RecordState memory state = records.stateOf(CAR);
        if (state.odometerUnit == OdometerUnit.None) return 0;
        return uint256(state.odometer) * (state.odometerUnit == MI ? 1_609_344 : 1_000_000);
    }

    /* ANOMALIES */

    function test_attack_OdometerRollback() public {
        _read(180_000, KM, NOW - 60 days);

        _expectQuarantine(3, OdometerLib.LOWER);
        assertEq(_read(95_000, KM, NOW - 30 days), 3, "a contradiction is recorded, not refused");

        _assertAnomalies(CAR, OdometerLib.LOWER, "quarantined");
        _assertReading(CAR, 180_000, KM, NOW - 60 days, "the last good reading stands");
        assertEq(records.stateOf(CAR).count, 3, "count");
    }

    function test_attack_OdometerRollbackStillFolds() public {
        _read(180_000, KM, NOW - 60 days);
        RecordInput memory input = _reading(CAR, 95_000, KM, NOW - 30 days);
        bytes32 before = records.headOf(CAR);
        _append(workshop, Roles.WORKSHOP, input);
        bytes32 digest = _digest(CAR, workshop, ODOMETER_READING, _record(input, 3, Roles.WORKSHOP, 0));
        assertEq(records.headOf(CAR), _fold(before, digest), "the contradiction is part of the life");
    }

    /// @dev 180,000 km are 111,846.8 mi.
    function test_attack_OdometerUnitSwitchHidesRollback() public {
        _read(180_000, KM, NOW - 60 days);

        _expectQuarantine(3, OdometerLib.LOWER);
        _read(111_000, MI, NOW - 30 days);

        _assertAnomalies(CAR, OdometerLib.LOWER, "quarantined");
        _assertReading(CAR, 180_000, KM, NOW - 60 days, "the last good reading stands");
        _read(111_846, MI, NOW - 20 days);
        _assertReading(
            CAR,
            180_000,
            KM,
            NOW - 60 days,
            "agreed to, not taken over: it may be a little lower"
        );
        _read(111_847, MI, NOW - 10 days);
        _assertReading(CAR, 111_847, MI, NOW - 10 days, "the car drove on");
    }

    /// @dev And back: 112,000 mi are 180,246 km, however large 180,000 looks beside 112,000.
    function test_attack_OdometerUnitSwitchBackHidesRollback() public {
        _read(112_000, MI, NOW - 60 days);
        _expectQuarantine(3, OdometerLib.LOWER);
        _read(180_000, KM, NOW - 30 days);
        _assertReading(CAR, 112_000, MI, NOW - 60 days, "the last good reading stands");
    }

    /// @dev Each switch may show up to one unit less; a thousand of them must not add up.
    function test_attack_OdometerRatchetsDownBySwitchingUnits() public {
        _read(100_000, MI, NOW - 60 days);
        uint256 start = _lastMm();
        uint256 shown = start;
        for (uint256 i = 0; i < 100; ++i) {
            bool toMi = i % 2 == 1;
            uint256 unit = toMi ? 1_609_344 : 1_000_000;
            // The lowest reading that is still agreed to, if the last reading shown were the last good one.
            uint256 value = shown / unit;
            _read(uint32(value), toMi ? MI : KM, NOW - 30 days);
            shown = value * unit;
            assertTrue(_lastMm() >= start, "the last good reading never walks down");
        }
        _assertAnomalies(CAR, OdometerLib.LOWER, "walking down was caught on the way");
        _assertReading(CAR, 100_000, MI, NOW - 60 days, "the last good reading stands");
    }

    function test_attack_OdometerAbsurdJump() public {
        _read(10_000, KM, NOW - 10 days);

        _expectQuarantine(3, OdometerLib.JUMP);
        _read(26_501, KM, NOW);

        _assertAnomalies(CAR, OdometerLib.JUMP, "quarantined");
        _assertReading(CAR, 10_000, KM, NOW - 10 days, "the last good reading stands");
        _read(26_500, KM, NOW);
        _assertReading(CAR, 26_500, KM, NOW, "eleven started days allow for 16,500 km");
    }

    function test_appendRecord_QuarantinesNothingFromAnHonestCar() public {
        vm.recordLogs();
        _read(10_000, KM, NOW - 30 days);
        _read(10_000, KM, NOW - 30 days);
        _read(6_214, MI, NOW - 20 days);
        _read(10_001, KM, NOW - 20 days);
        _read(12_000, KM, NOW);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 5, "record events and no other");
        _assertAnomalies(CAR, 0, "none");
        _assertReading(CAR, 12_000, KM, NOW, "the newest reading");
    }

    function test_attack_OdometerFirstReadingBeyondAnyCarsLife() public {
        _expectQuarantine(2, OdometerLib.JUMP);
        _read(5_000_001, KM, NOW - 10 days);
        _assertAnomalies(CAR, OdometerLib.JUMP, "quarantined");
        _assertReading(CAR, 0, OdometerUnit.None, 0, "there is no good reading yet");

        _read(40_000, KM, NOW - 5 days);
        _assertReading(CAR, 40_000, KM, NOW - 5 days, "the next one is the first good one");
        _assertAnomalies(CAR, OdometerLib.JUMP, "the anomaly stays open");
    }

    /* READINGS OF HOLDERS */

    function _readAsHolder(uint32 value, OdometerUnit unit, uint40 observedAt) private {
        vm.prank(address(title));
        records.appendHolderRecord(holder, _reading(CAR, value, unit, observedAt));
    }

    /// @dev A holder that could raise the last good reading could have every true one quarantined.
    function test_attack_HolderRaisesTheLastGoodReading() public {
        _read(50_000, KM, NOW - 10 days);
        _readAsHolder(58_000, KM, NOW - 5 days);
        _assertReading(CAR, 50_000, KM, NOW - 10 days, "the member's reading stands");
        _read(50_100, KM, NOW - 1 days);
        _assertReading(CAR, 50_100, KM, NOW - 1 days, "and the next member's is good");
        _assertAnomalies(CAR, 0, "without an alarm");
    }

    function test_appendHolderRecord_IsJudgedLikeAnyReading() public {
        _read(50_000, KM, NOW - 10 days);
        _expectQuarantine(3, OdometerLib.LOWER);
        _readAsHolder(20_000, KM, NOW - 5 days);
        _assertAnomalies(CAR, OdometerLib.LOWER, "a holder's rollback is one");
        _assertReading(CAR, 50_000, KM, NOW - 10 days, "the member's reading stands");
    }

    function test_appendHolderRecord_StandsUntilAnybodyElseReads() public {
        _readAsHolder(20_000, KM, NOW - 10 days);
        _assertReading(CAR, 20_000, KM, NOW - 10 days, "the only reading there is");
        _readAsHolder(21_000, KM, NOW - 5 days);
        _assertReading(CAR, 20_000, KM, NOW - 10 days, "only the first one stands");
        _read(22_000, KM, NOW);
        _assertReading(CAR, 22_000, KM, NOW, "a member's reading goes on from there");
    }

    /* LATE READINGS */

    function test_appendRecord_TakesALateLowerReadingWithoutAlarm() public {
        _read(50_000, KM, NOW - 10 days);
        _read(30_000, KM, NOW - 200 days);
        _assertAnomalies(CAR, 0, "an older reading is lower");
        _assertReading(CAR, 50_000, KM, NOW - 10 days, "the newer reading stands");
    }

    function test_appendRecord_QuarantinesALateHigherReading() public {
        _read(50_000, KM, NOW - 10 days);
        _expectQuarantine(3, OdometerLib.LATE_HIGHER);
        _read(80_000, KM, NOW - 200 days);
        _assertAnomalies(CAR, OdometerLib.LATE_HIGHER, "the car had more before");
        _assertReading(CAR, 50_000, KM, NOW - 10 days, "the newer reading stands");
    }

    function test_appendRecord_KeepsAllOpenAnomalies() public {
        _read(50_000, KM, NOW - 100 days);
        _read(49_000, KM, NOW - 90 days);
        _read(900_000, KM, NOW - 80 days);
        _read(60_000, KM, NOW - 200 days);
        _assertAnomalies(CAR, 7, "lower, jump, late and higher");
        _read(50_100, KM, NOW - 70 days);
        _assertAnomalies(CAR, 7, "a good reading resolves nothing");
        _assertReading(CAR, 50_100, KM, NOW - 70 days, "and is the last good one all the same");
    }

    /* RESOLUTION */

    function test_appendRecord_RevertWhen_NothingIsToBeResolved() public {
        _read(50_000, KM, NOW - 100 days);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsNothingToResolve.selector, CAR));
        _resolve(20_000, KM, NOW);
        _assertReading(CAR, 50_000, KM, NOW - 100 days, "an inspector cannot lower an odometer unasked");
    }

    function test_appendRecord_RevertWhen_ResolutionHasNoReading() public {
        _causeAnomaly(CAR);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsOdometerUnitMissing.selector, CAR, 0));
        _resolve(0, OdometerUnit.None, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsOdometerUnitMissing.selector, CAR, 5));
        _resolve(5, OdometerUnit.None, NOW);
        _assertAnomalies(CAR, OdometerLib.LOWER, "still open");
    }

    /// @dev A workshop replaced the instrument: the inspector says from where the count goes on.
    function test_appendRecord_ResolutionStandsAsItIs() public {
        _causeAnomaly(CAR);
        vm.expectEmit(address(records));
        emit IVehicleRecords.OdometerResolved(CAR, 4, 0, MI);
        assertEq(_resolve(0, MI, NOW - 1 days), 4, "index");

        _assertAnomalies(CAR, 0, "resolved");
        _assertReading(CAR, 0, MI, NOW - 1 days, "zero is a reading");
        _read(10, MI, NOW);
        _assertReading(CAR, 10, MI, NOW, "the count goes on from there");
        _assertAnomalies(CAR, 0, "without an alarm");
    }

    /// @dev The inspector may know better since when: a resolution is not judged by its time either.
    function test_appendRecord_ResolutionMayLookBack() public {
        _causeAnomaly(CAR);
        _resolve(69_000, KM, NOW - 5 days);
        _assertReading(CAR, 69_000, KM, NOW - 5 days, "before the reading that was the last good one");
        _assertAnomalies(CAR, 0, "resolved");
    }

    function test_appendRecord_ResolutionIsNoAnomalyItself() public {
        _causeAnomaly(CAR);
        vm.recordLogs();
        _resolve(4_000_000, KM, NOW);
        assertEq(vm.getRecordedLogs().length, 2, "the record and the resolution, no quarantine");
        _assertReading(CAR, 4_000_000, KM, NOW, "as stated");
    }

    function test_appendRecord_ResolutionClearsEveryAnomalyOnce() public {
        test_appendRecord_KeepsAllOpenAnomalies();
        _resolve(50_200, KM, NOW - 60 days);
        _assertAnomalies(CAR, 0, "all resolved");
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsNothingToResolve.selector, CAR));
        _resolve(50_200, KM, NOW - 60 days);
    }

    function test_appendRecord_ARollbackAfterAResolutionIsCaughtAgain() public {
        _causeAnomaly(CAR);
        _resolve(90_000, KM, NOW - 1 days);
        _expectQuarantine(5, OdometerLib.LOWER);
        _read(80_000, KM, NOW);
        _assertAnomalies(CAR, OdometerLib.LOWER, "open again");
    }

    function test_attack_RollbackResolvedByTheWorkshopItself() public {
        _causeAnomaly(CAR);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.ODOMETER_RESOLUTION,
                Roles.WORKSHOP,
                _set(Roles.INSPECTOR)
            )
        );
        _append(workshop, Roles.WORKSHOP, _resolution(70_000, KM, NOW));
    }

    /* PROPERTIES */

    /// @dev R3: whatever is read, in whatever unit, whenever it happened and in whatever order it arrives.
    function testFuzz_appendRecord_LastGoodReadingNeverFalls(uint256 seed) public {
        uint256 lastMm;
        uint40 lastAt;
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Close together, so that roundings meet; now and then far off.
            uint32 value = uint32(seed % 16 == 0 ? seed >> 200 : 1_000 + ((seed >> 8) % 50));
            uint40 observedAt = uint40(NOW - 100 days + ((seed >> 32) % 100) * 1 days);
            _read(value, seed & 16 == 0 ? KM : MI, observedAt);

            RecordState memory state = records.stateOf(CAR);
            assertTrue(_lastMm() >= lastMm, "R3: the last good reading fell");
            assertTrue(state.odometerAt >= lastAt, "R3: the last good reading grew older");
            lastMm = _lastMm();
            lastAt = state.odometerAt;
        }
        assertEq(records.stateOf(CAR).count, 25, "every reading is recorded");
    }

    /// @dev R3's exception: after an inspector's resolution it never falls again, until the next one.
    function testFuzz_appendRecord_LastGoodReadingFallsByResolutionOnly(uint256 seed) public {
        uint256 lastMm;
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint32 value = uint32(1_000 + ((seed >> 8) % 400));
            OdometerUnit unit = seed & 16 == 0 ? KM : MI;
            bool isResolution = seed % 4 == 0 && records.stateOf(CAR).anomalies != 0;
            if (isResolution) {
                _resolve(value, unit, NOW);
                _assertReading(CAR, value, unit, NOW, "a resolution stands as it is");
                _assertAnomalies(CAR, 0, "and resolves all");
            } else {
                uint8 before = records.stateOf(CAR).anomalies;
                _read(value, unit, NOW);
                assertTrue(_lastMm() >= lastMm, "R3: the last good reading fell");
                assertEq(records.stateOf(CAR).anomalies & before, before, "no reading resolves an anomaly");
            }
            lastMm = _lastMm();
        }
    }

    function testFuzz_appendRecord_TellsOfEveryAnomaly(uint32 value, bool isMi, uint16 hoursAgo) public {
        _read(100_000, KM, NOW - 50 days);
        uint40 observedAt = NOW - uint40(bound(hoursAgo, 0, 2_400)) * 1 hours;
        value = uint32(bound(value, 0, 400_000));
        OdometerUnit unit = isMi ? MI : KM;
        (uint8 expected, bool isNewest) = OdometerLib.assess(
            100_000,
            KM,
            NOW - 50 days,
            value,
            unit,
            observedAt
        );

        vm.recordLogs();
        _read(value, unit, observedAt);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        assertEq(logs.length, expected == 0 ? 1 : 2, "an event more exactly when there is an anomaly");
        if (expected != 0) {
            assertEq(logs[1].topics[0], IVehicleRecords.OdometerQuarantined.selector, "its name");
            assertEq(keccak256(logs[1].data), keccak256(abi.encode(3, expected)), "its record and reason");
        }
        _assertAnomalies(CAR, expected, "state");
        if (isNewest) _assertReading(CAR, value, unit, observedAt, "taken over");
        else _assertReading(CAR, 100_000, KM, NOW - 50 days, "left as it was");
    }
}
