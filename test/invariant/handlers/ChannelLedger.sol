// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChannelTerms, Mandate} from "../../../contracts/types/ChannelTypes.sol";
import {BareToken} from "../mocks/ChannelTokens.sol";

/// @dev Whose every coin is, kept from what the handlers did; it shares no code with the contract.
contract ChannelLedger {
    /// @dev A channel. `exits` is how often it was closed.
    struct Purse {
        ChannelTerms terms;
        bytes32 channelId;
        uint96 settled;
        uint96 deposited;
        uint40 closeDeadline;
        uint24 exits;
        bool wasOpened;
    }

    /// @dev A mandate that an owner gave by call or signed.
    struct Grant {
        Mandate mandate;
        bytes32 mandateId;
        bool isGiven;
        bool isRevoked;
    }

    /// @dev What the owner of a mandate was parted from by one use of it.
    struct Spending {
        uint96 amount;
        uint40 time;
    }

    address public immutable channels;

    address[] private _assets;
    address[] private _accounts;
    Purse[] private _purses;
    Grant[] private _grants;
    mapping(uint256 grant => Spending[]) private _spendings;

    /// @dev What each account should have outside, the contract's own account among them.
    mapping(address asset => mapping(address account => uint256)) public moneyOf;
    mapping(address asset => mapping(address account => uint256)) public creditOf;
    mapping(address owner => uint256) public reserveOf;
    mapping(address asset => uint256) public donatedOf;

    uint256 private _round;
    mapping(uint256 round => mapping(string deed => uint256)) private _counts;

    constructor(address newChannels) {
        channels = newChannels;
    }

    /* CAST */

    /// @dev From here on every change has to be accounted for.
    function takeStock(address[] calldata newAssets, address[] calldata newAccounts) external {
        _assets = newAssets;
        _accounts = newAccounts;
        for (uint256 i = 0; i < newAssets.length; ++i) {
            for (uint256 j = 0; j < newAccounts.length; ++j) {
                moneyOf[newAssets[i]][newAccounts[j]] = presentOf(newAssets[i], newAccounts[j]);
            }
        }
    }

    function enlist(ChannelTerms calldata terms) external {
        Purse storage purse = _purses.push();
        purse.terms = terms;
        purse.channelId = keccak256(
            abi.encode(
                block.chainid,
                channels,
                terms.payer,
                terms.signer,
                terms.payee,
                terms.operator,
                terms.asset,
                (uint256(terms.salt) << 32) | terms.closeDelaySeconds
            )
        );
    }

    /* MONEY */

    function noteMoved(address asset, address from, address to, uint256 amount) public {
        moneyOf[asset][from] -= amount;
        moneyOf[asset][to] += amount;
    }

    function noteCredited(address asset, address account, uint256 amount) external {
        creditOf[asset][account] += amount;
    }

    function noteCollected(address asset, address account) external {
        noteMoved(asset, channels, account, creditOf[asset][account]);
        creditOf[asset][account] = 0;
    }

    function noteReserved(address owner, uint256 amount) external {
        noteMoved(address(0), owner, channels, amount);
        reserveOf[owner] += amount;
    }

    function noteUnreserved(address owner, uint256 amount) external {
        noteMoved(address(0), channels, owner, amount);
        reserveOf[owner] -= amount;
    }

    function noteDonated(address asset, address donor, uint256 amount) external {
        noteMoved(asset, donor, channels, amount);
        donatedOf[asset] += amount;
    }

    /* CHANNELS */

    /// @dev The money has come from `funder`; the channel is opened by it, or filled up.
    function noteDeposited(uint256 index, address funder, uint96 amount) external {
        noteMoved(_purses[index].terms.asset, funder, channels, amount);
        _purses[index].deposited += amount;
        _purses[index].wasOpened = true;
    }

    function noteSettled(uint256 index, uint96 newSettled) external {
        _purses[index].settled = newSettled;
    }

    function noteCloseAsked(uint256 index) external {
        Purse storage purse = _purses[index];
        if (purse.closeDeadline != 0) return;
        purse.closeDeadline = uint40(block.timestamp + purse.terms.closeDelaySeconds);
    }

    function noteCloseCancelled(uint256 index) external {
        _purses[index].closeDeadline = 0;
    }

    function noteExit(uint256 index) external {
        Purse storage purse = _purses[index];
        purse.settled = 0;
        purse.deposited = 0;
        purse.closeDeadline = 0;
        ++purse.exits;
    }

    /* MANDATES */

    function noteGrant(Mandate calldata mandate, bytes32 mandateId, bool isGiven) external {
        _grants.push(Grant({mandate: mandate, mandateId: mandateId, isGiven: isGiven, isRevoked: false}));
    }

    function noteGiven(uint256 index) external {
        _grants[index].isGiven = true;
    }

    function noteRevoked(uint256 index) external {
        _grants[index].isRevoked = true;
    }

    /// @dev The owner had `amount` less in its reserve or its wallet; a channel has it now.
    function noteSpent(uint256 index, uint256 purseIndex, uint96 amount) external {
        address owner = _grants[index].mandate.owner;
        address asset = _grants[index].mandate.asset;
        if (asset == address(0)) reserveOf[owner] -= amount;
        else noteMoved(asset, owner, channels, amount);
        _purses[purseIndex].deposited += amount;
        _purses[purseIndex].wasOpened = true;
    }

    /// @dev `amount` is what was seen to be taken, not what was foretold.
    function noteTaken(uint256 index, uint256 amount) external {
        _spendings[index].push(Spending({amount: uint96(amount), time: uint40(block.timestamp)}));
    }

    /* DEEDS */

    /// @dev Counts from nothing.
    function beginRound() external {
        ++_round;
    }

    function count(string calldata deed) external {
        ++_counts[_round][deed];
    }

    function countOf(string calldata deed) external view returns (uint256) {
        return _counts[_round][deed];
    }

    /* VIEWS */

    function presentOf(address asset, address account) public view returns (uint256) {
        return asset == address(0) ? account.balance : BareToken(asset).balanceOf(account);
    }

    function assets() external view returns (address[] memory) {
        return _assets;
    }

    function accounts() external view returns (address[] memory) {
        return _accounts;
    }

    function purseCount() external view returns (uint256) {
        return _purses.length;
    }

    function purseOf(uint256 index) external view returns (Purse memory) {
        return _purses[index];
    }

    function grantCount() external view returns (uint256) {
        return _grants.length;
    }

    function grantOf(uint256 index) external view returns (Grant memory) {
        return _grants[index];
    }

    function spendingsOf(uint256 index) external view returns (Spending[] memory) {
        return _spendings[index];
    }

    /// @dev What was spent in all, and in the period in which `time` is, added up anew.
    function spentOf(uint256 index, uint256 time) public view returns (uint256 inAll, uint256 inPeriod) {
        Mandate memory mandate = _grants[index].mandate;
        Spending[] storage spendings = _spendings[index];
        uint256 period = (time - mandate.validFrom) / mandate.periodSeconds;
        for (uint256 i = 0; i < spendings.length; ++i) {
            inAll += spendings[i].amount;
            if ((spendings[i].time - mandate.validFrom) / mandate.periodSeconds == period) {
                inPeriod += spendings[i].amount;
            }
        }
    }

    /// @dev At a time that is not before the mandate.
    function leftOf(uint256 index, uint256 time) external view returns (uint256) {
        (uint256 inAll, uint256 inPeriod) = spentOf(index, time);
        uint256 left = _grants[index].mandate.capPerPeriod - inPeriod;
        uint256 leftInAll = _grants[index].mandate.totalCap - inAll;
        return left < leftInAll ? left : leftInAll;
    }
}
