// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {ISoftwareRegistry} from "../../contracts/interfaces/ISoftwareRegistry.sol";
import {LotForm} from "../../contracts/types/PartTypes.sol";
import {
    Advisory,
    Campaign,
    RecallInput,
    RecallScope,
    RemedyStatus
} from "../../contracts/types/RecallTypes.sol";
import {RecallsTest} from "../helpers/RecallsTest.sol";

/// @dev Opening campaigns: who may, over what, and what it keeps from being fitted.
contract RecallsOpenTest is RecallsTest {
    /* WHO MAY */

    function test_openRecall_RevertWhen_RoleOpensNoCampaigns() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        for (uint64 role = 0; role <= Roles.LIMIT; ++role) {
            if (role == Roles.REGISTRAR || role == Roles.MANUFACTURER || role == Roles.SUPPLIER) continue;
            _expectRoleNotAllowed(role);
            _open(supplier, role, recall);
        }
        _expectRoleNotAllowed(type(uint64).max);
        _open(supplier, type(uint64).max, recall);
    }

    function test_openRecall_RevertWhen_CallerIsNoMember() public {
        _expectNotMember(stranger, Roles.SUPPLIER);
        _open(stranger, Roles.SUPPLIER, _recall(stranger, NUMBER));
        _expectNotMember(stranger, Roles.MANUFACTURER);
        _open(stranger, Roles.MANUFACTURER, _recall(stranger, NUMBER));
        _expectNotMember(stranger, Roles.REGISTRAR);
        _open(stranger, Roles.REGISTRAR, _recall(supplier, NUMBER));
        _expectNotMember(supplier, Roles.MANUFACTURER);
        _open(supplier, Roles.MANUFACTURER, _recall(supplier, NUMBER));
        _expectNotMember(supplier, Roles.REGISTRAR);
        _open(supplier, Roles.REGISTRAR, _recall(supplier, NUMBER));
    }

    function test_openRecall_RevertWhen_MakerIsExpelled() public {
        _expel(supplier);
        _expectNotMember(supplier, Roles.SUPPLIER);
        _openBySupplier(NUMBER);
    }

    function test_attack_RecallOfAForeignLot() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRecalls.RecallsForeignMaker.selector, supplier, manufacturer)
        );
        _open(manufacturer, Roles.MANUFACTURER, _recall(supplier, NUMBER));
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsForeignMaker.selector, supplier, miner));
        _open(miner, Roles.SUPPLIER, _recall(supplier, NUMBER));

        // in its own name, over a lot number that only the other maker has
        uint256 own = _lotId(manufacturer, SERIALISED);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, own));
        _open(manufacturer, Roles.MANUFACTURER, _recall(manufacturer, NUMBER));
        assertFalse(parts.isHeld(_serial(1)), "the foreign lot is as free as before");
    }

    /* NUMBERS */

    function test_attack_CampaignNumberMalformed() public {
        bytes9[10] memory numbers = [
            bytes9(0),
            bytes9("21V55400"),
            bytes9("21v554000"),
            bytes9("21X554000"),
            bytes9("2AV554000"),
            bytes9("V21554000"),
            bytes9("21V55400O"),
            bytes9(" 1V554000"),
            bytes9("21V55400/"),
            bytes9("21V55400:")
        ];
        for (uint256 i = 0; i < numbers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsNumberMalformed.selector, numbers[i]));
            _openBySupplier(numbers[i]);
        }
    }

    function test_attack_CampaignNumberReused() public {
        uint256 campaignId = _openBySupplier(NUMBER);
        bytes memory exists = abi.encodeWithSelector(IRecalls.RecallsExists.selector, campaignId);
        vm.expectRevert(exists);
        _openBySupplier(NUMBER);
        _withdraw(campaignId);
        vm.expectRevert(exists);
        _openBySupplier(NUMBER);
        uint256 official = _openByAuthority(NUMBER);
        assertEq(official, _officialId(supplier, NUMBER), "authorities have numbers of their own");
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsExists.selector, official));
        _openByAuthority(NUMBER);
        assertEq(
            uint256(recalls.campaignOf(campaignId).status),
            uint256(RemedyStatus.Withdrawn),
            "it stays withdrawn"
        );
    }

    function test_openRecall_LetsEveryMakerHaveANumber() public {
        _commission(miner, Roles.SUPPLIER, _lot(SERIALISED, LotForm.Serialised, QUANTITY));
        uint256 first = _openBySupplier(NUMBER);
        uint256 second = _open(miner, Roles.SUPPLIER, _recall(miner, NUMBER));
        assertTrue(first != second, "two campaigns");
        assertEq(recalls.campaignIdOf(miner, NUMBER, false), second, "the maker stands in the id");
    }

    /* WHAT */

    function test_openRecall_RevertWhen_EvidenceIsMissing() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.evidenceHash = 0;
        vm.expectRevert(IRecalls.RecallsEvidenceMissing.selector);
        _open(supplier, Roles.SUPPLIER, recall);
    }

    function test_openRecall_RevertWhen_ItBeginsWithItsEnd() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.status = RemedyStatus.Completed;
        _expectStatus(_campaignId(supplier, NUMBER), RemedyStatus.Completed);
        _open(supplier, Roles.SUPPLIER, recall);
        recall.status = RemedyStatus.Withdrawn;
        _expectStatus(_campaignId(supplier, NUMBER), RemedyStatus.Withdrawn);
        _open(supplier, Roles.SUPPLIER, recall);
    }

    function test_openRecall_RevertWhen_OverNothingOrTooMuch() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = _copies(0);
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsScopeLength.selector, 0, 16));
        _open(supplier, Roles.SUPPLIER, recall);
        recall.lots = _copies(17);
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsScopeLength.selector, 17, 16));
        _open(supplier, Roles.SUPPLIER, recall);
        recall.lots = _copies(16);
        recall.releases = new bytes32[](1);
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsScopeLength.selector, 17, 16));
        _open(supplier, Roles.SUPPLIER, recall);
        // 256 and 1 would pass for 1, were they cut to a byte first
        recall.lots = _copies(1);
        recall.releases = new bytes32[](256);
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsScopeLength.selector, 257, 16));
        _open(supplier, Roles.SUPPLIER, recall);
    }

    function test_openRecall_RevertWhen_SerialsAreNotOfTheLot() public {
        RecallScope[3] memory wrong = [
            RecallScope(SERIALISED, 0, 5),
            RecallScope(SERIALISED, 6, 5),
            RecallScope(SERIALISED, 1, 101)
        ];
        RecallInput memory recall = _recall(supplier, NUMBER);
        for (uint256 i = 0; i < wrong.length; ++i) {
            recall.lots[0] = wrong[i];
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPartTwins.PartsSerialInvalid.selector,
                    lotId,
                    wrong[i].toSerial,
                    QUANTITY
                )
            );
            _open(supplier, Roles.SUPPLIER, recall);
        }
        recall.lots = _scope(COUNTED, 1, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPartTwins.PartsSerialInvalid.selector,
                _lotId(supplier, COUNTED),
                1,
                QUANTITY
            )
        );
        _open(supplier, Roles.SUPPLIER, recall);
    }

    function test_openRecall_StoresAndTells() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.status = RemedyStatus.Interim;
        recall.advisory = Advisory.ParkOutside;
        vm.expectEmit(address(recalls));
        emit IRecalls.RecallOpened(_campaignId(supplier, NUMBER), supplier, supplier, recall);
        uint256 campaignId = _open(supplier, Roles.SUPPLIER, recall);

        assertEq(campaignId, _campaignId(supplier, NUMBER), "the id");
        Campaign memory campaign = recalls.campaignOf(campaignId);
        assertTrue(campaign.exists, "exists");
        assertFalse(campaign.byAuthority, "the maker's own");
        assertEq(uint256(campaign.status), uint256(RemedyStatus.Interim), "status");
        assertEq(uint256(campaign.advisory), uint256(Advisory.ParkOutside), "advisory");
        assertEq(campaign.lots, 1, "scopes");
        assertEq(campaign.releases, 0, "releases");
        _assertCounts(campaignId, 0, 0, "at the beginning");
        assertFalse(recalls.campaignOf(campaignId + 1).exists, "no other campaign");
    }

    function test_openRecall_ByAnAuthorityOverAnybodysParts() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.status = RemedyStatus.NotAvailable;
        vm.expectEmit(address(recalls));
        emit IRecalls.RecallOpened(_officialId(supplier, NUMBER), supplier, registrar, recall);
        uint256 campaignId = _open(registrar, Roles.REGISTRAR, recall);
        Campaign memory campaign = recalls.campaignOf(campaignId);
        assertTrue(campaign.byAuthority, "the authority's");
        assertEq(uint256(campaign.status), uint256(RemedyStatus.NotAvailable), "status");
        assertTrue(parts.isHeld(_serial(1)), "the maker's parts are held");
    }

    function test_openRecall_ByAManufacturerOverItsOwnParts() public {
        _commission(manufacturer, Roles.MANUFACTURER, _lot(SERIALISED, LotForm.Serialised, QUANTITY));
        uint256 campaignId = _open(manufacturer, Roles.MANUFACTURER, _recall(manufacturer, NUMBER));
        assertFalse(recalls.campaignOf(campaignId).byAuthority, "the maker's own");
    }

    function test_openRecall_HoldsItsUnitsAndNoOthers() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = _scope(SERIALISED, 3, 5);
        _open(supplier, Roles.SUPPLIER, recall);
        for (uint32 serial = 1; serial <= MARKED; ++serial) {
            assertEq(parts.isHeld(_serial(serial)), serial >= 3 && serial <= 5, "held, if recalled");
        }
        _expectRecalled(_serial(3));
        _fit(_serial(3), 1, CAR);
        _expectRecalled(_serial(5));
        _fit(_serial(5), 1, CAR);
        _fit(_serial(2), 1, CAR);
        _fit(_serial(6), 1, CAR);
    }

    function test_openRecall_HoldsACountedLotWhole() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = _scope(COUNTED, 0, 0);
        uint256 campaignId = _open(supplier, Roles.SUPPLIER, recall);
        _expectRecalled(pieces);
        _fit(pieces, 4, CAR);
        _withdraw(campaignId);
        _fit(pieces, 4, CAR);
    }

    /// @dev A maker may hold 200 ranges of a lot; the rest of the 255 is for authorities.
    function test_openRecall_RevertWhen_HoldsAreReservedForAuthorities() public {
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = _copies(10);
        for (uint256 i = 0; i < 20; ++i) {
            // digits "10" to "29" in the place of the year
            bytes memory number = bytes("00V000001");
            number[0] = bytes1(uint8(0x31 + i / 10));
            number[1] = bytes1(uint8(0x30 + (i % 10)));
            recall.number = bytes9(number);
            _open(supplier, Roles.SUPPLIER, recall);
        }
        assertEq(parts.lotStateOf(lotId).holds, 200, "as many as a maker may");
        recall.number = "30V000001";
        recall.lots = new RecallScope[](2);
        recall.lots[0] = RecallScope(SERIALISED, 1, 5);
        recall.lots[1] = RecallScope(COUNTED, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsHoldsReserved.selector, supplier, 200));
        _open(supplier, Roles.SUPPLIER, recall);
        recall.lots = _scope(COUNTED, 0, 0);
        _open(supplier, Roles.SUPPLIER, recall);
        _openByAuthority(NUMBER);
        assertEq(parts.lotStateOf(lotId).holds, 201, "an authority takes one of its own");
    }

    /* THE SOFTWARE REGISTRY */

    function test_setSoftwareRegistry_IsForTheCouncilAlone() public {
        address[6] memory callers = [registrar, manufacturer, supplier, guardian, admissions, stranger];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSignature("AccessManagedUnauthorized(address)", callers[i]));
            vm.prank(callers[i]);
            recalls.setSoftwareRegistry(registry);
        }
        vm.expectEmit(address(recalls));
        emit IRecalls.SoftwareRegistrySet(address(0));
        recalls.setSoftwareRegistry(ISoftwareRegistry(address(0)));
        assertEq(address(recalls.softwareRegistry()), address(0), "nobody knows any more");
    }

    /* VIEWS */

    function test_views_SayWhatTheContractStandsOn() public view {
        assertEq(address(recalls.parts()), address(parts), "parts");
        assertEq(address(recalls.title()), address(title), "title");
        assertEq(address(recalls.softwareRegistry()), address(registry), "registry");
        assertEq(recalls.MAX_SCOPES(), 16, "scopes of a campaign");
        assertEq(recalls.MAX_BATCH(), 50, "vehicles of a call");
        assertEq(recalls.campaignIdOf(supplier, NUMBER, false), _campaignId(supplier, NUMBER), "id");
    }

    function test_views_RevertWhen_CampaignIsUnknown() public {
        uint256 campaignId = _campaignId(supplier, NUMBER);
        _expectUnknown(campaignId);
        recalls.scopesOf(campaignId);
        _expectUnknown(campaignId);
        recalls.isAffected(CAR, campaignId);
    }
}
