// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LotInput, PartAmount} from "../../contracts/types/PartTypes.sol";

/// @dev A second opinion on the hashes that `IPartTwins` documents: word by word, without the encoder of the compiler.
library Lineage {
    function ofLot(uint256 lotId, LotInput memory lot, bytes32 inputsHash) internal pure returns (bytes32) {
        bytes memory head = bytes.concat(
            bytes32(lotId),
            bytes32(uint256(lot.number)),
            bytes32(uint256(lot.form)),
            bytes32(uint256(lot.material)),
            bytes32(uint256(lot.quantity)),
            bytes32(uint256(lot.expiryDay))
        );
        bytes memory content = bytes.concat(
            bytes32(uint256(lot.content.cobaltG)),
            bytes32(uint256(lot.content.lithiumG)),
            bytes32(uint256(lot.content.nickelG)),
            bytes32(uint256(lot.content.leadG)),
            bytes32(uint256(lot.content.graphiteG)),
            bytes32(uint256(lot.content.rareEarthsG))
        );
        return keccak256(bytes.concat(head, content, lot.documentHash, inputsHash));
    }

    /// @param lineages The lineage of the lot of each input.
    function ofInputs(
        uint256 firstLotId,
        PartAmount[] memory inputs,
        bytes32[] memory lineages
    ) internal pure returns (bytes32 inputsHash) {
        inputsHash = bytes32(firstLotId);
        for (uint256 i = 0; i < inputs.length; ++i) {
            inputsHash = keccak256(
                bytes.concat(
                    inputsHash,
                    bytes32(inputs[i].partId),
                    bytes32(uint256(inputs[i].quantity)),
                    lineages[i]
                )
            );
        }
    }
}
