// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {ITitleMetadata} from "../../contracts/interfaces/ITitleMetadata.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {OdometerUnit, Record, RecordInput, TrustGrade} from "../../contracts/types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {TitleMetadata} from "../../contracts/vehicle/TitleMetadata.sol";
import {VehicleTitle} from "../../contracts/vehicle/VehicleTitle.sol";
import {TitleTest} from "../helpers/TitleTest.sol";

contract VehicleTitleViewsTest is TitleTest {
    /* CONSTRUCTION */

    function test_constructor_RevertWhen_DelayIsTooShort() public {
        TitleMetadata metadata = new TitleMetadata();
        uint32[3] memory delays = [uint32(0), 1, 1 hours - 1];
        for (uint256 i = 0; i < delays.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IVehicleTitle.TitleDelayTooShort.selector, delays[i], uint32(1 hours))
            );
            new VehicleTitle(address(consortium), records, metadata, delays[i]);
        }
    }

    function test_constructor_KeepsWhatItWasGiven() public {
        TitleMetadata metadata = new TitleMetadata();
        VehicleTitle shortest = new VehicleTitle(address(consortium), records, metadata, 1 hours);
        assertEq(shortest.forcedTransferDelaySeconds(), 1 hours, "the shortest delay");
        assertEq(address(shortest.metadata()), address(metadata), "metadata");
        assertEq(address(shortest.records()), address(records), "records");
        assertEq(shortest.authority(), address(consortium), "authority");
        assertEq(shortest.name(), "blok auto vehicle title", "name");
        assertEq(shortest.symbol(), "TITLE", "symbol");
        assertEq(shortest.lockControllerOf(LIEN), 0, "no lock is given to anybody");
    }

    /* INTERFACES */

    function test_supportsInterface_EveryStandardOfTheTitle() public view {
        bytes4[9] memory ids = [
            bytes4(0x01ffc9a7), // ERC-165
            bytes4(0x80ac58cd), // ERC-721
            bytes4(0x5b5e139f), // ERC-721 metadata
            bytes4(0x49064906), // ERC-4906
            bytes4(0xb45a3c0e), // ERC-5192
            bytes4(0xad092b5c), // ERC-4907
            bytes4(0xbf1ef5fe), // ERC-7943 for ERC-721
            bytes4(0xe8a3d485), // ERC-7572
            type(IVehicleTitle).interfaceId
        ];
        for (uint256 i = 0; i < ids.length; ++i) {
            assertTrue(title.supportsInterface(ids[i]), "supported");
        }
    }

    function test_supportsInterface_NothingElse() public view {
        bytes4[5] memory ids = [
            bytes4(0xffffffff),
            bytes4(0x00000000),
            bytes4(0x780e9d63), // ERC-721 enumerable
            bytes4(0xd9b67a26), // ERC-1155
            bytes4(0x2a55205a) // ERC-2981
        ];
        for (uint256 i = 0; i < ids.length; ++i) {
            assertFalse(title.supportsInterface(ids[i]), "not supported");
        }
    }

    /* VIEWS OF ERC-7943 NEVER REVERT */

    function testFuzz_canTransfer_NeverReverts(address from, address to, uint256 vehicleId) public view {
        assertEq(title.canSend(from), from != address(0), "can send");
        assertEq(title.canReceive(to), to != address(0), "can receive");
        assertEq(
            title.canTransfer(from, to, vehicleId),
            from != address(0) && to != address(0),
            "no rule stops a title without locks"
        );
        assertFalse(title.getFrozenTokens(from, vehicleId), "nothing is frozen");
    }

    function test_canTransfer_ZeroAccounts() public view {
        assertFalse(title.canSend(address(0)), "zero sends nothing");
        assertFalse(title.canReceive(address(0)), "zero receives nothing");
        assertFalse(title.canTransfer(address(0), buyer, CAR), "from zero");
        assertFalse(title.canTransfer(holder, address(0), CAR), "to zero");
        assertTrue(title.canTransfer(holder, buyer, CAR), "free title");
    }

    function test_getFrozenTokens_UnknownAndZero() public view {
        assertFalse(title.getFrozenTokens(address(0), OTHER_CAR), "unknown title of nobody");
        assertFalse(title.getFrozenTokens(holder, OTHER_CAR), "unknown title");
        assertFalse(title.getFrozenTokens(holder, CAR), "free title");
    }

    function test_getFrozenTokens_OnlyTheCourtFreezes() public {
        _lock(LIEN);
        assertFalse(title.getFrozenTokens(holder, CAR), "a lien is no freeze");
        _lock(COURT);
        assertTrue(title.getFrozenTokens(holder, CAR), "frozen");
        assertFalse(title.getFrozenTokens(address(0), CAR), "not of nobody");
    }

    /* OTHER VIEWS */

    function test_locked_RevertWhen_Unknown() public {
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.locked(OTHER_CAR);
    }

    function test_stateOf_UnknownIsZero() public view {
        TitleState memory none;
        assertEq(
            keccak256(abi.encode(title.stateOf(OTHER_CAR))),
            keccak256(abi.encode(none)),
            "state of an unknown title"
        );
    }

    function test_tokenURI_RevertWhen_Unknown() public {
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.tokenURI(OTHER_CAR);
    }

    function test_tokenURI_IsMadeFromTitleAndLife() public {
        _lock(LIEN);
        vm.prank(workshop);
        records.appendRecord(_service(CAR, 4_321, NOW - 1 days), Roles.WORKSHOP);
        ITitleMetadata metadata = title.metadata();
        assertEq(
            title.tokenURI(CAR),
            metadata.tokenURI(CAR, title.stateOf(CAR), records.stateOf(CAR)),
            "title"
        );
        assertEq(title.contractURI(), metadata.contractURI(), "collection");
    }

    function test_refreshMetadata_RevertWhen_Unknown() public {
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.refreshMetadata(OTHER_CAR);
    }

    function test_refreshMetadata_ByAnybody() public {
        TitleState memory before = title.stateOf(CAR);
        vm.expectEmit(address(title));
        emit IERC4906.MetadataUpdate(CAR);
        vm.prank(stranger);
        title.refreshMetadata(CAR);
        _assertUntouched(before, holder, "refreshed");
    }

    /* THE HOLDER'S OWN RECORDS */

    function _reading(uint256 vehicleId) private pure returns (RecordInput memory) {
        return _input(vehicleId, ODOMETER_READING, 50_000, OdometerUnit.Km, NOW - 1 days);
    }

    function test_reportAsHolder_RevertWhen_NotTheHolder() public {
        _approveBoth();
        _setUser(NOW + 1 days);
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length + 3; ++i) {
            address caller =
                i < all.length
                    ? all[i]
                    : i == all.length
                        ? approved
                        : i == all.length + 1
                            ? operator
                            : user;
            if (caller == holder) continue;
            vm.prank(caller);
            vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleNotHolder.selector, CAR, caller));
            title.reportAsHolder(_reading(CAR));
        }
        assertEq(_recordCount(CAR), 1, "no record");
    }

    function test_reportAsHolder_RevertWhen_FormerHolder() public {
        _transfer(holder, buyer);
        vm.prank(holder);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleNotHolder.selector, CAR, holder));
        title.reportAsHolder(_reading(CAR));
        vm.prank(buyer);
        assertEq(title.reportAsHolder(_reading(CAR)), 2, "the new holder may");
    }

    function test_reportAsHolder_RevertWhen_Unknown() public {
        vm.prank(holder);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.reportAsHolder(_reading(OTHER_CAR));
    }

    function test_reportAsHolder_RevertWhen_KindIsNotForHolders() public {
        vm.prank(holder);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                SERVICE,
                Roles.HOLDER,
                _set(Roles.WORKSHOP) | _set(Roles.MANUFACTURER)
            )
        );
        title.reportAsHolder(_service(CAR, 50_000, NOW - 1 days));
    }

    function test_reportAsHolder_IsMarkedAsSelfReported() public {
        RecordInput memory input = _reading(CAR);
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(
            CAR,
            holder,
            ODOMETER_READING,
            Record({
                index: 2,
                documentHash: input.documentHash,
                code: 0,
                odometer: 50_000,
                odometerUnit: OdometerUnit.Km,
                observedAt: NOW - 1 days,
                recordedAt: NOW,
                role: Roles.HOLDER,
                corrects: 0
            })
        );
        vm.prank(holder);
        assertEq(title.reportAsHolder(input), 2, "index");
        assertEq(
            uint256(records.gradeOf(Roles.HOLDER)),
            uint256(TrustGrade.SelfReported),
            "the lowest grade"
        );
        _assertState(1, 0, 0, TitleStatus.Active, "the title itself is untouched");
    }

    function test_reportAsHolder_UnderEveryLock() public {
        _lock(LIEN);
        _lock(COURT);
        _lock(SAFETY);
        vm.prank(holder);
        assertEq(title.reportAsHolder(_reading(CAR)), 2, "a lock silences nobody");
    }
}
