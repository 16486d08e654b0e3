// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @dev A contract wallet whose key can be changed. It calls what it is told to, and takes money.
contract WalletMock is IERC1271 {
    address private _key;

    constructor(address key) {
        _key = key;
    }

    receive() external payable {}

    function rotateKey(address key) external {
        _key = key;
    }

    function run(address target, uint256 value, bytes calldata data) external returns (bytes memory) {
        (bool isDone, bytes memory answer) = target.call{value: value}(data);
        if (!isDone) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address recovered, , ) = ECDSA.tryRecover(hash, signature);
        return recovered == _key ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @dev Uses up all the gas it gets when it is asked for a signature.
contract GasBombWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @dev Answers with any bytes when it is asked for a signature.
contract GarbageWallet {
    bytes private _answer;

    constructor(bytes memory answer) {
        _answer = answer;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return _answer;
    }
}
