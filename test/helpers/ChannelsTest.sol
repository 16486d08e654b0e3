// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {PaymentChannels} from "../../contracts/mobility/PaymentChannels.sol";
import {StablecoinMock} from "../../contracts/mocks/StablecoinMock.sol";
import {
    Channel,
    ChannelTerms,
    Claim,
    ClaimAmounts,
    ClaimOutcome,
    ClosingTerms,
    Funding,
    FundingKind,
    Mandate,
    MandateProof,
    Payee
} from "../../contracts/types/ChannelTypes.sol";
import {TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {ChannelSigner} from "./ChannelSigner.sol";
import {Deploying} from "./Deploying.sol";
import {Permit2Mock} from "./Permit2Mock.sol";
import {TitleStub} from "./TitleStub.sol";

/// @dev A car with keys of both curves, its owner who is the payer, a payee with an operator, and money.
abstract contract ChannelsTest is ChannelSigner, Deploying {
    uint40 internal constant NOW = 1_800_000_000;
    uint32 internal constant DELAY = 1 days;
    uint96 internal constant AMOUNT = 100e6;
    uint96 internal constant MAX = type(uint96).max;
    uint24 internal constant LAST_EPOCH = type(uint24).max;

    uint256 internal constant CAR = uint256(keccak256("car"));
    uint24 internal constant GRANT = 5;
    uint96 internal constant CAP = 40e6;
    uint32 internal constant PERIOD = 1 days;

    uint256 internal constant PAYER_SECRET = 0xA11CE;
    uint256 internal constant PAYEE_SECRET = 0xB0B;
    uint256 internal constant CAR_SECRET = 0xCA4;
    uint256 internal constant FOREIGN_SECRET = 0xF0E;
    bytes32 internal constant SESSION = keccak256("charge detail record");

    /// @dev Where the contract keeps its channels; a test of every word that is written there shows that it is so.
    uint256 private constant CHANNELS_SLOT = 4;

    /// @dev Of the chain that the channels are deployed to; a test may go to another.
    uint256 private immutable _home = block.chainid;

    address internal payer = vm.addr(PAYER_SECRET);
    address internal payee = vm.addr(PAYEE_SECRET);
    address internal operator = address(0x09e4a704);
    address internal stranger = address(0x574a46e4);
    bytes32 internal carKey = _keyOf(CAR_SECRET);

    TitleStub internal title;
    Permit2Mock internal permit2;
    StablecoinMock internal token;
    PaymentChannels internal channels;
    address internal verifier;

    function setUp() public virtual {
        vm.warp(NOW);
        title = new TitleStub();
        title.setHolder(CAR, payer);
        title.setState(CAR, TitleStatus.Active, 0, GRANT);
        permit2 = new Permit2Mock();
        token = new StablecoinMock();
        verifier = _deploy("ERC7913P256Verifier", "");
        channels = PaymentChannels(_deploy("PaymentChannels", abi.encode(title, verifier, permit2)));

        token.issue(payer, 1e30);
        vm.prank(payer);
        token.approve(address(channels), type(uint256).max);
        vm.deal(payer, 1e30);
    }

    /* TERMS */

    function _terms() internal view returns (ChannelTerms memory) {
        return _termsIn(address(token));
    }

    function _termsIn(address asset) internal view returns (ChannelTerms memory) {
        return
            ChannelTerms({
                payer: payer,
                signer: carKey,
                payee: payee,
                operator: operator,
                asset: asset,
                closeDelaySeconds: DELAY,
                salt: 7
            });
    }

    function _salted(uint64 salt) internal view returns (ChannelTerms memory terms) {
        terms = _terms();
        terms.salt = salt;
    }

    function _id(ChannelTerms memory terms) internal view returns (bytes32) {
        return _channelIdOn(_home, address(channels), terms);
    }

    /* FUNDING */

    function _approval() internal pure returns (Funding memory) {
        return Funding({kind: FundingKind.Approval, data: ""});
    }

    /// @dev As the payer, by approval or with the native coin.
    function _open(ChannelTerms memory terms, uint96 amount) internal returns (bytes32) {
        vm.prank(terms.payer);
        return
            channels.openChannel{value: terms.asset == address(0) ? amount : 0}(terms, amount, _approval());
    }

    function _openDefault() internal returns (ChannelTerms memory terms, bytes32 channelId) {
        terms = _terms();
        channelId = _open(terms, AMOUNT);
    }

    /// @dev The payer's ERC-2612 permit of `value` for the channels.
    function _permit(uint256 value, uint256 deadline) internal view returns (Funding memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            PAYER_SECRET,
            _permitDigest(payer, address(channels), value, token.nonces(payer), deadline)
        );
        return Funding({kind: FundingKind.Permit, data: abi.encode(value, deadline, v, r, s)});
    }

    function _permitDigest(
        address owner,
        address spender,
        uint256 value,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        return
            _typed(
                "Local Euro",
                address(token),
                keccak256(abi.encode(typeHash, owner, spender, value, nonce, deadline))
            );
    }

    /// @dev The payer's ERC-3009 authorisation of `amount` for what `fundingId` says, from now until in an hour.
    function _authorization(bytes32 fundingId, uint256 amount) internal view returns (Funding memory) {
        return _authorizationBetween(fundingId, amount, NOW - 1, NOW + 1 hours);
    }

    function _authorizationBetween(
        bytes32 fundingId,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore
    ) internal view returns (Funding memory) {
        uint256 salt = 0x5a17;
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 nonce = keccak256(abi.encode(fundingId, salt));
        bytes32 structHash = keccak256(
            abi.encode(typeHash, payer, address(channels), amount, validAfter, validBefore, nonce)
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            PAYER_SECRET,
            _typed("Local Euro", address(token), structHash)
        );
        return
            Funding({
                kind: FundingKind.Authorization,
                data: abi.encode(validAfter, validBefore, salt, v, r, s)
            });
    }

    /// @dev The payer's Permit2 transfer of `amount` for what `fundingId` says, until in an hour.
    function _permit2(
        bytes32 fundingId,
        uint256 amount,
        uint256 nonce
    ) internal view returns (Funding memory) {
        uint256 deadline = NOW + 1 hours;
        bytes32 permitted = keccak256(
            abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), address(token), amount)
        );
        bytes32 witness = keccak256(abi.encode(keccak256("ChannelFunding(bytes32 fundingId)"), fundingId));
        bytes32 typeHash = keccak256(
            "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,ChannelFunding witness)ChannelFunding(bytes32 fundingId)TokenPermissions(address token,uint256 amount)"
        );
        bytes32 structHash = keccak256(
            abi.encode(typeHash, permitted, address(channels), nonce, deadline, witness)
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", permit2.DOMAIN_SEPARATOR(), structHash));
        return
            Funding({
                kind: FundingKind.Permit2,
                data: abi.encode(nonce, deadline, _sign65(PAYER_SECRET, digest))
            });
    }

    function _approvePermit2() internal {
        vm.prank(payer);
        token.approve(address(permit2), type(uint256).max);
    }

    /* CLAIMS */

    function _amounts(uint96 newSettled, uint96 ceiling) internal pure returns (ClaimAmounts) {
        return ClaimAmounts.wrap((uint256(newSettled) << 96) | ceiling);
    }

    /// @dev The car's voucher, 64 bytes.
    function _voucher(
        ChannelTerms memory terms,
        uint24 epoch,
        uint96 ceiling
    ) internal view returns (bytes memory) {
        return _sign64(CAR_SECRET, _voucherDigest(address(channels), _id(terms), epoch, ceiling));
    }

    function _claimWith(
        ChannelTerms memory terms,
        ClaimAmounts amounts,
        bytes memory proof
    ) internal pure returns (Claim memory) {
        return
            Claim({
                payer: terms.payer,
                signer: terms.signer,
                closing: ClosingTerms.wrap((uint256(terms.salt) << 32) | terms.closeDelaySeconds),
                amounts: amounts,
                proof: proof
            });
    }

    /// @dev A claim of `newSettled` by a voucher of as much, in epoch 0.
    function _claim(ChannelTerms memory terms, uint96 newSettled) internal view returns (Claim memory) {
        return _claimWith(terms, _amounts(newSettled, newSettled), _voucher(terms, 0, newSettled));
    }

    function _one(Claim memory claim) internal pure returns (Claim[] memory claims) {
        claims = new Claim[](1);
        claims[0] = claim;
    }

    function _to(ChannelTerms memory terms) internal pure returns (Payee memory) {
        return Payee({payee: terms.payee, operator: terms.operator, asset: terms.asset});
    }

    /// @dev Settles one claim for the payee.
    function _submit(ChannelTerms memory terms, Claim memory claim) internal returns (uint256) {
        vm.prank(terms.payee);
        return channels.settle(_to(terms), _one(claim), false);
    }

    function _settle(ChannelTerms memory terms, uint96 newSettled) internal returns (uint256) {
        return _submit(terms, _claim(terms, newSettled));
    }

    /// @dev Submits a claim that is passed over for `outcome`, and looks that nothing has changed.
    function _skips(
        ChannelTerms memory terms,
        Claim memory claim,
        ClaimOutcome outcome,
        string memory message
    ) internal {
        bytes32 before = _word(_id(terms));
        uint256 held = token.balanceOf(address(channels));
        bytes32 claimed = keccak256(
            abi.encode(
                _home,
                address(channels),
                claim.payer,
                claim.signer,
                terms.payee,
                terms.operator,
                terms.asset,
                claim.closing
            )
        );
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ClaimSkipped(claimed, outcome);
        uint256 amount = _submit(terms, claim);
        assertEq(amount, 0, string.concat(message, ": paid"));
        assertEq(_word(_id(terms)), before, string.concat(message, ": changed"));
        assertEq(token.balanceOf(address(channels)), held, string.concat(message, ": moved"));
    }

    /* CLOSING */

    function _agreement(
        ChannelTerms memory terms,
        uint24 epoch,
        uint96 newSettled
    ) internal view returns (bytes memory) {
        return _sign65(PAYEE_SECRET, _agreementDigest(address(channels), _id(terms), epoch, newSettled));
    }

    /// @dev The payee closes without a claim.
    function _close(ChannelTerms memory terms) internal {
        vm.prank(terms.payee);
        channels.closeChannel(terms, ClaimAmounts.wrap(0), "");
    }

    function _requestClose(ChannelTerms memory terms) internal returns (uint40) {
        vm.prank(terms.payer);
        return channels.requestClose(terms);
    }

    /* MANDATES */

    function _mandate() internal view returns (Mandate memory) {
        return
            Mandate({
                owner: payer,
                vehicleId: CAR,
                grantEpoch: GRANT,
                signer: carKey,
                asset: address(token),
                capPerPeriod: CAP,
                periodSeconds: PERIOD,
                totalCap: AMOUNT,
                payeeRoot: 0,
                validFrom: NOW,
                expiresAt: NOW + 30 days,
                salt: 9
            });
    }

    /// @dev The owner's signature of the mandate, and the car's of an order in epoch 0 that ends in an hour.
    function _mandateProof(
        Mandate memory mandate,
        ChannelTerms memory terms,
        uint96 newDeposited
    ) internal view returns (MandateProof memory) {
        return _mandateProofAt(mandate, terms, 0, newDeposited);
    }

    function _mandateProofAt(
        Mandate memory mandate,
        ChannelTerms memory terms,
        uint24 epoch,
        uint96 newDeposited
    ) internal view returns (MandateProof memory proof) {
        proof.deadline = uint40(block.timestamp + 1 hours);
        proof.ownerSignature = _sign65(PAYER_SECRET, _mandateDigest(address(channels), mandate));
        proof.machineSignature = _sign64(
            CAR_SECRET,
            _orderDigest(
                address(channels),
                _mandateId(mandate),
                _id(terms),
                epoch,
                newDeposited,
                proof.deadline
            )
        );
    }

    /// @dev A stranger brings what the owner and the car signed.
    function _fund(
        Mandate memory mandate,
        ChannelTerms memory terms,
        uint96 newDeposited
    ) internal returns (bytes32) {
        return _bring(mandate, terms, newDeposited, _mandateProof(mandate, terms, newDeposited));
    }

    function _bring(
        Mandate memory mandate,
        ChannelTerms memory terms,
        uint96 newDeposited,
        MandateProof memory proof
    ) internal returns (bytes32) {
        vm.prank(stranger);
        return channels.fundByMandate(terms, newDeposited, mandate, proof);
    }

    /* STATE */

    function _slot(bytes32 channelId) private pure returns (bytes32) {
        return keccak256(abi.encode(channelId, CHANNELS_SLOT));
    }

    function _word(bytes32 channelId) internal view returns (bytes32) {
        return vm.load(address(channels), _slot(channelId));
    }

    function _pack(
        uint256 settled,
        uint256 deposited,
        uint256 closeDeadline,
        uint256 epoch
    ) internal pure returns (bytes32) {
        return bytes32(settled | (deposited << 96) | (closeDeadline << 192) | (epoch << 232));
    }

    /// @dev Puts a closed channel into an epoch that it would take a long life to reach.
    function _setEpoch(bytes32 channelId, uint24 epoch) internal {
        vm.store(address(channels), _slot(channelId), _pack(0, 0, 0, epoch));
        assertEq(channels.channelOf(channelId).epoch, epoch, "the channel is where this test thinks it is");
    }

    function _assertChannel(
        ChannelTerms memory terms,
        uint256 settled,
        uint256 deposited,
        uint256 closeDeadline,
        uint256 epoch,
        string memory message
    ) internal view {
        Channel memory channel = channels.channelOf(_id(terms));
        assertEq(channel.settled, settled, string.concat(message, ": settled"));
        assertEq(channel.deposited, deposited, string.concat(message, ": deposited"));
        assertEq(channel.closeDeadline, closeDeadline, string.concat(message, ": close deadline"));
        assertEq(channel.epoch, epoch, string.concat(message, ": epoch"));
        assertEq(
            _word(_id(terms)),
            _pack(settled, deposited, closeDeadline, epoch),
            string.concat(message, ": word")
        );
    }

    /// @dev Of the token: what the contract, the payee and, as a balance, the payee have.
    function _assertMoney(uint256 held, uint256 paid, uint256 credited, string memory message) internal view {
        assertEq(token.balanceOf(address(channels)), held, string.concat(message, ": held"));
        assertEq(token.balanceOf(payee), paid, string.concat(message, ": paid"));
        assertEq(channels.balanceOf(address(token), payee), credited, string.concat(message, ": credited"));
    }
}
