// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channel, Mandate, MandateState} from "../../contracts/types/ChannelTypes.sol";
import {ChannelPlay, ChannelWorld} from "./ChannelWorld.sol";
import {ChannelStage} from "./handlers/ChannelHandler.sol";
import {ChannelLedger} from "./handlers/ChannelLedger.sol";

contract ChannelsPlay is ChannelPlay {
    constructor(ChannelStage memory stage) ChannelPlay(stage) {}
}

/// @dev C1 to C5 of docs/invariants.md, after every call of any handler.
contract ChannelInvariants is ChannelWorld {
    ChannelPlay private _players;

    function _play(ChannelStage memory stage) internal override returns (ChannelPlay play) {
        play = new ChannelsPlay(stage);
        _players = play;
    }

    /// @dev settled(c) <= deposited(c) for every channel c ever opened, and both are what the handlers brought and claimed.
    function invariant_C1_NoMoreIsSettledThanWasDeposited() public view {
        uint256 count = ledger.purseCount();
        for (uint256 i = 0; i < count; ++i) {
            ChannelLedger.Purse memory purse = ledger.purseOf(i);
            Channel memory channel = channels.channelOf(purse.channelId);
            assertTrue(channel.settled <= channel.deposited, "C1 no more is settled than was deposited");
            assertEq(channel.deposited, purse.deposited, "C1 deposited is what was brought");
            assertEq(channel.settled, purse.settled, "C1 settled is what was claimed");
        }
    }

    /// @dev Per asset: what channels have left, accounts can collect and owners keep in reserve is what the contract has, but for
    /// what strangers gave it.
    function invariant_C2_TheContractHasWhatItOwes() public view {
        address[] memory assets = ledger.assets();
        address[] memory accounts = ledger.accounts();
        uint256[] memory owed = new uint256[](assets.length);
        uint256 count = ledger.purseCount();
        for (uint256 i = 0; i < count; ++i) {
            ChannelLedger.Purse memory purse = ledger.purseOf(i);
            Channel memory channel = channels.channelOf(purse.channelId);
            for (uint256 j = 0; j < assets.length; ++j) {
                if (assets[j] != purse.terms.asset) continue;
                owed[j] = owed[j] + channel.deposited - channel.settled;
            }
        }
        for (uint256 j = 0; j < assets.length; ++j) {
            for (uint256 i = 0; i < accounts.length; ++i) {
                owed[j] += channels.balanceOf(assets[j], accounts[i]);
                if (assets[j] == address(0)) owed[j] += channels.reserveOf(accounts[i]);
            }
            uint256 present = ledger.presentOf(assets[j], address(channels));
            assertEq(present, owed[j] + ledger.donatedOf(assets[j]), "C2 the contract has what it owes");
        }
    }

    /// @dev Every account has, in its wallet, to collect and in reserve, what it should have by the account of the handlers.
    function invariant_C3_MoneyGoesToPayeeOrPayer() public view {
        address[] memory assets = ledger.assets();
        address[] memory accounts = ledger.accounts();
        for (uint256 i = 0; i < accounts.length; ++i) {
            for (uint256 j = 0; j < assets.length; ++j) {
                assertEq(
                    ledger.presentOf(assets[j], accounts[i]),
                    ledger.moneyOf(assets[j], accounts[i]),
                    "C3 an account has what it was paid"
                );
                assertEq(
                    channels.balanceOf(assets[j], accounts[i]),
                    ledger.creditOf(assets[j], accounts[i]),
                    "C3 an account can collect what did not arrive"
                );
            }
            assertEq(
                channels.reserveOf(accounts[i]),
                ledger.reserveOf(accounts[i]),
                "C3 a reserve is its owner's"
            );
        }
    }

    /// @dev epoch(c) = number of exits of c; its word is not zero once it was opened; a delay once begun stands.
    function invariant_C4_EveryExitIsAnEpoch() public view {
        uint256 count = ledger.purseCount();
        for (uint256 i = 0; i < count; ++i) {
            ChannelLedger.Purse memory purse = ledger.purseOf(i);
            Channel memory channel = channels.channelOf(purse.channelId);
            assertEq(channel.epoch, purse.exits, "C4 the epoch is the number of exits");
            assertEq(channel.closeDeadline, purse.closeDeadline, "C4 a delay runs from the first request");
            bool isEmpty = channel.deposited == 0 && channel.settled == 0 && channel.epoch == 0;
            assertEq(!isEmpty, purse.wasOpened, "C4 a channel's word is never zero again");
        }
    }

    /// @dev Of each mandate: what the owner was parted from in all, and in each period, is within what it allows.
    function invariant_C5_MandatesAreNotExceeded() public view {
        uint256 count = ledger.grantCount();
        for (uint256 i = 0; i < count; ++i) {
            ChannelLedger.Grant memory grant = ledger.grantOf(i);
            ChannelLedger.Spending[] memory spendings = ledger.spendingsOf(i);
            uint256 inAll;
            for (uint256 j = 0; j < spendings.length; ++j) {
                uint256 inPeriod;
                (inAll, inPeriod) = ledger.spentOf(i, spendings[j].time);
                assertTrue(inPeriod <= grant.mandate.capPerPeriod, "C5 no period has more than its cap");
            }
            assertTrue(inAll <= grant.mandate.totalCap, "C5 no mandate has more than its total");
            MandateState memory state = channels.mandateStateOf(grant.mandateId);
            assertEq(state.spent, inAll, "C5 spent is what the owner was parted from");
            assertEq(state.isRevoked, grant.isRevoked, "C5 what was taken back stays so");
        }
    }

    /// @dev One long game with every law looked at on the way, in which everything that can happen does.
    function test_ChannelsPlay_EverythingHappens() public {
        bytes4[18] memory actions = [
            _players.open.selector,
            _players.openSeveral.selector,
            _players.topUp.selector,
            _players.settle.selector,
            _players.collect.selector,
            _players.close.selector,
            _players.closeByAgreement.selector,
            _players.requestClose.selector,
            _players.cancelClose.selector,
            _players.withdraw.selector,
            _players.giveMandate.selector,
            _players.revokeMandate.selector,
            _players.fundByMandate.selector,
            _players.addReserve.selector,
            _players.withdrawReserve.selector,
            _players.sell.selector,
            _players.donate.selector,
            _players.pass.selector
        ];
        string memory missing = "everything";
        for (uint256 i = 0; i < 800 && bytes(missing).length != 0; ++i) {
            bytes4 action = actions[uint256(keccak256(abi.encode("action", i))) % actions.length];
            if (i % 12 == 0) action = _players.changeMinds.selector;
            if (i % 24 == 1) action = _players.giveAgain.selector;
            (bool isDone, bytes memory answer) = address(_players).call(abi.encodeWithSelector(action, i));
            // Assembly: hands on what went wrong.
            if (!isDone)
                assembly ("memory-safe") {
                    revert(add(answer, 32), mload(answer))
                }
            if (i % 50 == 49) missing = _missing();
        }
        assertEq(missing, "", "it never happened");
    }

    function _missing() private view returns (string memory missing) {
        string[51] memory deeds = _deeds();
        for (uint256 i = 0; i < deeds.length; ++i) {
            if (ledger.countOf(deeds[i]) == 0) missing = string.concat(missing, deeds[i], "; ");
        }
    }

    /// @dev All that handlers count.
    function _deeds() private pure returns (string[51] memory) {
        return
            [
                "kept out a call between",
                "let in a call between",
                "closed with a claim",
                "closed without a claim",
                "closed by agreement",
                "closed by agreement, and paid",
                "asked to close",
                "cancelled a close",
                "withdrawn",
                "opened again",
                "opened by an authorisation",
                "topped up",
                "topped up by an authorisation",
                "topped up by a stranger",
                "refused to a stranger",
                "credited what did not arrive",
                "gave a mandate",
                "revoked a mandate",
                "sold a car",
                "refused over the cap",
                "opened by mandate",
                "topped up by mandate",
                "funded by a car",
                "funded by an order",
                "funded of a reserve",
                "funded of an allowance",
                "funded by a given mandate",
                "funded by a signed mandate",
                "added to a reserve",
                "took from a reserve",
                "settled and credited",
                "settled and sent",
                "settled by an operator",
                "claimed by a session voucher",
                "claimed by a voucher",
                "claimed by P-256",
                "claimed by secp256k1",
                "passed over: not open",
                "passed over: deadline",
                "passed over: nothing new",
                "passed over: over the ceiling",
                "passed over: over the deposit",
                "passed over: of an earlier epoch",
                "passed over: signature",
                "not collected",
                "collected",
                "donated",
                "took from the list",
                "put on the list",
                "opened",
                "opened with others"
            ];
    }
}
