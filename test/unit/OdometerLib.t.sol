// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OdometerLib} from "../../contracts/libraries/OdometerLib.sol";
import {OdometerUnit} from "../../contracts/types/RecordTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract OdometerLibTest is Assertions {
    OdometerUnit private constant KM = OdometerUnit.Km;
    OdometerUnit private constant MI = OdometerUnit.Mi;

    uint40 private constant THEN = 1_700_000_000;
    uint256 private constant MM_PER_KM = 1_000_000;
    uint256 private constant MM_PER_MI = 1_609_344;
    uint256 private constant MM_PER_DAY = 1_500 * MM_PER_KM;

    /// @dev A car's true distance never comes near this: 6 million kilometres.
    uint256 private constant MAX_MM = 6_000_000 * MM_PER_KM;

    function _assess(
        uint32 last,
        OdometerUnit lastUnit,
        uint32 value,
        OdometerUnit unit,
        uint256 secondsLater
    ) private pure returns (uint8 anomaly, bool isNewest) {
        return OdometerLib.assess(last, lastUnit, THEN, value, unit, uint40(THEN + secondsLater));
    }

    function _assertGood(
        uint32 last,
        OdometerUnit lastUnit,
        uint32 value,
        OdometerUnit unit,
        uint256 later
    ) private pure {
        (uint8 anomaly, bool isNewest) = _assess(last, lastUnit, value, unit, later);
        assertEq(anomaly, OdometerLib.NONE, "no anomaly");
        assertTrue(isNewest, "the last good reading");
    }

    function _assertAnomaly(
        uint8 expected,
        uint32 last,
        OdometerUnit lastUnit,
        uint32 value,
        OdometerUnit unit,
        uint256 later
    ) private pure {
        (uint8 anomaly, bool isNewest) = _assess(last, lastUnit, value, unit, later);
        assertEq(anomaly, expected, "anomaly");
        assertFalse(isNewest, "the last good reading stands");
    }

    function _mm(uint32 value, OdometerUnit unit) private pure returns (uint256) {
        return uint256(value) * _mmPer(unit);
    }

    function _mmPer(OdometerUnit unit) private pure returns (uint256) {
        return unit == OdometerUnit.Mi ? MM_PER_MI : MM_PER_KM;
    }

    function _unit(bool isMi) private pure returns (OdometerUnit) {
        return isMi ? OdometerUnit.Mi : OdometerUnit.Km;
    }

    /// @dev What an instrument shows after a true distance: whole units, tenths dropped.
    function _shown(uint256 mm, OdometerUnit unit) private pure returns (uint32) {
        return uint32(mm / _mmPer(unit));
    }

    /* FLAGS */

    function test_flags_AreBitsOfTheirOwn() public pure {
        assertEq(OdometerLib.NONE, 0, "none");
        assertEq(OdometerLib.LOWER, 1, "lower");
        assertEq(OdometerLib.JUMP, 2, "jump");
        assertEq(OdometerLib.LATE_HIGHER, 4, "late and higher");
    }

    /* FIRST READING */

    function testFuzz_assess_TakesAFirstReadingUpToItsLimit(
        uint32 value,
        bool isMi,
        uint40 readAt
    ) public pure {
        uint256 limit = isMi ? uint256(5_000_000_000_000) / 1_609_344 : 5_000_000;
        _assertFirst(uint32(bound(value, 0, limit)), isMi, readAt, OdometerLib.NONE, true);
        _assertFirst(
            uint32(bound(value, limit + 1, type(uint32).max)),
            isMi,
            readAt,
            OdometerLib.JUMP,
            false
        );
    }

    function test_assess_FlagsAFirstReadingBeyondAnyCarsLife() public pure {
        _assertFirst(0, false, 1, OdometerLib.NONE, true);
        _assertFirst(5_000_000, false, 1, OdometerLib.NONE, true);
        _assertFirst(5_000_001, false, 1, OdometerLib.JUMP, false);
        _assertFirst(3_106_855, true, 1, OdometerLib.NONE, true); // 4,999,998.5 km
        _assertFirst(3_106_856, true, 1, OdometerLib.JUMP, false); // 5,000,000.1 km
    }

    function _assertFirst(
        uint32 value,
        bool isMi,
        uint40 readAt,
        uint8 expectedAnomaly,
        bool isTaken
    ) private pure {
        (uint8 anomaly, bool isNewest) = OdometerLib.assess(
            0,
            OdometerUnit.None,
            0,
            value,
            _unit(isMi),
            readAt
        );
        assertEq(anomaly, expectedAnomaly, "a first reading is judged by its size alone");
        assertEq(isNewest, isTaken, "the first is the last good one");
    }

    /* LOWER */

    function test_assess_FlagsLowerInOneUnit() public pure {
        _assertGood(100_000, KM, 100_000, KM, 1 days);
        _assertAnomaly(OdometerLib.LOWER, 100_000, KM, 99_999, KM, 1 days);
        _assertAnomaly(OdometerLib.LOWER, 100_000, KM, 0, KM, 1 days);
        _assertGood(62_000, MI, 62_000, MI, 1 days);
        _assertAnomaly(OdometerLib.LOWER, 62_000, MI, 61_999, MI, 1 days);
    }

    function test_assess_FlagsLowerAtTheSameInstant() public pure {
        _assertGood(100_000, KM, 100_000, KM, 0);
        _assertAnomaly(OdometerLib.LOWER, 100_000, KM, 99_999, KM, 0);
    }

    /// @dev 100 mi are 160.9344 km: an instrument in km shows 160 there, and 159 is a rollback.
    function test_assess_FlagsLowerBehindASwitchToKm() public pure {
        _assertGood(100, MI, 161, KM, 1 days);
        _assertAnomaly(OdometerLib.NONE, 100, MI, 160, KM, 1 days);
        _assertAnomaly(OdometerLib.LOWER, 100, MI, 159, KM, 1 days);
    }

    /// @dev 161 km are 100.04 mi: an instrument in miles shows 100 there, and 99 is a rollback.
    function test_assess_FlagsLowerBehindASwitchToMi() public pure {
        _assertGood(161, KM, 101, MI, 1 days);
        _assertAnomaly(OdometerLib.NONE, 161, KM, 100, MI, 1 days);
        _assertAnomaly(OdometerLib.LOWER, 161, KM, 99, MI, 1 days);
    }

    /// @dev 15,625 mi are exactly 25,146 km: the interval's end touches the last good reading, which is beyond it.
    function test_assess_FlagsAnIntervalThatEndsAtTheLastReading() public pure {
        _assertGood(15_625, MI, 25_146, KM, 1 days);
        _assertAnomaly(OdometerLib.LOWER, 15_625, MI, 25_145, KM, 1 days);
        _assertGood(25_146, KM, 15_625, MI, 1 days);
        _assertAnomaly(OdometerLib.LOWER, 25_146, KM, 15_624, MI, 1 days);
    }

    /* JUMP */

    function test_assess_FlagsMoreThanADaysMileage() public pure {
        _assertGood(1_000, KM, 2_500, KM, 0);
        _assertAnomaly(OdometerLib.JUMP, 1_000, KM, 2_501, KM, 0);
        _assertGood(1_000, KM, 2_500, KM, 1 days - 1);
        _assertAnomaly(OdometerLib.JUMP, 1_000, KM, 2_501, KM, 1 days - 1);
    }

    function test_assess_CountsStartedDays() public pure {
        _assertGood(1_000, KM, 4_000, KM, 1 days);
        _assertAnomaly(OdometerLib.JUMP, 1_000, KM, 4_001, KM, 1 days);
        _assertGood(1_000, KM, 4_000, KM, 2 days - 1);
        _assertAnomaly(OdometerLib.JUMP, 1_000, KM, 4_001, KM, 2 days - 1);
        _assertGood(1_000, KM, 5_500, KM, 2 days);
        _assertAnomaly(OdometerLib.JUMP, 1_000, KM, 5_501, KM, 2 days);
    }

    /// @dev 1,500 km are 932.06 mi.
    function test_assess_FlagsAJumpInMiles() public pure {
        _assertGood(0, KM, 932, MI, 0);
        _assertAnomaly(OdometerLib.JUMP, 0, KM, 933, MI, 0);
        _assertGood(0, MI, 1_500, KM, 0);
        _assertAnomaly(OdometerLib.JUMP, 0, MI, 1_501, KM, 0);
    }

    function test_assess_FlagsTheGreatestReading() public pure {
        _assertAnomaly(OdometerLib.JUMP, 0, KM, type(uint32).max, MI, 1 days);
        _assertAnomaly(OdometerLib.LOWER, type(uint32).max, MI, type(uint32).max, KM, 1 days);
    }

    /* LATE READINGS */

    function test_assess_LetsLateReadingsBeLower() public pure {
        (uint8 anomaly, bool isNewest) = OdometerLib.assess(50_000, KM, THEN, 10, KM, THEN - 1);
        assertEq(anomaly, OdometerLib.NONE, "an older reading is lower");
        assertFalse(isNewest, "and never the last good one");
    }

    function test_assess_FlagsLateReadingsBeyondANewerOne() public pure {
        _assertLate(50_000, KM, 50_000, KM, OdometerLib.NONE);
        _assertLate(50_000, KM, 50_001, KM, OdometerLib.LATE_HIGHER);
        _assertLate(100, MI, 162, KM, OdometerLib.NONE); // below 101 mi, which are 162.54 km
        _assertLate(100, MI, 163, KM, OdometerLib.LATE_HIGHER);
        _assertLate(161, KM, 100, MI, OdometerLib.NONE); // below 162 km, which are 100.66 mi
        _assertLate(161, KM, 101, MI, OdometerLib.LATE_HIGHER);
        _assertLate(15_624, MI, 25_146, KM, OdometerLib.LATE_HIGHER); // exactly the end of the newer interval
        _assertLate(0, KM, type(uint32).max, MI, OdometerLib.LATE_HIGHER);
    }

    function _assertLate(
        uint32 last,
        OdometerUnit lastUnit,
        uint32 value,
        OdometerUnit unit,
        uint8 expected
    ) private pure {
        (uint8 anomaly, bool isNewest) = OdometerLib.assess(last, lastUnit, THEN, value, unit, THEN - 1);
        assertEq(anomaly, expected, "late anomaly");
        assertFalse(isNewest, "a late reading is never the last good one");
    }

    /* PROPERTIES */

    /// @dev Nobody is accused wrongly: a car that only drives on, read in any units, shows no anomaly.
    function testFuzz_assess_AcceptsEveryHonestCar(
        uint256 firstMm,
        uint256 drivenMm,
        uint256 later,
        bool wasMi,
        bool isMi
    ) public pure {
        firstMm = bound(firstMm, 0, MAX_MM);
        later = bound(later, 0, 30 * 365 days);
        drivenMm = bound(drivenMm, 0, (later / 1 days + 1) * MM_PER_DAY - MM_PER_MI);
        uint32 last = _shown(firstMm, _unit(wasMi));
        uint32 value = _shown(firstMm + drivenMm, _unit(isMi));

        (uint8 anomaly, ) = _assess(last, _unit(wasMi), value, _unit(isMi), later);
        assertEq(anomaly, OdometerLib.NONE, "an honest reading");

        (anomaly, ) = OdometerLib.assess(value, _unit(isMi), uint40(THEN + later), last, _unit(wasMi), THEN);
        if (later != 0) assertEq(anomaly, OdometerLib.NONE, "an honest reading that arrives late");
    }

    /// @dev No unit hides a rollback by more than what two instruments drop.
    function testFuzz_assess_CatchesEveryRollback(
        uint256 firstMm,
        uint256 rolledBackMm,
        uint256 later,
        bool wasMi,
        bool isMi
    ) public pure {
        uint256 dropped = _mmPer(_unit(wasMi)) + _mmPer(_unit(isMi));
        firstMm = bound(firstMm, dropped, MAX_MM);
        rolledBackMm = bound(rolledBackMm, dropped, firstMm);
        later = bound(later, 0, 30 * 365 days);

        _assertAnomaly(
            OdometerLib.LOWER,
            _shown(firstMm, _unit(wasMi)),
            _unit(wasMi),
            _shown(firstMm - rolledBackMm, _unit(isMi)),
            _unit(isMi),
            later
        );
    }

    function testFuzz_assess_CatchesEveryJump(
        uint256 firstMm,
        uint256 drivenMm,
        uint256 later,
        bool wasMi,
        bool isMi
    ) public pure {
        firstMm = bound(firstMm, 0, MAX_MM);
        later = bound(later, 0, 3_650 days);
        uint256 limit = (later / 1 days + 1) * MM_PER_DAY;
        drivenMm = bound(drivenMm, limit + 2 * MM_PER_MI, limit + MAX_MM / 2);
        uint32 value = _shown(firstMm + drivenMm, _unit(isMi));

        _assertAnomaly(
            OdometerLib.JUMP,
            _shown(firstMm, _unit(wasMi)),
            _unit(wasMi),
            value,
            _unit(isMi),
            later
        );
    }

    /// @dev The last good reading never walks down, whatever is read in whatever unit at whatever time.
    function testFuzz_assess_TakesOverNothingLowerLateOrContradicting(
        uint32 last,
        uint40 lastAt,
        uint32 value,
        uint40 readAt,
        bool wasMi,
        bool isMi
    ) public pure {
        (uint8 anomaly, bool isNewest) = OdometerLib.assess(
            last,
            _unit(wasMi),
            lastAt,
            value,
            _unit(isMi),
            readAt
        );
        if (!isNewest) return;
        assertEq(anomaly, OdometerLib.NONE, "a good reading has no anomaly");
        assertTrue(_mm(value, _unit(isMi)) >= _mm(last, _unit(wasMi)), "a good reading is not lower");
        assertTrue(readAt >= lastAt, "a good reading is not older");
    }

    /// @dev Nearby readings, where the units' roundings meet, against the definition in whole numbers.
    function testFuzz_assess_IsExactNearTheLastReading(
        uint32 last,
        uint8 around,
        bool wasMi,
        bool isMi
    ) public pure {
        last = uint32(bound(last, 300, 3_000_000));
        uint256 near = _mm(last, _unit(wasMi)) / _mmPer(_unit(isMi));
        uint32 value = uint32(near + (around % 5) - 2);
        uint256 lastMm = _mm(last, _unit(wasMi));

        (uint8 anomaly, bool isNewest) = _assess(last, _unit(wasMi), value, _unit(isMi), 1 days);
        assertEq(
            anomaly == OdometerLib.LOWER,
            _mm(value + 1, _unit(isMi)) <= lastMm,
            "lower exactly when the whole interval lies before the last reading"
        );
        assertEq(isNewest, _mm(value, _unit(isMi)) >= lastMm, "taken over exactly when not lower");

        (anomaly, ) = OdometerLib.assess(last, _unit(wasMi), THEN, value, _unit(isMi), THEN - 1 days);
        assertEq(
            anomaly == OdometerLib.LATE_HIGHER,
            _mm(value, _unit(isMi)) >= _mm(last + 1, _unit(wasMi)),
            "late and higher exactly when the whole interval lies after the newer reading"
        );
    }
}
