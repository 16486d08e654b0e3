// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RiskPool} from "../../contracts/insurance/RiskPool.sol";
import {IRiskPool} from "../../contracts/interfaces/IRiskPool.sol";
import {IRiskPools} from "../../contracts/interfaces/IRiskPools.sol";
import {AssetLib} from "../../contracts/libraries/AssetLib.sol";
import {PoolState, PoolTerms} from "../../contracts/types/InsuranceTypes.sol";
import {InsuranceTest} from "../helpers/InsuranceTest.sol";
import {FeeToken} from "../helpers/tokens/FeeToken.sol";

/// @dev The test contract acts as book and as claims contract of the pool.
contract RiskPoolTest is InsuranceTest {
    bytes32 private constant FLEET = keccak256("fleet");

    function setUp() public override {
        super.setUp();
        consortium.grantRole(Roles.COVER_CONTROLLER, address(this), 0);
        consortium.grantRole(Roles.CLAIM_CONTROLLER, address(this), 0);
    }

    function _lock(uint96 cover) private {
        pool.lockCover(_keysOf(CELL, 0), cover, holder, 0);
    }

    function _pay(uint96 amount) private {
        pool.payClaim(_keysOf(CELL, 0), holder, amount);
    }

    function _request(address account, uint256 shares) private {
        vm.prank(account);
        pool.requestRedeem(shares, account, account);
    }

    function _redeemAll(address account) private returns (uint256) {
        uint256 shares = pool.maxRedeem(account);
        vm.prank(account);
        return pool.redeem(shares, account, account);
    }

    /* OPENING */

    function test_openPool_RevertWhen_CallerIsNoInsurer() public {
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.INSURER)
        );
        vm.prank(stranger);
        pools.openPool(PoolTerms(address(token), stranger, REDEEM_DELAY, 0, 0), "P", "P");
    }

    function test_openPool_RevertWhen_ForAnotherInsurer() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskPools.PoolInsurerForeign.selector, stranger, insurer));
        vm.prank(insurer);
        pools.openPool(PoolTerms(address(token), stranger, REDEEM_DELAY, 0, 0), "P", "P");
    }

    function test_openPool_RevertWhen_TermsAreWrong() public {
        PoolTerms[4] memory wrong = [
            PoolTerms(address(0), insurer, REDEEM_DELAY, 0, 0),
            PoolTerms(address(token), insurer, 8 days - 1, 0, 0),
            PoolTerms(address(token), insurer, REDEEM_DELAY, 10_001, 0),
            PoolTerms(address(token), insurer, REDEEM_DELAY, 0, 10_001)
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRiskPool.PoolTermsInvalid.selector,
                    wrong[i].asset,
                    wrong[i].insurer,
                    wrong[i].redeemDelaySeconds,
                    wrong[i].cellCapBps,
                    wrong[i].fleetCapBps
                )
            );
            vm.prank(insurer);
            pools.openPool(wrong[i], "P", "P");
        }
    }

    function test_openPool_isKnown() public view {
        assertTrue(pools.isPool(address(pool)), "the pool is known");
        assertFalse(pools.isPool(address(this)), "no other is");
        assertEq(pool.insurer(), insurer, "insurer");
        assertEq(pool.decimals(), 12, "decimals of token and offset");
        assertTrue(pool.supportsInterface(0x620ee8e4), "ERC-7540 redemption");
        assertTrue(pool.supportsInterface(0xe3bc4e65), "ERC-7540 operators");
    }

    /* DEPOSITING */

    function testFuzz_deposit_roundsInThePoolsFavour(uint96 assets, uint96 lost) public {
        assets = uint96(bound(assets, 1, 10 * CAPITAL));
        // a whole share that is worth nothing halts the pool
        lost = uint96(bound(lost, 0, CAPITAL - EUR));
        if (lost != 0) {
            _lock(lost);
            _pay(lost);
        }
        uint256 priceBefore = pool.convertToAssets(1e24);
        uint256 shares = _depositCapital(otherLp, assets);
        assertTrue(pool.convertToAssets(shares) <= assets, "not worth more than was paid");
        assertTrue(pool.convertToAssets(1e24) >= priceBefore, "the others lose nothing");
        _assertSolvent(pool);
    }

    function testFuzz_mint_roundsInThePoolsFavour(uint256 shares) public {
        shares = bound(shares, 1, uint256(CAPITAL) * 1e6);
        uint256 priceBefore = pool.convertToAssets(1e24);
        vm.prank(otherLp);
        uint256 assets = pool.mint(shares, otherLp);
        assertTrue(assets >= pool.convertToAssets(shares), "not worth more than was paid");
        assertTrue(pool.convertToAssets(1e24) >= priceBefore, "the others lose nothing");
    }

    function test_deposit_RevertWhen_NoShare() public {
        vm.expectRevert(IRiskPool.PoolSharesZero.selector);
        vm.prank(otherLp);
        pool.deposit(0, otherLp);
        vm.expectRevert(IRiskPool.PoolSharesZero.selector);
        vm.prank(otherLp);
        pool.mint(0, otherLp);
    }

    function test_deposit_RevertWhen_TokenTakesAFee() public {
        FeeToken fee = new FeeToken();
        fee.issue(lp, 1e9);
        fee.setFee(100);
        vm.prank(insurer);
        RiskPool other = RiskPool(
            address(pools.openPool(PoolTerms(address(fee), insurer, REDEEM_DELAY, 0, 0), "P", "P"))
        );
        vm.prank(lp);
        fee.approve(address(other), 1e9);
        vm.expectRevert(
            abi.encodeWithSelector(AssetLib.AssetAmountMismatch.selector, address(fee), 0.99e9, 1e9)
        );
        vm.prank(lp);
        other.deposit(1e9, lp);
    }

    function test_attack_shareInflationByDonation() public {
        RiskPool fresh = _openPool(REDEEM_DELAY, 10_000, 10_000);
        _approvePool(fresh);
        vm.prank(otherLp);
        fresh.deposit(1, otherLp);
        vm.prank(otherLp);
        token.transfer(address(fresh), 1_000_000 * EUR);
        vm.prank(lp);
        uint256 shares = fresh.deposit(100 * EUR, lp);
        assertEq(fresh.convertToAssets(shares), 100 * EUR, "the second depositor has what it paid");
        assertEq(fresh.totalAssets(), 100 * EUR + 1, "a donation is no asset");
    }

    function test_attack_depositBeforeAClaimFalls_gainsNothing() public {
        _lock(CAPITAL / 2);
        pool.reserveClaim(_keysOf(CELL, 0), CAPITAL / 2);
        uint256 shares = _depositCapital(otherLp, CAPITAL);
        pool.releaseClaim(_keysOf(CELL, 0), CAPITAL / 2, false);
        assertTrue(pool.convertToAssets(shares) <= CAPITAL, "bought at a price that counts the reserve");
        assertTrue(pool.convertToAssets(pool.balanceOf(lp)) >= CAPITAL - 1, "the first has its capital back");
    }

    /* REDEEMING */

    function test_redeem_afterTheDelay() public {
        uint256 shares = pool.balanceOf(lp);
        _request(lp, shares);
        assertEq(pool.pendingRedeemRequest(0, lp), shares, "pending");
        assertEq(pool.maxRedeem(lp), 0, "not yet");
        vm.warp(block.timestamp + REDEEM_DELAY - 1);
        assertEq(pool.maxRedeem(lp), 0, "one second before");
        vm.warp(block.timestamp + 1);
        assertEq(pool.claimableRedeemRequest(0, lp), shares, "claimable");
        uint256 before = token.balanceOf(lp);
        assertEq(_redeemAll(lp), CAPITAL, "all of it");
        assertEq(token.balanceOf(lp) - before, CAPITAL, "arrived");
        assertEq(_state().pending, 0, "nothing pending");
        _assertSolvent(pool);
    }

    function test_redeem_RevertWhen_BeforeTheDelay() public {
        _request(lp, 1e12);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxRedeem.selector, lp, 1e12, 0));
        vm.prank(lp);
        pool.redeem(1e12, lp, lp);
    }

    function test_redeem_RevertWhen_NotAsked() public {
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxRedeem.selector, lp, 1, 0));
        vm.prank(lp);
        pool.redeem(1, lp, lp);
    }

    function test_redeem_RevertWhen_CallerIsNotController() public {
        _request(lp, 1e12);
        vm.warp(block.timestamp + REDEEM_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolNotController.selector, lp, stranger));
        vm.prank(stranger);
        pool.redeem(1e12, stranger, lp);
    }

    function test_redeem_byOperator() public {
        vm.prank(lp);
        pool.setOperator(stranger, true);
        vm.prank(stranger);
        pool.requestRedeem(1e12, lp, lp);
        vm.warp(block.timestamp + REDEEM_DELAY);
        vm.prank(stranger);
        assertEq(pool.redeem(1e12, lp, lp), EUR, "one unit of the token");
    }

    function test_attack_delayARequestOfAnother() public {
        _request(lp, 1e12);
        _depositCapital(otherLp, EUR);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolNotController.selector, lp, otherLp));
        vm.prank(otherLp);
        pool.requestRedeem(1, lp, otherLp);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolNotController.selector, lp, otherLp));
        vm.prank(otherLp);
        pool.requestRedeem(1, otherLp, lp);
    }

    function test_attack_depositorRacingOutBeforeAKnownLoss() public {
        _depositCapital(otherLp, CAPITAL);
        _lock(CAPITAL);
        // It sees the crash, and asks at once; the claim is made on the last day it can be.
        _request(otherLp, pool.balanceOf(otherLp));
        vm.warp(block.timestamp + REDEEM_DELAY - 1);
        _pay(CAPITAL);
        vm.warp(block.timestamp + 1);
        uint256 got = _redeemAll(otherLp);
        assertTrue(got <= CAPITAL / 2, "it bears its half of the loss");
        assertTrue(got >= CAPITAL / 2 - 2, "and no more");
        _assertSolvent(pool);
    }

    function test_redeem_gainsAfterTheRequestAreOfThoseWhoStay() public {
        _depositCapital(otherLp, CAPITAL);
        _request(otherLp, pool.balanceOf(otherLp));
        pool.takePremium(holder, CAPITAL);
        pool.earnPremium(CAPITAL);
        vm.warp(block.timestamp + REDEEM_DELAY);
        assertEq(_redeemAll(otherLp), CAPITAL, "the price at the request");
        assertTrue(
            pool.convertToAssets(pool.balanceOf(lp)) >= 2 * uint256(CAPITAL) - 10,
            "the rest is the other's"
        );
    }

    function testFuzz_redeem_roundsInThePoolsFavour(uint96 lost, uint96 earned, uint256 part) public {
        _depositCapital(otherLp, CAPITAL);
        lost = uint96(bound(lost, 0, CAPITAL));
        earned = uint96(bound(earned, 0, CAPITAL));
        uint256 shares = pool.balanceOf(otherLp);
        part = bound(part, 1, shares);
        _request(otherLp, shares);
        if (earned != 0) {
            pool.takePremium(holder, earned);
            pool.earnPremium(earned);
        }
        if (lost != 0) {
            // A cover sold before the request is out: what is asked back is not sold again.
            pool.lockCover(_keysOf(CELL, 0), uint96(bound(lost, 0, pool.sellableCover())), holder, 0);
            _pay(_state().locked);
        }
        vm.warp(block.timestamp + REDEEM_DELAY);
        uint256 priceBefore = pool.convertToAssets(1e24);
        vm.prank(otherLp);
        uint256 got = pool.redeem(part, otherLp, otherLp);
        assertTrue(pool.convertToAssets(1e24) >= priceBefore, "those who stay lose nothing");
        got += pool.maxRedeem(otherLp) == 0 ? 0 : _redeemAll(otherLp);
        assertTrue(got <= CAPITAL, "not more than at the request");
        _assertSolvent(pool);
    }

    function testFuzz_withdraw_takesNoFewerSharesThanRedeem(uint96 assets) public {
        _depositCapital(otherLp, CAPITAL);
        _lock(CAPITAL / 3);
        _pay(CAPITAL / 3);
        _request(otherLp, pool.balanceOf(otherLp));
        vm.warp(block.timestamp + REDEEM_DELAY);
        assets = uint96(bound(assets, 1, pool.maxWithdraw(otherLp)));
        uint256 priceBefore = pool.convertToAssets(1e24);
        vm.prank(otherLp);
        pool.withdraw(assets, otherLp, otherLp);
        assertTrue(pool.convertToAssets(1e24) >= priceBefore, "those who stay lose nothing");
        _assertSolvent(pool);
    }

    function test_withdraw_RevertWhen_TooMuchOrNothing() public {
        _request(lp, pool.balanceOf(lp));
        vm.warp(block.timestamp + REDEEM_DELAY);
        vm.expectRevert(IRiskPool.PoolSharesZero.selector);
        vm.prank(lp);
        pool.withdraw(0, lp, lp);
        vm.expectRevert(
            abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxWithdraw.selector, lp, CAPITAL + 1, CAPITAL)
        );
        vm.prank(lp);
        pool.withdraw(CAPITAL + 1, lp, lp);
    }

    function test_redeem_onlyWhatIsFree() public {
        _lock(CAPITAL - EUR);
        _request(lp, pool.balanceOf(lp));
        vm.warp(block.timestamp + REDEEM_DELAY);
        assertEq(_redeemAll(lp), EUR, "cover sold comes first");
        assertEq(pool.maxRedeem(lp), 0, "nothing more is free");
        pool.releaseCover(_keysOf(CELL, 0), CAPITAL - EUR, holder, 0);
        assertEq(_redeemAll(lp), CAPITAL - EUR, "the rest when the cover is over");
    }

    function test_requestRedeem_RevertWhen_NoShares() public {
        vm.expectRevert(IRiskPool.PoolSharesZero.selector);
        _request(lp, 0);
        uint256 more = pool.balanceOf(lp) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, lp, more - 1, more)
        );
        _request(lp, more);
    }

    function test_previewRedeem_isUnknown() public {
        vm.expectRevert(IRiskPool.PoolPreviewUnknown.selector);
        pool.previewRedeem(1);
        vm.expectRevert(IRiskPool.PoolPreviewUnknown.selector);
        pool.previewWithdraw(1);
    }

    /* COVER */

    function test_lockCover_RevertWhen_NotFree() public {
        _lock(CAPITAL - 1);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolCapitalShort.selector, 2, 1));
        _lock(2);
        _lock(1);
        _assertSolvent(pool);
    }

    function test_lockCover_RevertWhen_AskedBack() public {
        _request(lp, pool.balanceOf(lp));
        assertEq(pool.sellableCover(), 0, "nothing to sell");
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolCapitalShort.selector, 1, 0));
        _lock(1);
    }

    function test_attack_correlatedLossInOneCellOrFleet() public {
        pool = _openPool(REDEEM_DELAY, 1_000, 500);
        _approvePool(pool);
        _depositCapital(lp, CAPITAL);
        pool.lockCover(_keysOf(CELL, 0), CAPITAL / 10, holder, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskPool.PoolExposureExceeded.selector,
                CELL,
                CAPITAL / 10 + 1,
                CAPITAL / 10
            )
        );
        pool.lockCover(_keysOf(CELL, 0), 1, holder, 0);
        pool.lockCover(_keysOf("other cell", FLEET), CAPITAL / 20, holder, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskPool.PoolExposureExceeded.selector,
                FLEET,
                CAPITAL / 20 + 1,
                CAPITAL / 20
            )
        );
        pool.lockCover(_keysOf("third cell", FLEET), 1, holder, 0);
        pool.releaseCover(_keysOf("other cell", FLEET), CAPITAL / 20, holder, 0);
        (uint256 cell, uint256 fleet) = pool.exposureOf(_keysOf("other cell", FLEET));
        assertEq(cell + fleet, 0, "released");
        pool.lockCover(_keysOf("third cell", FLEET), 1, holder, 0);
    }

    function test_cover_RevertWhen_CallerHasNoRole() public {
        bytes memory notBook = abi.encodeWithSelector(
            MemberAccess.AccessNotMember.selector,
            stranger,
            Roles.COVER_CONTROLLER
        );
        vm.startPrank(stranger);
        vm.expectRevert(notBook);
        pool.lockCover(_keysOf(CELL, 0), 1, stranger, 0);
        vm.expectRevert(notBook);
        pool.releaseCover(_keysOf(CELL, 0), 1, stranger, 0);
        vm.expectRevert(notBook);
        pool.takePremium(stranger, 1);
        vm.expectRevert(notBook);
        pool.earnPremium(1);
        bytes memory notClaims = abi.encodeWithSelector(
            MemberAccess.AccessNotMember.selector,
            stranger,
            Roles.CLAIM_CONTROLLER
        );
        vm.expectRevert(notClaims);
        pool.reserveClaim(_keysOf(CELL, 0), 1);
        vm.expectRevert(notClaims);
        pool.releaseClaim(_keysOf(CELL, 0), 1, true);
        vm.expectRevert(notClaims);
        pool.payReserved(stranger, 1, 0);
        vm.expectRevert(notClaims);
        pool.payClaim(_keysOf(CELL, 0), stranger, 1);
        vm.expectRevert(notClaims);
        pool.takeBond(stranger, 1);
        vm.expectRevert(notClaims);
        pool.giveBond(stranger, 1);
        vm.stopPrank();
    }

    function test_cover_RevertWhen_MoreThanThereIs() public {
        _lock(10);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolAmountExcessive.selector, 11, 10));
        pool.releaseCover(_keysOf(CELL, 0), 11, holder, 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolAmountExcessive.selector, 11, 10));
        _pay(11);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolAmountExcessive.selector, 1, 0));
        pool.earnPremium(1);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolAmountExcessive.selector, 1, 0));
        pool.payReserved(holder, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolAmountExcessive.selector, 1, 0));
        pool.releaseClaim(_keysOf(CELL, 0), 1, false);
    }

    function test_releaseCover_creditsTheRefund() public {
        pool.lockCover(_keysOf(CELL, 0), 10, holder, 100);
        pool.releaseCover(_keysOf(CELL, 0), 10, holder, 40);
        assertEq(pool.owedTo(holder), 40, "refund");
        assertEq(_state().unearned, 60, "the rest is not earned yet");
        uint256 before = token.balanceOf(holder);
        assertEq(pool.collect(holder), 40, "collected");
        assertEq(token.balanceOf(holder) - before, 40, "arrived");
        vm.expectRevert(abi.encodeWithSelector(IRiskPool.PoolNothingOwed.selector, holder));
        pool.collect(holder);
        _assertSolvent(pool);
    }

    /* CLAIMS */

    function testFuzz_claims_lowerThePriceAtOnce(uint96 amount, uint96 kept) public {
        amount = uint96(bound(amount, 1, CAPITAL));
        kept = uint96(bound(kept, 0, amount));
        _lock(amount);
        uint256 before = pool.convertToAssets(1e24);
        pool.reserveClaim(_keysOf(CELL, 0), amount);
        uint256 reserved = pool.convertToAssets(1e24);
        assertTrue(reserved <= before, "I3: a claim lowers the price");
        pool.payReserved(holder, amount - kept, kept);
        assertTrue(pool.convertToAssets(1e24) <= before, "I3: not above what it was");
        assertEq(pool.owedTo(holder), amount - kept, "credited");
        _assertSolvent(pool);
    }

    function test_releaseClaim_locksAgain() public {
        _lock(100);
        pool.reserveClaim(_keysOf(CELL, 0), 60);
        assertEq(_state().locked, 40, "the claim took cover");
        pool.releaseClaim(_keysOf(CELL, 0), 60, true);
        PoolState memory state = _state();
        assertEq(state.locked, 100, "locked again");
        assertEq(state.capital, CAPITAL, "capital again");
        (uint256 cell, ) = pool.exposureOf(_keysOf(CELL, 0));
        assertEq(cell, 100, "exposed again");
        _assertSolvent(pool);
    }

    function test_bond_isKeptAndGiven() public {
        pool.takeBond(stranger, 50);
        assertEq(_state().owed, 50, "kept apart from the capital");
        assertEq(pool.totalAssets(), CAPITAL, "no capital");
        pool.giveBond(holder, 50);
        assertEq(pool.collect(holder), 50, "collected");
        _assertSolvent(pool);
    }

    function test_attack_poolWipedToZeroThenReentered() public {
        _lock(CAPITAL);
        vm.expectEmit(address(pool));
        emit IRiskPool.PoolHalted();
        _pay(CAPITAL);
        assertEq(pool.maxDeposit(otherLp), 0, "no deposit");
        assertEq(pool.maxMint(otherLp), 0, "no mint");
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxDeposit.selector, otherLp, 1, 0));
        vm.prank(otherLp);
        pool.deposit(1, otherLp);
        // Premium that comes in later is of those who bore the loss.
        pool.takePremium(holder, 1_000 * EUR);
        pool.earnPremium(1_000 * EUR);
        assertEq(pool.maxDeposit(otherLp), 0, "for ever");
        vm.expectRevert(IRiskPool.PoolIsHalted.selector);
        _lock(1);
        _request(lp, pool.balanceOf(lp));
        vm.warp(block.timestamp + REDEEM_DELAY);
        assertTrue(_redeemAll(lp) >= 999 * uint256(EUR), "redeemed");
        _assertSolvent(pool);
    }

    function test_payReserved_haltsOnlyWhenNothingMayComeBack() public {
        _lock(CAPITAL);
        pool.reserveClaim(_keysOf(CELL, 0), CAPITAL / 2);
        pool.reserveClaim(_keysOf(CELL, 0), CAPITAL / 2);
        pool.payReserved(holder, CAPITAL / 2, 0);
        assertFalse(_state().isHalted, "the other claim may fall");
        pool.payReserved(holder, CAPITAL / 2, 0);
        assertTrue(_state().isHalted, "nothing is left");
    }
}
