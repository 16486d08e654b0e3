// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Who sits in which class since when, as the handlers arranged it. Nothing here asks the consortium.
contract Roster {
    mapping(uint64 role => mapping(address account => uint256)) public since;
    mapping(uint64 role => address[]) private _accounts;

    function seat(uint64 role, address account, uint256 from) external {
        since[role][account] = from;
        for (uint256 i = 0; i < _accounts[role].length; ++i) {
            if (_accounts[role][i] == account) return;
        }
        _accounts[role].push(account);
    }

    function unseat(uint64 role, address account) external {
        since[role][account] = 0;
    }

    function isActive(uint64 role, address account) external view returns (bool) {
        uint256 from = since[role][account];
        return from != 0 && from <= block.timestamp;
    }

    /// @dev Some account that was ever seated in this class: active, pending or expelled. Mostly the first, which stays.
    function some(uint64 role, uint256 seed) external view returns (address) {
        address[] storage accounts = _accounts[role];
        return seed % 3 == 0 ? accounts[(seed / 3) % accounts.length] : accounts[0];
    }
}
