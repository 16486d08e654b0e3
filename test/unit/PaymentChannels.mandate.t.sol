// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {ChannelTerms, Mandate, MandateProof, MandateState} from "../../contracts/types/ChannelTypes.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";
import {GasBurningPayee, RefusingPayee} from "../helpers/NativePayees.sol";

contract PaymentChannelsMandateTest is ChannelsTest {
    Mandate private mandate;
    ChannelTerms private terms;
    bytes32 private mandateId;
    bytes32 private channelId;

    function setUp() public override {
        super.setUp();
        mandate = _mandate();
        terms = _terms();
        mandateId = _mandateId(mandate);
        channelId = _id(terms);
    }

    function _give() private {
        vm.prank(payer);
        channels.giveMandate(mandate);
    }

    function _revoke() private {
        vm.prank(payer);
        channels.revokeMandate(mandate);
    }

    function _expectUsed(uint96 amount, uint96 spent) private {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.MandateUsed(_mandateId(mandate), channelId, amount, spent);
    }

    function _assertSpent(
        uint256 spent,
        uint256 inPeriod,
        uint256 periodStart,
        string memory message
    ) private view {
        MandateState memory state = channels.mandateStateOf(_mandateId(mandate));
        assertEq(state.spent, spent, string.concat(message, ": spent"));
        assertEq(state.spentInPeriod, inPeriod, string.concat(message, ": in the period"));
        assertEq(state.periodStart, periodStart, string.concat(message, ": start of the period"));
    }

    /// @dev Refuses what the owner and the car signed for `newDeposited`, and a car that calls itself.
    function _refuses(uint96 newDeposited, bytes memory reason) private {
        bytes32 before = _word(channelId);
        MandateProof memory proof = _mandateProof(mandate, terms, newDeposited);
        vm.expectRevert(reason);
        _bring(mandate, terms, newDeposited, proof);
        vm.expectRevert(reason);
        vm.prank(vm.addr(CAR_SECRET));
        channels.fundByMandate(terms, newDeposited, mandate, proof);
        assertEq(_word(channelId), before, "the channel is as it was");
    }

    function _invalid() private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IPaymentChannels.MandateInvalid.selector,
                mandate.periodSeconds,
                mandate.validFrom,
                mandate.expiresAt
            );
    }

    function _exceeded(uint256 amount, uint256 left) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IPaymentChannels.MandateExceeded.selector,
                _mandateId(mandate),
                amount,
                left
            );
    }

    /* GIVING AND TAKING BACK */

    function test_giveMandate_RevertWhen_CallerIsNotTheOwner() public {
        address[3] memory callers = [stranger, payee, vm.addr(CAR_SECRET)];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IPaymentChannels.MandateNotOwner.selector,
                payer,
                callers[i]
            );
            vm.expectRevert(reason);
            vm.prank(callers[i]);
            channels.giveMandate(mandate);
            vm.expectRevert(reason);
            vm.prank(callers[i]);
            channels.revokeMandate(mandate);
        }
        assertFalse(channels.mandateStateOf(mandateId).isGiven, "not given");
        assertFalse(channels.mandateStateOf(mandateId).isRevoked, "not revoked");
    }

    function test_giveMandate_RevertWhen_PeriodIsZero() public {
        mandate.periodSeconds = 0;
        vm.expectRevert(_invalid());
        _give();
        vm.expectRevert(_invalid());
        _revoke();
        vm.expectRevert(_invalid());
        channels.mandateLeft(mandate);
        _refuses(CAP, _invalid());
        mandate.periodSeconds = 1;
        _give();
        assertEq(channels.mandateLeft(mandate), CAP, "a second is a period");
    }

    function test_giveMandate_RevertWhen_TimesAreInTheWrongOrder() public {
        uint40[3] memory ends = [uint40(0), NOW - 1, NOW];
        for (uint256 i = 0; i < ends.length; ++i) {
            mandate.expiresAt = ends[i];
            vm.expectRevert(_invalid());
            _give();
            vm.expectRevert(_invalid());
            _revoke();
            vm.expectRevert(_invalid());
            channels.mandateLeft(mandate);
            _refuses(CAP, _invalid());
        }
        mandate.expiresAt = NOW + 1;
        _give();
        assertEq(channels.mandateLeft(mandate), CAP, "it holds for a second");
    }

    function test_giveMandate_RevertWhen_ItWasRevoked() public {
        _revoke();
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.MandateIsRevoked.selector, mandateId));
        _give();
        assertFalse(channels.mandateStateOf(mandateId).isGiven, "not given");
    }

    function test_giveMandate_RevertWhen_TheTitleIsNotTheOwners() public {
        bytes memory moved = abi.encodeWithSelector(
            IPaymentChannels.MandateTitleMoved.selector,
            CAR,
            payer,
            GRANT
        );
        title.setHolder(CAR, stranger);
        vm.expectRevert(moved);
        _give();
        title.setHolder(CAR, payer);
        title.setState(CAR, TitleStatus.Active, 0, GRANT + 1);
        vm.expectRevert(moved);
        _give();
        title.setState(CAR, TitleStatus.None, 0, GRANT);
        vm.expectRevert(moved);
        _give();
        assertEq(channels.mandateLeft(mandate), 0, "nothing for a car that was never registered");
        title.setState(CAR, TitleStatus.Active, 0, GRANT);
        _give();
        assertTrue(channels.mandateStateOf(mandateId).isGiven, "given by who holds it");
    }

    function test_fundByMandate_RevertWhen_VehicleWasNeverRegistered() public {
        mandate.vehicleId = 404;
        mandate.grantEpoch = 0;
        bytes memory moved = abi.encodeWithSelector(
            IPaymentChannels.MandateTitleMoved.selector,
            404,
            payer,
            0
        );
        assertEq(channels.mandateLeft(mandate), 0, "nothing");
        _refuses(10, moved);
        vm.expectRevert(moved);
        _give();
    }

    function test_giveMandate_TellsAndRemembers() public {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.MandateGiven(mandateId, payer, CAR);
        vm.prank(payer);
        assertEq(channels.giveMandate(mandate), mandateId, "its id");
        MandateState memory state = channels.mandateStateOf(mandateId);
        assertTrue(state.isGiven && !state.isRevoked, "given");
        _assertSpent(0, 0, 0, "unspent");
    }

    function test_revokeMandate_StopsFundingAndLeavesChannels() public {
        _give();
        _fund(mandate, terms, 10);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.MandateRevoked(mandateId, payer, CAR);
        _revoke();
        MandateState memory state = channels.mandateStateOf(mandateId);
        assertTrue(state.isGiven && state.isRevoked, "revoked");
        _assertSpent(10, 10, NOW, "what was spent is remembered");
        _refuses(11, abi.encodeWithSelector(IPaymentChannels.MandateIsRevoked.selector, mandateId));
        assertEq(_settle(terms, 10), 10, "what is in a channel is the payee's to claim");
    }

    /* WHO PAYS INTO WHAT */

    function test_fundByMandate_RevertWhen_TermsAreNotTheMandates() public {
        ChannelTerms[3] memory foreign = [_terms(), _terms(), _terms()];
        foreign[0].payer = stranger;
        foreign[1].signer = _keyOf(FOREIGN_SECRET);
        foreign[2].asset = address(0);
        _give();
        for (uint256 i = 0; i < foreign.length; ++i) {
            terms = foreign[i];
            channelId = _id(terms);
            _refuses(
                CAP,
                abi.encodeWithSelector(IPaymentChannels.MandateTermsForeign.selector, mandateId, channelId)
            );
        }
    }

    function test_fundByMandate_RevertWhen_ChannelHoldsAsMuch() public {
        _open(terms, 10);
        for (uint96 asked = 0; asked < 11; asked += 5)
            _refuses(
                asked,
                abi.encodeWithSelector(
                    IPaymentChannels.MandateNothingToFund.selector,
                    channelId,
                    uint96(10),
                    asked
                )
            );
        _fund(mandate, terms, 11);
        _assertChannel(terms, 0, 11, 0, 0, "one more");
        _assertSpent(1, 1, NOW, "one more");
    }

    function test_fundByMandate_RevertWhen_NothingIsAskedOfAChannelThatIsNotOpen() public {
        _refuses(
            0,
            abi.encodeWithSelector(
                IPaymentChannels.MandateNothingToFund.selector,
                channelId,
                uint96(0),
                uint96(0)
            )
        );
    }

    function test_fundByMandate_RevertWhen_PayeeIsNotListed() public {
        bytes32 leaf = _leaf(payee);
        bytes32 other = _leaf(stranger);
        mandate.payeeRoot = _parent(leaf, other);
        bytes memory reason = abi.encodeWithSelector(
            IPaymentChannels.MandatePayeeNotListed.selector,
            _mandateId(mandate),
            payee
        );
        _refuses(CAP, reason); // no proof
        MandateProof memory proof = _mandateProof(mandate, terms, CAP);
        proof.payeeProof = new bytes32[](1);
        proof.payeeProof[0] = leaf;
        vm.expectRevert(reason);
        _bring(mandate, terms, CAP, proof);
        proof.payeeProof[0] = other;
        _bring(mandate, terms, CAP, proof);
        _assertChannel(terms, 0, CAP, 0, 0, "with its own proof");
    }

    function test_fundByMandate_TakesTheOnlyPayeeWithoutAProof() public {
        mandate.payeeRoot = _leaf(payee);
        _fund(mandate, terms, CAP);
        _assertChannel(terms, 0, CAP, 0, 0, "a tree of one");
        terms.payee = stranger;
        channelId = _id(terms);
        _refuses(
            1,
            abi.encodeWithSelector(
                IPaymentChannels.MandatePayeeNotListed.selector,
                _mandateId(mandate),
                stranger
            )
        );
    }

    function _leaf(address account) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(keccak256(abi.encode(account))));
    }

    function _parent(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    /* WHETHER THE MANDATE HOLDS */

    function test_fundByMandate_RevertWhen_MandateIsNotInForce() public {
        mandate.validFrom = NOW + 100;
        mandate.expiresAt = NOW + 200;
        bytes memory reason = abi.encodeWithSelector(
            IPaymentChannels.MandateNotInForce.selector,
            _mandateId(mandate),
            NOW + 100,
            NOW + 200
        );
        uint40[4] memory outside = [NOW, NOW + 99, NOW + 200, NOW + 201];
        for (uint256 i = 0; i < outside.length; ++i) {
            vm.warp(outside[i]);
            assertEq(channels.mandateLeft(mandate), 0, "nothing is left outside its time");
            _refuses(CAP, reason);
        }
        vm.warp(NOW + 100);
        _fund(mandate, terms, 1);
        vm.warp(NOW + 199);
        _fund(mandate, terms, 2);
        _assertSpent(2, 2, NOW + 100, "from its first to its last second");
    }

    function test_fundByMandate_RevertWhen_TitleHasMoved() public {
        _give();
        bytes memory reason = abi.encodeWithSelector(
            IPaymentChannels.MandateTitleMoved.selector,
            CAR,
            payer,
            GRANT
        );
        uint24[2] memory epochs = [GRANT + 1, GRANT - 1];
        for (uint256 i = 0; i < epochs.length; ++i) {
            title.setState(CAR, TitleStatus.Active, 0, epochs[i]);
            _refuses(CAP, reason); // bought back
            assertEq(channels.mandateLeft(mandate), 0, "another grant");
        }
        title.setState(CAR, TitleStatus.Active, 0, GRANT);
        title.setHolder(CAR, stranger);
        _refuses(CAP, reason);
        assertEq(channels.mandateLeft(mandate), 0, "another holder");
        title.setHolder(CAR, payer);
        assertEq(channels.mandateLeft(mandate), CAP, "both as it was given");
    }

    function test_fundByMandate_RevertWhen_VehicleIsStolen() public {
        _give();
        title.setState(CAR, TitleStatus.Active, uint16(1) << Locks.THEFT, GRANT);
        _refuses(CAP, abi.encodeWithSelector(IPaymentChannels.MandateVehicleStopped.selector, CAR));
        assertEq(channels.mandateLeft(mandate), 0, "nothing while it is stolen");
        title.setState(CAR, TitleStatus.Exported, ~(uint16(1) << Locks.THEFT), GRANT);
        assertEq(channels.mandateLeft(mandate), CAP, "other locks and an export stop nothing");
        _fund(mandate, terms, CAP);
        _assertChannel(terms, 0, CAP, 0, 0, "funded");
    }

    function test_fundByMandate_RevertWhen_VehicleIsDestroyed() public {
        title.setState(CAR, TitleStatus.Destroyed, 0, GRANT);
        _refuses(CAP, abi.encodeWithSelector(IPaymentChannels.MandateVehicleStopped.selector, CAR));
        assertEq(channels.mandateLeft(mandate), 0, "nothing for ever");
    }

    function test_fundByMandate_RevertWhen_OwnerNeitherGaveNorSigned() public {
        MandateProof memory proof = _mandateProof(mandate, terms, CAP);
        bytes[3] memory signatures = [
            bytes(""),
            _sign65(FOREIGN_SECRET, _mandateDigest(address(channels), mandate)),
            _sign65(CAR_SECRET, _mandateDigest(address(channels), mandate))
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            proof.ownerSignature = signatures[i];
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.MandateNotGiven.selector, mandateId, payer)
            );
            _bring(mandate, terms, CAP, proof);
        }
        _give();
        _bring(mandate, terms, CAP, proof);
        _assertChannel(terms, 0, CAP, 0, 0, "given by a call, whatever signature is with it");
    }

    /* WHO ORDERS */

    function test_fundByMandate_RevertWhen_OrderIsTooLate() public {
        MandateProof memory proof = _mandateProof(mandate, terms, CAP);
        vm.warp(proof.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.MandateOrderExpired.selector, mandateId, proof.deadline)
        );
        _bring(mandate, terms, CAP, proof);
        vm.warp(proof.deadline);
        _bring(mandate, terms, CAP, proof);
        _assertChannel(terms, 0, CAP, 0, 0, "in its last second");
    }

    function test_fundByMandate_RevertWhen_TheCarDidNotOrderThis() public {
        MandateProof memory proof = _mandateProof(mandate, terms, CAP);
        bytes memory reason = abi.encodeWithSelector(
            IPaymentChannels.MandateOrderInvalid.selector,
            mandateId,
            channelId
        );
        bytes32 digest = _orderDigest(address(channels), mandateId, channelId, 0, CAP, proof.deadline);
        bytes[8] memory signatures = [
            bytes(""),
            _sign64(FOREIGN_SECRET, digest),
            _sign64(PAYER_SECRET, digest),
            _signOrder(bytes32(uint256(1)), channelId, 0, CAP, proof.deadline),
            _signOrder(mandateId, bytes32(uint256(1)), 0, CAP, proof.deadline),
            _signOrder(mandateId, channelId, 1, CAP, proof.deadline),
            _signOrder(mandateId, channelId, 0, CAP - 1, proof.deadline),
            _signOrder(mandateId, channelId, 0, CAP, proof.deadline + 1)
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            proof.machineSignature = signatures[i];
            vm.expectRevert(reason);
            _bring(mandate, terms, CAP, proof);
        }
        _assertSpent(0, 0, 0, "nothing was spent");
    }

    function _signOrder(
        bytes32 ofMandate,
        bytes32 forChannel,
        uint24 epoch,
        uint96 newDeposited,
        uint40 deadline
    ) private view returns (bytes memory) {
        return
            _sign64(
                CAR_SECRET,
                _orderDigest(address(channels), ofMandate, forChannel, epoch, newDeposited, deadline)
            );
    }

    function test_fundByMandate_TakesTheCarItself() public {
        MandateProof memory proof;
        proof.ownerSignature = _sign65(PAYER_SECRET, _mandateDigest(address(channels), mandate));
        vm.prank(vm.addr(CAR_SECRET));
        channels.fundByMandate(terms, CAP, mandate, proof);
        _assertChannel(terms, 0, CAP, 0, 0, "no order is needed, and no deadline");
    }

    function test_fundByMandate_TakesAnOrderOfAP256Key() public {
        mandate.signer = _p256KeyOf(CAR_SECRET, verifier);
        terms.signer = mandate.signer;
        channelId = _id(terms);
        MandateProof memory proof = _mandateProof(mandate, terms, CAP);
        proof.machineSignature = _signP256(
            CAR_SECRET,
            _orderDigest(address(channels), _mandateId(mandate), channelId, 0, CAP, proof.deadline)
        );
        _bring(mandate, terms, CAP, proof);
        _assertChannel(terms, 0, CAP, 0, 0, "funded");
    }

    /* FUNDING */

    function test_fundByMandate_OpensAndTopsUp() public {
        uint256 had = token.balanceOf(payer);
        _expectUsed(30, 30);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelOpened(
            channelId,
            payer,
            payee,
            carKey,
            operator,
            address(token),
            DELAY,
            7,
            0,
            30
        );
        assertEq(_fund(mandate, terms, 30), channelId, "the id");
        _assertChannel(terms, 0, 30, 0, 0, "open");
        _settle(terms, 20);

        _expectUsed(7, 37);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelToppedUp(channelId, payer, 7, 37);
        _fund(mandate, terms, 37);
        _assertChannel(terms, 20, 37, 0, 0, "topped up");
        assertEq(token.balanceOf(payer), had - 37, "the owner's money");
        _assertMoney(17, 20, 0, "backed");
        _assertSpent(37, 37, NOW, "counted");
    }

    function test_fundByMandate_OpensInTheEpochOfTheChannel() public {
        _open(terms, AMOUNT);
        _close(terms);
        _bring(mandate, terms, CAP, _mandateProofAt(mandate, terms, 1, CAP));
        _assertChannel(terms, 0, CAP, 0, 1, "open again");
    }

    function test_fundByMandate_RevertWhen_ChannelCannotBeFunded() public {
        _open(terms, 1);
        _requestClose(terms);
        _refuses(
            2,
            abi.encodeWithSelector(IPaymentChannels.ChannelClosing.selector, channelId, NOW + uint40(DELAY))
        );
        terms.closeDelaySeconds = 1;
        channelId = _id(terms);
        _refuses(
            2,
            abi.encodeWithSelector(
                IPaymentChannels.ChannelDelayInvalid.selector,
                uint32(1),
                uint32(15 minutes)
            )
        );
        _assertSpent(0, 0, 0, "nothing was spent");
    }

    function test_fundByMandate_RevertWhen_OwnerHasNotAllowedIt() public {
        vm.prank(payer);
        token.approve(address(channels), CAP - 1);
        _refuses(
            CAP,
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(channels),
                CAP - 1,
                CAP
            )
        );
        _assertSpent(0, 0, 0, "nothing was spent");
    }

    /* LIMITS */

    function test_fundByMandate_SpendsTheCapAndNotOneMore() public {
        _refuses(CAP + 1, _exceeded(CAP + 1, CAP));
        _fund(mandate, terms, CAP - 1);
        _refuses(CAP + 1, _exceeded(2, 1));
        _fund(mandate, terms, CAP);
        assertEq(channels.mandateLeft(mandate), 0, "all of the period's");
        _refuses(CAP + 1, _exceeded(1, 0));
        _assertSpent(CAP, CAP, NOW, "the cap");
    }

    function test_fundByMandate_CapIsWholeAgainInTheSecondAPeriodEnds() public {
        _fund(mandate, terms, CAP);
        vm.warp(NOW + PERIOD - 1);
        assertEq(channels.mandateLeft(mandate), 0, "the last second of the period");
        _refuses(CAP + 1, _exceeded(1, 0));
        vm.warp(NOW + PERIOD);
        assertEq(channels.mandateLeft(mandate), CAP, "the next begins");
        _fund(mandate, terms, 2 * CAP);
        _assertSpent(2 * CAP, CAP, NOW + PERIOD, "two periods");
    }

    function test_fundByMandate_CarriesNothingOverToTheNextPeriod() public {
        _fund(mandate, terms, 1);
        vm.warp(NOW + 5 * uint256(PERIOD) + 17);
        assertEq(channels.mandateLeft(mandate), CAP, "not five times as much");
        _refuses(CAP + 2, _exceeded(CAP + 1, CAP));
        _fund(mandate, terms, 2);
        _assertSpent(2, 1, NOW + 5 * uint256(PERIOD), "periods count from the mandate's beginning");
    }

    function test_fundByMandate_SpendsTheTotalAndNotOneMore() public {
        for (uint96 i = 1; i < 3; ++i) {
            _fund(mandate, terms, i * CAP);
            vm.warp(NOW + i * PERIOD);
        }
        assertEq(channels.mandateLeft(mandate), AMOUNT - 2 * CAP, "less than the cap");
        _refuses(AMOUNT + 1, _exceeded(AMOUNT - 2 * CAP + 1, AMOUNT - 2 * CAP));
        _fund(mandate, terms, AMOUNT);
        vm.warp(NOW + 20 days);
        assertEq(channels.mandateLeft(mandate), 0, "all of it");
        _refuses(AMOUNT + 1, _exceeded(1, 0));
        _assertSpent(AMOUNT, AMOUNT - 2 * CAP, NOW + 2 * PERIOD, "the total");
    }

    function test_fundByMandate_CountsOverAllChannels() public {
        _fund(mandate, terms, CAP - 1);
        terms = _salted(8);
        channelId = _id(terms);
        _refuses(2, _exceeded(2, 1));
        _fund(mandate, terms, 1);
        _assertSpent(CAP, CAP, NOW, "of two channels");
    }

    function testFuzz_fundByMandate_KeepsItsLimits(uint96[5] memory amounts, uint32[5] memory waits) public {
        uint256 inPeriod;
        uint256 inAll;
        uint256 period;
        uint256 time = NOW;
        for (uint256 i = 0; i < amounts.length; ++i) {
            time += bound(waits[i], 0, 2 * uint256(PERIOD));
            vm.warp(time);
            if ((time - NOW) / PERIOD != period) (period, inPeriod) = ((time - NOW) / PERIOD, 0);
            uint96 amount = uint96(bound(amounts[i], 1, uint256(CAP) + CAP / 4));
            uint256 left = CAP - inPeriod < AMOUNT - inAll ? CAP - inPeriod : AMOUNT - inAll;
            assertEq(channels.mandateLeft(mandate), left, "what is left");
            if (amount > left) {
                _refuses(uint96(inAll + amount), _exceeded(amount, left));
                continue;
            }
            _fund(mandate, terms, uint96(inAll + amount));
            inPeriod += amount;
            inAll += amount;
            _assertSpent(inAll, inPeriod, NOW + period * PERIOD, "counted");
        }
    }

    /* RESERVE */

    function _expectReserve(uint256 reserve) private {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ReserveChanged(payer, reserve);
    }

    function test_addReserve_Adds() public {
        _expectReserve(5);
        vm.prank(payer);
        channels.addReserve{value: 5}();
        _expectReserve(12);
        vm.prank(payer);
        channels.addReserve{value: 7}();
        assertEq(channels.reserveOf(payer), 12, "the sum");
        assertEq(address(channels).balance, 12, "held");
        assertEq(channels.reserveOf(stranger), 0, "nobody else's");
    }

    function test_withdrawReserve_RevertWhen_ItIsSmaller() public {
        vm.prank(payer);
        channels.addReserve{value: 12}();
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ReserveTooSmall.selector, payer, 12, 13));
        vm.prank(payer);
        channels.withdrawReserve(13);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ReserveTooSmall.selector, stranger, 0, 1));
        vm.prank(stranger);
        channels.withdrawReserve(1);
    }

    function test_withdrawReserve_SendsItBack() public {
        uint256 had = payer.balance;
        vm.startPrank(payer);
        channels.addReserve{value: 12}();
        _expectReserve(7);
        channels.withdrawReserve(5);
        assertEq(payer.balance, had - 7, "a part");
        _expectReserve(0);
        channels.withdrawReserve(7);
        vm.stopPrank();
        assertEq(payer.balance, had, "all of it");
    }

    function test_withdrawReserve_RevertWhen_TheOwnerTakesNoMoney() public {
        RefusingPayee refusing = new RefusingPayee();
        vm.deal(address(refusing), 5);
        vm.startPrank(address(refusing));
        channels.addReserve{value: 5}();
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.BalanceNotCollected.selector,
                address(0),
                address(refusing),
                5
            )
        );
        channels.withdrawReserve(5);
        vm.stopPrank();
        assertEq(channels.reserveOf(address(refusing)), 5, "the reserve stands");
    }

    function test_withdrawReserve_GivesAHeavyWalletTheGasItNeeds() public {
        GasBurningPayee heavy = new GasBurningPayee(400_000);
        vm.deal(address(heavy), 5);
        vm.startPrank(address(heavy));
        channels.addReserve{value: 5}();
        channels.withdrawReserve(5);
        vm.stopPrank();
        assertEq(address(heavy).balance, 5, "what it paid in comes out");
    }

    function test_fundByMandate_DrawsTheNativeCoinFromTheReserve() public {
        mandate.asset = address(0);
        terms = _termsIn(address(0));
        channelId = _id(terms);
        vm.prank(payer);
        channels.addReserve{value: 25}();
        _refuses(26, abi.encodeWithSelector(IPaymentChannels.ReserveTooSmall.selector, payer, 25, 26));
        _expectUsed(20, 20);
        _expectReserve(5);
        _fund(mandate, terms, 20);
        _fund(mandate, terms, 25);
        _assertChannel(terms, 0, 25, 0, 0, "funded");
        assertEq(channels.reserveOf(payer), 0, "out of the reserve");
        assertEq(address(channels).balance, 25, "and not twice");
        _refuses(26, abi.encodeWithSelector(IPaymentChannels.ReserveTooSmall.selector, payer, 0, 1));
    }
}
