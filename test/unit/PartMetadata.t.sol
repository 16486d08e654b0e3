// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {PartMetadata} from "../../contracts/parts/PartMetadata.sol";
import {
    CriticalMaterial,
    Lot,
    LotForm,
    LotInput,
    Materials,
    ServiceStatus,
    Unit,
    UnitState
} from "../../contracts/types/PartTypes.sol";
import {RecallScope} from "../../contracts/types/RecallTypes.sol";
import {Json} from "../helpers/Json.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

contract PartMetadataTest is PartsTest {
    using Json for bytes;

    string private constant JSON_PREFIX = "data:application/json;base64,";
    address private constant MAKER = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed;

    PartMetadata private metadata;

    function setUp() public override {
        super.setUp();
        metadata = new PartMetadata();
    }

    function _plainLot() private pure returns (Lot memory lot) {
        lot.form = LotForm.Serialised;
        lot.quantity = 500;
    }

    function _json(
        uint256 partId,
        Lot memory lot,
        Unit memory unit,
        Materials memory content
    ) private view returns (bytes memory json) {
        json = Json.decodeUri(metadata.uri(partId, lot, unit, content), JSON_PREFIX);
        json.check();
    }

    function _json(Lot memory lot, Unit memory unit) private view returns (bytes memory) {
        Materials memory nothing;
        return _json(_partId(MAKER, 7, 3), lot, unit, nothing);
    }

    function _assertHas(bytes memory json, string memory text) private pure {
        assertTrue(json.contains(text), string.concat(text, " in ", string(json)));
    }

    function _assertLacks(bytes memory json, string memory text) private pure {
        assertFalse(json.contains(text), string.concat("no ", text, " in ", string(json)));
    }

    /* THE WHOLE */

    function test_uri_LotToTheLastByte() public view {
        Lot memory lot = Lot({
            quantity: 1_000,
            consumed: 200,
            decommissioned: 30,
            fitted: 4,
            unserialised: 0,
            form: LotForm.Material,
            material: CriticalMaterial.Cobalt,
            expiryDay: 0,
            holds: 0
        });
        Unit memory none;
        assertEq(
            string(_json(_partId(MAKER, 7, 0), lot, none, _grams(CriticalMaterial.Cobalt, 1_000))),
            string.concat(
                '{"name":"Lot 7","decimals":0,',
                '"description":"Digital twin of a lot or part. Its lineage reaches back to the mine.",',
                '"properties":{"maker":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","lot":"7","form":"material",',
                '"commissioned":1000,"fitted":4,"consumed":200,"decommissioned":30,"unit":"g","recalled":false,',
                '"cobaltInLotG":1000}}'
            ),
            "lot"
        );
    }

    function test_uri_UnitToTheLastByte() public view {
        Lot memory lot = _plainLot();
        (lot.fitted, lot.holds, lot.expiryDay) = (2, 1, 20_000);
        Unit memory unit = Unit(MAKER, UnitState.Free, ServiceStatus.Reused, 0);
        assertEq(
            string(_json(_partId(MAKER, type(uint64).max, 42), lot, unit, Materials(1, 2, 3, 4, 5, 6))),
            string.concat(
                '{"name":"Part 42 of lot 18446744073709551615","decimals":0,',
                '"description":"Digital twin of a lot or part. Its lineage reaches back to the mine.",',
                '"properties":{"maker":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",',
                '"lot":"18446744073709551615","form":"serialised",',
                '"commissioned":500,"fitted":2,"consumed":0,"decommissioned":0,"unit":"piece","recalled":true,',
                '"expires":1728000000,"serial":"42","state":"free","service":"re-used",',
                '"cobaltInLotG":1,"lithiumInLotG":2,"nickelInLotG":3,"leadInLotG":4,"graphiteInLotG":5,',
                '"rareEarthsInLotG":6}}'
            ),
            "unit"
        );
    }

    function test_contractURI_ToTheLastByte() public view {
        bytes memory json = Json.decodeUri(metadata.contractURI(), JSON_PREFIX);
        json.check();
        assertEq(
            string(json),
            '{"name":"blok auto part twins","symbol":"PART","description":"Lots and parts of vehicles, from the '
            'mine to the recycler."}',
            "collection"
        );
    }

    /* PROPERTIES */

    function test_uri_EveryForm() public view {
        Unit memory unit;
        Lot memory lot = _plainLot();
        string[3] memory names = ["material", "counted", "serialised"];
        for (uint256 i = 0; i < 3; ++i) {
            lot.form = LotForm(i + 1);
            bytes memory json = _json(lot, unit);
            _assertHas(json, string.concat('"form":"', names[i], '"'));
            _assertHas(json, i == 0 ? '"unit":"g"' : '"unit":"piece"');
        }
    }

    function test_uri_EveryStateAndService() public view {
        string[5] memory states = ["unserialised", "free", "fitted", "stolen", "gone"];
        string[5] memory services = ["original", "repurposed", "re-used", "remanufactured", "waste"];
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < 5; ++j) {
                Unit memory unit = Unit(MAKER, UnitState(i), ServiceStatus(j), 0);
                string memory text = string.concat('"state":"', states[i], '","service":"', services[j], '"');
                _assertHas(_json(_plainLot(), unit), text);
            }
        }
    }

    function test_uri_LotSaysNothingOfAUnit() public view {
        Unit memory none;
        Materials memory nothing;
        bytes memory json = _json(_partId(MAKER, 7, 0), _plainLot(), none, nothing);
        _assertHas(json, '"name":"Lot 7"');
        _assertLacks(json, '"serial"');
        _assertLacks(json, '"state"');
        _assertLacks(json, '"service"');
    }

    function test_uri_ExpiryAndRecallOnlyWhenThereIsOne() public view {
        Unit memory unit;
        Lot memory lot = _plainLot();
        _assertLacks(_json(lot, unit), '"expires"');
        _assertHas(_json(lot, unit), '"recalled":false');
        (lot.expiryDay, lot.holds) = (1, 255);
        _assertHas(_json(lot, unit), '"recalled":true,"expires":86400');
    }

    function test_uri_EachMaterialAlone() public view {
        string[6] memory names = ["cobalt", "lithium", "nickel", "lead", "graphite", "rareEarths"];
        Unit memory none;
        for (uint256 kind = 1; kind <= 6; ++kind) {
            bytes memory json = _json(
                _partId(MAKER, 7, 0),
                _plainLot(),
                none,
                _grams(CriticalMaterial(kind), 77)
            );
            for (uint256 i = 0; i < 6; ++i) {
                string memory text = string.concat('"', names[i], 'InLotG"');
                if (i + 1 == kind) _assertHas(json, string.concat(text, ":77"));
                else _assertLacks(json, text);
            }
        }
    }

    function testFuzz_uri_IsAlwaysJson(uint256 partId, uint256 seed) public view {
        Lot memory lot = Lot({
            quantity: uint40(seed),
            consumed: uint40(seed >> 10),
            decommissioned: uint40(seed >> 20),
            fitted: uint40(seed >> 30),
            unserialised: uint40(seed >> 40),
            form: LotForm((seed >> 50) % 4),
            material: CriticalMaterial((seed >> 60) % 7),
            expiryDay: uint16(seed >> 70),
            holds: uint8(seed >> 80)
        });
        Unit memory unit = Unit(
            address(uint160(seed)),
            UnitState((seed >> 90) % 5),
            ServiceStatus((seed >> 100) % 5),
            uint80(seed >> 110)
        );
        Materials memory content = Materials(
            uint40(seed >> 120),
            uint40(seed >> 130),
            uint40(seed >> 140),
            uint40(seed >> 150),
            uint40(seed >> 160),
            uint40(seed >> 170)
        );
        bytes memory json = _json(partId, lot, unit, content);
        _assertHas(json, '"decimals":0');
    }

    /* THROUGH THE PART TWINS */

    function test_partTwinsUri_RevertWhen_LotIsUnknown() public {
        bytes memory reason = abi.encodeWithSelector(
            IPartTwins.PartsLotUnknown.selector,
            _lotId(supplier, 1)
        );
        vm.expectRevert(reason);
        parts.uri(_partId(supplier, 1, 0));
        vm.expectRevert(reason);
        parts.uri(_partId(supplier, 1, 1));
    }

    function test_partTwinsUri_ShowsTheStateAsItIs() public {
        _commission(supplier, Roles.SUPPLIER, _material(1, CriticalMaterial.Cobalt, 900));
        LotInput memory made = _withContent(_lot(2, LotForm.Serialised, 9), 900, 0);
        made.expiryDay = 40_000;
        _transform(supplier, Roles.SUPPLIER, _one(_partId(supplier, 1, 0), 900), _one(made));
        vm.prank(supplier);
        parts.serialiseUnits(2, _serials(1, 3), Roles.SUPPLIER);
        uint256 partId = _partId(supplier, 2, 3);
        _give(supplier, workshop, partId, 1);
        _fit(partId, 1, CAR);
        RecallScope[] memory scopes = new RecallScope[](1);
        scopes[0] = RecallScope(2, 1, 9);
        vm.prank(recallController);
        parts.setHolds(supplier, scopes, true);

        uint256 lotId = _lotId(supplier, 2);
        Lot memory lot = parts.lotStateOf(lotId);
        assertEq(
            parts.uri(partId),
            metadata.uri(partId, lot, parts.unitOf(partId), parts.contentOf(lotId)),
            "unit"
        );
        bytes memory json = Json.decodeUri(parts.uri(partId), JSON_PREFIX);
        _assertHas(json, '"commissioned":9,"fitted":1,"consumed":0');
        _assertHas(json, '"recalled":true,"expires":3456000000,"serial":"3","state":"fitted"');
        _assertHas(json, '"cobaltInLotG":900');
        json = Json.decodeUri(parts.uri(_partId(supplier, 1, 0)), JSON_PREFIX);
        _assertHas(json, '"consumed":900');
        _assertHas(json, '"cobaltInLotG":900');
    }

    function test_partTwinsContractURI() public view {
        assertEq(parts.contractURI(), metadata.contractURI(), "collection");
        assertTrue(address(parts.metadata()) != address(0), "metadata contract");
    }
}
