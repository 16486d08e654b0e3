// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, RecordInput, RecordState} from "../../contracts/types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {TitleMetadata} from "../../contracts/vehicle/TitleMetadata.sol";
import {VehicleTitle} from "../../contracts/vehicle/VehicleTitle.sol";
import {
    DeafContract,
    ReenteringReceiver,
    RefusingReceiver,
    RevertingReceiver
} from "../helpers/TitleReceivers.sol";
import {TitleTest} from "../helpers/TitleTest.sol";

contract VehicleTitleRegistrationTest is TitleTest {
    uint256 private constant NEW_CAR = 0xc0ffee;

    function _existing(uint256 vehicleId) private pure returns (RecordInput memory) {
        return _input(vehicleId, RecordKinds.FIRST_REGISTERED, 120_000, OdometerUnit.Km, BORN);
    }

    function _assertNothingOf(uint256 vehicleId, string memory message) private {
        assertEq(
            uint256(title.stateOf(vehicleId).status),
            uint256(TitleStatus.None),
            string.concat(message, ": status")
        );
        assertEq(_recordCount(vehicleId), 0, string.concat(message, ": records"));
        vm.expectRevert(_nonexistent(vehicleId));
        title.ownerOf(vehicleId);
    }

    function _batch(
        uint256 size
    ) private view returns (address[] memory holders, RecordInput[] memory births) {
        holders = new address[](size);
        births = new RecordInput[](size);
        for (uint256 i = 0; i < size; ++i) {
            holders[i] = i % 2 == 0 ? holder : buyer;
            births[i] = _birth(NEW_CAR + i);
        }
    }

    /* WHO MAY REGISTER */

    function test_registerVehicle_RevertWhen_CallerIsNotOfTheClass() public {
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] != manufacturer) {
                vm.prank(all[i]);
                vm.expectRevert(
                    abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, all[i], Roles.MANUFACTURER)
                );
                title.registerVehicle(holder, _birth(NEW_CAR), Roles.MANUFACTURER);
            }
            if (all[i] != registrar) {
                vm.prank(all[i]);
                vm.expectRevert(
                    abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, all[i], Roles.REGISTRAR)
                );
                title.registerVehicle(holder, _existing(NEW_CAR), Roles.REGISTRAR);
            }
        }
        _assertNothingOf(NEW_CAR, "after every refusal");
    }

    function test_registerVehicle_RevertWhen_ClassMayNotWriteTheBirth() public {
        for (uint64 role = 0; role <= Roles.LIMIT; ++role) {
            if (role != Roles.MANUFACTURER) {
                vm.prank(manufacturer);
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IVehicleRecords.RecordsWriterNotAllowed.selector,
                        RecordKinds.MANUFACTURED,
                        role,
                        _set(Roles.MANUFACTURER)
                    )
                );
                title.registerVehicle(holder, _birth(NEW_CAR), role);
            }
            if (role != Roles.REGISTRAR) {
                vm.prank(registrar);
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IVehicleRecords.RecordsWriterNotAllowed.selector,
                        RecordKinds.FIRST_REGISTERED,
                        role,
                        _set(Roles.REGISTRAR)
                    )
                );
                title.registerVehicle(holder, _existing(NEW_CAR), role);
            }
        }
        _assertNothingOf(NEW_CAR, "after every refusal");
    }

    function test_attack_ExpelledMemberRegisters_RevertWhen_Expelled() public {
        _expel(manufacturer);

        vm.prank(manufacturer);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, manufacturer, Roles.MANUFACTURER)
        );
        title.registerVehicle(holder, _birth(NEW_CAR), Roles.MANUFACTURER);
    }

    function test_registerVehicle_RevertWhen_AdmissionIsPending() public {
        vm.prank(admissions);
        consortium.admitMember(stranger, Roles.MANUFACTURER, keccak256("organisation"));

        vm.warp(NOW + ADMISSION_DELAY - 1);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.MANUFACTURER)
        );
        title.registerVehicle(holder, _birth(NEW_CAR), Roles.MANUFACTURER);

        vm.warp(NOW + ADMISSION_DELAY);
        vm.prank(stranger);
        title.registerVehicle(holder, _birth(NEW_CAR), Roles.MANUFACTURER);
        assertEq(title.stateOf(NEW_CAR).issuer, stranger, "admitted member registers from then on");
    }

    function test_registerVehicle_RevertWhen_MemberIsBoundToADelay() public {
        consortium.grantRole(Roles.MANUFACTURER, stranger, 1 hours);

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.MANUFACTURER)
        );
        title.registerVehicle(holder, _birth(NEW_CAR), Roles.MANUFACTURER);
    }

    /* WHAT MAY NOT BE REGISTERED */

    function test_registerVehicle_RevertWhen_KindIsNoBirth() public {
        RecordInput memory input = _service(NEW_CAR, 10, BORN);

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindNotBirth.selector, SERVICE));
        title.registerVehicle(holder, input, Roles.MANUFACTURER);
        _assertNothingOf(NEW_CAR, "no birth");
    }

    function test_registerVehicle_RevertWhen_DocumentIsMissing() public {
        RecordInput memory input = _birth(NEW_CAR);
        input.documentHash = 0;

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsDocumentMissing.selector, NEW_CAR));
        title.registerVehicle(holder, input, Roles.MANUFACTURER);
        _assertNothingOf(NEW_CAR, "no document");
    }

    function test_registerVehicle_RevertWhen_HolderIsZero() public {
        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        title.registerVehicle(address(0), _birth(NEW_CAR), Roles.MANUFACTURER);
    }

    function test_attack_SecondTitleForOneVin_RevertWhen_Registered() public {
        bytes memory exists = abi.encodeWithSelector(IVehicleTitle.TitleExists.selector, CAR);

        vm.prank(manufacturer);
        vm.expectRevert(exists);
        title.registerVehicle(holder, _birth(CAR), Roles.MANUFACTURER);
        vm.prank(registrar);
        vm.expectRevert(exists);
        title.registerVehicle(buyer, _existing(CAR), Roles.REGISTRAR);

        assertEq(title.ownerOf(CAR), holder, "first holder keeps the title");
        assertEq(_recordCount(CAR), 1, "one birth record");
    }

    function test_attack_SecondTitleForOneVin_RevertWhen_Destroyed() public {
        _destroy();
        TitleState memory before = title.stateOf(CAR);
        bytes memory exists = abi.encodeWithSelector(IVehicleTitle.TitleExists.selector, CAR);

        vm.prank(manufacturer);
        vm.expectRevert(exists);
        title.registerVehicle(buyer, _birth(CAR), Roles.MANUFACTURER);
        vm.prank(registrar);
        vm.expectRevert(exists);
        title.registerVehicle(holder, _existing(CAR), Roles.REGISTRAR);

        _assertUntouched(before, holder, "destroyed title");
    }

    /// @dev Even a second title contract that the council authorised cannot give a life record a second birth.
    function test_attack_SecondTitleForOneVin_RevertWhen_OtherTitleContract() public {
        VehicleTitle second = new VehicleTitle(
            address(consortium),
            records,
            new TitleMetadata(),
            FORCED_TRANSFER_DELAY
        );
        consortium.grantRole(Roles.TITLE_CONTRACT, address(second), 0);

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleExists.selector, CAR));
        second.registerVehicle(buyer, _birth(CAR), Roles.MANUFACTURER);
    }

    function test_attack_SecondTitleForOneVin_RevertWhen_SameBatch() public {
        (address[] memory holders, RecordInput[] memory births) = _batch(3);
        births[2] = births[0];

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleExists.selector, NEW_CAR));
        title.registerVehicles(holders, births, Roles.MANUFACTURER);
        _assertNothingOf(NEW_CAR, "first of the batch");
        _assertNothingOf(NEW_CAR + 1, "second of the batch");
    }

    /* HOLDERS THAT ARE CONTRACTS */

    function test_registerVehicle_RevertWhen_HolderCannotReceive() public {
        address[2] memory holders = [address(new DeafContract()), address(new RefusingReceiver())];
        for (uint256 i = 0; i < holders.length; ++i) {
            vm.prank(manufacturer);
            vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, holders[i]));
            title.registerVehicle(holders[i], _birth(NEW_CAR), Roles.MANUFACTURER);
        }
        address closed = address(new RevertingReceiver());
        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(RevertingReceiver.ReceiverClosed.selector, NEW_CAR));
        title.registerVehicle(closed, _birth(NEW_CAR), Roles.MANUFACTURER);

        _assertNothingOf(NEW_CAR, "refused by its holder");
    }

    function test_registerVehicle_TellsTheHolderContract() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        vm.prank(manufacturer);
        title.registerVehicle(address(receiver), _birth(NEW_CAR), Roles.MANUFACTURER);

        assertEq(receiver.calls(), 1, "asked once");
        assertEq(receiver.operator(), manufacturer, "operator");
        assertEq(receiver.from(), address(0), "from nobody");
        assertEq(receiver.tokenId(), NEW_CAR, "token");
        assertEq(receiver.data().length, 0, "no data");
    }

    function test_attack_HolderReenters_RevertWhen_RegisteringTheSameVin() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        consortium.grantRole(Roles.MANUFACTURER, address(receiver), 0);
        receiver.arm(
            address(title),
            abi.encodeCall(title.registerVehicle, (stranger, _birth(NEW_CAR), Roles.MANUFACTURER))
        );

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleExists.selector, NEW_CAR));
        title.registerVehicle(address(receiver), _birth(NEW_CAR), Roles.MANUFACTURER);
    }

    function test_attack_HolderReenters_RevertWhen_TakingTheNextOfTheBatch() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        consortium.grantRole(Roles.MANUFACTURER, address(receiver), 0);
        (address[] memory holders, RecordInput[] memory births) = _batch(2);
        holders[0] = address(receiver);
        receiver.arm(
            address(title),
            abi.encodeCall(title.registerVehicle, (stranger, births[1], Roles.MANUFACTURER))
        );

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleExists.selector, NEW_CAR + 1));
        title.registerVehicles(holders, births, Roles.MANUFACTURER);
        _assertNothingOf(NEW_CAR, "first of the batch");
    }

    /// @dev The title is complete when the holder is asked, so that moving it at once is an ordinary transfer.
    function test_registerVehicle_LetsTheHolderMoveItAtOnce() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        receiver.arm(address(title), abi.encodeCall(title.transferFrom, (address(receiver), buyer, NEW_CAR)));
        vm.prank(manufacturer);
        title.registerVehicle(address(receiver), _birth(NEW_CAR), Roles.MANUFACTURER);

        TitleState memory state = title.stateOf(NEW_CAR);
        assertEq(title.ownerOf(NEW_CAR), buyer, "moved on");
        assertEq(state.holderCount, 2, "both holders count");
        assertEq(state.grantEpoch, 1, "one transfer");
        assertEq(_recordCount(NEW_CAR), 1, "one birth record");
    }

    /* WHAT REGISTRATION DOES */

    function test_registerVehicle_ByManufacturer() public {
        vm.expectEmit(address(title));
        emit IERC721.Transfer(address(0), holder, NEW_CAR);
        _expectMemberRecord(manufacturer, Roles.MANUFACTURER, 1, _birth(NEW_CAR));
        vm.expectEmit(address(title));
        emit IVehicleTitle.VehicleRegistered(NEW_CAR, holder, manufacturer, Roles.MANUFACTURER);
        vm.prank(manufacturer);
        title.registerVehicle(holder, _birth(NEW_CAR), Roles.MANUFACTURER);

        TitleState memory state = title.stateOf(NEW_CAR);
        assertEq(title.ownerOf(NEW_CAR), holder, "holder");
        assertEq(title.balanceOf(holder), 2, "balance with the first car");
        assertEq(state.issuer, manufacturer, "issuer");
        assertEq(uint256(state.status), uint256(TitleStatus.Active), "status");
        assertEq(state.locks, 0, "locks");
        assertEq(state.holderCount, 1, "holders");
        assertEq(state.grantEpoch, 0, "epoch");
        assertEq(state.registeredDay, NOW / 1 days, "day");
        assertFalse(state.hasUser, "no user");
        assertFalse(title.locked(NEW_CAR), "free to move");
    }

    function test_registerVehicle_ByRegistrarOfAnExistingCar() public {
        _expectMemberRecord(registrar, Roles.REGISTRAR, 1, _existing(NEW_CAR));
        vm.expectEmit(address(title));
        emit IVehicleTitle.VehicleRegistered(NEW_CAR, buyer, registrar, Roles.REGISTRAR);
        vm.prank(registrar);
        title.registerVehicle(buyer, _existing(NEW_CAR), Roles.REGISTRAR);

        RecordState memory life = records.stateOf(NEW_CAR);
        assertEq(title.ownerOf(NEW_CAR), buyer, "holder");
        assertEq(title.stateOf(NEW_CAR).issuer, registrar, "issuer");
        assertEq(life.odometer, 120_000, "odometer at registration");
        assertEq(life.bornAt, BORN, "birth");
    }

    function test_registerVehicle_CountsStartedDays() public {
        uint256 midnight = (uint256(NOW) / 1 days + 1) * 1 days;
        vm.warp(midnight - 1);
        _register(NEW_CAR, holder);
        vm.warp(midnight);
        _register(NEW_CAR + 1, holder);

        assertEq(title.stateOf(NEW_CAR).registeredDay, midnight / 1 days - 1, "last second of a day");
        assertEq(title.stateOf(NEW_CAR + 1).registeredDay, midnight / 1 days, "first second of the next");
    }

    function testFuzz_registerVehicle_TakesAnyIdOnce(uint256 vehicleId, uint160 owner) public {
        vm.assume(vehicleId != CAR);
        address account = address(uint160(bound(owner, 1 << 32, type(uint160).max)));
        vm.assume(account.code.length == 0);
        _register(vehicleId, account);
        assertEq(title.ownerOf(vehicleId), account, "holder");

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleExists.selector, vehicleId));
        title.registerVehicle(buyer, _birth(vehicleId), Roles.MANUFACTURER);
    }

    /* BATCHES */

    function test_registerVehicles_RevertWhen_LengthsDiffer() public {
        uint256[2][5] memory sizes = [
            [uint256(0), 0],
            [uint256(1), 0],
            [uint256(0), 1],
            [uint256(2), 1],
            [uint256(1), 2]
        ];
        for (uint256 i = 0; i < sizes.length; ++i) {
            (address[] memory holders, ) = _batch(sizes[i][0]);
            (, RecordInput[] memory births) = _batch(sizes[i][1]);
            vm.prank(manufacturer);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleTitle.TitleBatchMismatch.selector,
                    holders.length,
                    births.length
                )
            );
            title.registerVehicles(holders, births, Roles.MANUFACTURER);
        }
        _assertNothingOf(NEW_CAR, "after every refusal");
    }

    function test_registerVehicles_RevertWhen_OneOverTheLimit() public {
        uint256 limit = title.MAX_BATCH();
        (address[] memory holders, RecordInput[] memory births) = _batch(limit + 1);

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleBatchTooLong.selector, limit + 1, limit));
        title.registerVehicles(holders, births, Roles.MANUFACTURER);
        _assertNothingOf(NEW_CAR, "batch too long");
    }

    function test_registerVehicles_RevertWhen_OneIsBad() public {
        (address[] memory holders, RecordInput[] memory births) = _batch(4);
        births[3].documentHash = 0;

        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsDocumentMissing.selector, NEW_CAR + 3));
        title.registerVehicles(holders, births, Roles.MANUFACTURER);
        for (uint256 i = 0; i < births.length; ++i) _assertNothingOf(NEW_CAR + i, "all or none");
    }

    function test_registerVehicles_RevertWhen_Stranger() public {
        (address[] memory holders, RecordInput[] memory births) = _batch(2);

        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.MANUFACTURER)
        );
        title.registerVehicles(holders, births, Roles.MANUFACTURER);
    }

    function test_registerVehicles_OneAndTheLimit() public {
        assertEq(title.MAX_BATCH(), 100, "the limit");
        uint256[2] memory sizes = [uint256(1), 100];
        uint256 registered;
        for (uint256 i = 0; i < sizes.length; ++i) {
            (address[] memory holders, RecordInput[] memory births) = _batch(sizes[i]);
            for (uint256 j = 0; j < births.length; ++j) births[j].vehicleId += registered;
            vm.prank(manufacturer);
            title.registerVehicles(holders, births, Roles.MANUFACTURER);

            for (uint256 j = 0; j < births.length; ++j) {
                uint256 vehicleId = births[j].vehicleId;
                assertEq(title.ownerOf(vehicleId), holders[j], "holder of each");
                assertEq(title.stateOf(vehicleId).issuer, manufacturer, "issuer of each");
                assertEq(_recordCount(vehicleId), 1, "birth record of each");
            }
            registered += sizes[i];
        }
        assertEq(title.balanceOf(buyer), 50, "every second car is the buyer's");
    }
}
