// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {RecordLib} from "../../contracts/libraries/RecordLib.sol";
import {OdometerUnit, Record, TrustGrade} from "../../contracts/types/RecordTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";
import {Vm} from "../helpers/Vm.sol";

contract RecordLibTest is Assertions {
    uint256 private constant CAR = 7;
    address private constant AUTHOR = address(uint160(uint256(keccak256("author"))));

    function _record(uint256 seed) private pure returns (Record memory) {
        return
            Record({
                index: uint32(_part(seed, "index")),
                documentHash: bytes32(_part(seed, "hash")),
                code: uint8(_part(seed, "code")),
                odometer: uint32(_part(seed, "odometer")),
                odometerUnit: OdometerUnit(_part(seed, "unit") % 3),
                observedAt: uint40(_part(seed, "observed")),
                recordedAt: uint40(_part(seed, "recorded")),
                role: uint64(_part(seed, "role")),
                corrects: uint32(_part(seed, "corrects"))
            });
    }

    function _part(uint256 seed, string memory name) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, name)));
    }

    /// @dev Field by field, so that the order of the words stands here once more.
    function _encode(Record memory r) private pure returns (bytes memory) {
        return
            bytes.concat(
                abi.encode(r.index, r.documentHash, r.code, r.odometer, r.odometerUnit),
                abi.encode(r.observedAt, r.recordedAt, r.role, r.corrects)
            );
    }

    /* GRADE */

    function testFuzz_gradeOf_FollowsFromTheRole(uint64 role) public pure {
        TrustGrade expected = TrustGrade.Member;
        if (role == 30) expected = TrustGrade.SelfReported;
        if (role == 31) expected = TrustGrade.Hardware;
        assertEq(uint256(RecordLib.gradeOf(role)), uint256(expected), "grade");
    }

    function test_gradeOf_HoldersSelfReportAndVehiclesSign() public pure {
        for (uint64 role = 0; role < 64; ++role) testFuzz_gradeOf_FollowsFromTheRole(role);
    }

    /* GENESIS */

    function testFuzz_genesis_BindsChainContractAndVehicle(uint256 vehicleId) public {
        bytes32 here = RecordLib.genesis(vehicleId);
        assertEq(here, keccak256(abi.encode(block.chainid, address(this), vehicleId)), "genesis");

        vm.chainId(block.chainid + 1);
        assertTrue(RecordLib.genesis(vehicleId) != here, "another chain, another life");
    }

    /* DIGEST */

    function testFuzz_digest_IsAbiEncodingOfEveryField(
        uint256 vehicleId,
        address author,
        uint8 kind,
        uint256 seed
    ) public pure {
        Record memory record = _record(seed);
        assertEq(
            RecordLib.digest(vehicleId, author, kind, record),
            keccak256(bytes.concat(abi.encode(vehicleId, author, kind), _encode(record))),
            "digest"
        );
    }

    function testFuzz_digestAndEmit_EqualsDigest(
        uint256 vehicleId,
        address author,
        uint8 kind,
        uint256 seed
    ) public {
        Record memory record = _record(seed);
        assertEq(
            RecordLib.digestAndEmit(vehicleId, author, kind, record),
            RecordLib.digest(vehicleId, author, kind, record),
            "the two ways to a digest"
        );
    }

    function testFuzz_digestAndEmit_EmitsWhatSolidityWould(
        uint256 vehicleId,
        address author,
        uint8 kind,
        uint256 seed
    ) public {
        Record memory record = _record(seed);
        vm.recordLogs();
        emit IVehicleRecords.RecordAppended(vehicleId, author, kind, record);
        RecordLib.digestAndEmit(vehicleId, author, kind, record);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "one event each");
        assertEq(logs[1].topics.length, 4, "topics");
        assertEq(
            keccak256(abi.encode(logs[1].topics)),
            keccak256(abi.encode(logs[0].topics)),
            "topics as encoded"
        );
        assertEq(keccak256(logs[1].data), keccak256(logs[0].data), "data as encoded");
        assertEq(keccak256(logs[1].data), keccak256(_encode(record)), "data field by field");
    }

    function testFuzz_digestAndEmit_LeavesMemoryAlone(uint256 seed, bytes memory before) public {
        Record memory record = _record(seed);
        bytes32 recordHash = keccak256(_encode(record));
        bytes32 beforeHash = keccak256(before);

        RecordLib.digestAndEmit(CAR, AUTHOR, 1, record);
        bytes memory afterwards = abi.encode(seed);

        assertEq(keccak256(_encode(record)), recordHash, "the record");
        assertEq(keccak256(before), beforeHash, "memory taken before");
        assertEq(abi.decode(afterwards, (uint256)), seed, "memory taken after");
    }

    function testFuzz_digest_ChangesWithEveryFact(uint256 seed, uint8 field, uint8 bit) public pure {
        Record memory record = _record(seed);
        bytes32 digest = RecordLib.digest(CAR, AUTHOR, 1, record);
        uint256 vehicleId = CAR;
        address author = AUTHOR;
        uint8 kind = 1;

        field = field % 12;
        if (field == 0) vehicleId ^= uint256(1) << bit;
        if (field == 1) author = address(uint160(author) ^ (uint160(1) << (bit % 160)));
        if (field == 2) kind ^= uint8(1) << (bit % 8);
        if (field == 3) record.index ^= uint32(1) << (bit % 32);
        if (field == 4) record.documentHash ^= bytes32(uint256(1) << bit);
        if (field == 5) record.code ^= uint8(1) << (bit % 8);
        if (field == 6) record.odometer ^= uint32(1) << (bit % 32);
        if (field == 7) record.odometerUnit = OdometerUnit((uint8(record.odometerUnit) + 1) % 3);
        if (field == 8) record.observedAt ^= uint40(1) << (bit % 40);
        if (field == 9) record.recordedAt ^= uint40(1) << (bit % 40);
        if (field == 10) record.role ^= uint64(1) << (bit % 64);
        if (field == 11) record.corrects ^= uint32(1) << (bit % 32);
        assertTrue(
            RecordLib.digest(vehicleId, author, kind, record) != digest,
            "one changed bit, another digest"
        );
    }

    /* FOLD */

    function testFuzz_fold_IsHashOfBothWords(bytes32 head, bytes32 digest) public pure {
        assertEq(RecordLib.fold(head, digest), keccak256(abi.encode(head, digest)), "fold");
    }

    function testFuzz_fold_DependsOnOrder(bytes32 head, bytes32 first, bytes32 second) public pure {
        if (first == second) return;
        assertTrue(
            RecordLib.fold(RecordLib.fold(head, first), second) !=
                RecordLib.fold(RecordLib.fold(head, second), first),
            "two records in the other order give another head"
        );
    }
}
