// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {OdometerUnit, RecordState} from "../../contracts/types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {TitleMetadata} from "../../contracts/vehicle/TitleMetadata.sol";
import {Assertions} from "../helpers/Assertions.sol";
import {Json} from "../helpers/Json.sol";

contract TitleMetadataTest is Assertions {
    using Json for bytes;

    uint256 private constant CAR = 0xa11c000000000000000000000000000000000000000000000000000000000ca2;
    string private constant JSON_PREFIX = "data:application/json;base64,";
    string private constant SVG_PREFIX = "data:image/svg+xml;base64,";

    string private constant GREEN = "#0f766e";
    string private constant AMBER = "#b45309";
    string private constant GREY = "#6b7280";

    TitleMetadata private metadata;

    function setUp() public {
        metadata = new TitleMetadata();
    }

    function _plainTitle() private pure returns (TitleState memory title) {
        title.status = TitleStatus.Active;
        title.holderCount = 1;
        title.registeredDay = 20_000;
    }

    function _plainLife() private pure returns (RecordState memory life) {
        life.count = 1;
        life.bornAt = 1_700_000_000;
    }

    function _json(
        uint256 vehicleId,
        TitleState memory title,
        RecordState memory life
    ) private view returns (bytes memory json) {
        json = Json.decodeUri(metadata.tokenURI(vehicleId, title, life), JSON_PREFIX);
        json.check();
    }

    function _json(TitleState memory title, RecordState memory life) private view returns (bytes memory) {
        return _json(CAR, title, life);
    }

    function _svg(bytes memory json) private pure returns (bytes memory) {
        return Json.decodeUri(string(json.stringAfter('"image":"')), SVG_PREFIX);
    }

    function _assertTrait(bytes memory json, string memory name, string memory value) private pure {
        string memory trait = string.concat('{"trait_type":"', name, '","value":"', value, '"}');
        assertTrue(json.contains(trait), string.concat("trait ", trait, " in ", string(json)));
    }

    function _assertNumber(bytes memory json, string memory name, string memory value) private pure {
        string memory trait = string.concat('"trait_type":"', name, '","value":', value, "}");
        assertTrue(json.contains(trait), string.concat("number ", trait, " in ", string(json)));
    }

    function _assertColour(
        TitleState memory title,
        RecordState memory life,
        string memory colour
    ) private view {
        assertTrue(
            _svg(_json(title, life)).contains(string.concat('rx="16" fill="', colour, '"/>')),
            string.concat("colour ", colour)
        );
    }

    /* THE WHOLE */

    function test_tokenURI_PlainCarToTheLastByte() public view {
        string memory svg = string.concat(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 250" font-family="sans-serif" fill="#fff">',
            '<rect width="400" height="250" rx="16" fill="#0f766e"/>',
            '<text x="24" y="52" font-size="22">Vehicle title</text>',
            unicode'<text x="24" y="86" font-size="18" opacity=".8">0xa11c…0ca2</text>',
            '<text x="24" y="168" font-size="34">not read</text>',
            '<text x="24" y="208" font-size="18">Active | none</text></svg>'
        );
        string memory json = string.concat(
            unicode'{"name":"Vehicle title 0xa11c…0ca2",',
            '"description":"Title and life record of one vehicle. Ask the holder for the history report.",',
            '"image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(svg)),
            '","attributes":[{"trait_type":"Status","value":"Active"},{"trait_type":"Locks","value":"none"},',
            '{"trait_type":"Holders","value":1},',
            '{"display_type":"date","trait_type":"Registered","value":1728000000},',
            '{"trait_type":"Records","value":1},{"trait_type":"Odometer","value":"not read"},',
            '{"trait_type":"Odometer anomaly","value":"none"},{"trait_type":"Brand codes","value":"none"}]}'
        );
        assertEq(string(_svg(_json(_plainTitle(), _plainLife()))), svg, "picture");
        assertEq(string(_json(_plainTitle(), _plainLife())), json, "metadata");
    }

    function test_contractURI_ToTheLastByte() public view {
        bytes memory json = Json.decodeUri(metadata.contractURI(), JSON_PREFIX);
        json.check();
        assertEq(
            string(json),
            '{"name":"blok auto vehicle titles","symbol":"TITLE","description":"One title per vehicle. Its life '
            'record proves that nothing was changed and nothing left out."}',
            "collection"
        );
    }

    /* TRAITS */

    function test_tokenURI_EveryStatus() public view {
        TitleState memory title = _plainTitle();
        RecordState memory life = _plainLife();
        string[3] memory names = ["Active", "Exported", "Destroyed"];
        for (uint8 i = 0; i < names.length; ++i) {
            title.status = TitleStatus(i + 1);
            bytes memory json = _json(title, life);
            _assertTrait(json, "Status", names[i]);
            assertTrue(
                _svg(json).contains(string.concat(">", names[i], " | none<")),
                "status in the picture"
            );
        }
    }

    function test_tokenURI_EveryLockByItsName() public view {
        TitleState memory title = _plainTitle();
        string[16] memory names = [
            "lien",
            "theft",
            "court",
            "safety stop",
            "sale",
            "rental",
            "lock 6",
            "lock 7",
            "lock 8",
            "lock 9",
            "lock 10",
            "lock 11",
            "lock 12",
            "lock 13",
            "lock 14",
            "lock 15"
        ];
        for (uint8 lock = 0; lock < names.length; ++lock) {
            title.locks = uint16(1) << lock;
            bytes memory json = _json(title, _plainLife());
            _assertTrait(json, "Locks", names[lock]);
            assertTrue(_svg(json).contains(string.concat("| ", names[lock], "<")), "lock in the picture");
        }
        title.locks = 0x8041;
        _assertTrait(_json(title, _plainLife()), "Locks", "lien, lock 6, lock 15");
        title.locks = 0x0003;
        _assertTrait(_json(title, _plainLife()), "Locks", "lien, theft");
    }

    function test_tokenURI_Numbers() public view {
        TitleState memory title = _plainTitle();
        RecordState memory life = _plainLife();
        title.holderCount = type(uint24).max;
        title.registeredDay = type(uint16).max;
        life.count = type(uint32).max;
        bytes memory json = _json(title, life);
        _assertNumber(json, "Holders", "16777215");
        _assertNumber(json, "Registered", "5662224000");
        _assertNumber(json, "Records", "4294967295");
    }

    function test_tokenURI_Odometer() public view {
        RecordState memory life = _plainLife();
        life.odometer = 123_456;
        life.odometerUnit = OdometerUnit.Km;
        bytes memory json = _json(_plainTitle(), life);
        _assertTrait(json, "Odometer", "123456 km");
        assertTrue(_svg(json).contains(">123456 km<"), "odometer in the picture");

        life.odometerUnit = OdometerUnit.Mi;
        _assertTrait(_json(_plainTitle(), life), "Odometer", "123456 mi");
        life.odometer = 0;
        _assertTrait(_json(_plainTitle(), life), "Odometer", "0 mi");
    }

    function test_tokenURI_Anomaly() public view {
        RecordState memory life = _plainLife();
        uint8[4] memory flags = [1, 2, 4, 7];
        for (uint256 i = 0; i < flags.length; ++i) {
            life.anomalies = flags[i];
            _assertTrait(_json(_plainTitle(), life), "Odometer anomaly", "unresolved");
        }
    }

    function test_tokenURI_Brands() public view {
        RecordState memory life = _plainLife();
        life.brands = uint88(1) << 11;
        _assertTrait(_json(_plainTitle(), life), "Brand codes", "11");
        life.brands = (uint88(1) << 1) | (uint88(1) << 50) | (uint88(1) << 78) | (uint88(1) << 87);
        _assertTrait(_json(_plainTitle(), life), "Brand codes", "1, 50, 78, 87");
        life.brands = 1;
        _assertTrait(_json(_plainTitle(), life), "Brand codes", "0");
    }

    function test_tokenURI_NameTellsTitlesApart() public view {
        uint256[3] memory ids = [uint256(0), type(uint256).max, (uint256(0x00ff) << 240) | 0x0100];
        string[3] memory tags = [unicode"0x0000…0000", unicode"0xffff…ffff", unicode"0x00ff…0100"];
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes memory json = _json(ids[i], _plainTitle(), _plainLife());
            string memory name = string.concat('"name":"Vehicle title ', tags[i], '"');
            assertTrue(json.contains(name), string.concat("name ", name));
            assertTrue(_svg(json).contains(string.concat(">", tags[i], "<")), "tag in the picture");
        }
    }

    /* THE PICTURE */

    function test_tokenURI_ColourWarns() public view {
        TitleState memory title = _plainTitle();
        RecordState memory life = _plainLife();
        _assertColour(title, life, GREEN);
        for (uint8 lock = 0; lock < 16; ++lock) {
            title.locks = uint16(1) << lock;
            _assertColour(title, life, lock == 3 || lock == 5 ? GREEN : AMBER);
        }
        title.locks = 0;
        life.anomalies = 1;
        _assertColour(title, life, AMBER);
        title.status = TitleStatus.Exported;
        _assertColour(title, life, AMBER);
        life.anomalies = 0;
        _assertColour(title, life, GREEN);
        title.status = TitleStatus.Destroyed;
        life.anomalies = 1;
        _assertColour(title, life, GREY);
    }

    /* ANY STATE */

    function testFuzz_tokenURI_IsAlwaysJsonAndNeverReverts(
        uint256 vehicleId,
        uint16 locks,
        uint24 holderCount,
        uint32 odometer,
        uint88 brands,
        uint8 choice
    ) public view {
        TitleState memory title = _plainTitle();
        title.status = TitleStatus(choice % 4);
        (title.locks, title.holderCount) = (locks, holderCount);
        RecordState memory life = _plainLife();
        life.odometerUnit = OdometerUnit((choice / 4) % 3);
        (life.odometer, life.brands, life.anomalies) = (odometer, brands, choice / 12);

        bytes memory json = _json(vehicleId, title, life);
        bytes memory svg = _svg(json);
        assertTrue(json.contains('"attributes":[{"trait_type":"Status"'), "traits");
        assertEq(svg.find("</svg>"), svg.length - 6, "the picture is whole");
    }

    /// @dev What wallets show does not depend on who registered the car, nor on its grants and user.
    function testFuzz_tokenURI_SaysNothingOfAccounts(address issuer, uint24 epoch, bool hasUser) public view {
        TitleState memory title = _plainTitle();
        string memory plain = metadata.tokenURI(CAR, title, _plainLife());
        (title.issuer, title.grantEpoch, title.hasUser) = (issuer, epoch, hasUser);
        assertEq(metadata.tokenURI(CAR, title, _plainLife()), plain, "same metadata");
    }
}
