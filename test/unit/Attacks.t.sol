// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Consortium} from "../../contracts/access/Consortium.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {IVehicleKeys} from "../../contracts/interfaces/IVehicleKeys.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {
    OdometerUnit,
    Record,
    RecordInput,
    RecordProof,
    RecordState,
    TrustGrade
} from "../../contracts/types/RecordTypes.sol";
import {KeysTest} from "../helpers/KeysTest.sol";
import {Vm} from "../helpers/Vm.sol";

/// @dev Attacks that once succeeded, each named by what the attacker wanted.
contract AttacksTest is KeysTest {
    address internal council = address(0xC0C0);
    address internal second = address(0x5EC0);

    function _handOver() internal {
        consortium.grantRole(0, council, 2 days);
        consortium.renounceRole(0, address(this));
    }

    function _ok(address caller, address target, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        (ok, ) = target.call(data);
    }

    function _odometer(uint256 id, uint32 km, uint40 readAt) internal pure returns (RecordInput memory) {
        return _input(id, ODOMETER_READING, km, OdometerUnit.Km, readAt);
    }

    /* KEYS */

    /// @dev Decision 001: "A hardware key that is stolen writes grade 2 until it is revoked."
    function test_attack_KeyOfAScrappedCarCannotBeRevokedAndStillWrites() public {
        bytes32 id = _bindTo(VEHICLE, k1, FROM, NO_END);
        _destroy(VEHICLE);
        vm.warp(NOW + 400 days);
        bool byMaker = _ok(
            manufacturer,
            address(keys),
            abi.encodeCall(keys.revokeVehicleKey, (VEHICLE, id, NOW, Roles.MANUFACTURER))
        );
        bool byRegistrar = _ok(
            registrar,
            address(keys),
            abi.encodeCall(keys.revokeVehicleKey, (VEHICLE, id, NOW, Roles.REGISTRAR))
        );
        RecordInput memory lie = _odometer(VEHICLE, 5, NOW + 300 days);
        bytes memory signature = _sign(k1, _recordDigest(keys, lie));
        bool wrote = _ok(
            stranger,
            address(keys),
            abi.encodeCall(keys.appendSignedRecord, (lie, _signerOf(keys, k1), signature))
        );
        assertTrue(byMaker || byRegistrar || !wrote, "a stolen key of a scrapped car can be stopped");
    }

    function test_attack_RevokedKeyWritesOnWithAnOlderDate() public {
        _bindTo(VEHICLE, k1, FROM, NO_END);
        _revoke(k1, NOW); // stolen just now
        vm.warp(NOW + 30 days);
        RecordInput memory lie = _odometer(VEHICLE, 5, NOW - 1); // signed by the thief today
        bytes memory signature = _sign(k1, _recordDigest(keys, lie));
        bool wrote = _ok(
            stranger,
            address(keys),
            abi.encodeCall(keys.appendSignedRecord, (lie, _signerOf(keys, k1), signature))
        );
        assertFalse(wrote, "a revoked key writes no new record");
    }

    /* CONSORTIUM */

    /// ARCHITECTURE: "Everything the council does waits for its execution delay; a guardian can cancel it."
    function test_attack_CouncilRenouncesAtOnceAndNobodyAdministersAnyMore() public {
        _handOver();
        vm.prank(council);
        (bool ok, ) = address(consortium).call(abi.encodeCall(consortium.renounceRole, (0, council)));
        (bool isAdmin, ) = consortium.hasRole(0, council);
        assertTrue(ok || isAdmin, "control: refused means still there");
        assertTrue(!ok && isAdmin, "the last administrator cannot leave without the delay");
    }

    /// @dev Decision 003: "`getRoleGuardian(ADMIN_ROLE)` is always the guardian role, so that a guardian can cancel whatever the
    /// council schedules." / Consortium: "Here the guardians do, for ever."
    function test_attack_CouncilPointsGrantRoleAtARoleWithoutGuardian() public {
        _handOver();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IAccessManager.grantRole.selector;
        bytes memory data = abi.encodeCall(
            consortium.setTargetFunctionRole,
            (address(consortium), selectors, uint64(60))
        );
        bytes memory grab = abi.encodeCall(consortium.grantRole, (0, second, 0));
        vm.prank(council);
        consortium.schedule(address(consortium), grab, 0);
        vm.prank(guardian);
        consortium.cancel(council, address(consortium), grab); // control

        vm.prank(council);
        consortium.schedule(address(consortium), data, 0);
        vm.warp(NOW + 2 days);
        _ok(council, address(consortium), data);
        vm.prank(council);
        consortium.schedule(address(consortium), grab, 0);
        assertTrue(
            _ok(
                guardian,
                address(consortium),
                abi.encodeCall(consortium.cancel, (council, address(consortium), grab))
            ),
            "the guardian cancels whatever the council schedules"
        );
    }

    /// T2: delayed, *cancellable*. A pause must not stop the guardian while the order's clock runs.
    function test_attack_PausedTitleLetsOrdersRipenWithoutGuardians() public {
        vm.startPrank(court);
        title.lockTitle(VEHICLE, Locks.COURT);
        title.requestForcedTransfer(holder, buyer, VEHICLE, keccak256("order"));
        vm.stopPrank();
        bytes32 before = keccak256(abi.encode(title.forcedTransferOf(VEHICLE)));
        consortium.setTargetClosed(address(title), true);
        assertEq(before, keccak256(abi.encode(title.forcedTransferOf(VEHICLE))), "control");
        vm.warp(NOW + FORCED_TRANSFER_DELAY);
        bool cancelled = _ok(guardian, address(title), abi.encodeCall(title.cancelForcedTransfer, (VEHICLE)));
        consortium.setTargetClosed(address(title), false);
        bool taken = _ok(
            registrar,
            address(title),
            abi.encodeCall(title.forcedTransfer, (holder, buyer, VEHICLE))
        );
        assertTrue(cancelled || !taken, "no order is carried out that no guardian could cancel");
    }

    function test_attack_PausedConsortiumLetsAdmissionsRipenWithoutVeto() public {
        vm.prank(admissions);
        consortium.admitMember(second, Roles.COURT, keccak256("org"));
        consortium.setTargetClosed(address(consortium), true);
        bool vetoed = _ok(
            guardian,
            address(consortium),
            abi.encodeCall(consortium.vetoAdmission, (second, Roles.COURT))
        );
        vm.warp(NOW + ADMISSION_DELAY);
        vm.prank(second);
        (bool acts, ) = address(title).call(abi.encodeCall(title.lockTitle, (VEHICLE, Locks.COURT)));
        assertTrue(vetoed || !acts, "a guardian can veto until the admission is active");
    }

    /// IVehicleTitle: ForcedTransferCancelled names the canceller; IConsortium: AdmissionVetoed names the guardian.
    function test_attack_EventsNameTheManagerInsteadOfTheGuardian() public {
        vm.startPrank(court);
        title.lockTitle(VEHICLE, Locks.COURT);
        title.requestForcedTransfer(holder, buyer, VEHICLE, keccak256("order"));
        vm.stopPrank();
        vm.recordLogs();
        vm.prank(guardian);
        try
            consortium.execute(address(title), abi.encodeCall(title.cancelForcedTransfer, (VEHICLE)))
        {} catch {}
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IVehicleTitle.ForcedTransferCancelled.selector) continue;
            assertEq(address(uint160(uint256(logs[i].topics[2]))), guardian, "canceller");
        }
    }

    /// "who wrote them": records are attributed. Any registrar hides behind the authority once it is admitted itself.
    function test_attack_AuthorityAdmittedAsMemberHidesTheAuthor() public {
        vm.prank(admissions);
        (bool admitted, ) = address(consortium).call(
            abi.encodeCall(consortium.admitMember, (address(consortium), Roles.REGISTRAR, keccak256("org")))
        );
        if (!admitted) return;
        vm.warp(NOW + ADMISSION_DELAY);
        RecordInput memory export = _input(VEHICLE, RecordKinds.EXPORT, 0, OdometerUnit.None, NOW);
        vm.recordLogs();
        vm.prank(registrar);
        consortium.execute(address(title), abi.encodeCall(title.changeStatus, (export)));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IVehicleRecords.RecordAppended.selector) continue;
            assertEq(address(uint160(uint256(logs[i].topics[2]))), registrar, "author");
        }
    }

    /// @dev Decision 001: "Roles 30 and 31 are never granted to anybody." "Nobody can claim a grade that it does not have".
    function test_attack_MemberWritesHardwareGradeWithoutAKey() public {
        bool granted = _ok(
            address(this),
            address(consortium),
            abi.encodeCall(consortium.grantRole, (Roles.VEHICLE, workshop, 0))
        );
        bool wrote = _ok(
            workshop,
            address(records),
            abi.encodeCall(records.appendRecord, (_odometer(VEHICLE, 10, NOW), Roles.VEHICLE))
        );
        assertTrue(!granted || !wrote, "hardware grade only through the vehicle's own key");
        assertEq(uint256(records.gradeOf(Roles.VEHICLE)), uint256(TrustGrade.Hardware), "grade");
    }

    function test_attack_AuthorityWithoutAdmissionDelay() public {
        try new Consortium(address(this), 0) {
            assertTrue(false, "an authority whose guardians have no time to veto is refused");
        } catch {}
    }

    /* ODOMETER */

    /// ARCHITECTURE, holder: "a plausible but too high reading becomes the last good one"
    function test_attack_AbsurdFirstReadingOfAHolder() public {
        vm.prank(holder);
        title.reportAsHolder(_odometer(VEHICLE, type(uint32).max, NOW));
        vm.prank(workshop);
        records.appendRecord(_odometer(VEHICLE, 40_000, NOW), Roles.WORKSHOP);
        RecordState memory state = records.stateOf(VEHICLE);
        assertTrue(state.odometer != type(uint32).max, "4,294,967,295 km is not a last good reading");
    }

    /// "A lower reading is recorded all the same, and sets an anomaly flag"
    function test_attack_HolderHidesARollbackWithAFresherReading() public {
        vm.prank(inspector);
        records.appendRecord(_odometer(VEHICLE, 150_000, NOW - 300 days), Roles.INSPECTOR);
        // The dial is turned back; the workshop reads 60,000 this morning and records it in the evening.
        uint40 morning = NOW - 8 hours;
        vm.prank(holder);
        title.reportAsHolder(_odometer(VEHICLE, 150_000, NOW - 1 hours));
        vm.prank(workshop);
        records.appendRecord(_odometer(VEHICLE, 60_000, morning), Roles.WORKSHOP);
        assertTrue(records.stateOf(VEHICLE).anomalies != 0, "150,000 km, then 60,000 km: flagged");
    }

    /* RECORDS */

    function test_attack_BirthDateCannotBeCorrectedToAnEarlierOne() public {
        (bytes32 previous, Record memory birth) = _birthOf(VEHICLE);
        RecordInput memory right = _birth(VEHICLE);
        right.observedAt = BORN - 1 days;
        right.documentHash = keccak256("right");
        _lastDigest = keccak256(
            abi.encode(
                VEHICLE,
                manufacturer,
                uint8(1),
                Record(
                    2,
                    keccak256("right"),
                    0,
                    0,
                    OdometerUnit.None,
                    BORN - 1 days,
                    NOW,
                    Roles.MANUFACTURER,
                    1
                )
            )
        );
        vm.prank(manufacturer);
        (bool ok, ) = address(records).call(
            abi.encodeCall(
                records.appendCorrection,
                (right, Roles.MANUFACTURER, RecordProof(previous, manufacturer, 1, birth, new bytes32[](0)))
            )
        );
        right.observedAt = BORN; // control: the proof itself is good
        vm.prank(manufacturer);
        records.appendCorrection(
            right,
            Roles.MANUFACTURER,
            ok
                ? RecordProof(previous, manufacturer, 1, birth, _one(_lastDigest))
                : RecordProof(previous, manufacturer, 1, birth, new bytes32[](0))
        );
        assertTrue(ok, "a birth dated too late can be corrected");
    }

    bytes32 private _lastDigest;

    function _one(bytes32 digest) private pure returns (bytes32[] memory list) {
        list = new bytes32[](1);
        list[0] = digest;
    }

    function _birthOf(uint256 id) internal view returns (bytes32 previous, Record memory birth) {
        RecordInput memory input = _birth(id);
        previous = keccak256(abi.encode(block.chainid, address(records), id));
        birth = Record({
            index: 1,
            documentHash: input.documentHash,
            code: 0,
            odometer: 0,
            odometerUnit: OdometerUnit.None,
            observedAt: BORN,
            recordedAt: NOW,
            role: Roles.MANUFACTURER,
            corrects: 0
        });
    }

    /* TITLE */

    function test_attack_OrderOutlivesTheFreeze() public {
        vm.startPrank(court);
        title.lockTitle(VEHICLE, Locks.COURT);
        title.requestForcedTransfer(holder, buyer, VEHICLE, keccak256("order"));
        title.unlockTitle(VEHICLE, Locks.COURT);
        vm.warp(NOW + FORCED_TRANSFER_DELAY + 1 days);
        title.lockTitle(VEHICLE, Locks.COURT);
        vm.stopPrank();
        assertFalse(
            _ok(registrar, address(title), abi.encodeCall(title.forcedTransfer, (holder, buyer, VEHICLE))),
            "an order ends with its freeze"
        );
    }

    /// T4: no user who is not protected by a rental. This one was named by the seller, not by the rental.
    function test_attack_UserOfTheSellerOutlivesSaleAndRental() public {
        vm.prank(holder);
        title.setUser(VEHICLE, second, type(uint64).max);
        vm.prank(rentalController);
        title.lockTitle(VEHICLE, Locks.RENTAL);
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        vm.prank(rentalController);
        title.unlockTitle(VEHICLE, Locks.RENTAL);
        assertEq(title.userOf(VEHICLE), address(0), "the seller's friend uses the buyer's car");
    }

    /// ERC-7943 setFrozenTokens: "Overwrites the current value, similar to an `approve` function."
    function test_attack_SetFrozenTokensOverwrites() public {
        vm.startPrank(court);
        title.setFrozenTokens(holder, VEHICLE, true);
        (bool ok, bytes memory why) = address(title).call(
            abi.encodeCall(title.setFrozenTokens, (holder, VEHICLE, true))
        );
        vm.stopPrank();
        if (!ok) assertEq(bytes32(bytes4(why)), bytes32(IVehicleTitle.TitleLockUnchanged.selector), "reason");
        assertTrue(ok, "setting the same value again");
    }

    /// TitleDestroyed: "the vehicle is destroyed; its title never changes again."
    function test_attack_DestroyedTitleTakesApprovals() public {
        _destroy(VEHICLE);
        assertFalse(
            _ok(holder, address(title), abi.encodeCall(title.approve, (buyer, VEHICLE))),
            "no approval of a destroyed title"
        );
    }

    function test_attack_DestroyedTitleKeepsItsApproval() public {
        _destroy(VEHICLE);
        assertEq(title.getApproved(VEHICLE), address(0), "approval left behind");
    }
}
