// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OdometerUnit, RecordState} from "../types/RecordTypes.sol";

/// @dev `RecordState` in one word, lowest bits first: count 32, odometer 32, odometerUnit 8, odometerAt 40,
/// anomalies 8, brands 88, bornAt 40, and one bit that says whether the life has ended.
type PackedRecordState is uint256;

using RecordStateLib for PackedRecordState global;

/// @title The packing of a vehicle's record state.
/// @notice Every append reads and writes this word once. As a struct in storage each field would be read and written by
/// itself, which costs a record in a batch about 2,000 gas more.
library RecordStateLib {
    uint256 private constant ODOMETER = 32;
    uint256 private constant UNIT = 64;
    uint256 private constant ODOMETER_AT = 72;
    uint256 private constant ANOMALIES = 112;
    uint256 private constant BRANDS = 120;
    uint256 private constant BORN_AT = 208;
    uint256 private constant END = uint256(1) << 248;

    uint256 private constant READING_MASK = ((uint256(1) << 80) - 1) << ODOMETER;
    uint256 private constant ANOMALIES_MASK = uint256(type(uint8).max) << ANOMALIES;

    function born(uint40 birth) internal pure returns (PackedRecordState) {
        return PackedRecordState.wrap(uint256(birth) << BORN_AT);
    }

    function unpack(PackedRecordState packed) internal pure returns (RecordState memory) {
        uint256 word = PackedRecordState.unwrap(packed);
        return
            RecordState({
                count: count(packed),
                odometer: odometer(packed),
                odometerUnit: odometerUnit(packed),
                odometerAt: odometerAt(packed),
                anomalies: anomalies(packed),
                brands: uint88(word >> BRANDS),
                bornAt: bornAt(packed)
            });
    }

    // The casts cut each field out of the word.

    function count(PackedRecordState packed) internal pure returns (uint32) {
        return uint32(PackedRecordState.unwrap(packed));
    }

    function odometer(PackedRecordState packed) internal pure returns (uint32) {
        return uint32(PackedRecordState.unwrap(packed) >> ODOMETER);
    }

    function odometerUnit(PackedRecordState packed) internal pure returns (OdometerUnit) {
        return OdometerUnit(uint8(PackedRecordState.unwrap(packed) >> UNIT));
    }

    function odometerAt(PackedRecordState packed) internal pure returns (uint40) {
        return uint40(PackedRecordState.unwrap(packed) >> ODOMETER_AT);
    }

    function anomalies(PackedRecordState packed) internal pure returns (uint8) {
        return uint8(PackedRecordState.unwrap(packed) >> ANOMALIES);
    }

    function bornAt(PackedRecordState packed) internal pure returns (uint40) {
        return uint40(PackedRecordState.unwrap(packed) >> BORN_AT);
    }

    function hasEnded(PackedRecordState packed) internal pure returns (bool) {
        return PackedRecordState.unwrap(packed) & END != 0;
    }

    function withEnd(PackedRecordState packed) internal pure returns (PackedRecordState) {
        return PackedRecordState.wrap(PackedRecordState.unwrap(packed) | END);
    }

    /// @dev Unchecked: the 2^32nd record would cost more gas than a chain makes in a century.
    function withNextCount(PackedRecordState packed) internal pure returns (PackedRecordState) {
        unchecked {
            return PackedRecordState.wrap(PackedRecordState.unwrap(packed) + 1);
        }
    }

    function withReading(
        PackedRecordState packed,
        uint32 value,
        OdometerUnit unit,
        uint40 readAt
    ) internal pure returns (PackedRecordState) {
        uint256 reading =
            (uint256(value) << ODOMETER) | (uint256(unit) << UNIT) | (uint256(readAt) << ODOMETER_AT);
        return PackedRecordState.wrap((PackedRecordState.unwrap(packed) & ~READING_MASK) | reading);
    }

    function withAnomaly(PackedRecordState packed, uint8 anomaly) internal pure returns (PackedRecordState) {
        return PackedRecordState.wrap(PackedRecordState.unwrap(packed) | (uint256(anomaly) << ANOMALIES));
    }

    function withoutAnomalies(PackedRecordState packed) internal pure returns (PackedRecordState) {
        return PackedRecordState.wrap(PackedRecordState.unwrap(packed) & ~ANOMALIES_MASK);
    }

    function withBrand(PackedRecordState packed, uint8 code) internal pure returns (PackedRecordState) {
        return PackedRecordState.wrap(PackedRecordState.unwrap(packed) | (uint256(1) << (BRANDS + code)));
    }
}
