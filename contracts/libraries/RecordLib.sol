// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../access/Roles.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {Record, TrustGrade} from "../types/RecordTypes.sol";

/// @title How records are folded into a vehicle's head.
/// @notice head(0) = keccak256(chain id, records contract, vehicle id); head(n) = keccak256(head(n - 1), digest(n)).
/// The digest of a record is the keccak256 of its event's topics after the first and its data, one after the other:
/// a reader folds raw logs without decoding them.
library RecordLib {
    /// @notice How much stands behind a record that was written in `role`.
    function gradeOf(uint64 role) internal pure returns (TrustGrade) {
        if (role == Roles.HOLDER) return TrustGrade.SelfReported;
        return role == Roles.VEHICLE ? TrustGrade.Hardware : TrustGrade.Member;
    }

    function genesis(uint256 vehicleId) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), vehicleId));
    }

    function digest(
        uint256 vehicleId,
        address author,
        uint8 kind,
        Record memory record
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(vehicleId, author, kind, record));
    }

    /// @notice Computes the digest of a record and emits `RecordAppended` from the same memory.
    /// @dev Assembly: the event's topics and data are exactly what is hashed, so that the twelve words are laid out
    /// once; encoding them for the hash and again for the event makes a record in a batch a twentieth dearer. A test
    /// compares digest and event with what Solidity makes of the same struct.
    function digestAndEmit(
        uint256 vehicleId,
        address author,
        uint8 kind,
        Record memory record
    ) internal returns (bytes32 result) {
        bytes32 topic = IVehicleRecords.RecordAppended.selector;
        assembly ("memory-safe") {
            let buffer := mload(0x40) // scratch beyond the free memory pointer, which stays where it is
            mstore(buffer, vehicleId)
            mstore(add(buffer, 0x20), author)
            mstore(add(buffer, 0x40), kind)
            mcopy(add(buffer, 0x60), record, 0x120)
            result := keccak256(buffer, 0x180)
            log4(add(buffer, 0x60), 0x120, topic, vehicleId, author, kind)
        }
    }

    function fold(bytes32 head, bytes32 recordDigest) internal pure returns (bytes32 result) {
        // Assembly: two words in scratch space, the cheapest form of keccak256(abi.encode(head, recordDigest)).
        assembly ("memory-safe") {
            mstore(0x00, head)
            mstore(0x20, recordDigest)
            result := keccak256(0x00, 0x40)
        }
    }
}
