// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PartIdLib} from "../../contracts/libraries/PartIdLib.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract PartIdLibTest is Assertions {
    using PartIdLib for uint256;

    function testFuzz_partIdOf_IsMakerNumberSerial(address maker, uint64 number, uint32 serial) public pure {
        uint256 partId = PartIdLib.lotIdOf(maker, number).partIdOf(serial);
        // 160 + 64 + 32 bits: an id is full, so that no two parts can share one
        assertEq(bytes32(partId), bytes32(abi.encodePacked(maker, number, serial)), "layout");
    }

    function testFuzz_partIdOf_GivesBackItsFields(address maker, uint64 number, uint32 serial) public pure {
        uint256 lotId = PartIdLib.lotIdOf(maker, number);
        uint256 partId = lotId.partIdOf(serial);
        assertEq(partId.lotOf(), lotId, "lot");
        assertEq(partId.serialOf(), serial, "serial");
        assertEq(lotId.makerOf(), maker, "maker");
        assertEq(uint64(lotId), number, "number");
    }

    function testFuzz_attack_MintingInAnotherMakersLot_NoNumberLeadsThere(
        address maker,
        address forger,
        uint64 number,
        uint64 forgedNumber
    ) public pure {
        vm.assume(maker != forger);
        assertTrue(
            PartIdLib.lotIdOf(forger, forgedNumber) != PartIdLib.lotIdOf(maker, number),
            "another maker's ids cannot be reached"
        );
    }

    function test_partIdOf_Extremes() public pure {
        address last = address(type(uint160).max);
        assertEq(PartIdLib.lotIdOf(address(0), 0).partIdOf(0), 0, "lowest");
        assertEq(
            PartIdLib.lotIdOf(last, type(uint64).max).partIdOf(type(uint32).max),
            type(uint256).max,
            "highest"
        );
        assertEq(PartIdLib.lotIdOf(last, 0).makerOf(), last, "maker");
    }

    /* VEHICLES */

    function test_vehicleAccountOf_KnownAnswer() public pure {
        // computed with ethers: the low 20 bytes of keccak256(abi.encode(keccak256("blok auto vehicle account"), 1))
        assertEq(
            PartIdLib.vehicleAccountOf(1),
            0x62eEA429CC8c53Be43e1B85839930eE90761657f,
            "account of vehicle 1"
        );
    }

    function testFuzz_vehicleAccountOf_IsHashOfDomainAndVehicle(uint256 vehicleId) public pure {
        bytes32 digest = keccak256(abi.encode(keccak256("blok auto vehicle account"), vehicleId));
        address account = PartIdLib.vehicleAccountOf(vehicleId);
        assertEq(account, address(uint160(uint256(digest))), "account");
        uint256 word;
        assembly ("memory-safe") {
            word := account
        }
        assertEq(word >> 160, 0, "no bits above the address");
    }

    function testFuzz_vehicleAccountOf_LeavesMemoryAlone(uint256 vehicleId, bytes memory data) public pure {
        bytes32 digest = keccak256(data);
        uint256 free;
        uint256 freeAfter;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        PartIdLib.vehicleAccountOf(vehicleId);
        assembly ("memory-safe") {
            freeAfter := mload(0x40)
        }
        assertEq(freeAfter, free, "free memory pointer");
        assertEq(keccak256(data), digest, "memory");
    }
}
