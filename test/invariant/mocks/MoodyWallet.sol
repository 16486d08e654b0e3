// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev How a wallet takes native coin.
enum Mood {
    Kind,
    Refusing,
    Burning,
    Verbose
}

/// @dev An account with code. While it is paid it makes the one call that it was armed with, and remembers the answer.
/// It is armed in the transaction in which it calls.
contract MoodyWallet {
    error WalletRefuses();

    /// @dev Left for what comes after the call.
    uint256 private constant GAS_KEPT = 12_000;

    address private immutable _owner;

    Mood public mood;

    // Transient: the gas of a payment is enough for the call and for these.
    bool public transient isArmed;
    bool public transient hasCalled;
    bool public transient isCarriedOut;
    bytes32 public transient answer;

    address private _target;
    uint256 private _value;
    bytes private _data;

    constructor(address owner) payable {
        _owner = owner;
    }

    receive() external payable {
        if (mood == Mood.Refusing) revert WalletRefuses();
        while (mood == Mood.Burning) {}
        ambush();
        if (mood != Mood.Verbose) return;
        // Assembly: more than anybody would like to copy.
        assembly ("memory-safe") {
            return(0, 8192)
        }
    }

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    function arm(address target, uint256 value, bytes calldata data) external {
        _target = target;
        _value = value;
        _data = data;
        isArmed = true;
        hasCalled = false;
        isCarriedOut = false;
        answer = 0;
    }

    function disarm() external {
        isArmed = false;
        hasCalled = false;
    }

    function ambush() public {
        if (!isArmed) return;
        isArmed = false;
        (bool isDone, bytes memory returned) = _target.call{value: _value, gas: gasleft() - GAS_KEPT}(_data);
        hasCalled = true;
        isCarriedOut = isDone;
        answer = bytes32(returned);
    }

    /// @dev ERC-1271: whatever the owner signed, it signed.
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        bool isSigned =
            signature.length == 65 &&
                ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64])) ==
                    _owner;
        return isSigned ? this.isValidSignature.selector : bytes4(0);
    }
}
