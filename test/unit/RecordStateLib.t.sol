// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedRecordState, RecordStateLib} from "../../contracts/libraries/RecordStateLib.sol";
import {OdometerUnit, RecordState} from "../../contracts/types/RecordTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract RecordStateLibTest is Assertions {
    /// @dev Packs as the documented layout says: lowest bits first, count 32, odometer 32, unit 8, time 40,
    /// anomalies 8, brands 88, birth 40.
    function _pack(RecordState memory s) private pure returns (PackedRecordState) {
        bytes memory highestFirst = abi.encodePacked(
            uint8(0),
            s.bornAt,
            s.brands,
            s.anomalies,
            s.odometerAt,
            uint8(s.odometerUnit),
            s.odometer,
            s.count
        );
        return PackedRecordState.wrap(uint256(bytes32(highestFirst)));
    }

    function _state(uint256 seed) private pure returns (RecordState memory) {
        return
            RecordState({
                count: uint32(_part(seed, "count")),
                odometer: uint32(_part(seed, "odometer")),
                odometerUnit: OdometerUnit(_part(seed, "unit") % 3),
                odometerAt: uint40(_part(seed, "at")),
                anomalies: uint8(_part(seed, "anomalies")),
                brands: uint88(_part(seed, "brands")),
                bornAt: uint40(_part(seed, "born"))
            });
    }

    function _part(uint256 seed, string memory name) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, name)));
    }

    function _assertSame(
        PackedRecordState actual,
        RecordState memory expected,
        string memory message
    ) private pure {
        assertEq(
            bytes32(PackedRecordState.unwrap(actual)),
            bytes32(PackedRecordState.unwrap(_pack(expected))),
            message
        );
        assertEq(keccak256(abi.encode(actual.unpack())), keccak256(abi.encode(expected)), message);
    }

    function testFuzz_unpack_GivesBackEveryField(uint256 seed) public pure {
        RecordState memory s = _state(seed);
        PackedRecordState packed = _pack(s);

        _assertSame(packed, s, "round trip");
        assertEq(packed.count(), s.count, "count");
        assertEq(packed.odometer(), s.odometer, "odometer");
        assertEq(uint256(packed.odometerUnit()), uint256(s.odometerUnit), "unit");
        assertEq(packed.odometerAt(), s.odometerAt, "odometer time");
        assertEq(packed.anomalies(), s.anomalies, "anomalies");
        assertEq(packed.bornAt(), s.bornAt, "birth");
    }

    function test_unpack_GivesBackTheGreatestValues() public pure {
        RecordState memory s = RecordState({
            count: type(uint32).max,
            odometer: type(uint32).max,
            odometerUnit: OdometerUnit.Mi,
            odometerAt: type(uint40).max,
            anomalies: type(uint8).max,
            brands: type(uint88).max,
            bornAt: type(uint40).max
        });
        _assertSame(_pack(s), s, "all bits");
    }

    function testFuzz_born_HoldsNothingButTheBirth(uint40 bornAt) public pure {
        RecordState memory expected;
        expected.bornAt = bornAt;
        _assertSame(RecordStateLib.born(bornAt), expected, "born");
    }

    function testFuzz_withNextCount_TouchesNothingElse(uint256 seed) public pure {
        RecordState memory s = _state(seed);
        s.count = uint32(bound(s.count, 0, type(uint32).max - 1));
        PackedRecordState packed = _pack(s);
        ++s.count;
        _assertSame(packed.withNextCount(), s, "next count");
    }

    function testFuzz_withReading_TouchesNothingElse(
        uint256 seed,
        uint32 value,
        uint8 unit,
        uint40 readAt
    ) public pure {
        RecordState memory s = _state(seed);
        PackedRecordState packed = _pack(s);
        s.odometer = value;
        s.odometerUnit = OdometerUnit(unit % 3);
        s.odometerAt = readAt;
        _assertSame(packed.withReading(value, s.odometerUnit, readAt), s, "reading");
    }

    function testFuzz_withAnomaly_AddsToTheSet(uint256 seed, uint8 anomaly) public pure {
        RecordState memory s = _state(seed);
        PackedRecordState packed = _pack(s);
        s.anomalies |= anomaly;
        _assertSame(packed.withAnomaly(anomaly), s, "anomaly");
    }

    function testFuzz_withoutAnomalies_TouchesNothingElse(uint256 seed) public pure {
        RecordState memory s = _state(seed);
        PackedRecordState packed = _pack(s);
        s.anomalies = 0;
        _assertSame(packed.withoutAnomalies(), s, "no anomalies");
    }

    function testFuzz_withBrand_AddsToTheSet(uint256 seed, uint8 code) public pure {
        RecordState memory s = _state(seed);
        PackedRecordState packed = _pack(s);
        code = uint8(bound(code, 0, 87)); // the set has 88 bits; the last brand is 78
        s.brands |= uint88(1) << code;
        _assertSame(packed.withBrand(code), s, "brand");
    }
}
