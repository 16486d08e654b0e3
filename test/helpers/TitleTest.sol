// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, Record, RecordInput, RecordState} from "../../contracts/types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {BlokTest} from "./BlokTest.sol";
import {Vm} from "./Vm.sol";

/// @dev What the tests of VehicleTitle share: one registered car, a controller for each of the sixteen lock bits, and
/// ways to look at exactly the events that the title emitted.
abstract contract TitleTest is BlokTest {
    uint256 internal constant CAR = 0xa11ce00000000000000000000000000000000000000000000000000000000ca2;
    uint256 internal constant OTHER_CAR = 0xb0b0;
    bytes32 internal constant EVIDENCE = keccak256("court order");

    uint8 internal constant LIEN = 0;
    uint8 internal constant THEFT = 1;
    uint8 internal constant COURT = 2;
    uint8 internal constant SAFETY = 3;
    uint8 internal constant SALE = 4;
    uint8 internal constant RENTAL = 5;
    uint8 internal constant FIRST_FUTURE_LOCK = 6;
    uint8 internal constant LOCK_COUNT = 16;

    /// @dev Every bit but safety (3) and rental (5), written out so that a change of the library is noticed.
    uint16 internal constant STOPS_TRANSFER = 0xffd7;

    /// @dev Theft, court and safety.
    uint16 internal constant STOPS_USER = 0x000e;

    /// @dev Roles 50 to 59 stand for domains that do not exist yet; one account has them all.
    uint64 internal constant FIRST_FUTURE_ROLE = 50;

    address internal futureController = address(0xf0f0);
    address internal operator = address(0x0bea);
    address internal approved = address(0xabbe);
    address internal user = address(0x05e2);

    function setUp() public virtual override {
        super.setUp();
        _register(CAR, holder);
    }

    /// @dev Gives the lock bits that nobody owns yet to `futureController`.
    function _assignFutureLocks() internal {
        for (uint8 lock = FIRST_FUTURE_LOCK; lock < LOCK_COUNT; ++lock) {
            uint64 role = _futureRole(lock);
            consortium.grantRole(role, futureController, 0);
            title.setLockController(lock, role);
        }
    }

    function _futureRole(uint8 lock) internal pure returns (uint64) {
        return FIRST_FUTURE_ROLE + lock - FIRST_FUTURE_LOCK;
    }

    function _controllerOf(uint8 lock) internal view returns (address) {
        if (lock == LIEN) return lienController;
        if (lock == THEFT) return registrar;
        if (lock == COURT) return court;
        if (lock == SAFETY) return safetyController;
        if (lock == SALE) return saleController;
        if (lock == RENTAL) return rentalController;
        return futureController;
    }

    function _lock(uint8 lock) internal {
        vm.prank(_controllerOf(lock));
        title.lockTitle(CAR, lock);
    }

    function _unlock(uint8 lock) internal {
        vm.prank(_controllerOf(lock));
        title.unlockTitle(CAR, lock);
    }

    function _transfer(address from, address to) internal {
        vm.prank(from);
        title.transferFrom(from, to, CAR);
    }

    function _approveBoth() internal {
        vm.startPrank(holder);
        title.approve(approved, CAR);
        title.setApprovalForAll(operator, true);
        vm.stopPrank();
    }

    function _setUser(uint64 expires) internal {
        vm.prank(holder);
        title.setUser(CAR, user, expires);
    }

    /// @dev The holder hands the car over and the recycler ends its life.
    function _destroy() internal {
        vm.prank(holder);
        title.approve(recycler, CAR);
        vm.prank(recycler);
        title.destroyVehicle(_destruction());
    }

    function _destruction() internal pure returns (RecordInput memory) {
        return _input(CAR, RecordKinds.DESTRUCTION, 0, OdometerUnit.None, NOW);
    }

    function _export() internal pure returns (RecordInput memory) {
        return _input(CAR, RecordKinds.EXPORT, 0, OdometerUnit.None, NOW);
    }

    function _import() internal pure returns (RecordInput memory) {
        return _input(CAR, RecordKinds.IMPORT, 0, OdometerUnit.None, NOW);
    }

    function _expel(address member) internal {
        vm.prank(admissions);
        consortium.expelMember(member, keccak256("decision"));
    }

    /// @dev Everybody the tests know, the council (this contract) among them.
    function _everybody() internal view returns (address[] memory all) {
        all = new address[](19);
        all[0] = registrar;
        all[1] = manufacturer;
        all[2] = workshop;
        all[3] = inspector;
        all[4] = assessor;
        all[5] = insurer;
        all[6] = recycler;
        all[7] = court;
        all[8] = guardian;
        all[9] = admissions;
        all[10] = lienController;
        all[11] = safetyController;
        all[12] = saleController;
        all[13] = rentalController;
        all[14] = futureController;
        all[15] = holder;
        all[16] = buyer;
        all[17] = stranger;
        all[18] = address(this);
    }

    /* WHAT THE TITLE SAYS */

    function _locks() internal view returns (uint16) {
        return title.stateOf(CAR).locks;
    }

    function _assertState(
        uint24 holderCount,
        uint24 grantEpoch,
        uint16 locks,
        TitleStatus status,
        string memory message
    ) internal view {
        TitleState memory state = title.stateOf(CAR);
        assertEq(state.holderCount, holderCount, string.concat(message, ": holder count"));
        assertEq(state.grantEpoch, grantEpoch, string.concat(message, ": grant epoch"));
        assertEq(state.locks, locks, string.concat(message, ": locks"));
        assertEq(uint256(state.status), uint256(status), string.concat(message, ": status"));
    }

    /// @dev Nothing of the title has changed since `before`.
    function _assertUntouched(TitleState memory before, address owner, string memory message) internal view {
        assertEq(
            keccak256(abi.encode(title.stateOf(CAR))),
            keccak256(abi.encode(before)),
            string.concat(message, ": state")
        );
        assertEq(title.ownerOf(CAR), owner, string.concat(message, ": holder"));
    }

    /* EVENTS */

    /// @dev The signatures of the title's recorded events in order, without ERC-4906's, whose number says nothing.
    function _signatures(Vm.Log[] memory logs) internal view returns (bytes memory packed) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(title)) continue;
            if (logs[i].topics[0] == IERC4906.MetadataUpdate.selector) continue;
            packed = bytes.concat(packed, logs[i].topics[0]);
        }
    }

    /// @dev The recorded events of the title are exactly those in `expected` (packed signatures), in that order, and
    /// wallets are told to read the metadata again.
    function _assertEvents(bytes memory expected, string memory message) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes memory actual = _signatures(logs);
        assertEq(actual.length / 32, expected.length / 32, string.concat(message, ": number of events"));
        assertEq(keccak256(actual), keccak256(expected), string.concat(message, ": events in order"));
        assertTrue(_count(logs, IERC4906.MetadataUpdate.selector) != 0, string.concat(message, ": metadata"));
    }

    function _count(Vm.Log[] memory logs, bytes32 signature) internal view returns (uint256 count) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(title) && logs[i].topics[0] == signature) ++count;
        }
    }

    /// @dev The next call adds exactly this record of a member.
    function _expectMemberRecord(
        address author,
        uint64 role,
        uint32 index,
        RecordInput memory input
    ) internal {
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(
            input.vehicleId,
            author,
            input.kind,
            Record({
                index: index,
                documentHash: input.documentHash,
                code: input.code,
                odometer: input.odometer,
                odometerUnit: input.odometerUnit,
                observedAt: input.observedAt,
                recordedAt: uint40(block.timestamp),
                role: role,
                corrects: 0
            })
        );
    }

    function _recordCount(uint256 vehicleId) internal view returns (uint32) {
        RecordState memory state = records.stateOf(vehicleId);
        return state.count;
    }

    function _unauthorized(address caller) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
    }

    function _nonexistent(uint256 vehicleId) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, vehicleId);
    }

    function _roleOfController(uint8 lock) internal pure returns (uint64) {
        if (lock == LIEN) return Roles.LIEN_CONTROLLER;
        if (lock == THEFT) return Roles.REGISTRAR;
        if (lock == COURT) return Roles.COURT;
        if (lock == SAFETY) return Roles.SAFETY_CONTROLLER;
        if (lock == SALE) return Roles.SALE_CONTROLLER;
        if (lock == RENTAL) return Roles.RENTAL_CONTROLLER;
        return _futureRole(lock);
    }
}
