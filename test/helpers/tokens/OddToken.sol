// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A token that answers with any bytes; without any, as USDT does. It may keep accounts from getting money, move nothing
/// although it says so, take money from the receiver, and use up gas.
contract OddToken {
    error Blocked(address account);

    mapping(address account => uint256) public balanceOf;

    mapping(address account => bool) private _isBlocked;

    bytes private _answer;
    bool private _isStill;
    uint256 private _taken;
    uint256 private _burned;

    function issue(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    /// @dev What `transfer` and `transferFrom` answer.
    function answerWith(bytes calldata answer) external {
        _answer = answer;
    }

    /// @dev Transfers move nothing.
    function standStill(bool isStill) external {
        _isStill = isStill;
    }

    /// @dev Every transfer takes `amount` from the receiver, beside what it gets.
    function takeFromReceiver(uint256 amount) external {
        _taken = amount;
    }

    function burnGas(uint256 amount) external {
        _burned = amount;
    }

    function setBlocked(address account, bool isBlocked) external {
        _isBlocked[account] = isBlocked;
    }

    /// @dev Every account has allowed everything.
    function transferFrom(address from, address to, uint256 amount) external {
        _move(from, to, amount);
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        uint256 start = gasleft();
        while (start - gasleft() < _burned) {}
        require(!_isBlocked[to] && !_isBlocked[from], Blocked(to));
        if (!_isStill) {
            balanceOf[from] -= amount;
            balanceOf[to] += amount;
            balanceOf[to] -= _taken;
        }
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}
