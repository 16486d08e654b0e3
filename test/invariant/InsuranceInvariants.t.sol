// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Assertions} from "../helpers/Assertions.sol";
import {InsuranceHandler} from "./handlers/InsuranceHandler.sol";

/// @dev The runner knows contracts of the test's own file only.
contract InsurancePlay is InsuranceHandler {}

/// @dev I1 to I5 of docs/invariants.md, after every call of the handler.
contract InsuranceInvariants is Assertions {
    InsurancePlay private _play;
    address[] private _targets;

    function setUp() public {
        _play = new InsurancePlay();
        _play.setUp();
        _targets.push(address(_play));
    }

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    /// @dev locked <= capital, and locked = the cover left of all policies.
    function invariant_I1_LockedCoverIsThere() public view {
        _play.checkCover();
    }

    /// @dev However often, under whatever policy and with whatever clock a crash is told of, it is claimed once.
    function invariant_I2_OnePayoutPerIncident() public view {
        _play.checkIncidents();
    }

    /// @dev No call of the claims contract raises capital and reserve per share, and every claim lowers the capital.
    function invariant_I3_AClaimNeverRaisesThePrice() public view {
        _play.checkPrice();
    }

    /// @dev Proven distance is not above what was driven, and with what was assumed not below it.
    function invariant_I4_KilometresAreBilledOnce() public view {
        _play.checkKilometres();
    }

    /// @dev balance = capital + reserved + unearned + owed + donations, and each is the sum of what it stands for.
    function invariant_I5_ThePoolHoldsWhatItOwes() public view {
        _play.checkMoney();
    }

    /// @dev One long game with every law looked at on the way, in which everything that can happen does.
    function test_InsurancePlay_EverythingHappens() public {
        uint256 seed = 7;
        for (uint256 i = 0; i < 1_000; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 more = uint256(keccak256(abi.encode(seed, "more")));
            _act(seed % 17, seed >> 8, more);
            if (i % 25 == 0) _check();
        }
        _check();
        bytes4[10] memory actions = [
            _play.deposit.selector,
            _play.requestRedeem.selector,
            _play.redeem.selector,
            _play.collect.selector,
            _play.buy.selector,
            _play.prove.selector,
            _play.assume.selector,
            _play.close.selector,
            _play.claim.selector,
            _play.proceed.selector
        ];
        for (uint256 i = 0; i < actions.length; ++i) {
            assertTrue(
                _play.doneBy(actions[i]) != 0,
                string.concat("everything happens, but action ", Strings.toString(i))
            );
        }
    }

    function _check() private view {
        _play.checkCover();
        _play.checkIncidents();
        _play.checkPrice();
        _play.checkKilometres();
        _play.checkMoney();
    }

    function _act(uint256 action, uint256 seed, uint256 more) private {
        if (action == 0) _play.deposit(seed, uint96(more));
        else if (action == 1) _play.requestRedeem(seed, more);
        else if (action == 2) _play.redeem(seed, more);
        else if (action == 3) _play.donate(seed, uint96(more));
        else if (action == 4) _play.collect(seed);
        else if (action == 5) _play.attack(seed, uint96(more));
        else if (action == 6) _play.buy(seed, uint96(more % (seed % 4 == 0 ? 100_000e6 : 20_000e6)));
        else if (action == 7) _play.drive(seed, uint64(more));
        else if (action == 8) _play.prove(seed);
        else if (action == 9) _play.assume(seed);
        else if (action == 10) _play.pay(seed, uint96(more));
        else if (action == 11) _play.close(seed);
        else if (action == 12) _play.setAllowance(seed);
        else if (action == 13) _play.sell(seed);
        else if (action == 14) _play.crash(seed);
        else if (action == 15) _play.claim(seed);
        else _play.proceed(seed);
        if (more % 4 == 0) _play.wait_(more);
    }
}
