// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC7943NonFungible} from "../../../contracts/interfaces/IERC7943NonFungible.sol";
import {IVehicleRecords} from "../../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../../contracts/interfaces/IVehicleTitle.sol";
import {OdometerUnit, Record, RecordProof, RecordState} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {VehicleRecords} from "../../../contracts/vehicle/VehicleRecords.sol";
import {VehicleTitle} from "../../../contracts/vehicle/VehicleTitle.sol";
import {Assertions} from "../../helpers/Assertions.sol";
import {Vm} from "../../helpers/Vm.sol";

/// @dev What must be true, kept from logs and from what the handlers did; it shares no code with the contracts.
/// A law that was broken while a call ran is noted in `broken`, for the invariants to find.
contract Ledger is Assertions {
    struct Entry {
        address author;
        uint8 kind;
        Record record;
        bytes32 headBefore;
        bytes32 digest;
    }

    struct Title {
        uint256 mints;
        uint256 transfers;
        uint256 changesOfHolder;
        address issuer;
        address holder;
        address approved;
        TitleStatus status;
        uint16 locks;
        address user;
        uint64 userExpires;
        bytes32 lastState; // what a destroyed title looked like when it was destroyed
    }

    struct Case {
        bool isOpen;
        address from;
        address to;
        uint256 askedAt;
        bytes32 evidence;
    }

    struct Life {
        bytes32 head;
        uint256 births;
        uint256 goodMm;
        uint88 brands;
        uint8 anomalies;
        uint40 bornAt;
        uint32 lastCorrected;
    }

    /// @dev Every lock but safety (bit 3) and rental (bit 5) holds a title where it is.
    uint256 private constant STOPS_TRANSFER = 0xffff - 8 - 32;
    uint256 private constant FORCED_TRANSFER_DELAY = 14 days;
    uint8 private constant RESOLUTION = 11;
    uint64 private constant INSPECTOR = 5;

    VehicleTitle private immutable _title;
    VehicleRecords private immutable _records;

    mapping(uint256 vehicleId => Title) private _titles;
    mapping(uint256 vehicleId => Case) private _cases;
    mapping(uint256 vehicleId => Life) private _lives;
    mapping(uint256 vehicleId => Entry[]) private _entries;
    mapping(uint256 vehicleId => mapping(bytes32 reading => bool)) public wasRead;
    mapping(string law => string) public broken;

    bytes32[] private _expected;
    uint256 private _met;

    constructor(VehicleTitle newTitle, VehicleRecords newRecords) {
        _title = newTitle;
        _records = newRecords;
    }

    /* WHAT HANDLERS SAY */

    /// @dev The next call must append this record, after those expected before it.
    function expectRecord(uint256 vehicleId, address author, uint8 kind, Record memory record) external {
        _expected.push(keccak256(abi.encode(vehicleId, author, kind, record)));
    }

    function noteUser(uint256 vehicleId, address user, uint64 expires) external {
        _titles[vehicleId].user = user;
        _titles[vehicleId].userExpires = expires;
    }

    function noteApproval(uint256 vehicleId, address approved) external {
        _titles[vehicleId].approved = approved;
    }

    /* WHAT LOGS SAY */

    /// @dev Takes in the logs of one call. Transfers first: they are judged by the locks before the call.
    function absorb(Vm.Log[] memory logs) external {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(_title) && logs[i].topics[0] == IERC721.Transfer.selector) {
                _onTransfer(
                    logs,
                    uint256(logs[i].topics[3]),
                    _addr(logs[i].topics[1]),
                    _addr(logs[i].topics[2])
                );
            }
        }
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(_title)) _onTitleLog(logs[i]);
            if (logs[i].emitter == address(_records)) _onRecordsLog(logs[i]);
        }
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IVehicleRecords.RecordAppended.selector) {
                _auditOdometer(uint256(logs[i].topics[1]));
            }
        }
        if (_met != _expected.length) broken["R1"] = "a record that was accepted was not appended";
    }

    function _onTransfer(Vm.Log[] memory logs, uint256 vehicleId, address from, address to) private {
        Title storage title = _titles[vehicleId];
        if (title.status == TitleStatus.Destroyed)
            broken["T3"] = "a destroyed title was made anew or transferred";
        if (from == address(0)) {
            ++title.mints;
            title.status = TitleStatus.Active;
            title.holder = to;
            return;
        }
        if (title.holder != from) broken["T1"] = "a title left an account that did not hold it";
        if (title.locks & STOPS_TRANSFER != 0) _judgeForced(logs, vehicleId, from, to);

        ++title.transfers;
        if (from != to) ++title.changesOfHolder;
        title.holder = to;
        title.approved = address(0);
        if (title.locks & 32 == 0) {
            title.user = address(0);
            title.userExpires = 0;
        }
    }

    function _judgeForced(Vm.Log[] memory logs, uint256 vehicleId, address from, address to) private {
        Case storage request = _cases[vehicleId];
        bool isForced;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (
                logs[i].topics[0] == IERC7943NonFungible.ForcedTransfer.selector &&
                uint256(logs[i].topics[3]) == vehicleId
            ) isForced = true;
        }
        if (!isForced) broken["T2"] = "a locked title was transferred without force";
        if (!request.isOpen) broken["T2"] = "a locked title was transferred without an open request";
        if (request.from != from || request.to != to)
            broken["T2"] = "a locked title went another way than asked for";
        if (block.timestamp < request.askedAt + FORCED_TRANSFER_DELAY) {
            broken["T2"] = "a locked title was transferred before the delay was over";
        }
    }

    function _onTitleLog(Vm.Log memory log) private {
        bytes32 topic = log.topics[0];
        if (topic == IERC7943NonFungible.ForcedTransfer.selector) {
            delete _cases[uint256(log.topics[3])];
            return;
        }
        if (log.topics.length < 2) return;
        uint256 vehicleId = uint256(log.topics[1]);
        Title storage title = _titles[vehicleId];
        if (topic == IVehicleTitle.VehicleRegistered.selector) title.issuer = _addr(log.topics[3]);
        if (topic == IVehicleTitle.TitleLockSet.selector) _onLock(title, log.topics[2], true);
        if (topic == IVehicleTitle.TitleLockCleared.selector) _onLock(title, log.topics[2], false);
        if (topic == IVehicleTitle.TitleStatusChanged.selector) _onStatus(vehicleId, uint256(log.topics[2]));
        if (topic == IVehicleTitle.ForcedTransferCancelled.selector) delete _cases[vehicleId];
        if (topic == IVehicleTitle.ForcedTransferRequested.selector) {
            (bytes32 evidence, ) = abi.decode(log.data, (bytes32, uint40));
            _cases[vehicleId] = Case({
                isOpen: true,
                from: _addr(log.topics[2]),
                to: _addr(log.topics[3]),
                askedAt: block.timestamp,
                evidence: evidence
            });
        }
    }

    /// @dev A rental begins and ends without a user.
    function _onLock(Title storage title, bytes32 lock, bool isSet) private {
        uint16 bit = uint16(1) << uint16(uint256(lock));
        title.locks = isSet ? title.locks | bit : title.locks & ~bit;
        if (bit != 32) return;
        title.user = address(0);
        title.userExpires = 0;
    }

    function _onStatus(uint256 vehicleId, uint256 status) private {
        Title storage title = _titles[vehicleId];
        if (title.status == TitleStatus.Destroyed) broken["T3"] = "the status of a destroyed title changed";
        title.status = TitleStatus(status);
        if (title.status != TitleStatus.Destroyed) return;
        title.approved = address(0);
        title.user = address(0);
        title.userExpires = 0;
        title.lastState = fingerprint(vehicleId);
    }

    function _onRecordsLog(Vm.Log memory log) private {
        uint256 vehicleId = uint256(log.topics[1]);
        Life storage life = _lives[vehicleId];
        if (log.topics[0] == IVehicleRecords.RecordAppended.selector) _onRecord(vehicleId, log);
        if (log.topics[0] == IVehicleRecords.OdometerResolved.selector) life.anomalies = 0;
        if (log.topics[0] == IVehicleRecords.OdometerQuarantined.selector) {
            (, uint8 reason) = abi.decode(log.data, (uint32, uint8));
            life.anomalies |= reason;
        }
    }

    function _onRecord(uint256 vehicleId, Vm.Log memory log) private {
        bytes32 digest = keccak256(bytes.concat(log.topics[1], log.topics[2], log.topics[3], log.data));
        if (_met == _expected.length || _expected[_met] != digest) {
            broken["R1"] = "a record says something else than its author did";
        }
        _met = _met < _expected.length ? _met + 1 : _met;

        Entry memory entry = Entry({
            author: _addr(log.topics[2]),
            kind: uint8(uint256(log.topics[3])),
            record: abi.decode(log.data, (Record)),
            headBefore: headOf(vehicleId),
            digest: digest
        });
        _entries[vehicleId].push(entry);
        _lives[vehicleId].head = keccak256(abi.encode(entry.headBefore, digest));
        if (entry.record.index != _entries[vehicleId].length)
            broken["R2"] = "a record's index is not its place";
        _onFacts(vehicleId, entry);
    }

    function _onFacts(uint256 vehicleId, Entry memory entry) private {
        Life storage life = _lives[vehicleId];
        Record memory record = entry.record;
        if (record.index == 1) {
            ++life.births;
            life.bornAt = record.observedAt;
        }
        if (entry.kind == 10) life.brands |= uint88(1) << record.code;
        if (record.corrects != 0) {
            life.lastCorrected = record.corrects;
            if (record.corrects >= record.index) broken["R4"] = "a correction names no older record";
            else if (_entries[vehicleId][record.corrects - 1].kind != entry.kind) {
                broken["R4"] = "a correction has another kind than what it corrects";
            }
        }
        if (record.odometerUnit == OdometerUnit.None) return;
        wasRead[vehicleId][keccak256(abi.encode(record.odometer, record.odometerUnit, record.observedAt))] =
            true;
        if (entry.kind == RESOLUTION && record.role == INSPECTOR) {
            life.goodMm = millimetres(record.odometer, record.odometerUnit);
        }
    }

    /// @dev What the last good reading has reached is the floor of all that comes, but for a resolution.
    function _auditOdometer(uint256 vehicleId) private {
        Life storage life = _lives[vehicleId];
        uint256 mm = goodMmOf(vehicleId);
        if (mm < life.goodMm) broken["R3"] = "the last good odometer fell";
        life.goodMm = mm;
    }

    /* VIEWS */

    function titleOf(uint256 vehicleId) external view returns (Title memory) {
        return _titles[vehicleId];
    }

    function caseOf(uint256 vehicleId) external view returns (Case memory) {
        return _cases[vehicleId];
    }

    function lifeOf(uint256 vehicleId) external view returns (Life memory) {
        return _lives[vehicleId];
    }

    function countOf(uint256 vehicleId) external view returns (uint32) {
        return uint32(_entries[vehicleId].length);
    }

    function entryOf(uint256 vehicleId, uint32 index) external view returns (Entry memory) {
        return _entries[vehicleId][index - 1];
    }

    function headOf(uint256 vehicleId) public view returns (bytes32) {
        if (_entries[vehicleId].length != 0) return _lives[vehicleId].head;
        return keccak256(abi.encode(block.chainid, address(_records), vehicleId));
    }

    function proofOf(uint256 vehicleId, uint32 index) external view returns (RecordProof memory) {
        Entry[] storage entries = _entries[vehicleId];
        bytes32[] memory laterDigests = new bytes32[](entries.length - index);
        for (uint256 i = 0; i < laterDigests.length; ++i) laterDigests[i] = entries[index + i].digest;
        Entry storage entry = entries[index - 1];
        return RecordProof(entry.headBefore, entry.author, entry.kind, entry.record, laterDigests);
    }

    function fingerprint(uint256 vehicleId) public view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    _title.stateOf(vehicleId),
                    _title.ownerOf(vehicleId),
                    _title.getApproved(vehicleId),
                    _title.userOf(vehicleId)
                )
            );
    }

    /// @dev The contract's last good reading, in millimetres.
    function goodMmOf(uint256 vehicleId) public view returns (uint256) {
        RecordState memory state = _records.stateOf(vehicleId);
        return millimetres(state.odometer, state.odometerUnit);
    }

    function millimetres(uint256 value, OdometerUnit unit) public pure returns (uint256) {
        return value * (unit == OdometerUnit.Mi ? 1_609_344 : 1_000_000);
    }

    function _addr(bytes32 word) private pure returns (address) {
        return address(uint160(uint256(word)));
    }
}
