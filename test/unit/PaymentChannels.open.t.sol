// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {AssetLib} from "../../contracts/libraries/AssetLib.sol";
import {ChannelOpening, ChannelTerms, Funding, FundingKind} from "../../contracts/types/ChannelTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";
import {Permit2Mock} from "../helpers/Permit2Mock.sol";
import {Vm} from "../helpers/Vm.sol";

contract PaymentChannelsOpenTest is ChannelsTest {
    function _expectOpened(ChannelTerms memory terms, uint24 epoch, uint96 amount) private {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelOpened(
            _id(terms),
            terms.payer,
            terms.payee,
            terms.signer,
            terms.operator,
            terms.asset,
            terms.closeDelaySeconds,
            terms.salt,
            epoch,
            amount
        );
    }

    function _refuses(ChannelTerms memory terms, uint96 amount, bytes memory reason) private {
        vm.expectRevert(reason);
        _open(terms, amount);
        _assertChannel(terms, 0, 0, 0, 0, "not opened");
    }

    function _relay(ChannelTerms memory terms, uint96 amount, Funding memory funding) private {
        vm.prank(stranger);
        channels.openChannel(terms, amount, funding);
    }

    /* TERMS */

    function test_openChannel_RevertWhen_PayeeIsNobody() public {
        ChannelTerms memory terms = _terms();
        terms.payee = address(0);
        _refuses(
            terms,
            AMOUNT,
            abi.encodeWithSelector(IPaymentChannels.ChannelTermsInvalid.selector, address(0), carKey)
        );
    }

    function test_openChannel_RevertWhen_PayeeIsTheContract() public {
        ChannelTerms memory terms = _terms();
        terms.payee = address(channels);
        _refuses(
            terms,
            AMOUNT,
            abi.encodeWithSelector(IPaymentChannels.ChannelTermsInvalid.selector, address(channels), carKey)
        );
    }

    function test_openChannel_RevertWhen_SignerIsNobody() public {
        ChannelTerms memory terms = _terms();
        terms.signer = 0;
        _refuses(
            terms,
            AMOUNT,
            abi.encodeWithSelector(IPaymentChannels.ChannelTermsInvalid.selector, payee, bytes32(0))
        );
    }

    function test_openChannel_RevertWhen_DelayIsTooShort() public {
        ChannelTerms memory terms = _terms();
        uint32[3] memory delays = [uint32(0), 1, 15 minutes - 1];
        for (uint256 i = 0; i < delays.length; ++i) {
            terms.closeDelaySeconds = delays[i];
            _refuses(
                terms,
                AMOUNT,
                abi.encodeWithSelector(
                    IPaymentChannels.ChannelDelayInvalid.selector,
                    delays[i],
                    uint32(15 minutes)
                )
            );
        }
    }

    function test_openChannel_RevertWhen_DelayIsTooLong() public {
        ChannelTerms memory terms = _terms();
        uint32[2] memory delays = [uint32(30 days + 1), type(uint32).max];
        for (uint256 i = 0; i < delays.length; ++i) {
            terms.closeDelaySeconds = delays[i];
            _refuses(
                terms,
                AMOUNT,
                abi.encodeWithSelector(
                    IPaymentChannels.ChannelDelayInvalid.selector,
                    delays[i],
                    uint32(30 days)
                )
            );
        }
    }

    function test_openChannel_TakesTheShortestAndTheLongestDelay() public {
        ChannelTerms memory terms = _terms();
        uint32[4] memory delays = [uint32(15 minutes), 15 minutes + 1, 30 days - 1, 30 days];
        for (uint256 i = 0; i < delays.length; ++i) {
            terms.closeDelaySeconds = delays[i];
            _open(terms, AMOUNT);
            _assertChannel(terms, 0, AMOUNT, 0, 0, "opened");
        }
    }

    function test_openChannel_RevertWhen_AmountIsZero() public {
        ChannelTerms memory terms = _terms();
        _refuses(terms, 0, abi.encodeWithSelector(IPaymentChannels.ChannelAmountZero.selector, _id(terms)));
    }

    function test_openChannel_RevertWhen_ChannelIsOpen() public {
        (ChannelTerms memory terms, bytes32 channelId) = _openDefault();
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.ChannelAlreadyOpen.selector, channelId, uint24(0))
        );
        _open(terms, 1);
        _close(terms);
        _open(terms, AMOUNT);
        _requestClose(terms);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.ChannelAlreadyOpen.selector, channelId, uint24(1))
        );
        _open(terms, 1);
        _assertChannel(terms, 0, AMOUNT, NOW + DELAY, 1, "as it was");
    }

    function test_openChannel_RevertWhen_ChannelIsWornOut() public {
        ChannelTerms memory terms = _terms();
        bytes32 channelId = _id(terms);
        _setEpoch(channelId, LAST_EPOCH - 1);
        _expectOpened(terms, LAST_EPOCH - 1, AMOUNT);
        _open(terms, AMOUNT);
        _assertChannel(terms, 0, AMOUNT, 0, LAST_EPOCH - 1, "once more");
        _close(terms);
        _assertChannel(terms, 0, 0, 0, LAST_EPOCH, "for the last time");
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelWornOut.selector, channelId));
        _open(terms, AMOUNT);
        assertEq(token.balanceOf(address(channels)), 0, "nothing was taken");
        terms.salt++;
        _open(terms, AMOUNT);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "another salt makes another channel");
    }

    /* OPENING */

    function test_openChannel_Opens() public {
        ChannelTerms memory terms = _terms();
        uint256 had = token.balanceOf(payer);
        _expectOpened(terms, 0, AMOUNT);
        bytes32 channelId = _open(terms, AMOUNT);
        assertEq(channelId, _id(terms), "the id that the terms say");
        _assertChannel(terms, 0, AMOUNT, 0, 0, "open");
        assertEq(token.balanceOf(payer), had - AMOUNT, "the payer paid");
        assertEq(token.balanceOf(address(channels)), AMOUNT, "the contract holds it");
    }

    function test_openChannel_TakesTheLargestAmount() public {
        ChannelTerms memory terms = _terms();
        _open(terms, MAX);
        _assertChannel(terms, 0, MAX, 0, 0, "open");
        assertEq(token.balanceOf(address(channels)), MAX, "all of it");
    }

    function test_openChannel_OpensWithoutAnOperator() public {
        ChannelTerms memory terms = _terms();
        terms.operator = address(0);
        _expectOpened(terms, 0, 1);
        _open(terms, 1);
        _assertChannel(terms, 0, 1, 0, 0, "open");
    }

    function test_openChannel_OpensAgainInTheNextEpoch() public {
        (ChannelTerms memory terms, bytes32 channelId) = _openDefault();
        _settle(terms, 1);
        _requestClose(terms);
        _close(terms);
        _expectOpened(terms, 1, 5);
        assertEq(_open(terms, 5), channelId, "the same channel");
        _assertChannel(terms, 0, 5, 0, 1, "nothing is left of the last epoch");
    }

    function testFuzz_openChannel_StoresWhatWasPaid(
        uint96 amount,
        uint64 salt,
        uint32 delay,
        address payeeAccount,
        bytes32 signer
    ) public {
        vm.assume(payeeAccount != address(0) && payeeAccount != address(channels) && signer != 0);
        ChannelTerms memory terms = _salted(salt);
        terms.closeDelaySeconds = uint32(bound(delay, 15 minutes, 30 days));
        terms.payee = payeeAccount;
        terms.signer = signer;
        amount = uint96(bound(amount, 1, MAX));
        _expectOpened(terms, 0, amount);
        _open(terms, amount);
        _assertChannel(terms, 0, amount, 0, 0, "open");
        assertEq(token.balanceOf(address(channels)), amount, "held");
    }

    /* NATIVE COIN */

    function test_openChannel_RevertWhen_ValueIsNotTheNativeAmount() public {
        ChannelTerms memory terms = _termsIn(address(0));
        uint256[4] memory values = [uint256(0), AMOUNT - 1, AMOUNT + 1, 2 * uint256(AMOUNT)];
        for (uint256 i = 0; i < values.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetValueMismatch.selector, values[i], AMOUNT));
            vm.prank(payer);
            channels.openChannel{value: values[i]}(terms, AMOUNT, _approval());
        }
    }

    function test_openChannel_RevertWhen_NativePayerIsNotTheCaller() public {
        vm.deal(stranger, AMOUNT);
        for (uint8 kind = 0; kind < 4; ++kind) {
            vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetPayerNotCaller.selector, payer, stranger));
            vm.prank(stranger);
            channels.openChannel{value: AMOUNT}(
                _termsIn(address(0)),
                AMOUNT,
                Funding({kind: FundingKind(kind), data: ""})
            );
        }
    }

    function test_openChannel_OpensWithTheNativeCoin() public {
        ChannelTerms memory terms = _termsIn(address(0));
        uint256 had = payer.balance;
        _expectOpened(terms, 0, AMOUNT);
        _open(terms, AMOUNT);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "open");
        assertEq(payer.balance, had - AMOUNT, "the payer paid");
        assertEq(address(channels).balance, AMOUNT, "the contract holds it");
    }

    /* APPROVAL AND PERMIT */

    function test_openChannel_RevertWhen_ValueComesWithAToken() public {
        for (uint8 kind = 0; kind < 4; ++kind) {
            vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetValueMismatch.selector, 1, 0));
            vm.prank(payer);
            channels.openChannel{value: 1}(_terms(), AMOUNT, Funding({kind: FundingKind(kind), data: ""}));
        }
    }

    function test_openChannel_RevertWhen_PayerOfAnApprovalIsNotTheCaller() public {
        token.issue(stranger, AMOUNT);
        vm.prank(stranger);
        token.approve(address(channels), AMOUNT);
        vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetPayerNotCaller.selector, payer, stranger));
        _relay(_terms(), AMOUNT, _approval());
    }

    function test_openChannel_RevertWhen_PayerOfAPermitIsNotTheCaller() public {
        Funding memory funding = _permit(AMOUNT, NOW);
        vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetPayerNotCaller.selector, payer, stranger));
        _relay(_terms(), AMOUNT, funding);
    }

    function test_openChannel_RevertWhen_AllowanceIsTooSmall() public {
        vm.prank(payer);
        token.approve(address(channels), AMOUNT - 1);
        _refuses(
            _terms(),
            AMOUNT,
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(channels),
                AMOUNT - 1,
                AMOUNT
            )
        );
    }

    function test_openChannel_RevertWhen_AssetHasNoCode() public {
        vm.expectRevert();
        _open(_termsIn(address(0xdead)), AMOUNT);
    }

    function test_openChannel_TakesAPermit() public {
        vm.prank(payer);
        token.approve(address(channels), 0);
        Funding memory funding = _permit(AMOUNT + 3, NOW);
        ChannelTerms memory terms = _terms();
        vm.prank(payer);
        channels.openChannel(terms, AMOUNT, funding);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "open");
        assertEq(
            token.allowance(payer, address(channels)),
            3,
            "as much as the permit says, less what was paid"
        );
    }

    function test_openChannel_RevertWhen_PermitIsTooLateAndNothingIsAllowed() public {
        vm.prank(payer);
        token.approve(address(channels), 0);
        Funding memory funding = _permit(AMOUNT, NOW - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(channels),
                0,
                AMOUNT
            )
        );
        vm.prank(payer);
        channels.openChannel(_terms(), AMOUNT, funding);
    }

    /* RELAYED */

    function test_openChannel_TakesAnAuthorizationFromAnybody() public {
        vm.prank(payer);
        token.approve(address(channels), 0);
        ChannelTerms memory terms = _terms();
        uint256 had = token.balanceOf(payer);
        Funding memory funding = _authorization(_fundingId(_id(terms), 0, AMOUNT), AMOUNT);
        _expectOpened(terms, 0, AMOUNT);
        _relay(terms, AMOUNT, funding);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "open");
        assertEq(token.balanceOf(payer), had - AMOUNT, "the payer paid");
        assertEq(token.balanceOf(address(channels)), AMOUNT, "once");
    }

    function test_openChannel_RevertWhen_AuthorizationIsNotInForce() public {
        ChannelTerms memory terms = _terms();
        bytes32 fundingId = _fundingId(_id(terms), 0, AMOUNT);
        Funding memory early = _authorizationBetween(fundingId, AMOUNT, NOW, NOW + 2);
        Funding memory late = _authorizationBetween(fundingId, AMOUNT, NOW - 2, NOW);
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009InvalidAuthorizationTime.selector, NOW, NOW + 2)
        );
        _relay(terms, AMOUNT, early);
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009InvalidAuthorizationTime.selector, NOW - 2, NOW)
        );
        _relay(terms, AMOUNT, late);
        vm.warp(NOW + 1);
        _relay(terms, AMOUNT, early);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "in its time");
    }

    function test_openChannel_TakesAPermit2TransferFromAnybody() public {
        _approvePermit2();
        ChannelTerms memory terms = _terms();
        uint256 had = token.balanceOf(payer);
        Funding memory funding = _permit2(_fundingId(_id(terms), 0, AMOUNT), AMOUNT, 1234);
        vm.warp(NOW + 1 hours);
        _expectOpened(terms, 0, AMOUNT);
        _relay(terms, AMOUNT, funding);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "open");
        assertEq(token.balanceOf(payer), had - AMOUNT, "the payer paid");
        assertEq(permit2.nonceBitmap(payer, 1234 >> 8), 1 << (1234 % 256), "its nonce is used");
    }

    function test_openChannel_RevertWhen_Permit2TransferIsTooLate() public {
        _approvePermit2();
        Funding memory funding = _permit2(_fundingId(_id(_terms()), 0, AMOUNT), AMOUNT, 0);
        vm.warp(NOW + 1 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(Permit2Mock.SignatureExpired.selector, NOW + 1 hours));
        _relay(_terms(), AMOUNT, funding);
    }

    /* SEVERAL */

    function _openings(uint256 count) private view returns (ChannelOpening[] memory openings) {
        openings = new ChannelOpening[](count);
        for (uint256 i = 0; i < count; ++i) {
            openings[i] = ChannelOpening({
                payee: payee,
                operator: i % 2 == 0 ? operator : address(0),
                closeDelaySeconds: DELAY + uint32(i),
                salt: uint64(i),
                amount: uint96(1000 + i)
            });
        }
    }

    function _termsOf(ChannelOpening memory opening) private view returns (ChannelTerms memory terms) {
        terms = _terms();
        terms.payee = opening.payee;
        terms.operator = opening.operator;
        terms.closeDelaySeconds = opening.closeDelaySeconds;
        terms.salt = opening.salt;
    }

    function _openSeveral(
        address asset,
        ChannelOpening[] memory openings,
        uint256 value
    ) private returns (bytes32[] memory) {
        vm.prank(payer);
        return channels.openChannels{value: value}(payer, carKey, asset, openings, _approval());
    }

    function test_openChannels_OpensAsManyAsThereAre() public {
        uint256 held;
        for (uint256 count = 0; count < 5; ++count) {
            ChannelOpening[] memory openings = _openings(count);
            for (uint256 i = 0; i < count; ++i) {
                openings[i].salt = uint64(100 * count + i);
                held += openings[i].amount;
            }
            for (uint256 i = 0; i < count; ++i) _expectOpened(_termsOf(openings[i]), 0, openings[i].amount);
            bytes32[] memory ids = _openSeveral(address(token), openings, 0);
            assertEq(ids.length, count, "an id for each");
            for (uint256 i = 0; i < count; ++i) {
                ChannelTerms memory terms = _termsOf(openings[i]);
                assertEq(ids[i], _id(terms), "in their order");
                _assertChannel(terms, 0, openings[i].amount, 0, 0, "open");
            }
            assertEq(token.balanceOf(address(channels)), held, "the sum");
        }
    }

    function test_openChannels_PullsTheSumOnce() public {
        vm.recordLogs();
        _openSeveral(address(token), _openings(7), 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 8, "seven openings and one transfer");
        assertEq(logs[7].emitter, address(token), "at last");
        assertEq(abi.decode(logs[7].data, (uint256)), 7 * 1000 + 21, "the sum");
    }

    function test_openChannels_OpensWithTheNativeCoin() public {
        ChannelOpening[] memory openings = _openings(2);
        for (uint256 value = 2000; value < 2003; value += 2) {
            vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetValueMismatch.selector, value, 2001));
            _openSeveral(address(0), openings, value);
        }
        bytes32[] memory ids = _openSeveral(address(0), openings, 2001);
        assertEq(channels.channelOf(ids[0]).deposited, 1000, "first");
        assertEq(channels.channelOf(ids[1]).deposited, 1001, "second");
        assertEq(address(channels).balance, 2001, "the sum");
    }

    function test_openChannels_TakesSumsBeyondWhatOneChannelCanHold() public {
        ChannelOpening[] memory openings = _openings(3);
        for (uint256 i = 0; i < 3; ++i) openings[i].amount = MAX;
        _openSeveral(address(token), openings, 0);
        assertEq(token.balanceOf(address(channels)), 3 * uint256(MAX), "nothing is cut off");
    }

    function test_openChannels_RevertWhen_CallerIsNotThePayer() public {
        ChannelOpening[] memory openings = _openings(2);
        vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetPayerNotCaller.selector, payer, stranger));
        vm.prank(stranger);
        channels.openChannels(payer, carKey, address(token), openings, _approval());
    }

    function test_openChannels_RevertWhen_OneCannotBeOpened() public {
        for (uint256 bad = 0; bad < 3; ++bad) {
            ChannelOpening[] memory openings = _openings(3);
            openings[bad].payee = address(0);
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelTermsInvalid.selector, address(0), carKey)
            );
            _openSeveral(address(token), openings, 0);

            openings = _openings(3);
            openings[bad].amount = 0;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPaymentChannels.ChannelAmountZero.selector,
                    _id(_termsOf(openings[bad]))
                )
            );
            _openSeveral(address(token), openings, 0);

            openings = _openings(3);
            openings[bad].closeDelaySeconds = 1;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPaymentChannels.ChannelDelayInvalid.selector,
                    uint32(1),
                    uint32(15 minutes)
                )
            );
            _openSeveral(address(token), openings, 0);
            for (uint256 i = 0; i < 3; ++i) _assertChannel(_termsOf(openings[i]), 0, 0, 0, 0, "none is open");
        }
        assertEq(token.balanceOf(address(channels)), 0, "nothing was taken");
    }

    function test_openChannels_TakesOneAuthorizationForAll() public {
        vm.prank(payer);
        token.approve(address(channels), 0);
        ChannelOpening[] memory openings = _openings(3);
        Funding memory funding = _authorization(_fundingIdOf(openings), 3003);
        vm.prank(stranger);
        bytes32[] memory ids = channels.openChannels(payer, carKey, address(token), openings, funding);
        for (uint256 i = 0; i < 3; ++i)
            assertEq(channels.channelOf(ids[i]).deposited, 1000 + i, "each as it was signed");
        assertEq(token.balanceOf(address(channels)), 3003, "the sum");
    }

    function test_openChannels_TakesOnePermit2TransferForAll() public {
        _approvePermit2();
        ChannelOpening[] memory openings = _openings(3);
        _setEpoch(_id(_termsOf(openings[1])), 6);
        bytes32[] memory parts = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i)
            parts[i] = _fundingId(_id(_termsOf(openings[i])), i == 1 ? 6 : 0, openings[i].amount);
        Funding memory funding = _permit2(keccak256(abi.encodePacked(parts)), 3003, 0);
        vm.prank(stranger);
        channels.openChannels(payer, carKey, address(token), openings, funding);
        assertEq(token.balanceOf(address(channels)), 3003, "the sum");
        _assertChannel(_termsOf(openings[1]), 0, 1001, 0, 6, "in its own epoch");
    }

    function _fundingIdOf(ChannelOpening[] memory openings) private view returns (bytes32) {
        bytes32[] memory parts = new bytes32[](openings.length);
        for (uint256 i = 0; i < openings.length; ++i)
            parts[i] = _fundingId(_id(_termsOf(openings[i])), 0, openings[i].amount);
        return keccak256(abi.encodePacked(parts));
    }

    function testFuzz_openChannels_TakesTheSum(uint96[7] memory amounts, uint8 count) public {
        count = uint8(bound(count, 1, 7));
        ChannelOpening[] memory openings = _openings(count);
        uint256 sum;
        for (uint256 i = 0; i < count; ++i) {
            openings[i].amount = uint96(bound(amounts[i], 1, MAX));
            sum += openings[i].amount;
        }
        _openSeveral(address(token), openings, 0);
        assertEq(token.balanceOf(address(channels)), sum, "held");
        for (uint256 i = 0; i < count; ++i)
            _assertChannel(_termsOf(openings[i]), 0, openings[i].amount, 0, 0, "open");
    }
}
