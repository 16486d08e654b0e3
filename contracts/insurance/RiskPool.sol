// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IERC7540Operator, IERC7540Redeem} from "../interfaces/IERC7540.sol";
import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {AssetLib} from "../libraries/AssetLib.sol";
import {PoolLib} from "../libraries/PoolLib.sol";
import {ExposureKeys, PoolState, PoolTerms, Redemption} from "../types/InsuranceTypes.sol";

/// @title Capital that stands behind the covers of one insurer, in one token.
/// @notice
/// - The policy book locks and frees cover and moves premium, the claims contract takes capital: each in a role of its own that
///   the consortium gave it. They are trusted with the amounts; the pool holds them to what is there.
/// - Nobody has a way to the capital but by redeeming shares, and the covers sold come first.
/// - Assets are counted here, not read off the token: a donation belongs to nobody. Tokens that take a fee are refused on the
///   way in; a token whose balances shrink by themselves is not supported.
/// - Who knows of a loss cannot be out before it: a redemption waits as long as events can be claimed, and is paid at the
///   lower of two prices.
contract RiskPool is IRiskPool, ERC4626, MemberAccess, ReentrancyGuardTransient {
    using PoolLib for PoolState;
    using PoolLib for Redemption;
    using SafeCast for uint256;

    /// @dev A million virtual shares for each unit of the token: moving the price by a deposit costs a million times its gain.
    uint8 private constant DECIMALS_OFFSET = 6;

    /// @dev ERC-7540: requests of one controller are one.
    uint256 private constant REQUEST_ID = 0;

    /// @dev As long, an event can be claimed. A disputed index is known seven days after the day it is of began.
    uint32 private constant MIN_REDEEM_DELAY = 8 days;

    /// @inheritdoc IRiskPool
    address public immutable insurer;

    /// @inheritdoc IRiskPool
    uint32 public immutable redeemDelaySeconds;

    /// @inheritdoc IRiskPool
    uint16 public immutable cellCapBps;

    /// @inheritdoc IRiskPool
    uint16 public immutable fleetCapBps;

    PoolState private _state;
    mapping(bytes32 cell => uint256 cover) private _cellExposures;
    mapping(bytes32 fleetId => uint256 cover) private _fleetExposures;
    mapping(address account => uint256 amount) private _owed;
    mapping(address controller => Redemption) private _redemptions;
    mapping(address controller => mapping(address operator => bool)) private _operators;

    constructor(
        address authority,
        PoolTerms memory terms,
        string memory name,
        string memory symbol
    ) ERC20(name, symbol) ERC4626(IERC20(terms.asset)) AccessManaged(authority) {
        require(
            terms.asset != address(0) &&
                terms.insurer != address(0) &&
                terms.redeemDelaySeconds >= MIN_REDEEM_DELAY &&
                terms.cellCapBps <= PoolLib.BPS &&
                terms.fleetCapBps <= PoolLib.BPS,
            PoolTermsInvalid(
                terms.asset,
                terms.insurer,
                terms.redeemDelaySeconds,
                terms.cellCapBps,
                terms.fleetCapBps
            )
        );
        insurer = terms.insurer;
        redeemDelaySeconds = terms.redeemDelaySeconds;
        cellCapBps = terms.cellCapBps;
        fleetCapBps = terms.fleetCapBps;
    }

    /* DEPOSITING */

    /// @inheritdoc IERC4626
    function deposit(
        uint256 assets,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 shares) {
        shares = super.deposit(assets, receiver);
        require(shares != 0, PoolSharesZero());
    }

    /// @inheritdoc IERC4626
    function mint(
        uint256 shares,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        require(shares != 0, PoolSharesZero());
        return super.mint(shares, receiver);
    }

    /// @dev Called by both, with what the caller pays.
    function _transferIn(address from, uint256 assets) internal override {
        AssetLib.pullAllowed(asset(), from, assets);
        _state.capital += assets.toUint96();
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        PoolState memory state = _state;
        // What is reserved and unearned may become capital.
        return
            state.isHalted
                ? 0
                : Math.saturatingSub(
                    type(uint96).max,
                    uint256(state.capital) + state.reserved + state.unearned
                );
    }

    /// @inheritdoc IERC4626
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256) {
        return previewDeposit(maxDeposit(receiver));
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) public view override(ERC4626, IERC4626) returns (uint256) {
        return Math.mulDiv(assets, totalSupply() + 10 ** DECIMALS_OFFSET, _askedAssets() + 1);
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) public view override(ERC4626, IERC4626) returns (uint256) {
        return
            Math.mulDiv(
                shares,
                _askedAssets() + 1,
                totalSupply() + 10 ** DECIMALS_OFFSET,
                Math.Rounding.Ceil
            );
    }

    /// @dev What a share is bought by. A claim that still may fall would give its reserve back to the shares: who buys pays for
    /// that, or a deposit just before would take it from the others.
    function _askedAssets() private view returns (uint256) {
        return uint256(_state.capital) + _state.reserved;
    }

    /* REDEEMING (ERC-7540) */

    /// @inheritdoc IERC7540Redeem
    /// @dev The caller acts for both, so that nobody delays a request of another by adding to it.
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external nonReentrant returns (uint256) {
        require(shares != 0, PoolSharesZero());
        _requireActsFor(owner);
        _requireActsFor(controller);
        uint96 assets = convertToAssets(shares).toUint96();

        _transfer(owner, address(this), shares);
        Redemption memory request = _redemptions[controller];
        request.shares = (request.shares + shares).toUint120();
        request.assets += assets;
        request.claimableAt = uint40(block.timestamp) + redeemDelaySeconds;
        _redemptions[controller] = request;
        _state.pending += assets;

        emit RedeemRequest(controller, owner, REQUEST_ID, msg.sender, shares);
        return REQUEST_ID;
    }

    /// @inheritdoc IERC4626
    function redeem(
        uint256 shares,
        address receiver,
        address controller
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 assets) {
        require(shares != 0, PoolSharesZero());
        uint256 limit = maxRedeem(controller);
        require(shares <= limit, ERC4626ExceededMaxRedeem(controller, shares, limit));
        assets = _worth(_redemptions[controller], shares);
        _leave(shares, assets, receiver, controller);
    }

    /// @inheritdoc IERC4626
    function withdraw(
        uint256 assets,
        address receiver,
        address controller
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 shares) {
        require(assets != 0, PoolSharesZero());
        uint256 limit = maxWithdraw(controller);
        require(assets <= limit, ERC4626ExceededMaxWithdraw(controller, assets, limit));
        Redemption memory request = _redemptions[controller];
        shares = Math.max(
            Math.mulDiv(assets, request.shares, request.assets, Math.Rounding.Ceil),
            _convertToShares(assets, Math.Rounding.Ceil)
        );
        _leave(shares, assets, receiver, controller);
    }

    function _leave(uint256 shares, uint256 assets, address receiver, address controller) private {
        _requireActsFor(controller);
        Redemption memory request = _redemptions[controller];
        uint96 asked = request.assetsOf(shares);
        request.assets -= asked;
        request.shares -= uint120(shares); // not more than the request's, or the limit would have refused
        _redemptions[controller] = request;
        _state.pending -= asked;
        _state.capital -= uint96(assets); // not more than is free

        _burn(address(this), shares);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
        SafeERC20.safeTransfer(IERC20(asset()), receiver, assets);
    }

    /// @dev The lower of two prices: gains after the request are of those who stay, losses are of all.
    function _worth(Redemption memory request, uint256 shares) private view returns (uint256) {
        return request.shares == 0 ? 0 : Math.min(request.assetsOf(shares), convertToAssets(shares));
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address controller) public view override(ERC4626, IERC4626) returns (uint256) {
        Redemption memory request = _redemptions[controller];
        if (block.timestamp < request.claimableAt) return 0;
        return PoolLib.payable_(request.shares, _worth(request, request.shares), freeCapital());
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address controller) public view override(ERC4626, IERC4626) returns (uint256) {
        return _worth(_redemptions[controller], maxRedeem(controller));
    }

    /// @inheritdoc IERC4626
    function previewRedeem(uint256) public pure override(ERC4626, IERC4626) returns (uint256) {
        revert PoolPreviewUnknown();
    }

    /// @inheritdoc IERC4626
    function previewWithdraw(uint256) public pure override(ERC4626, IERC4626) returns (uint256) {
        revert PoolPreviewUnknown();
    }

    /// @inheritdoc IERC7540Redeem
    function pendingRedeemRequest(uint256, address controller) external view returns (uint256) {
        Redemption memory request = _redemptions[controller];
        return block.timestamp < request.claimableAt ? request.shares : 0;
    }

    /// @inheritdoc IERC7540Redeem
    /// @dev That the delay is over; `maxRedeem` also says how much of it can be paid now.
    function claimableRedeemRequest(uint256, address controller) external view returns (uint256) {
        Redemption memory request = _redemptions[controller];
        return block.timestamp < request.claimableAt ? 0 : request.shares;
    }

    /// @inheritdoc IERC7540Operator
    function setOperator(address operator, bool approved) external returns (bool) {
        _operators[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @inheritdoc IERC7540Operator
    function isOperator(address controller, address operator) external view returns (bool) {
        return _operators[controller][operator];
    }

    function _requireActsFor(address account) private view {
        require(
            msg.sender == account || _operators[account][msg.sender],
            PoolNotController(account, msg.sender)
        );
    }

    /* COVER */

    /// @inheritdoc IRiskPool
    function lockCover(
        ExposureKeys calldata keys,
        uint96 cover,
        address payer,
        uint96 premium
    ) external nonReentrant {
        _requireMember(msg.sender, Roles.COVER_CONTROLLER);
        PoolState memory state = _state;
        require(!state.isHalted, PoolIsHalted());
        uint256 free = state.sellable();
        require(cover <= free, PoolCapitalShort(cover, free));
        _expose(_cellExposures, keys.cell, cover, PoolLib.exposureLimit(state.capital, cellCapBps));
        if (keys.fleetId != 0) {
            _expose(_fleetExposures, keys.fleetId, cover, PoolLib.exposureLimit(state.capital, fleetCapBps));
        }
        _state.locked = state.locked + cover;
        emit CoverLocked(keys.cell, keys.fleetId, cover, state.locked + cover);
        if (premium != 0) _takePremium(payer, premium);
    }

    /// @inheritdoc IRiskPool
    function releaseCover(
        ExposureKeys calldata keys,
        uint96 cover,
        address payee,
        uint96 refund
    ) external nonReentrant {
        _requireMember(msg.sender, Roles.COVER_CONTROLLER);
        uint96 locked = _freeCover(keys, cover);
        emit CoverReleased(keys.cell, keys.fleetId, cover, locked);
        if (refund == 0) return;
        uint96 unearned = _state.unearned;
        require(refund <= unearned, PoolAmountExcessive(refund, unearned));
        _state.unearned = unearned - refund;
        _state.owed += refund;
        _credit(payee, refund);
    }

    /// @inheritdoc IRiskPool
    function takePremium(address payer, uint96 amount) external nonReentrant {
        _requireMember(msg.sender, Roles.COVER_CONTROLLER);
        _takePremium(payer, amount);
    }

    /// @inheritdoc IRiskPool
    function earnPremium(uint96 amount) external nonReentrant {
        _requireMember(msg.sender, Roles.COVER_CONTROLLER);
        uint96 unearned = _state.unearned;
        require(amount <= unearned, PoolAmountExcessive(amount, unearned));
        // No event: the book's says of which policy and for what.
        (_state.capital, _state.unearned) = (_state.capital + amount, unearned - amount);
    }

    function _takePremium(address payer, uint96 amount) private {
        _state.unearned += amount;
        emit PremiumReceived(payer, amount);
        AssetLib.pullAllowed(asset(), payer, amount);
    }

    function _expose(
        mapping(bytes32 => uint256) storage exposures,
        bytes32 key,
        uint96 cover,
        uint256 limit
    ) private {
        uint256 exposure = exposures[key] + cover;
        require(exposure <= limit, PoolExposureExceeded(key, exposure, limit));
        exposures[key] = exposure;
    }

    function _freeCover(ExposureKeys calldata keys, uint96 cover) private returns (uint96 locked) {
        locked = _state.locked;
        require(cover <= locked, PoolAmountExcessive(cover, locked));
        locked -= cover;
        _state.locked = locked;
        _cellExposures[keys.cell] -= cover;
        if (keys.fleetId != 0) _fleetExposures[keys.fleetId] -= cover;
    }

    /* CLAIMS */

    /// @inheritdoc IRiskPool
    function reserveClaim(ExposureKeys calldata keys, uint96 amount) external nonReentrant {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        uint96 capital = _takeCapital(keys, amount);
        _state.reserved += amount;
        emit ClaimReserved(amount, capital);
    }

    /// @inheritdoc IRiskPool
    function releaseClaim(
        ExposureKeys calldata keys,
        uint96 amount,
        bool isLockedAgain
    ) external nonReentrant {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        _spendReserve(amount, amount);
        if (!isLockedAgain) return;
        // Without a look at the bounds: the cover was within them when it was sold.
        _state.locked += amount;
        _cellExposures[keys.cell] += amount;
        if (keys.fleetId != 0) _fleetExposures[keys.fleetId] += amount;
    }

    /// @inheritdoc IRiskPool
    function payReserved(address payee, uint96 amount, uint96 kept) external nonReentrant {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        _spendReserve(amount + kept, kept);
        _state.owed += amount;
        _credit(payee, amount);
        _haltIfWiped();
    }

    /// @inheritdoc IRiskPool
    function payClaim(ExposureKeys calldata keys, address payee, uint96 amount) external nonReentrant {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        uint96 capital = _takeCapital(keys, amount);
        _state.owed += amount;
        _credit(payee, amount);
        // What leaves more than it takes wipes nothing out.
        if (capital < amount) _haltIfWiped();
    }

    /// @inheritdoc IRiskPool
    function takeBond(address payer, uint96 amount) external nonReentrant {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        _state.owed += amount;
        AssetLib.pullAllowed(asset(), payer, amount);
    }

    /// @inheritdoc IRiskPool
    function giveBond(address payee, uint96 amount) external nonReentrant {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        _credit(payee, amount);
    }

    /// @dev Capital behind a cover: there is as much of it as is locked.
    function _takeCapital(ExposureKeys calldata keys, uint96 amount) private returns (uint96 capital) {
        _freeCover(keys, amount);
        capital = _state.capital - amount;
        _state.capital = capital;
    }

    function _spendReserve(uint96 amount, uint96 returned) private {
        uint96 reserved = _state.reserved;
        require(amount <= reserved, PoolAmountExcessive(amount, reserved));
        _state.reserved = reserved - amount;
        if (returned == 0) return;
        uint96 capital = _state.capital + returned;
        _state.capital = capital;
        emit ClaimReserveReleased(returned, capital);
    }

    /// @dev When a whole share is worth nothing, whoever bought then would have what premium comes in later.
    function _haltIfWiped() private {
        uint256 supply = totalSupply();
        if (supply == 0 || _state.isHalted) return;
        if (Math.mulDiv(10 ** decimals(), _askedAssets(), supply) != 0) return;
        _state.isHalted = true;
        emit PoolHalted();
    }

    /* COLLECTING */

    function _credit(address account, uint96 amount) private {
        _owed[account] += amount;
        emit PayoutCredited(account, amount);
    }

    /// @inheritdoc IRiskPool
    function collect(address account) external nonReentrant returns (uint256 amount) {
        amount = _owed[account];
        require(amount != 0, PoolNothingOwed(account));
        _owed[account] = 0;
        _state.owed -= amount.toUint96();
        emit PayoutCollected(account, amount);
        SafeERC20.safeTransfer(IERC20(asset()), account, amount);
    }

    /* VIEWS */

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return _state.capital;
    }

    /// @inheritdoc IRiskPool
    function poolState() external view returns (PoolState memory) {
        return _state;
    }

    /// @inheritdoc IRiskPool
    function freeCapital() public view returns (uint256) {
        return _state.free();
    }

    /// @inheritdoc IRiskPool
    function sellableCover() external view returns (uint256) {
        return _state.sellable();
    }

    /// @inheritdoc IRiskPool
    function exposureOf(ExposureKeys calldata keys) external view returns (uint256 cell, uint256 fleet) {
        return (_cellExposures[keys.cell], _fleetExposures[keys.fleetId]);
    }

    /// @inheritdoc IRiskPool
    function owedTo(address account) external view returns (uint256) {
        return _owed[account];
    }

    /// @inheritdoc IRiskPool
    function redemptionOf(address controller) external view returns (Redemption memory) {
        return _redemptions[controller];
    }

    /// @inheritdoc IRiskPool
    function share() external view returns (address) {
        return address(this);
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return
            interfaceId == type(IERC165).interfaceId ||
            interfaceId == type(IERC7540Operator).interfaceId ||
            interfaceId == type(IERC7540Redeem).interfaceId ||
            interfaceId == bytes4(0x2f0a18c5); // ERC-7575 vault, which has no interface to take an id from
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return DECIMALS_OFFSET;
    }
}
