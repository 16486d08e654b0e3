// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MoodyWallet} from "./MoodyWallet.sol";

/// @dev Balances and allowances. An allowance that is not zero is without limit: who gave one is at the mercy of the spender.
abstract contract BareToken {
    error TokenBalanceTooSmall();
    error TokenNotAllowed();

    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function _move(address from, address to, uint256 amount) internal virtual {
        if (balanceOf[from] < amount) revert TokenBalanceTooSmall();
        balanceOf[from] -= amount;
        _meanwhile();
        balanceOf[to] += amount;
    }

    function _moveFor(address from, address to, uint256 amount) internal {
        if (allowance[from][msg.sender] == 0) revert TokenNotAllowed();
        _move(from, to, amount);
    }

    function _meanwhile() internal virtual {}
}

/// @dev With ERC-3009, as far as a payee receives by it.
contract PlainToken is BareToken {
    error TokenAuthorizationInvalid();

    mapping(address from => mapping(bytes32 nonce => bool)) public authorizationState;

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _moveFor(from, to, amount);
        return true;
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        bytes32 digest = digestOf(from, to, value, nonce);
        bool isNew = !authorizationState[from][nonce];
        bool isTimely = block.timestamp > validAfter && block.timestamp < validBefore;
        if (!isNew || !isTimely || msg.sender != to || ecrecover(digest, v, r, s) != from) {
            revert TokenAuthorizationInvalid();
        }
        authorizationState[from][nonce] = true;
        _move(from, to, value);
    }

    function digestOf(address from, address to, uint256 value, bytes32 nonce) public view returns (bytes32) {
        return keccak256(abi.encode(address(this), from, to, value, nonce));
    }
}

/// @dev Says nothing, as old tokens do.
contract VoidToken is BareToken {
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _moveFor(from, to, amount);
    }
}

/// @dev Refuses accounts on its list: by a revert, or by the answer false.
contract BlockToken is BareToken {
    error TokenBlocked();

    mapping(address account => bool) public isBlocked;
    bool public isSilent;

    function setBlocked(address account, bool newBlocked) external {
        isBlocked[account] = newBlocked;
    }

    function setSilent(bool newSilent) external {
        isSilent = newSilent;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (_isRefused(msg.sender, to)) return false;
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        if (_isRefused(from, to)) return false;
        _moveFor(from, to, amount);
        return true;
    }

    function _isRefused(address from, address to) private view returns (bool isRefused) {
        isRefused = isBlocked[from] || isBlocked[to];
        if (isRefused && !isSilent) revert TokenBlocked();
    }
}

/// @dev Lets a wallet call out between the two balances that it writes.
contract HookToken is BareToken {
    MoodyWallet private immutable _wallet;

    constructor(MoodyWallet wallet) {
        _wallet = wallet;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _moveFor(from, to, amount);
        return true;
    }

    function _meanwhile() internal override {
        _wallet.ambush();
    }
}
