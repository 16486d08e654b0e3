// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IPartMetadata} from "../interfaces/IPartMetadata.sol";
import {PartIdLib} from "../libraries/PartIdLib.sol";
import {Lot, LotForm, Materials, ServiceStatus, Unit, UnitState} from "../types/PartTypes.sol";

/// @title What wallets show of a part: JSON as a data URI, made from state alone.
/// @notice It says what the chain knows: maker, lot, serial, state and declared critical materials. No state, no owner.
contract PartMetadata is IPartMetadata {
    using Strings for uint256;
    using PartIdLib for uint256;

    /// @inheritdoc IPartMetadata
    function contractURI() external pure returns (string memory) {
        return
            _jsonURI(
                '{"name":"blok auto part twins","symbol":"PART","description":"'
                "Lots and parts of vehicles, from the mine to the recycler."
                '"}'
            );
    }

    /// @inheritdoc IPartMetadata
    function uri(
        uint256 partId,
        Lot calldata lot,
        Unit calldata unit,
        Materials calldata content
    ) external pure returns (string memory) {
        uint256 lotId = partId.lotOf();
        uint256 serial = partId.serialOf();
        string memory number = uint256(uint64(lotId)).toString(); // the low 64 bits of a lot id are its number
        string memory name =
            serial == 0
                ? string.concat("Lot ", number)
                : string.concat("Part ", serial.toString(), " of lot ", number);
        return
            _jsonURI(
                string.concat(
                    '{"name":"',
                    name,
                    '","decimals":0,"description":"Digital twin of a lot or part. Its lineage reaches back to the mine.",',
                    '"properties":{',
                    _lotProperties(lotId, number, lot),
                    serial == 0 ? "" : _unitProperties(serial, unit),
                    _contentProperties(content),
                    "}}"
                )
            );
    }

    function _lotProperties(
        uint256 lotId,
        string memory number,
        Lot calldata lot
    ) private pure returns (string memory) {
        string memory properties = string.concat(
            '"maker":"',
            Strings.toChecksumHexString(lotId.makerOf()),
            '","lot":"',
            number,
            '","form":"',
            _formName(lot.form),
            '","commissioned":',
            uint256(lot.quantity).toString(),
            ',"fitted":',
            uint256(lot.fitted).toString(),
            ',"consumed":',
            uint256(lot.consumed).toString()
        );
        return
            string.concat(
                properties,
                ',"decommissioned":',
                uint256(lot.decommissioned).toString(),
                ',"unit":"',
                lot.form == LotForm.Material ? "g" : "piece",
                '","recalled":',
                lot.holds == 0 ? "false" : "true",
                lot.expiryDay == 0
                    ? ""
                    : string.concat(',"expires":', (uint256(lot.expiryDay) * 1 days).toString())
            );
    }

    function _unitProperties(uint256 serial, Unit calldata unit) private pure returns (string memory) {
        return
            string.concat(
                ',"serial":"',
                serial.toString(),
                '","state":"',
                _stateName(unit.state),
                '","service":"',
                _serviceName(unit.service),
                '"'
            );
    }

    function _contentProperties(Materials calldata content) private pure returns (string memory) {
        return
            string.concat(
                _grams("cobalt", content.cobaltG),
                _grams("lithium", content.lithiumG),
                _grams("nickel", content.nickelG),
                _grams("lead", content.leadG),
                _grams("graphite", content.graphiteG),
                _grams("rareEarths", content.rareEarthsG)
            );
    }

    function _grams(string memory name, uint256 grams) private pure returns (string memory) {
        return grams == 0 ? "" : string.concat(',"', name, 'InLotG":', grams.toString());
    }

    function _formName(LotForm form) private pure returns (string memory) {
        if (form == LotForm.Material) return "material";
        return form == LotForm.Serialised ? "serialised" : "counted";
    }

    function _stateName(UnitState state) private pure returns (string memory) {
        string[5] memory names = ["unserialised", "free", "fitted", "stolen", "gone"];
        return names[uint256(state)];
    }

    function _serviceName(ServiceStatus service) private pure returns (string memory) {
        string[5] memory names = ["original", "repurposed", "re-used", "remanufactured", "waste"];
        return names[uint256(service)];
    }

    function _jsonURI(string memory json) private pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }
}
