// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {Consortium} from "../../contracts/access/Consortium.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {
    OdometerUnit,
    Record,
    RecordInput,
    RecordProof,
    RecordState
} from "../../contracts/types/RecordTypes.sol";
import {TitleState} from "../../contracts/types/TitleTypes.sol";
import {KeysTest} from "../helpers/KeysTest.sol";
import {ReenteringReceiver} from "../helpers/TitleReceivers.sol";

/// @dev Attacks that never succeeded, kept so that they do not begin to.
contract AttacksRefusedTest is KeysTest {
    address internal council = address(0xC0C0);
    uint256 private constant N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function _try(address caller, address target, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        (ok, ) = target.call(data);
    }

    function _odometer(uint32 value, OdometerUnit unit, uint40 t) internal pure returns (RecordInput memory) {
        return _input(VEHICLE, ODOMETER_READING, value, unit, t);
    }

    function _refuse(address caller, address target, bytes memory data, string memory what) internal {
        assertFalse(_try(caller, target, data), what);
    }

    /* MANAGER */

    function test_attack_ManagerAsSenderForcesTransferWithoutMembership() public {
        vm.startPrank(court);
        title.lockTitle(VEHICLE, Locks.COURT);
        title.requestForcedTransfer(holder, buyer, VEHICLE, keccak256("o"));
        vm.stopPrank();
        vm.warp(NOW + FORCED_TRANSFER_DELAY);
        bytes memory f = abi.encodeCall(title.forcedTransfer, (holder, buyer, VEHICLE));
        _refuse(
            registrar,
            address(consortium),
            abi.encodeCall(consortium.execute, (address(title), f)),
            "exec"
        );
        _refuse(
            stranger,
            address(consortium),
            abi.encodeCall(consortium.execute, (address(title), f)),
            "strange"
        );
        _refuse(court, address(title), f, "court");
        _refuse(guardian, address(title), f, "guardian");
        _refuse(address(this), address(title), f, "council without delay");
    }

    function test_attack_DelayedRegistrarSkipsItsDelay() public {
        address slow = address(0x510);
        consortium.grantRole(Roles.REGISTRAR, slow, 1 days);
        RecordInput memory e = _input(VEHICLE, RecordKinds.EXPORT, 0, OdometerUnit.None, NOW);
        bytes memory f = abi.encodeCall(title.changeStatus, (e));
        _refuse(slow, address(title), f, "at once");
        vm.prank(slow);
        consortium.schedule(address(title), f, 0);
        vm.warp(NOW + 1 days);
        _refuse(slow, address(title), f, "record asks for an undelayed member");
        _refuse(slow, address(title), abi.encodeCall(title.lockTitle, (VEHICLE, Locks.THEFT)), "lock");
    }

    function test_attack_CouncilActsThroughMulticallOrExecute() public {
        consortium.grantRole(0, council, 2 days);
        consortium.renounceRole(0, address(this));
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(consortium.grantRole, (0, council, 0));
        _refuse(council, address(consortium), abi.encodeCall(consortium.multicall, (calls)), "multicall");
        _refuse(
            council,
            address(consortium),
            abi.encodeCall(consortium.execute, (address(consortium), calls[0])),
            "execute"
        );
        bytes memory inner = abi.encodeCall(consortium.multicall, (calls));
        vm.prank(council);
        consortium.schedule(address(consortium), inner, 0);
        vm.warp(NOW + 2 days);
        _refuse(
            council,
            address(consortium),
            abi.encodeCall(consortium.execute, (address(consortium), inner)),
            "multicall smuggled through execute"
        );
        _refuse(
            council,
            address(consortium),
            abi.encodeCall(consortium.updateAuthority, (address(title), address(this))),
            "authority"
        );
        _refuse(council, address(title), abi.encodeCall(title.setLockController, (0, 13)), "controller");
        _refuse(council, address(consortium), abi.encodeCall(consortium.setRoleGuardian, (0, 0)), "guardian");
    }

    function test_attack_AdmissionCannotReachOffices() public {
        uint64[6] memory offices = [uint64(0), 14, 20, 21, 31, type(uint64).max];
        for (uint256 i = 0; i < 6; ++i)
            _refuse(
                admissions,
                address(consortium),
                abi.encodeCall(consortium.admitMember, (stranger, offices[i], 0)),
                "office"
            );
        vm.prank(admissions);
        consortium.admitMember(stranger, Roles.COURT, 0);
        vm.prank(stranger);
        consortium.renounceRole(Roles.COURT, stranger);
        vm.prank(admissions);
        consortium.admitMember(stranger, Roles.COURT, 0);
        vm.warp(NOW + ADMISSION_DELAY - 1);
        _refuse(stranger, address(title), abi.encodeCall(title.lockTitle, (VEHICLE, 2)), "before time");
    }

    /* TITLE */

    function test_attack_LocksBeyondTheLastAndForeign() public {
        for (uint256 lock = 6; lock < 256; ++lock)
            _refuse(court, address(title), abi.encodeCall(title.lockTitle, (VEHICLE, uint8(lock))), "lock");
    }

    function test_attack_SelfTransferCountsNoHolder() public {
        vm.prank(holder);
        title.transferFrom(holder, holder, VEHICLE);
        TitleState memory s = title.stateOf(VEHICLE);
        assertEq(s.holderCount, 1, "holders");
        assertEq(s.grantEpoch, 1, "epoch");
    }

    function test_attack_ReceiverSellsOnInsideAForcedTransfer() public {
        ReenteringReceiver to = new ReenteringReceiver();
        vm.startPrank(court);
        title.lockTitle(VEHICLE, Locks.COURT);
        title.requestForcedTransfer(holder, address(to), VEHICLE, keccak256("o"));
        vm.stopPrank();
        vm.prank(holder);
        title.approve(stranger, VEHICLE); // under freeze
        to.arm(address(title), abi.encodeCall(title.transferFrom, (address(to), buyer, VEHICLE)));
        vm.warp(NOW + FORCED_TRANSFER_DELAY);
        vm.prank(registrar);
        title.forcedTransfer(holder, address(to), VEHICLE);
        TitleState memory s = title.stateOf(VEHICLE);
        assertEq(title.ownerOf(VEHICLE), buyer, "sold on");
        assertEq(s.holderCount, 3, "both counted");
        assertEq(s.grantEpoch, 2, "epochs");
        assertEq(records.stateOf(VEHICLE).count, 2, "the order is on record");
        _refuse(
            stranger,
            address(title),
            abi.encodeCall(title.transferFrom, (buyer, stranger, VEHICLE)),
            "old approval"
        );
    }

    function test_attack_DirtyCalldata() public {
        bytes memory data = abi.encodeCall(
            records.appendRecord,
            (_odometer(5, OdometerUnit.Km, NOW), Roles.WORKSHOP)
        );
        // words: vehicleId, hash, kind, code, odometer, unit, observedAt, role
        uint256[6] memory index = [uint256(2), 3, 4, 5, 6, 7];
        uint256[6] memory bad = [uint256(256 + 5), 256, 1 << 32, 3, 1 << 40, (1 << 64) + 4];
        for (uint256 i = 0; i < 6; ++i) {
            bytes memory copy = bytes.concat(data);
            uint256 at_ = index[i];
            uint256 value = bad[i];
            assembly ("memory-safe") {
                mstore(add(add(copy, 0x24), mul(at_, 0x20)), value)
            }
            _refuse(workshop, address(records), copy, "dirty word");
        }
        assertTrue(_try(workshop, address(records), data), "control: clean data is taken");
    }

    /* RECORDS */

    function test_attack_ReservedAndBirthKindsByEveryDirectWay() public {
        uint8[6] memory kinds = [uint8(1), 2, 12, 13, 14, 15];
        uint64[3] memory as_ = [Roles.REGISTRAR, Roles.RECORD_CONTROLLER, Roles.MANUFACTURER];
        address[3] memory who = [registrar, address(title), manufacturer];
        for (uint256 i = 0; i < 6; ++i) {
            RecordInput memory r = _input(VEHICLE, kinds[i], 0, OdometerUnit.None, NOW);
            RecordInput[] memory list = new RecordInput[](1);
            list[0] = r;
            for (uint256 j = 0; j < 3; ++j) {
                _refuse(
                    who[j],
                    address(records),
                    abi.encodeCall(records.appendRecord, (r, as_[j])),
                    "single"
                );
                _refuse(
                    who[j],
                    address(records),
                    abi.encodeCall(records.appendRecords, (list, as_[j])),
                    "batch"
                );
            }
            _refuse(holder, address(title), abi.encodeCall(title.reportAsHolder, (r)), "holder");
        }
    }

    function test_attack_ProofForgeries() public {
        bytes32 genesis = keccak256(abi.encode(block.chainid, address(records), VEHICLE));
        RecordInput memory b = _birth(VEHICLE);
        Record memory rec = Record(
            1,
            b.documentHash,
            0,
            0,
            OdometerUnit.None,
            BORN,
            NOW,
            Roles.MANUFACTURER,
            0
        );
        bytes32 digest = keccak256(abi.encode(VEHICLE, manufacturer, uint8(1), rec));
        assertEq(
            keccak256(abi.encode(genesis, digest)),
            records.headOf(VEHICLE),
            "control: the fold is understood"
        );
        b.documentHash = keccak256("x");

        // wrong index; swapped author; head as previous head; genesis of another vehicle; fold of one's own later digest
        rec.index = 2;
        _refuseProof(b, RecordProof(genesis, manufacturer, 1, rec, new bytes32[](0)), "index");
        rec.index = 1;
        _refuseProof(b, RecordProof(genesis, registrar, 1, rec, new bytes32[](0)), "author");
        _refuseProof(b, RecordProof(records.headOf(VEHICLE), manufacturer, 1, rec, new bytes32[](0)), "head");
        _refuseProof(
            b,
            RecordProof(
                keccak256(abi.encode(block.chainid, address(records), OTHER_VEHICLE)),
                manufacturer,
                1,
                rec,
                new bytes32[](0)
            ),
            "foreign genesis"
        );
        bytes32[] memory later = new bytes32[](1);
        later[0] = digest;
        _refuseProof(b, RecordProof(bytes32(0), manufacturer, 1, rec, later), "record before the beginning");
        vm.prank(manufacturer);
        records.appendCorrection(
            b,
            Roles.MANUFACTURER,
            RecordProof(genesis, manufacturer, 1, rec, new bytes32[](0))
        );
    }

    function _refuseProof(RecordInput memory b, RecordProof memory p, string memory what) private {
        _refuse(
            manufacturer,
            address(records),
            abi.encodeCall(records.appendCorrection, (b, Roles.MANUFACTURER, p)),
            what
        );
    }

    function testFuzz_refused_UnitSwitchRatchet(uint256 seed) public {
        vm.startPrank(workshop);
        records.appendRecord(_odometer(100_000, OdometerUnit.Km, NOW - 1 days), Roles.WORKSHOP);
        uint256 best = 100_000 * 1e6;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            bool mi = seed & 1 == 1;
            uint256 unit = mi ? 1_609_344 : 1_000_000;
            uint256 value = best / unit - ((seed >> 8) % 2);
            records.appendRecord(
                _odometer(
                    uint32(value),
                    mi ? OdometerUnit.Mi : OdometerUnit.Km,
                    NOW - 1 days + uint40((seed >> 16) % 1 days)
                ),
                Roles.WORKSHOP
            );
            RecordState memory s = records.stateOf(VEHICLE);
            uint256 mm = uint256(s.odometer) * (s.odometerUnit == OdometerUnit.Mi ? 1_609_344 : 1_000_000);
            assertTrue(mm >= best, "fell");
            best = mm;
        }
        vm.stopPrank();
    }

    /* KEYS */

    function test_attack_MalleableSignatures() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        _bindTo(VEHICLE, p1, FROM, TO);
        RecordInput memory r = _odometer(10, OdometerUnit.Km, NOW - 5);
        bytes32 d = _recordDigest(keys, r);
        (uint8 v, bytes32 rr, bytes32 ss) = vm.sign(k1.secret, d);
        bytes memory high = abi.encodePacked(rr, bytes32(N - uint256(ss)), v == 27 ? uint8(28) : uint8(27));
        bytes memory signer = _signerOf(keys, k1);
        _refuse(
            stranger,
            address(keys),
            abi.encodeCall(keys.appendSignedRecord, (r, signer, high)),
            "k1 high s"
        );
        (bytes32 pr, bytes32 ps) = vm.signP256(p1.secret, d);
        uint256 s = uint256(ps) > P256_ORDER / 2 ? uint256(ps) : P256_ORDER - uint256(ps);
        bytes memory pSigner = _signerOf(keys, p1);
        _refuse(
            stranger,
            address(keys),
            abi.encodeCall(keys.appendSignedRecord, (r, pSigner, abi.encodePacked(pr, s))),
            "p1 high s"
        );
        _refuse(
            stranger,
            address(keys),
            abi.encodeCall(keys.appendSignedRecord, (r, abi.encodePacked(address(0)), new bytes(65))),
            "zero signer"
        );
        _refuse(
            stranger,
            address(keys),
            abi.encodeCall(keys.appendSignedRecord, (r, bytes.concat(signer, hex"00"), high)),
            "21 bytes"
        );
    }

    function test_attack_RotationClearsARevocationOrRebindsTheSameKey() public {
        bytes32 id = _bindTo(VEHICLE, k1, FROM, NO_END);
        bytes memory signer = _signerOf(keys, k1);
        bytes memory same = _sign(k1, _rotateDigest(keys, VEHICLE, id, id, NO_END, manufacturer));
        _refuse(
            manufacturer,
            address(keys),
            abi.encodeCall(keys.rotateVehicleKey, (VEHICLE, id, signer, NO_END, Roles.MANUFACTURER, same)),
            "to itself"
        );
        _revoke(k1, NOW);
        bytes memory other = _sign(k2, _rotateDigest(keys, VEHICLE, id, _keyId(k2), NO_END, manufacturer));
        bytes memory signer2 = _signerOf(keys, k2);
        _refuse(
            manufacturer,
            address(keys),
            abi.encodeCall(keys.rotateVehicleKey, (VEHICLE, id, signer2, NO_END, Roles.MANUFACTURER, other)),
            "from a revoked key"
        );
        assertTrue(keys.keyPeriodOf(VEHICLE, id).isRevoked, "still revoked");
    }

    function test_attack_InterfaceIds() public view {
        bytes4[8] memory ids = [
            bytes4(0x01ffc9a7),
            0x80ac58cd,
            0x5b5e139f,
            0x49064906,
            0xad092b5c,
            0xb45a3c0e,
            0xe8a3d485,
            0xbf1ef5fe
        ];
        for (uint256 i = 0; i < 8; ++i) assertTrue(title.supportsInterface(ids[i]), "id");
        assertFalse(title.supportsInterface(0xffffffff), "no");
    }
}
