// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IVehicleKeys} from "../../contracts/interfaces/IVehicleKeys.sol";
import {KeysTest} from "../helpers/KeysTest.sol";

/// @dev How the period of a key ends: by time, by rotation, by revocation.
contract VehicleKeysEndTest is KeysTest {
    /* TIME */

    function test_wasKeyValid_FromItsBeginningUntilBeforeItsEnd() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        assertFalse(keys.wasKeyValid(VEHICLE, keyId, FROM - 1), "not before");
        assertTrue(keys.wasKeyValid(VEHICLE, keyId, FROM), "from the first second");
        assertTrue(keys.wasKeyValid(VEHICLE, keyId, TO - 1), "to the last");
        assertFalse(keys.wasKeyValid(VEHICLE, keyId, TO), "not after");
    }

    function test_wasKeyValid_NeverForAnUnboundKey() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        assertFalse(keys.wasKeyValid(VEHICLE, _keyId(k2), NOW), "another key");
        assertFalse(keys.wasKeyValid(OTHER_VEHICLE, keyId, NOW), "another vehicle");
        assertFalse(keys.wasKeyValid(VEHICLE, _keyId(k2), 0), "not even at zero");
    }

    function testFuzz_wasKeyValid_InsideItsPeriodOnly(
        uint40 from,
        uint40 to,
        uint40 instant,
        uint256 near
    ) public {
        from = uint40(bound(from, 1, NO_END - 1));
        to = uint40(bound(to, uint256(from) + 1, NO_END));
        if (near % 3 == 0) instant = from - uint40(near % 2);
        if (near % 3 == 1) instant = to - uint40(near % 2);
        bytes32 keyId = _bindTo(VEHICLE, k1, from, to);
        assertEq(keys.wasKeyValid(VEHICLE, keyId, instant), from <= instant && instant < to, "half open");
    }

    /* ROTATION */

    function test_rotateVehicleKey_EndsOneAndBindsTheOther() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, FROM, TO);
        bytes32 newId = _keyId(p1);
        vm.expectEmit(address(keys));
        emit IVehicleKeys.VehicleKeyEnded(VEHICLE, oldId, manufacturer, NOW, false);
        vm.expectEmit(address(keys));
        emit IVehicleKeys.VehicleKeyBound(VEHICLE, newId, manufacturer, _signerOf(keys, p1), NOW, NO_END);
        assertEq(_rotate(k1, p1, NO_END), newId, "the new id is returned");

        assertTrue(keys.wasKeyValid(VEHICLE, oldId, NOW - 1), "the old one until now");
        assertFalse(keys.wasKeyValid(VEHICLE, oldId, NOW), "and no longer");
        assertFalse(keys.wasKeyValid(VEHICLE, newId, NOW - 1), "the new one not before");
        assertTrue(keys.wasKeyValid(VEHICLE, newId, NOW), "but from now");
        assertFalse(keys.keyPeriodOf(VEHICLE, oldId).isRevoked, "the old one did nothing wrong");
    }

    function test_rotateVehicleKey_EmptiesAPeriodThatHasNotBegun() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, NOW + 1 days, TO);
        _rotate(k1, k2, TO);
        IVehicleKeys.KeyPeriod memory period = keys.keyPeriodOf(VEHICLE, oldId);
        assertEq(period.validFrom, NOW + 1 days, "its beginning stands");
        assertEq(period.validTo, NOW + 1 days, "and is its end");
    }

    function test_rotateVehicleKey_RevertWhen_CallerMayNotBind() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, FROM, TO);
        bytes memory signer = _signerOf(keys, k2);
        bytes memory proof = _rotateProof(k1, k2, TO);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleKeys.KeysBinderForeign.selector, VEHICLE, holder, manufacturer)
        );
        vm.prank(holder);
        keys.rotateVehicleKey(VEHICLE, oldId, signer, TO, Roles.MANUFACTURER, proof);
    }

    function test_rotateVehicleKey_RevertWhen_NewPeriodIsEmpty() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, FROM, TO);
        bytes memory signer = _signerOf(keys, k2);
        for (uint40 validTo = NOW - 1; validTo <= NOW; ++validTo) {
            vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysPeriodInvalid.selector, NOW, validTo));
            vm.prank(manufacturer);
            keys.rotateVehicleKey(VEHICLE, oldId, signer, validTo, Roles.MANUFACTURER, "");
        }
        _rotate(k1, k2, NOW + 1);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k2), NOW), "one second will do");
    }

    function test_rotateVehicleKey_RevertWhen_OldKeyWasNeverBound() public {
        bytes memory signer = _signerOf(keys, k2);
        bytes memory proof = _rotateProof(k1, k2, TO);
        bytes32 oldId = _keyId(k1);
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysNotBound.selector, VEHICLE, oldId));
        vm.prank(manufacturer);
        keys.rotateVehicleKey(VEHICLE, oldId, signer, TO, Roles.MANUFACTURER, proof);
    }

    function test_rotateVehicleKey_RevertWhen_OldKeyHasEnded() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        _rotate(k1, k2, TO);
        bytes memory signer = _signerOf(keys, p1);
        bytes memory proof = _rotateProof(k1, p1, TO);
        bytes32 oldId = _keyId(k1);
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysEndInvalid.selector, NOW, NOW));
        vm.prank(manufacturer);
        keys.rotateVehicleKey(VEHICLE, oldId, signer, TO, Roles.MANUFACTURER, proof);
    }

    function test_rotateVehicleKey_RevertWhen_NewKeyIsBoundAlready() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, FROM, TO);
        bytes memory signer = _signerOf(keys, k1);
        bytes memory proof = _rotateProof(k1, k1, TO);
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysAlreadyBound.selector, VEHICLE, oldId));
        vm.prank(manufacturer);
        keys.rotateVehicleKey(VEHICLE, oldId, signer, TO, Roles.MANUFACTURER, proof);
    }

    function test_attack_RotationWithoutPossession() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, FROM, TO);
        bytes32 newId = _keyId(k2);
        _refusesRotation(oldId, _sign(k1, _rotateDigest(keys, VEHICLE, oldId, newId, TO, manufacturer)));
        _refusesRotation(
            oldId,
            _sign(k2, _rotateDigest(keys, OTHER_VEHICLE, oldId, newId, TO, manufacturer))
        );
        _refusesRotation(oldId, _sign(k2, _rotateDigest(keys, VEHICLE, newId, newId, TO, manufacturer)));
        _refusesRotation(oldId, _sign(k2, _rotateDigest(keys, VEHICLE, oldId, oldId, TO, manufacturer)));
        _refusesRotation(oldId, _sign(k2, _rotateDigest(keys, VEHICLE, oldId, newId, TO + 1, manufacturer)));
        _refusesRotation(oldId, _sign(k2, _rotateDigest(keys, VEHICLE, oldId, newId, TO, registrar)));
        _refusesRotation(oldId, _sign(k2, _bindDigest(keys, VEHICLE, newId, NOW, TO, manufacturer)));
        _refusesRotation(oldId, "");
        assertTrue(keys.wasKeyValid(VEHICLE, oldId, NOW), "the old key goes on");
    }

    function test_attack_RotationToAForeignVerifier() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, FROM, TO);
        bytes memory signer = abi.encodePacked(address(this), uint256(1), uint256(2));
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysSignerUnsupported.selector, signer));
        vm.prank(manufacturer);
        keys.rotateVehicleKey(VEHICLE, oldId, signer, TO, Roles.MANUFACTURER, "");
    }

    /* REVOCATION */

    function test_revokeVehicleKey_RevertWhen_CallerMayNotBind() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.REGISTRAR)
        );
        vm.prank(stranger);
        keys.revokeVehicleKey(VEHICLE, keyId, NOW, Roles.REGISTRAR);
    }

    function test_revokeVehicleKey_RevertWhen_CallerIsNotTheIssuer() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleKeys.KeysBinderForeign.selector, VEHICLE, workshop, manufacturer)
        );
        vm.prank(workshop);
        keys.revokeVehicleKey(VEHICLE, keyId, NOW, Roles.MANUFACTURER);
    }

    function test_revokeVehicleKey_TakesADestroyedVehicle() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        _destroy(VEHICLE);
        _revoke(k1, NOW - 1);
        assertTrue(
            keys.keyPeriodOf(VEHICLE, keyId).isRevoked,
            "a key taken out of a scrapped car is revoked"
        );
    }

    function test_rotateVehicleKey_RevertWhen_VehicleIsDestroyed() public {
        bytes32 oldId = _bindTo(VEHICLE, k1, FROM, TO);
        bytes memory signer = _signerOf(keys, k2);
        bytes memory proof = _rotateProof(k1, k2, TO);
        _destroy(VEHICLE);
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysVehicleNotAlive.selector, VEHICLE));
        vm.prank(manufacturer);
        keys.rotateVehicleKey(VEHICLE, oldId, signer, TO, Roles.MANUFACTURER, proof);
    }

    function test_revokeVehicleKey_RevertWhen_KeyWasNeverBound() public {
        _bindTo(OTHER_VEHICLE, k1, FROM, TO);
        _refusesRevocation(
            NOW,
            abi.encodeWithSelector(IVehicleKeys.KeysNotBound.selector, VEHICLE, _keyId(k1))
        );
    }

    function test_revokeVehicleKey_RevertWhen_CompromiseLiesInTheFuture() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        _refusesRevocation(
            NOW + 1,
            abi.encodeWithSelector(IVehicleKeys.KeysEndInvalid.selector, NOW + 1, NOW)
        );
        _revoke(k1, NOW);
        assertFalse(keys.wasKeyValid(VEHICLE, _keyId(k1), NOW), "now is early enough");
    }

    function test_revokeVehicleKey_RevertWhen_KeyEndedBefore() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, NOW - 1 days);
        uint40 end = NOW - 1 days;
        _refusesRevocation(end, abi.encodeWithSelector(IVehicleKeys.KeysEndInvalid.selector, end, end));
        _refusesRevocation(NOW, abi.encodeWithSelector(IVehicleKeys.KeysEndInvalid.selector, NOW, end));
        _revoke(k1, end - 1);
        assertEq(keys.keyPeriodOf(VEHICLE, keyId).validTo, end - 1, "an earlier compromise counts");
    }

    function test_revokeVehicleKey_ReachesBackIntoThePast() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        vm.expectEmit(address(keys));
        emit IVehicleKeys.VehicleKeyEnded(VEHICLE, keyId, manufacturer, FROM + 1, true);
        _revoke(k1, FROM + 1);
        assertTrue(keys.wasKeyValid(VEHICLE, keyId, FROM), "before the compromise");
        assertFalse(keys.wasKeyValid(VEHICLE, keyId, FROM + 1), "from the compromise on");
        assertTrue(keys.keyPeriodOf(VEHICLE, keyId).isRevoked, "everybody sees why");
    }

    function test_revokeVehicleKey_EmptiesThePeriodAtMost() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        vm.expectEmit(address(keys));
        emit IVehicleKeys.VehicleKeyEnded(VEHICLE, keyId, manufacturer, FROM, true);
        _revoke(k1, FROM - 1 days);
        IVehicleKeys.KeyPeriod memory period = keys.keyPeriodOf(VEHICLE, keyId);
        assertEq(period.validFrom, FROM, "it was bound once");
        assertEq(period.validTo, FROM, "and never spoke for the vehicle");
        assertFalse(keys.wasKeyValid(VEHICLE, keyId, FROM), "not for a second");
    }

    function test_revokeVehicleKey_TakesAKeyThatHasNotBegun() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, NOW + 1 days, TO);
        _revoke(k1, NOW);
        vm.warp(NOW + 2 days);
        assertFalse(keys.wasKeyValid(VEHICLE, keyId, NOW + 1 days), "it never will");
        assertTrue(keys.keyPeriodOf(VEHICLE, keyId).isRevoked, "revoked");
    }

    function test_revokeVehicleKey_TwiceOnlyForAnEarlierCompromise() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        uint40 first = NOW - 10 days;
        _revoke(k1, first);
        _refusesRevocation(first, abi.encodeWithSelector(IVehicleKeys.KeysEndInvalid.selector, first, first));
        _refusesRevocation(NOW, abi.encodeWithSelector(IVehicleKeys.KeysEndInvalid.selector, NOW, first));
        _revoke(k1, first - 1);
        assertEq(keys.keyPeriodOf(VEHICLE, keyId).validTo, first - 1, "a period only shrinks");
    }

    function test_revokeVehicleKey_TakesARegistrarOfAnyVehicle() public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        vm.prank(registrar);
        keys.revokeVehicleKey(VEHICLE, keyId, NOW, Roles.REGISTRAR);
        assertTrue(keys.keyPeriodOf(VEHICLE, keyId).isRevoked, "revoked");
    }

    function test_revokeVehicleKey_LeavesOtherVehiclesAndKeys() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        _bindTo(VEHICLE, k2, FROM, TO);
        _bindTo(OTHER_VEHICLE, k1, FROM, TO);
        _revoke(k1, NOW);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k2), NOW), "the other key");
        assertTrue(keys.wasKeyValid(OTHER_VEHICLE, _keyId(k1), NOW), "the other vehicle");
    }

    function testFuzz_revokeVehicleKey_PeriodOnlyShrinks(uint40[4] memory instants) public {
        bytes32 keyId = _bindTo(VEHICLE, k1, FROM, TO);
        uint40 end = TO;
        for (uint256 i = 0; i < instants.length; ++i) {
            uint40 instant = uint40(bound(instants[i], FROM - 1 days, NOW));
            uint40 newEnd = instant < FROM ? FROM : instant;
            if (newEnd < end) {
                _revoke(k1, instant);
                end = newEnd;
            } else {
                _refusesRevocation(
                    instant,
                    abi.encodeWithSelector(IVehicleKeys.KeysEndInvalid.selector, newEnd, end)
                );
            }
            assertEq(keys.keyPeriodOf(VEHICLE, keyId).validTo, end, "the earliest end stands");
        }
    }

    /* BUILDING BLOCKS */

    function _refusesRotation(bytes32 oldId, bytes memory proof) private {
        bytes memory signer = _signerOf(keys, k2);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleKeys.KeysSignatureInvalid.selector, VEHICLE, keccak256(signer))
        );
        vm.prank(manufacturer);
        keys.rotateVehicleKey(VEHICLE, oldId, signer, TO, Roles.MANUFACTURER, proof);
    }

    function _refusesRevocation(uint40 compromisedAt, bytes memory reason) private {
        bytes32 keyId = _keyId(k1);
        vm.expectRevert(reason);
        vm.prank(manufacturer);
        keys.revokeVehicleKey(VEHICLE, keyId, compromisedAt, Roles.MANUFACTURER);
    }
}
