// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {ITelemetryAnchors} from "../../contracts/interfaces/ITelemetryAnchors.sol";
import {IVehicleKeys} from "../../contracts/interfaces/IVehicleKeys.sol";
import {TelemetryAnchors} from "../../contracts/telemetry/TelemetryAnchors.sol";
import {Anchor, AnchoredSummary, TripCounters, TripSummary} from "../../contracts/types/TelemetryTypes.sol";
import {KeysTest} from "../helpers/KeysTest.sol";

/// @dev Keys of which every one is bound to every vehicle.
contract EveryKey {
    address public immutable p256Verifier;

    constructor(address newP256Verifier) {
        p256Verifier = newP256Verifier;
    }

    function keyPeriodOf(uint256, bytes32) external pure returns (IVehicleKeys.KeyPeriod memory) {
        return IVehicleKeys.KeyPeriod(1, type(uint40).max, 0, false);
    }
}

/// @dev Roots of signed summaries, and what counts as one.
contract TelemetryAnchorsTest is KeysTest {
    TelemetryAnchors internal anchors;
    address internal gateway = address(uint160(uint256(keccak256("gateway"))));

    uint40 internal constant BEGAN = NOW - 2 hours;
    uint40 internal constant ENDED = NOW - 1 hours;

    function setUp() public override {
        super.setUp();
        anchors = new TelemetryAnchors(address(consortium), keys);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = TelemetryAnchors.anchorRoot.selector;
        consortium.setTargetFunctionRole(address(anchors), selectors, Roles.METER_OPERATOR);
        consortium.grantRole(Roles.METER_OPERATOR, gateway, 0);
        _bindTo(VEHICLE, k1, FROM, TO);
        _bindTo(VEHICLE, p1, FROM, TO);
        vm.warp(NOW);
    }

    /* ANCHORING */

    function test_anchorRoot_RevertWhen_CallerIsNoGateway() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, stranger));
        vm.prank(stranger);
        anchors.anchorRoot(keccak256("root"), 1, BEGAN, ENDED);
    }

    function test_anchorRoot_RevertWhen_ThereIsNoLeaf() public {
        _refusesAnchor(0, BEGAN, ENDED);
    }

    function test_anchorRoot_RevertWhen_PeriodIsEmpty() public {
        _refusesAnchor(1, ENDED, ENDED);
    }

    function test_anchorRoot_RevertWhen_PeriodHasNotEnded() public {
        _refusesAnchor(1, BEGAN, NOW + 1);
    }

    function test_anchorRoot_RevertWhen_RootExists() public {
        _anchor(keccak256("root"));
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetryRootExists.selector, keccak256("root"))
        );
        _anchor(keccak256("root"));
    }

    function test_anchorRoot_WritesAndTells() public {
        vm.expectEmit(address(anchors));
        emit ITelemetryAnchors.RootAnchored(keccak256("root"), gateway, 7, BEGAN, NOW);
        vm.prank(gateway);
        anchors.anchorRoot(keccak256("root"), 7, BEGAN, NOW);
        Anchor memory anchor = anchors.anchorOf(keccak256("root"));
        assertEq(anchor.gateway, gateway, "who");
        assertEq(anchor.anchoredAt, NOW, "when");
        assertEq(anchor.leafCount, 7, "how many");
        assertEq(anchors.anchorOf(keccak256("other")).anchoredAt, 0, "nobody anchored another");
    }

    /* SUMMARIES */

    function test_requireAnchored_TakesBothCurves() public {
        AnchoredSummary memory first = _anchored(k1, _summary(1));
        AnchoredSummary memory second = _anchored(p1, _summary(2));
        assertEq(anchors.requireAnchored(first), anchors.digestOf(first.summary), "secp256k1");
        assertEq(anchors.requireAnchored(second), anchors.digestOf(second.summary), "P-256");
    }

    function test_requireAnchored_TakesALeafAmongOthers() public {
        AnchoredSummary memory anchored = _signed(k1, _summary(1));
        bytes32 leaf = anchors.leafOf(anchored.summary, _keyId(k1));
        bytes32 other = keccak256("another leaf");
        anchored.root =
            leaf < other ? keccak256(abi.encode(leaf, other)) : keccak256(abi.encode(other, leaf));
        anchored.proof = new bytes32[](1);
        anchored.proof[0] = other;
        _anchor(anchored.root);
        assertEq(anchors.requireAnchored(anchored), anchors.digestOf(anchored.summary), "it is in the tree");
    }

    function test_requireAnchored_TakesTheKeysWholePeriod() public {
        TripSummary memory summary = _summary(1);
        summary.startedAt = FROM;
        summary.endedAt = NOW;
        anchors.requireAnchored(_anchored(k1, summary));
        vm.warp(TO);
        summary.endedAt = TO - 1;
        anchors.requireAnchored(_anchored(k1, summary));
    }

    function test_requireAnchored_RevertWhen_TripEndsBeforeItBegins() public {
        TripSummary memory summary = _summary(1);
        summary.startedAt = ENDED + 1;
        _refusesTimes(summary);
    }

    function test_attack_TripInTheFuture() public {
        TripSummary memory summary = _summary(1);
        summary.endedAt = NOW + 1;
        _refusesTimes(summary);
    }

    function test_attack_SummaryAltered() public {
        for (uint256 field = 0; field < 17; ++field) {
            AnchoredSummary memory anchored = _anchored(k1, _summary(uint32(100 + field)));
            TripSummary memory altered = anchored.summary;
            TripCounters memory counters = altered.counters;
            if (field == 0) altered.sequence += 1_000;
            if (field == 1) altered.startedAt -= 1;
            if (field == 2) altered.endedAt -= 1;
            if (field == 3) altered.traceRoot = keccak256("another trace");
            if (field == 4) counters.distanceM -= 1;
            if (field == 5) counters.drivingS -= 1;
            if (field == 6) counters.nightS -= 1;
            if (field == 7) counters.overLimitS -= 1;
            if (field == 8) counters.harshBrakes -= 1;
            if (field == 9) counters.severeBrakes -= 1;
            if (field == 10) counters.harshAccelerations -= 1;
            if (field == 11) counters.severeAccelerations -= 1;
            if (field == 12) counters.harshCorners -= 1;
            if (field == 13) counters.severeCorners -= 1;
            if (field == 14) counters.chargedWh -= 1;
            if (field == 15) counters.dischargedWh -= 1;
            if (field == 16) {
                altered.vehicleId = OTHER_VEHICLE;
                _bindTo(OTHER_VEHICLE, k1, FROM, TO);
            }
            vm.expectRevert(
                abi.encodeWithSelector(
                    ITelemetryAnchors.TelemetrySignatureInvalid.selector,
                    altered.vehicleId,
                    _keyId(k1)
                )
            );
            anchors.requireAnchored(anchored);
        }
    }

    function test_attack_ForgedByAnotherKey() public {
        AnchoredSummary memory anchored = _anchored(k1, _summary(1));
        anchored.signature = _sign(k2, anchors.digestOf(anchored.summary));
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetrySignatureInvalid.selector, VEHICLE, _keyId(k1))
        );
        anchors.requireAnchored(anchored);
    }

    function test_attack_ForeignKey() public {
        AnchoredSummary memory anchored = _anchored(k2, _summary(1));
        _refusesKey(anchored, k2);
    }

    function test_attack_KeyOfAnotherVehicle() public {
        _bindTo(OTHER_VEHICLE, k2, FROM, TO);
        AnchoredSummary memory anchored = _anchored(k2, _summary(1));
        _refusesKey(anchored, k2);
    }

    function test_attack_TripBeforeTheKey() public {
        TripSummary memory summary = _summary(1);
        summary.startedAt = FROM - 1;
        AnchoredSummary memory anchored = _anchored(k1, summary);
        _refusesKey(anchored, k1);
    }

    function test_attack_TripAfterTheKeyExpired() public {
        vm.warp(TO);
        TripSummary memory summary = _summary(1);
        summary.endedAt = TO;
        AnchoredSummary memory anchored = _anchored(k1, summary);
        _refusesKey(anchored, k1);
    }

    function test_attack_RevokedKeySignsTheTimeBefore() public {
        AnchoredSummary memory anchored = _anchored(k1, _summary(1));
        _revoke(k1, NOW);
        _refusesKey(anchored, k1);
    }

    function test_attack_SignerThatSaysYesToEverything() public {
        AnchoredSummary memory anchored = _anchored(k1, _summary(1));
        anchored.signer = abi.encodePacked(address(this), uint256(1), uint256(2));
        // Not even if it were bound, which the keys contract refuses.
        TelemetryAnchors trusting = new TelemetryAnchors(
            address(consortium),
            IVehicleKeys(address(new EveryKey(keys.p256Verifier())))
        );
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetrySignerUnsupported.selector, anchored.signer)
        );
        trusting.requireAnchored(anchored);
    }

    function test_attack_RootThatNobodyAnchored() public {
        AnchoredSummary memory anchored = _signed(k1, _summary(1));
        anchored.root = anchors.leafOf(anchored.summary, _keyId(k1));
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetryRootUnknown.selector, anchored.root)
        );
        anchors.requireAnchored(anchored);
    }

    function test_attack_LeafOfAnotherTree() public {
        AnchoredSummary memory anchored = _anchored(k1, _summary(1));
        anchored.root = keccak256("another root");
        _anchor(anchored.root);
        _refusesLeaf(anchored);
    }

    /// @dev The digest of two words, which an inner node is, must not pass for a leaf: a leaf is hashed twice.
    function test_attack_InnerNodeAsLeaf() public {
        AnchoredSummary memory anchored = _signed(k1, _summary(1));
        anchored.root = keccak256(abi.encode(anchors.digestOf(anchored.summary), _keyId(k1)));
        _anchor(anchored.root);
        _refusesLeaf(anchored);
    }

    /// @dev A proof that ends below the root, begins above the leaf, or goes on beyond the root proves nothing.
    function test_attack_SecondPreimage() public {
        AnchoredSummary memory anchored = _inTreeOf(8, 5);
        bytes32[] memory proof = anchored.proof;
        anchors.requireAnchored(anchored);

        anchored.proof = new bytes32[](2);
        (anchored.proof[0], anchored.proof[1]) = (proof[0], proof[1]);
        _refusesLeaf(anchored);
        (anchored.proof[0], anchored.proof[1]) = (proof[1], proof[2]);
        _refusesLeaf(anchored);
        anchored.proof = new bytes32[](4);
        (anchored.proof[0], anchored.proof[1], anchored.proof[2]) = (proof[0], proof[1], proof[2]);
        anchored.proof[3] = anchored.root;
        _refusesLeaf(anchored);
        anchored.proof = new bytes32[](0);
        _refusesLeaf(anchored);
    }

    /// @dev A tree in which a leaf stands twice says of the summary what one says in which it stands once.
    function test_attack_DuplicatedLeaf() public {
        AnchoredSummary memory anchored = _signed(k1, _summary(1));
        bytes32 leaf = anchors.leafOf(anchored.summary, _keyId(k1));
        anchored.root = keccak256(abi.encode(leaf, leaf));
        anchored.proof = new bytes32[](1);
        anchored.proof[0] = leaf;
        _anchor(anchored.root);
        assertEq(anchors.requireAnchored(anchored), anchors.digestOf(anchored.summary), "the one summary");
    }

    /// @dev Two gateways may anchor the same time and the same summary: it is the same one, told by its digest and sequence.
    function test_attack_TwoPeriodsOverlap() public {
        AnchoredSummary memory first = _anchored(k1, _summary(1));
        AnchoredSummary memory again = _signed(k1, _summary(1));
        bytes32 leaf = anchors.leafOf(again.summary, _keyId(k1));
        bytes32 other = keccak256("another leaf");
        again.root = leaf < other ? keccak256(abi.encode(leaf, other)) : keccak256(abi.encode(other, leaf));
        again.proof = new bytes32[](1);
        again.proof[0] = other;
        vm.prank(gateway);
        anchors.anchorRoot(again.root, 2, BEGAN + 1, ENDED + 1);
        assertEq(
            anchors.requireAnchored(first),
            anchors.requireAnchored(again),
            "one digest under two roots"
        );
    }

    /// @dev Of two keys whose periods overlap, neither lends the other its signature or its place in a root.
    function test_attack_KeyPeriodsOverlap() public {
        AnchoredSummary memory anchored = _anchored(k1, _summary(1));
        AnchoredSummary memory other = _signed(p1, _summary(1));
        other.root = anchored.root;
        bytes32 leaf = anchors.leafOf(other.summary, _keyId(p1));
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetryLeafNotInRoot.selector, other.root, leaf)
        );
        anchors.requireAnchored(other);
        anchored.signer = other.signer;
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetrySignatureInvalid.selector, VEHICLE, _keyId(p1))
        );
        anchors.requireAnchored(anchored);
    }

    function testFuzz_requireAnchored_AnyLeafOfAnyTree(uint8 size, uint8 place, bytes32 wrong) public {
        uint256 leaves = 1 + (size % 40);
        AnchoredSummary memory anchored = _inTreeOf(leaves, place % leaves);
        assertEq(anchors.requireAnchored(anchored), anchors.digestOf(anchored.summary), "it is in the tree");
        if (anchored.proof.length == 0) return;
        uint256 index = uint256(wrong) % anchored.proof.length;
        vm.assume(anchored.proof[index] != wrong);
        anchored.proof[index] = wrong;
        _refusesLeaf(anchored);
    }

    function test_attack_SignatureOfAnotherContract() public {
        TelemetryAnchors other = new TelemetryAnchors(address(consortium), keys);
        AnchoredSummary memory anchored = _anchored(k1, _summary(1));
        anchored.signature = _sign(k1, other.digestOf(anchored.summary));
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetrySignatureInvalid.selector, VEHICLE, _keyId(k1))
        );
        anchors.requireAnchored(anchored);
    }

    function test_digestOf_IsEip712() public view {
        TripSummary memory summary = _summary(3);
        string memory counters =
            "TripCounters(uint64 distanceM,uint40 drivingS,uint40 nightS,uint40 overLimitS,uint32 harshBrakes,uint32 severeBrakes,uint32 harshAccelerations,uint32 severeAccelerations,uint32 harshCorners,uint32 severeCorners,uint64 chargedWh,uint64 dischargedWh)";
        bytes32 summaryType = keccak256(
            bytes.concat(
                "TripSummary(uint256 vehicleId,uint32 sequence,uint40 startedAt,uint40 endedAt,bytes32 traceRoot,TripCounters counters)",
                bytes(counters)
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(
                summaryType,
                summary.vehicleId,
                summary.sequence,
                summary.startedAt,
                summary.endedAt,
                summary.traceRoot,
                keccak256(abi.encode(keccak256(bytes(counters)), summary.counters))
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("blok auto telemetry"),
                keccak256("1"),
                block.chainid,
                address(anchors)
            )
        );
        assertEq(
            anchors.digestOf(summary),
            keccak256(abi.encodePacked(hex"1901", domain, structHash)),
            "as any wallet library computes it"
        );
    }

    /* HELPERS */

    function _summary(uint32 sequence) internal pure returns (TripSummary memory) {
        return
            TripSummary({
                vehicleId: VEHICLE,
                sequence: sequence,
                startedAt: BEGAN,
                endedAt: ENDED,
                traceRoot: keccak256("trace"),
                counters: TripCounters(42_000, 3_600, 600, 30, 5, 1, 4, 2, 3, 1, 9_000, 7_000)
            });
    }

    function _signed(
        Key memory key,
        TripSummary memory summary
    ) internal view returns (AnchoredSummary memory anchored) {
        anchored.summary = summary;
        anchored.signer = _signerOf(keys, key);
        anchored.signature = _sign(key, anchors.digestOf(summary));
    }

    /// @dev Alone in its tree: the leaf is the root.
    function _anchored(
        Key memory key,
        TripSummary memory summary
    ) internal returns (AnchoredSummary memory anchored) {
        anchored = _signed(key, summary);
        anchored.root = anchors.leafOf(summary, _keyId(key));
        _anchor(anchored.root);
    }

    /// @dev One summary among made-up leaves. Levels are hashed pair by pair; the last of an odd level goes up as it is.
    function _inTreeOf(uint256 leaves, uint256 place) internal returns (AnchoredSummary memory anchored) {
        anchored = _signed(k1, _summary(1));
        bytes32[] memory level = new bytes32[](leaves);
        for (uint256 i = 0; i < leaves; ++i) level[i] = keccak256(abi.encode("leaf", i));
        level[place] = anchors.leafOf(anchored.summary, _keyId(k1));
        bytes32[] memory proof = new bytes32[](8);
        uint256 length;
        for (; level.length > 1; place /= 2) {
            bytes32[] memory above = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < level.length; i += 2) {
                bool isAlone = i + 1 == level.length;
                above[i / 2] = isAlone ? level[i] : Hashes.commutativeKeccak256(level[i], level[i + 1]);
            }
            uint256 sibling = place % 2 == 0 ? place + 1 : place - 1;
            if (sibling < level.length) proof[length++] = level[sibling];
            level = above;
        }
        anchored.root = level[0];
        anchored.proof = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) anchored.proof[i] = proof[i];
        _anchor(anchored.root);
    }

    function _anchor(bytes32 root) internal {
        vm.prank(gateway);
        anchors.anchorRoot(root, 1, BEGAN, ENDED);
    }

    function _refusesAnchor(uint32 leafCount, uint40 periodStart, uint40 periodEnd) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ITelemetryAnchors.TelemetryAnchorInvalid.selector,
                leafCount,
                periodStart,
                periodEnd
            )
        );
        vm.prank(gateway);
        anchors.anchorRoot(keccak256("root"), leafCount, periodStart, periodEnd);
    }

    function _refusesTimes(TripSummary memory summary) private {
        AnchoredSummary memory anchored = _anchored(k1, summary);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITelemetryAnchors.TelemetryTimesInvalid.selector,
                summary.startedAt,
                summary.endedAt
            )
        );
        anchors.requireAnchored(anchored);
    }

    function _refusesKey(AnchoredSummary memory anchored, Key memory key) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ITelemetryAnchors.TelemetryKeyNotValid.selector,
                VEHICLE,
                _keyId(key),
                anchored.summary.endedAt
            )
        );
        anchors.requireAnchored(anchored);
    }

    function _refusesLeaf(AnchoredSummary memory anchored) private {
        bytes32 leaf = anchors.leafOf(anchored.summary, _keyId(k1));
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetryLeafNotInRoot.selector, anchored.root, leaf)
        );
        anchors.requireAnchored(anchored);
    }
}
