// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedUnit, UnitLib} from "../../contracts/libraries/UnitLib.sol";
import {ServiceStatus, Unit, UnitState} from "../../contracts/types/PartTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract UnitLibTest is Assertions {
    /// @dev Packs as the documented layout says: lowest bits first, holder 160, state 8, service 8, lastVehicle 80.
    function _pack(Unit memory u) private pure returns (PackedUnit) {
        return
            PackedUnit.wrap(
                uint256(bytes32(abi.encodePacked(u.lastVehicle, uint8(u.service), uint8(u.state), u.holder)))
            );
    }

    function _unit(uint256 seed) private pure returns (Unit memory) {
        return
            Unit({
                holder: address(uint160(_part(seed, "holder"))),
                state: UnitState(_part(seed, "state") % 5),
                service: ServiceStatus(_part(seed, "service") % 5),
                lastVehicle: uint80(_part(seed, "vehicle"))
            });
    }

    function _part(uint256 seed, string memory name) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, name)));
    }

    function _assertSame(PackedUnit actual, Unit memory expected, string memory message) private pure {
        assertEq(
            bytes32(PackedUnit.unwrap(actual)),
            bytes32(PackedUnit.unwrap(_pack(expected))),
            string.concat(message, ": word")
        );
        assertEq(
            keccak256(abi.encode(actual.unpack())),
            keccak256(abi.encode(expected)),
            string.concat(message, ": unpacked")
        );
    }

    function test_create_IsFreeAndOriginal() public pure {
        PackedUnit unit = UnitLib.create(address(0xA11CE));
        assertTrue(unit.exists(), "exists");
        _assertSame(
            unit,
            Unit({
                holder: address(0xA11CE),
                state: UnitState.Free,
                service: ServiceStatus.Original,
                lastVehicle: 0
            }),
            "new"
        );
    }

    function test_exists_FalseBeforeTheSerial() public pure {
        assertFalse(PackedUnit.wrap(0).exists(), "no unit");
        Unit memory none;
        assertEq(keccak256(abi.encode(PackedUnit.wrap(0).unpack())), keccak256(abi.encode(none)), "all zero");
    }

    function test_exists_TrueWhenGone() public pure {
        // a serial that ended is not free to be given again
        PackedUnit gone = UnitLib.create(address(0xA11CE)).with(address(0), UnitState.Gone);
        assertTrue(gone.exists(), "gone, yet known");
        assertEq(gone.holder(), address(0), "held by nobody");
    }

    function testFuzz_unpack_GivesBackEveryField(uint256 seed) public pure {
        Unit memory u = _unit(seed);
        PackedUnit packed = _pack(u);
        _assertSame(packed, u, "round trip");
        assertEq(packed.holder(), u.holder, "holder");
        assertEq(uint256(packed.state()), uint256(u.state), "state");
        assertEq(uint256(packed.service()), uint256(u.service), "service");
    }

    function testFuzz_with_ChangesHolderAndStateAlone(
        uint256 seed,
        address newHolder,
        uint8 newState
    ) public pure {
        Unit memory u = _unit(seed);
        PackedUnit packed = _pack(u);
        (u.holder, u.state) = (newHolder, UnitState(newState % 5));
        _assertSame(packed.with(u.holder, u.state), u, "with");
    }

    function testFuzz_withService_ChangesServiceAlone(uint256 seed, uint8 newService) public pure {
        Unit memory u = _unit(seed);
        PackedUnit packed = _pack(u);
        u.service = ServiceStatus(newService % 5);
        _assertSame(packed.withService(u.service), u, "with service");
    }

    function testFuzz_withVehicle_KeepsServiceAlone(
        uint256 seed,
        address account,
        uint256 vehicleId
    ) public pure {
        Unit memory u = _unit(seed);
        PackedUnit packed = _pack(u);
        (u.holder, u.state, u.lastVehicle) = (account, UnitState.Fitted, uint80(vehicleId));
        _assertSame(packed.withVehicle(account, vehicleId), u, "with vehicle");
    }
}
