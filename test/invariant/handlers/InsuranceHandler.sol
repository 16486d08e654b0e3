// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {RiskPool} from "../../../contracts/insurance/RiskPool.sol";
import {IPolicyBook} from "../../../contracts/interfaces/IPolicyBook.sol";
import {
    Claim,
    ClaimStatus,
    CrashEvent,
    CrashEvidence,
    Policy,
    PolicyStatus,
    PolicyTerms,
    PoolState
} from "../../../contracts/types/InsuranceTypes.sol";
import {AnchoredSummary, TripSummary} from "../../../contracts/types/TelemetryTypes.sol";
import {InsuranceTest} from "../../helpers/InsuranceTest.sol";
import {Vm} from "../../helpers/Vm.sol";

/// @dev Depositors, holders and strangers, two pools and three vehicles, at random; with an account beside the contracts of what was
/// driven, crashed and claimed. Most calls may be refused; what counts is what holds whatever was carried out.
abstract contract InsuranceHandler is InsuranceTest {
    uint256 internal constant THIRD_VEHICLE = uint256(keccak256("third vehicle"));
    uint96 private constant POOL_CAPITAL = 100_000 * EUR;

    /// @dev What the handler knows of a policy. `terms` are encoded.
    struct Sold {
        bytes terms;
        bytes32 policyId;
        uint256 vehicleId;
        uint256 pool;
        uint64 baseM;
        uint64 lastM;
        uint64 provenM;
        uint64 assumedM;
    }

    /// @dev A crash that happened once, whoever tells of it, and how often it was claimed and not taken back.
    struct Crashed {
        uint256 vehicleId;
        uint40 occurredAt;
        uint32 deltaVCmS;
        uint256 claims;
    }

    struct Claimed {
        bytes32 incidentId;
        uint256 sold;
        uint256 crash;
        bytes evidence;
    }

    RiskPool[2] internal riskPools;
    uint256[3] internal vehicles = [VEHICLE, OTHER_VEHICLE, THIRD_VEHICLE];
    address[5] internal accounts;
    Sold[] internal sold;
    Crashed[] internal crashes;
    Claimed[] internal claimed;
    uint256[2] internal donated;

    /// @dev Prices that a claim raised, and openings that did not lower the capital: must stay zero.
    uint256 internal raises;
    uint256 public carriedOut;
    mapping(bytes4 action => uint256) public doneBy;

    mapping(uint256 vehicleId => TripSummary[]) private _summaries;
    mapping(uint256 vehicleId => Key) private _keys;

    function setUp() public override {
        if (address(book) != address(0)) return; // the runner takes it for an action
        super.setUp();
        _register(THIRD_VEHICLE, buyer);
        Key memory k3 = Key({isP256: false, secret: 0xC0DE});
        _bindTo(THIRD_VEHICLE, k3, FROM, NO_END);
        _keys[VEHICLE] = k1;
        _keys[OTHER_VEHICLE] = k2;
        _keys[THIRD_VEHICLE] = k3;
        accounts = [lp, otherLp, holder, buyer, stranger];
        token.issue(buyer, 100 * uint256(CAPITAL));
        for (uint256 i = 0; i < 2; ++i) {
            riskPools[i] = _openPool(REDEEM_DELAY, i == 0 ? 10_000 : 6_000, 10_000);
            _approvePool(riskPools[i]);
            vm.prank(lp);
            riskPools[i].deposit(POOL_CAPITAL, lp);
        }
        // It begins where much can go wrong: two covers of each vehicle, in two pools, that have driven.
        for (uint256 i = 0; i < 3; ++i) {
            drive(i, 1_000_000);
            buy(i | (1 << 32), 30_000 * EUR);
            buy(i | (1 << 8) | (1 << 16) | (1 << 32), 25_000 * EUR);
        }
        vm.warp(block.timestamp + 2 days);
    }

    /* CAPITAL */

    function deposit(uint256 seed, uint96 amount) public {
        RiskPool target = riskPools[seed % 2];
        address account = accounts[(seed >> 8) % 5];
        _do(
            this.deposit.selector,
            account,
            address(target),
            abi.encodeCall(target.deposit, (bound(amount, 0, POOL_CAPITAL / 20), account))
        );
    }

    function requestRedeem(uint256 seed, uint256 part) public {
        RiskPool target = riskPools[seed % 2];
        address account = accounts[(seed >> 8) % 5];
        uint256 shares = bound(part, 0, target.balanceOf(account));
        _do(
            this.requestRedeem.selector,
            account,
            address(target),
            abi.encodeCall(target.requestRedeem, (shares, account, account))
        );
    }

    function redeem(uint256 seed, uint256 part) public {
        RiskPool target = riskPools[seed % 2];
        address account = accounts[(seed >> 8) % 5];
        uint256 limit = target.maxRedeem(account);
        bytes memory data =
            part % 2 == 0
                ? abi.encodeCall(target.redeem, (bound(part, 0, limit), account, account))
                : abi.encodeCall(
                    target.withdraw,
                    (bound(part, 0, target.maxWithdraw(account)), account, account)
                );
        _do(this.redeem.selector, account, address(target), data);
    }

    function donate(uint256 seed, uint96 amount) public {
        amount = uint96(bound(amount, 0, EUR));
        vm.prank(stranger);
        token.transfer(address(riskPools[seed % 2]), amount);
        donated[seed % 2] += amount;
    }

    function collect(uint256 seed) public {
        RiskPool target = riskPools[seed % 2];
        address account = accounts[(seed >> 8) % 5];
        for (uint256 i = 0; i < 5; ++i) {
            if (target.owedTo(account) == 0) account = accounts[((seed >> 8) + i) % 5];
        }
        _do(this.collect.selector, stranger, address(target), abi.encodeCall(target.collect, (account)));
    }

    /// @dev A stranger tries what only the book and the claims may.
    function attack(uint256 seed, uint96 amount) public {
        RiskPool target = riskPools[seed % 2];
        bytes[5] memory calls = [
            abi.encodeCall(target.earnPremium, (amount)),
            abi.encodeCall(target.releaseCover, (_keysOf(CELL, 0), amount, stranger, amount)),
            abi.encodeCall(target.payClaim, (_keysOf(CELL, 0), stranger, amount)),
            abi.encodeCall(target.payReserved, (stranger, amount, 0)),
            abi.encodeCall(target.giveBond, (stranger, amount))
        ];
        assertFalse(
            _do(this.attack.selector, stranger, address(target), calls[(seed >> 8) % 5]),
            "a stranger moves nothing"
        );
    }

    /* POLICIES */

    function buy(uint256 seed, uint96 cover) public {
        uint256 vehicleId = vehicles[seed % 3];
        uint256 poolIndex = (seed >> 8) % 2;
        pool = riskPools[poolIndex];
        PolicyTerms memory terms = _termsFor(vehicleId, uint64(sold.length));
        terms.quote.productId = (seed >> 16) % 2 == 0 ? COLLISION : HAIL;
        terms.quote.cover = uint96(bound(cover, 1, POOL_CAPITAL));
        // Often all that can be sold, or a unit more.
        uint256 edge = (seed >> 40) % 4;
        if (edge < 2) terms.quote.cover = uint96(pool.sellableCover() + edge);
        terms.subject.cell = _cellOf(vehicleId);
        terms.quote.waitingSeconds = uint32((seed >> 24) % 2) * 1 days;
        terms.quote.periodSeconds = 10 days;
        terms.quote.endsAt = uint40(block.timestamp) + 40 days;
        TripSummary[] storage summaries = _summaries[vehicleId];
        uint64 baseM;
        if (summaries.length != 0) {
            TripSummary memory base = summaries[summaries.length - 1];
            baseM = base.counters.distanceM;
            terms.subject.baseline = anchors.digestOf(base);
            terms.subject.baseDistanceM = baseM;
        }
        terms.quote.subjectRoot = book.leafOf(terms.subject);
        bytes memory signature = _signQuote(terms.quote, INSURER_SECRET);
        bytes memory data = abi.encodeCall(book.buyPolicy, (terms, signature, new bytes32[](0), DEPOSIT));
        // Rarely by somebody else, or a second time.
        address caller = (seed >> 32) % 8 == 0 ? stranger : title.ownerOf(vehicleId);
        if (!_do(this.buy.selector, caller, address(book), data)) return;
        sold.push(
            Sold({
                terms: abi.encode(terms),
                policyId: book.policyIdOf(terms),
                vehicleId: vehicleId,
                pool: poolIndex,
                baseM: baseM,
                lastM: baseM,
                provenM: 0,
                assumedM: 0
            })
        );
    }

    /// @dev The vehicle drives, and its recorder signs; sometimes nothing is proven of it.
    function drive(uint256 seed, uint64 metres) public {
        uint256 vehicleId = vehicles[seed % 3];
        TripSummary[] storage summaries = _summaries[vehicleId];
        TripSummary memory next;
        if (summaries.length != 0) next = summaries[summaries.length - 1];
        vm.warp(block.timestamp + 2 hours);
        next.vehicleId = vehicleId;
        next.sequence += 1;
        next.startedAt = uint40(block.timestamp) - 1 hours;
        next.endedAt = uint40(block.timestamp);
        next.traceRoot = bytes32(seed);
        next.counters.distanceM += uint64(bound(metres, 0, 3_000_000));
        next.counters.drivingS += 3_600;
        next.counters.nightS += uint40(seed % 3_600);
        summaries.push(next);
    }

    /// @dev Proves any summary of the vehicle, old or new, against the last one billed or, rarely, another one.
    function prove(uint256 seed) public {
        if (sold.length == 0) return;
        Sold storage policy = sold[_some(seed)];
        TripSummary[] storage summaries = _summaries[policy.vehicleId];
        if (summaries.length == 0) return;
        bytes32 last = book.policyOf(policy.policyId).lastSummary;
        if (last == 0) last = abi.decode(policy.terms, (PolicyTerms)).subject.baseline;
        TripSummary memory from;
        for (uint256 i = 0; i < summaries.length; ++i) {
            if (anchors.digestOf(summaries[i]) == last) from = summaries[i];
        }
        if ((seed >> 8) % 8 == 0) from = summaries[(seed >> 16) % summaries.length];
        uint256 chosen = (seed >> 24) % 2 == 0 ? summaries.length - 1 : (seed >> 32) % summaries.length;
        TripSummary memory to = summaries[chosen];
        AnchoredSummary memory anchored = _anchor(to, _keys[policy.vehicleId]);
        bytes memory data = abi.encodeCall(
            book.provePremiumPeriod,
            (abi.decode(policy.terms, (PolicyTerms)), from, anchored)
        );
        _absorb(policy, to.counters.distanceM, this.prove.selector, data);
    }

    function assume(uint256 seed) public {
        if (sold.length == 0) return;
        Sold storage policy = sold[_some(seed)];
        bytes memory data = abi.encodeCall(
            book.assumePremiumPeriod,
            (abi.decode(policy.terms, (PolicyTerms)))
        );
        _absorb(policy, policy.lastM, this.assume.selector, data);
    }

    /// @dev Reads off the events what was billed.
    function _absorb(Sold storage policy, uint64 metres, bytes4 action, bytes memory data) private {
        Policy memory before = book.policyOf(policy.policyId);
        // a paused one is taken up again by its holder alone
        address caller = before.status == PolicyStatus.Paused ? before.holder : stranger;
        vm.recordLogs();
        if (!_do(action, caller, address(book), data)) return;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IPolicyBook.PremiumProven.selector) {
                policy.provenM += abi.decode(logs[i].data, (uint64));
                policy.lastM = metres;
            } else if (logs[i].topics[0] == IPolicyBook.PremiumAssumed.selector) {
                policy.assumedM += abi.decode(logs[i].data, (uint64));
            }
        }
    }

    function pay(uint256 seed, uint96 amount) public {
        if (sold.length == 0) return;
        Sold storage policy = sold[_some(seed)];
        bytes memory data = abi.encodeCall(
            book.depositPremium,
            (abi.decode(policy.terms, (PolicyTerms)), uint96(bound(amount, 0, EUR)))
        );
        _do(this.pay.selector, stranger, address(book), data);
    }

    function close(uint256 seed) public {
        if (sold.length == 0) return;
        Sold storage policy = sold[_some(seed)];
        address caller = (seed >> 8) % 4 == 0 ? accounts[(seed >> 16) % 5] : stranger;
        bytes memory data = abi.encodeCall(book.closePolicy, (abi.decode(policy.terms, (PolicyTerms))));
        _do(this.close.selector, caller, address(book), data);
    }

    /// @dev A buyer without an allowance cannot pay its bills.
    function setAllowance(uint256 seed) public {
        vm.prank(title.ownerOf(vehicles[seed % 3]));
        token.approve(address(riskPools[(seed >> 8) % 2]), (seed >> 16) % 2 == 0 ? 0 : type(uint256).max);
    }

    function sell(uint256 seed) public {
        uint256 vehicleId = vehicles[seed % 3];
        address owner = title.ownerOf(vehicleId);
        if (owner == insurer || seed % 4 != 0) return;
        vm.prank(owner);
        title.transferFrom(owner, owner == holder ? buyer : holder, vehicleId);
    }

    function wait_(uint256 seed) public {
        vm.warp(block.timestamp + bound(seed, 1 hours, 4 days));
    }

    /* CLAIMS */

    function crash(uint256 seed) public {
        vm.warp(block.timestamp + 4 hours);
        crashes.push(
            Crashed({
                vehicleId: vehicles[seed % 3],
                occurredAt: uint40(block.timestamp),
                deltaVCmS: uint32(400 + ((seed >> 8) % 1_300)),
                claims: 0
            })
        );
        vm.warp(block.timestamp + 1 hours);
    }

    /// @dev Claims any crash under any policy, told of with a clock that is up to half an hour off.
    function claim(uint256 seed) public {
        if (sold.length == 0) return;
        if (crashes.length == 0 || (seed >> 40) % 2 == 0) crash(seed);
        uint256 crashIndex = (seed >> 8) % 2 == 0 ? crashes.length - 1 : (seed >> 16) % crashes.length;
        // Told of twice, under any of its policies: a thief would.
        _tell(crashIndex, seed);
        _tell(crashIndex, uint256(keccak256(abi.encode(seed))));
    }

    function _tell(uint256 crashIndex, uint256 seed) private {
        Crashed storage crashed = crashes[crashIndex];
        uint256 soldIndex = _policyFor(crashed.vehicleId, seed >> 24);
        CrashEvent memory told = CrashEvent({
            vehicleId: crashed.vehicleId,
            occurredAt: uint40(crashed.occurredAt + ((seed >> 32) % 1 hours) - 30 minutes),
            deltaVCmS: crashed.deltaVCmS,
            isAirbagDeployed: false,
            documentHash: bytes32(seed | 1)
        });
        CrashEvidence memory evidence = _evidence(told);
        Key memory key = _keys[crashed.vehicleId];
        evidence.signer = _signerOf(keys, key);
        evidence.signature = _sign(key, crashTrigger.crashDigestOf(told));
        if (!_submit(sold[soldIndex], abi.encode(evidence))) return;
        ++crashed.claims;
        claimed.push(
            Claimed({
                incidentId: claims.incidentIdOf(told.vehicleId, told.occurredAt / 1 hours),
                sold: soldIndex,
                crash: crashIndex,
                evidence: abi.encode(evidence)
            })
        );
    }

    function _submit(Sold storage policy, bytes memory evidence) private returns (bool) {
        RiskPool target = riskPools[policy.pool];
        uint96 capital = target.poolState().capital;
        uint256 asked = _asked(target);
        bytes memory data = abi.encodeCall(
            claims.openParametricClaim,
            (abi.decode(policy.terms, (PolicyTerms)), evidence)
        );
        // now and then somebody else
        address opener =
            uint256(keccak256(data)) % 16 == 0 ? stranger : book.policyOf(policy.policyId).holder;
        if (!_do(this.claim.selector, opener, address(claims), data)) return false;
        if (_asked(target) > asked || target.poolState().capital >= capital) ++raises;
        return true;
    }

    /// @dev Mostly one that is open, else any.
    function _some(uint256 seed) private view returns (uint256) {
        for (uint256 i = 0; seed % 8 != 7 && i < sold.length; ++i) {
            uint256 index = ((seed >> 4) + i) % sold.length;
            if (_isOpen(book.policyOf(sold[index].policyId))) return index;
        }
        return seed % sold.length;
    }

    /// @dev Mostly one of the vehicle's that is open, else any.
    function _policyFor(uint256 vehicleId, uint256 seed) private view returns (uint256) {
        for (uint256 i = 0; seed % 8 != 7 && i < sold.length; ++i) {
            uint256 index = (seed + i) % sold.length;
            if (sold[index].vehicleId == vehicleId && _isOpen(book.policyOf(sold[index].policyId)))
                return index;
        }
        return seed % sold.length;
    }

    /// @dev Challenges, decides, settles, revokes, cancels or hands over, whoever may or may not.
    function proceed(uint256 seed) public {
        if (claimed.length == 0) return;
        Claimed storage made = claimed[seed % claimed.length];
        Sold storage policy = sold[made.sold];
        RiskPool target = riskPools[policy.pool];
        uint256 asked = _asked(target);
        bytes memory data = _step(made, policy, (seed >> 8) % 6, seed);
        address caller = _proceeder(policy, (seed >> 8) % 6, seed);
        if (!_do(this.proceed.selector, caller, address(claims), data)) return;
        if (_asked(target) > asked) ++raises;
        if (claims.claimOf(made.incidentId).status == ClaimStatus.Cancelled) --crashes[made.crash].claims;
    }

    /// @dev Mostly who may; a holder that hands over has approved it.
    function _proceeder(Sold storage policy, uint256 way, uint256 seed) private returns (address) {
        address owner = book.policyOf(policy.policyId).holder;
        if (way == 4 && title.ownerOf(policy.vehicleId) == owner) {
            vm.prank(owner);
            title.approve(address(claims), policy.vehicleId);
        }
        if ((seed >> 24) % 16 == 0) return stranger;
        if (way == 1) return court;
        return way == 3 || way == 4 ? owner : stranger;
    }

    function _step(
        Claimed storage made,
        Sold storage policy,
        uint256 way,
        uint256 seed
    ) private view returns (bytes memory) {
        PolicyTerms memory terms = abi.decode(policy.terms, (PolicyTerms));
        bytes32 incidentId = made.incidentId;
        if (way == 0) return abi.encodeCall(claims.challengeClaim, (terms, incidentId, 0));
        if (way == 1) return abi.encodeCall(claims.resolveChallenge, (terms, incidentId, seed & 65536 == 0));
        if (way == 2) return abi.encodeCall(claims.settleClaim, (terms, incidentId));
        if (way == 3) return abi.encodeCall(claims.revokeClaim, (terms, incidentId));
        if (way == 4) return abi.encodeCall(claims.handOverSalvage, (terms, incidentId));
        return abi.encodeCall(claims.cancelClaim, (terms, incidentId, made.evidence));
    }

    /// @dev What a share is worth with what claims may give back, fine enough to see a unit of the token.
    function _asked(RiskPool target) private view returns (uint256) {
        PoolState memory state = target.poolState();
        return ((uint256(state.capital) + state.reserved) * 1e24) / (target.totalSupply() + 1e6);
    }

    function _do(
        bytes4 action,
        address caller,
        address target,
        bytes memory data
    ) private returns (bool isDone) {
        vm.prank(caller);
        (isDone, ) = target.call(data);
        if (!isDone) return false;
        ++carriedOut;
        ++doneBy[action];
    }

    /* THE LAWS */

    /// @dev Two cells, so that the bound of one is not the bound of all.
    function _cellOf(uint256 vehicleId) private pure returns (bytes32) {
        return keccak256(abi.encode("cell", vehicleId == VEHICLE));
    }

    function _isOpen(Policy memory policy) private pure returns (bool) {
        return policy.status == PolicyStatus.Collateralized || policy.status == PolicyStatus.Paused;
    }

    function checkCover() external view {
        for (uint256 i = 0; i < 2; ++i) {
            PoolState memory state = riskPools[i].poolState();
            assertTrue(state.locked <= state.capital, "I1 locked cover is not above the capital");
            uint256 covers;
            for (uint256 j = 0; j < sold.length; ++j) {
                Policy memory policy = book.policyOf(sold[j].policyId);
                if (sold[j].pool == i && _isOpen(policy)) covers += policy.coverLeft;
            }
            assertEq(state.locked, covers, "I1 what is locked is the cover of the policies");
            uint256 exposure;
            for (uint256 j = 0; j < 2; ++j) {
                (uint256 cell, ) = riskPools[i].exposureOf(_keysOf(_cellOf(vehicles[j]), 0));
                exposure += cell;
            }
            assertEq(exposure, covers, "I1 the exposure is the cover of the policies");
        }
    }

    function checkIncidents() external view {
        for (uint256 i = 0; i < crashes.length; ++i) {
            assertTrue(crashes[i].claims <= 1, "I2 one payout per incident");
        }
    }

    function checkPrice() external view {
        assertEq(raises, 0, "I3 a claim never raises the price of a share");
    }

    function checkKilometres() external view {
        for (uint256 i = 0; i < sold.length; ++i) {
            Sold storage policy = sold[i];
            uint256 driven = policy.lastM - policy.baseM;
            assertTrue(policy.provenM <= driven, "I4 kilometres are billed once");
            assertTrue(
                policy.provenM + policy.assumedM >= driven,
                "I4 every kilometre is billed or was assumed"
            );
        }
    }

    function checkMoney() external view {
        for (uint256 i = 0; i < 2; ++i) {
            PoolState memory state = riskPools[i].poolState();
            assertEq(
                token.balanceOf(address(riskPools[i])) - donated[i],
                uint256(state.capital) + state.reserved + state.unearned + state.owed,
                "I5 the pool holds what it owes"
            );
            (uint256 unearned, uint256 reserved, uint256 owed) = _owing(i);
            assertEq(state.unearned, unearned, "I5 unearned is what policies have in advance");
            assertEq(state.reserved, reserved, "I5 reserved is what claims wait for");
            assertEq(state.owed, owed, "I5 owed is what can be collected, and bonds");
        }
    }

    function _owing(
        uint256 poolIndex
    ) private view returns (uint256 unearned, uint256 reserved, uint256 owed) {
        for (uint256 j = 0; j < sold.length; ++j) {
            if (sold[j].pool == poolIndex) unearned += book.policyOf(sold[j].policyId).balance;
        }
        for (uint256 j = 0; j < claimed.length; ++j) {
            if (sold[claimed[j].sold].pool != poolIndex || _isTwin(j)) continue;
            Claim memory made = claims.claimOf(claimed[j].incidentId);
            if (made.status == ClaimStatus.Submitted || made.status == ClaimStatus.Confirmed) {
                reserved += made.amount;
            }
            owed += made.bond;
        }
        for (uint256 j = 0; j < 5; ++j) owed += riskPools[poolIndex].owedTo(accounts[j]);
    }

    /// @dev Whether an incident that was cancelled and claimed again stands in the list before.
    function _isTwin(uint256 index) private view returns (bool) {
        for (uint256 i = 0; i < index; ++i) {
            if (claimed[i].incidentId == claimed[index].incidentId) return true;
        }
        return false;
    }
}
