// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ITitleMetadata} from "../interfaces/ITitleMetadata.sol";
import {Locks} from "../types/Locks.sol";
import {OdometerUnit, RecordState} from "../types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../types/TitleTypes.sol";

/// @title What wallets show of a title: JSON and a picture, as data URIs, made from state alone.
/// @notice Everything in it is public on chain anyway, and none of it says who anybody is. A contract of its own only
/// because the title contract would otherwise be too large for EIP-170; it has no state and no owner.
contract TitleMetadata is ITitleMetadata {
    using Strings for uint256;

    /// @inheritdoc ITitleMetadata
    function contractURI() external pure returns (string memory) {
        return
            _jsonURI(
                '{"name":"blok auto vehicle titles","symbol":"TITLE","description":"'
                "One title per vehicle. Its life record proves that nothing was changed and nothing left out."
                '"}'
            );
    }

    /// @inheritdoc ITitleMetadata
    function tokenURI(
        uint256 vehicleId,
        TitleState memory title,
        RecordState memory life
    ) external pure returns (string memory) {
        string memory tag = _shortTag(vehicleId);
        string memory status = _statusName(title);
        return
            _jsonURI(
                string.concat(
                    '{"name":"Vehicle title ',
                    tag,
                    '","description":"Title and life record of one vehicle. Ask the holder for the history report.",',
                    '"image":"',
                    _image(tag, status, title, life),
                    '","attributes":[',
                    _titleTraits(status, title),
                    _lifeTraits(life),
                    "]}"
                )
            );
    }

    function _titleTraits(
        string memory status,
        TitleState memory title
    ) private pure returns (string memory) {
        return
            string.concat(
                _trait("Status", status),
                ",",
                _trait("Locks", _lockNames(title.locks)),
                ",",
                _number("", "Holders", title.holderCount),
                ",",
                _number('"display_type":"date",', "Registered", uint256(title.registeredDay) * 1 days)
            );
    }

    function _lifeTraits(RecordState memory life) private pure returns (string memory) {
        return
            string.concat(
                ",",
                _number("", "Records", life.count),
                ",",
                _trait("Odometer", _odometer(life)),
                ",",
                _trait("Odometer anomaly", life.anomalies == 0 ? "none" : "unresolved"),
                ",",
                _trait("Brand codes", _brandCodes(life.brands))
            );
    }

    function _trait(string memory name, string memory value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', name, '","value":"', value, '"}');
    }

    function _number(
        string memory prefix,
        string memory name,
        uint256 value
    ) private pure returns (string memory) {
        return string.concat("{", prefix, '"trait_type":"', name, '","value":', value.toString(), "}");
    }

    function _statusName(TitleState memory title) private pure returns (string memory) {
        if (title.status == TitleStatus.Destroyed) return "Destroyed";
        return title.status == TitleStatus.Exported ? "Exported" : "Active";
    }

    function _lockNames(uint16 locks) private pure returns (string memory names) {
        string[6] memory known = ["lien", "theft", "court", "safety stop", "sale", "rental"];
        for (uint8 lock = 0; lock < Locks.COUNT; ++lock) {
            if (!Locks.has(locks, lock)) continue;
            string memory name =
                lock < known.length ? known[lock] : string.concat("lock ", uint256(lock).toString());
            names = bytes(names).length == 0 ? name : string.concat(names, ", ", name);
        }
        if (bytes(names).length == 0) return "none";
    }

    function _odometer(RecordState memory life) private pure returns (string memory) {
        if (life.odometerUnit == OdometerUnit.None) return "not read";
        return
            string.concat(
                uint256(life.odometer).toString(),
                life.odometerUnit == OdometerUnit.Mi ? " mi" : " km"
            );
    }

    function _brandCodes(uint256 brands) private pure returns (string memory codes) {
        for (uint256 code = 0; code < 88; ++code) {
            if ((brands >> code) & 1 == 0) continue;
            codes = bytes(codes).length == 0 ? code.toString() : string.concat(codes, ", ", code.toString());
        }
        if (bytes(codes).length == 0) return "none";
    }

    /// @dev The first and last four hex digits: enough to tell two titles of one wallet apart.
    function _shortTag(uint256 vehicleId) private pure returns (string memory) {
        return string.concat((vehicleId >> 240).toHexString(2), unicode"…", _hex4(vehicleId & 0xffff));
    }

    function _hex4(uint256 value) private pure returns (string memory result) {
        bytes memory prefixed = bytes(value.toHexString(2));
        bytes memory digits = new bytes(4);
        for (uint256 i = 0; i < 4; ++i) digits[i] = prefixed[i + 2];
        result = string(digits);
    }

    function _image(
        string memory tag,
        string memory status,
        TitleState memory title,
        RecordState memory life
    ) private pure returns (string memory) {
        string memory colour =
            title.status == TitleStatus.Destroyed
                ? "#6b7280"
                : title.locks & Locks.STOPS_TRANSFER != 0 || life.anomalies != 0
                    ? "#b45309"
                    : "#0f766e";
        return
            string.concat(
                "data:image/svg+xml;base64,",
                Base64.encode(
                    bytes(
                        string.concat(
                            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 250" font-family="sans-serif" fill="#fff">'
                            '<rect width="400" height="250" rx="16" fill="',
                            colour,
                            '"/><text x="24" y="52" font-size="22">Vehicle title</text>'
                            '<text x="24" y="86" font-size="18" opacity=".8">',
                            tag,
                            '</text><text x="24" y="168" font-size="34">',
                            _odometer(life),
                            '</text><text x="24" y="208" font-size="18">',
                            status,
                            " | ",
                            _lockNames(title.locks),
                            "</text></svg>"
                        )
                    )
                )
            );
    }

    function _jsonURI(string memory json) private pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }
}
