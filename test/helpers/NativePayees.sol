// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @dev Takes no money.
contract RefusingPayee {
    error NoMoney();

    bool private _isTaking;

    receive() external payable {
        require(_isTaking, NoMoney());
    }

    function take() external {
        _isTaking = true;
    }
}

/// @dev Uses about as much gas as it was told to for taking money; a billion stands for all there is.
contract GasBurningPayee {
    uint256 private immutable _burned;

    constructor(uint256 burned) {
        _burned = burned;
    }

    receive() external payable {
        uint256 start = gasleft();
        while (start - gasleft() < _burned) {}
    }
}

/// @dev Returns, or reverts with, a megabyte or what it can afford of it.
contract ReturnBombPayee {
    bool private immutable _isReverting;
    uint256 private immutable _size;

    constructor(bool isReverting, uint256 size) {
        _isReverting = isReverting;
        _size = size;
    }

    receive() external payable {
        uint256 size = _size;
        bool isReverting = _isReverting;
        assembly ("memory-safe") {
            if isReverting {
                revert(0, size)
            }
            return(0, size)
        }
    }
}

/// @dev Calls back when it gets money, and counts what became of it.
contract ReenteringPayee {
    address private _target;
    bytes private _data;

    /// @dev Calls that the guard of the target refused, and that passed.
    uint128 public guarded;
    uint128 public passed;

    receive() external payable {
        if (_target == address(0)) return;
        (bool isDone, bytes memory answer) = _target.call(_data);
        if (isDone) ++passed;
        else if (bytes4(answer) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector) ++guarded;
    }

    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }
}
