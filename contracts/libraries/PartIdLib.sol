// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How lots, parts and vehicles are named in the part twins.
/// @notice lotId = maker << 64 | number, partId = lotId << 32 | serial. A lot's maker stands in its id: nobody can mint in
/// another maker's name, and an id is known before the lot is.
library PartIdLib {
    /// @dev Parts of accounts that no key can have: vehicles hold what is fitted to them.
    bytes32 private constant VEHICLE_ACCOUNT = keccak256("blok auto vehicle account");

    function lotIdOf(address maker, uint64 number) internal pure returns (uint256) {
        return (uint256(uint160(maker)) << 64) | number;
    }

    function partIdOf(uint256 lotId, uint32 serial) internal pure returns (uint256) {
        return (lotId << 32) | serial;
    }

    function lotOf(uint256 partId) internal pure returns (uint256) {
        return partId >> 32;
    }

    // The casts cut each field out of the id.
    function serialOf(uint256 partId) internal pure returns (uint32) {
        return uint32(partId);
    }

    function makerOf(uint256 lotId) internal pure returns (address) {
        return address(uint160(lotId >> 64));
    }

    /// @notice The ERC-1155 account under which a vehicle holds its parts.
    function vehicleAccountOf(uint256 vehicleId) internal pure returns (address account) {
        bytes32 domain = VEHICLE_ACCOUNT;
        // Assembly: two words in scratch space, the cheapest form of keccak256(abi.encode(VEHICLE_ACCOUNT, vehicleId)).
        assembly ("memory-safe") {
            mstore(0x00, domain)
            mstore(0x20, vehicleId)
            account := and(keccak256(0x00, 0x40), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }
}
