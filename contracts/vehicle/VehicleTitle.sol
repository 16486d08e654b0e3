// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC165} from "@openzeppelin/contracts/interfaces/IERC165.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IERC4907} from "../interfaces/IERC4907.sol";
import {IERC5192} from "../interfaces/IERC5192.sol";
import {IERC7572} from "../interfaces/IERC7572.sol";
import {IERC7943NonFungible} from "../interfaces/IERC7943NonFungible.sol";
import {ITitleMetadata} from "../interfaces/ITitleMetadata.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {PackedTitleState, TitleStateLib} from "../libraries/TitleStateLib.sol";
import {Locks} from "../types/Locks.sol";
import {RecordKinds} from "../types/RecordKinds.sol";
import {OdometerUnit, RecordInput} from "../types/RecordTypes.sol";
import {ForcedTransferRequest, TitleState, TitleStatus, TitleUser} from "../types/TitleTypes.sol";

/// @title Vehicle titles: one ERC-721 token per vehicle.
/// @notice
/// - The holder moves its title with any wallet, operator or marketplace, unless a lock stops transfers.
/// - A lock bit belongs to one role; nobody else sets or clears it, not even the council.
/// - A title leaves its holder against its will only when a court froze it and asked, the delay has passed, no guardian
///   cancelled, and a registrar carries it out: three classes, none of which can do it alone.
/// - A destroyed title stays where it is, for ever, and its id is never registered again.
/// - No upgrade path. The token says nothing of a person: no VIN, plate or name, in storage, events or metadata.
contract VehicleTitle is
    IVehicleTitle,
    IERC4906,
    IERC4907,
    IERC5192,
    IERC7572,
    IERC7943NonFungible,
    ERC721,
    MemberAccess
{
    using Locks for uint16;

    /// @inheritdoc IVehicleTitle
    /// @dev 100 vehicles of 100 new holders take below 13 million gas; a transaction may use 16,777,216.
    uint256 public constant MAX_BATCH = 100;

    /// @dev Holders must have the time to object, whatever the network's parameters say.
    uint32 private constant MIN_FORCED_TRANSFER_DELAY = 1 hours;

    /// @dev An order that is not carried out in this time has to be asked for anew.
    uint40 private constant FORCED_TRANSFER_WINDOW = 30 days;

    /// @dev Where the counters of the state slot end. The last 65,536 steps are kept for the court, so that nobody moves
    /// its title to and fro until no forced transfer can count any more.
    uint24 private constant MAX_TRANSFERS = type(uint24).max - 65_536;

    /// @inheritdoc IVehicleTitle
    IVehicleRecords public immutable records;

    /// @inheritdoc IVehicleTitle
    ITitleMetadata public immutable metadata;

    /// @inheritdoc IVehicleTitle
    uint32 public immutable forcedTransferDelaySeconds;

    mapping(uint256 vehicleId => PackedTitleState) private _states;
    mapping(uint256 vehicleId => TitleUser) private _users;
    mapping(uint256 vehicleId => ForcedTransferRequest) private _forcedTransfers;
    mapping(uint8 lock => uint64 role) private _lockControllers;

    constructor(
        address authority,
        IVehicleRecords newRecords,
        ITitleMetadata newMetadata,
        uint32 newForcedTransferDelaySeconds
    ) ERC721("blok auto vehicle title", "TITLE") AccessManaged(authority) {
        require(
            newForcedTransferDelaySeconds >= MIN_FORCED_TRANSFER_DELAY,
            TitleDelayTooShort(newForcedTransferDelaySeconds, MIN_FORCED_TRANSFER_DELAY)
        );
        records = newRecords;
        metadata = newMetadata;
        forcedTransferDelaySeconds = newForcedTransferDelaySeconds;
    }

    /* REGISTRATION */

    /// @inheritdoc IVehicleTitle
    function registerVehicle(address holder, RecordInput calldata birth, uint64 role) external {
        _register(holder, birth, role);
    }

    /// @inheritdoc IVehicleTitle
    function registerVehicles(
        address[] calldata holders,
        RecordInput[] calldata births,
        uint64 role
    ) external {
        require(
            births.length != 0 && holders.length == births.length,
            TitleBatchMismatch(holders.length, births.length)
        );
        require(births.length <= MAX_BATCH, TitleBatchTooLong(births.length, MAX_BATCH));

        for (uint256 i = 0; i < births.length; ++i) {
            _register(holders[i], births[i], role);
        }
    }

    /// @dev There is no check of the caller here on purpose: the records contract refuses whoever may not write this
    /// birth record, and then nothing of the registration remains.
    function _register(address holder, RecordInput calldata birth, uint64 role) private {
        uint256 vehicleId = birth.vehicleId;
        require(_ownerOf(vehicleId) == address(0), TitleExists(vehicleId));

        _store(
            vehicleId,
            TitleState({
                issuer: msg.sender,
                status: TitleStatus.Active,
                locks: 0,
                holderCount: 1,
                grantEpoch: 0,
                registeredDay: uint16(block.timestamp / 1 days), // fits until the year 2149
                hasUser: false
            })
        );
        _mint(holder, vehicleId);
        records.openRecord(msg.sender, role, birth);

        emit VehicleRegistered(vehicleId, holder, msg.sender, role);
        ERC721Utils.checkOnERC721Received(msg.sender, address(0), holder, vehicleId, "");
    }

    /// @inheritdoc IVehicleTitle
    function reportAsHolder(RecordInput calldata input) external returns (uint32) {
        require(_requireOwned(input.vehicleId) == msg.sender, TitleNotHolder(input.vehicleId, msg.sender));
        return records.appendHolderRecord(msg.sender, input);
    }

    /* USERS (ERC-4907) */

    /// @inheritdoc IERC4907
    /// @dev While the car is rented the controller of the rental lock alone names the user; else the holder does, or
    /// whoever is approved. The zero address ends the use.
    function setUser(uint256 vehicleId, address user, uint64 expires) external {
        address holder = _requireOwned(vehicleId);
        TitleState memory state = _aliveState(vehicleId);
        uint16 locks = state.locks;

        if (locks.has(Locks.RENTAL)) {
            _requireLockController(Locks.RENTAL);
        } else {
            require(_isAuthorized(holder, msg.sender, vehicleId), TitleNotHolder(vehicleId, msg.sender));
        }
        if (user == address(0)) {
            _clearUser(vehicleId, state);
            _store(vehicleId, state);
        } else {
            require(locks & Locks.STOPS_USER == 0, TitleLocked(vehicleId, locks, Locks.STOPS_USER));
            require(expires >= block.timestamp, TitleUserExpired(vehicleId, expires, block.timestamp));

            state.hasUser = true;
            _store(vehicleId, state);
            _users[vehicleId] = TitleUser({account: user, expires: expires});
            emit UpdateUser(vehicleId, user, expires);
        }
        emit MetadataUpdate(vehicleId);
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 vehicleId) external view returns (address) {
        if (!_load(vehicleId).hasUser) return address(0);
        TitleUser memory user = _users[vehicleId];
        return user.expires >= block.timestamp ? user.account : address(0);
    }

    /// @inheritdoc IERC4907
    function userExpires(uint256 vehicleId) external view returns (uint256) {
        return _load(vehicleId).hasUser ? _users[vehicleId].expires : 0;
    }

    /// @dev The user's slot keeps its stale value: `hasUser` says whether it counts, which spares a write on every
    /// transfer. Changes `state` in memory.
    function _clearUser(uint256 vehicleId, TitleState memory state) private {
        state.hasUser = false;
        emit UpdateUser(vehicleId, address(0), 0);
    }

    /* LOCKS */

    /// @inheritdoc IVehicleTitle
    function lockTitle(uint256 vehicleId, uint8 lock) external {
        _setLock(_requireOwned(vehicleId), vehicleId, lock, true);
    }

    /// @inheritdoc IVehicleTitle
    function unlockTitle(uint256 vehicleId, uint8 lock) external {
        _setLock(_requireOwned(vehicleId), vehicleId, lock, false);
    }

    /// @inheritdoc IERC7943NonFungible
    /// @dev The court's lock under its ERC-7943 name.
    function setFrozenTokens(address account, uint256 vehicleId, bool frozenStatus) external returns (bool) {
        address holder = _requireOwned(vehicleId);
        require(account == holder, ERC721IncorrectOwner(account, vehicleId, holder));
        if (_aliveState(vehicleId).locks.has(Locks.COURT) == frozenStatus) {
            // The standard overwrites the value, whatever it was.
            _requireLockController(Locks.COURT);
            emit Frozen(holder, vehicleId, frozenStatus);
        } else {
            _setLock(holder, vehicleId, Locks.COURT, frozenStatus);
        }
        return true;
    }

    /// @inheritdoc IVehicleTitle
    function setLockController(uint8 lock, uint64 controller) external restricted {
        require(lock < Locks.COUNT, TitleLockUnknown(lock, Locks.COUNT));
        _lockControllers[lock] = controller;
        emit LockControllerSet(lock, controller);
    }

    function _setLock(address holder, uint256 vehicleId, uint8 lock, bool isSet) private {
        _requireLockController(lock);
        TitleState memory state = _aliveState(vehicleId);
        uint16 locks = state.locks;
        require(locks.has(lock) != isSet, TitleLockUnchanged(vehicleId, lock, isSet));

        if (isSet) emit TitleLockSet(vehicleId, lock, msg.sender);
        else emit TitleLockCleared(vehicleId, lock, msg.sender);
        _flipLock(holder, vehicleId, lock, state);
        if (lock == Locks.COURT && !isSet) _endOrder(vehicleId);
    }

    /// @dev An order rests on the freeze: a release ends it, and a new freeze needs a new order with a delay of its own.
    function _endOrder(uint256 vehicleId) private {
        if (_forcedTransfers[vehicleId].executableAt == 0) return;
        delete _forcedTransfers[vehicleId];
        emit ForcedTransferCancelled(vehicleId, msg.sender);
    }

    /// @dev Stores the state with the bit flipped and tells wallets, in the words of the standards.
    function _flipLock(address holder, uint256 vehicleId, uint8 lock, TitleState memory state) private {
        uint16 before = state.locks;
        uint16 locks = before ^ (uint16(1) << lock);
        state.locks = locks;
        // A rental begins and ends without a user: it protects only the one that its controller names.
        if (lock == Locks.RENTAL && state.hasUser) _clearUser(vehicleId, state);
        _store(vehicleId, state);

        bool stopped = before & Locks.STOPS_TRANSFER != 0;
        bool stops = locks & Locks.STOPS_TRANSFER != 0;
        if (lock == Locks.COURT) emit Frozen(holder, vehicleId, locks.has(lock));
        if (stops && !stopped) emit Locked(vehicleId);
        if (stopped && !stops) emit Unlocked(vehicleId);
        emit MetadataUpdate(vehicleId);
    }

    /// @dev Role 0, the council, owns no lock: a bit that was given to nobody stays unset.
    function _requireLockController(uint8 lock) private view {
        uint64 controller = _lockControllers[lock];
        bool owns;
        if (controller != 0) {
            (bool isMember, uint32 delay) = IAccessManager(authority()).hasRole(controller, msg.sender);
            owns = isMember && delay == 0;
        }
        require(owns, TitleLockForeign(lock, msg.sender, controller));
    }

    /* FORCED TRANSFER (ERC-7943) */

    /// @inheritdoc IVehicleTitle
    function requestForcedTransfer(
        address from,
        address to,
        uint256 vehicleId,
        bytes32 evidenceHash
    ) external restricted {
        address holder = _requireOwned(vehicleId);
        require(holder == from, ERC721IncorrectOwner(from, vehicleId, holder));
        require(to != address(0), ERC7943CannotReceive(to));
        require(evidenceHash != 0, TitleEvidenceMissing(vehicleId));
        require(_aliveState(vehicleId).locks.has(Locks.COURT), TitleNotFrozen(vehicleId));

        uint40 pendingAt = _forcedTransfers[vehicleId].executableAt;
        require(
            pendingAt == 0 || block.timestamp > pendingAt + FORCED_TRANSFER_WINDOW,
            TitleForcedTransferPending(vehicleId, pendingAt)
        );

        uint40 executableAt = uint40(block.timestamp) + forcedTransferDelaySeconds;
        _forcedTransfers[vehicleId] = ForcedTransferRequest({
            from: from,
            executableAt: executableAt,
            to: to,
            evidenceHash: evidenceHash
        });
        emit ForcedTransferRequested(vehicleId, from, to, evidenceHash, executableAt);
    }

    /// @inheritdoc IVehicleTitle
    /// @dev Asks for the role itself and not for the function's, so that nobody closes or re-wires the way while an order
    /// ripens.
    function cancelForcedTransfer(uint256 vehicleId) external {
        _requireMember(msg.sender, Roles.GUARDIAN);
        ForcedTransferRequest memory request = _forcedTransfers[vehicleId];
        require(request.executableAt != 0, TitleForcedTransferUnknown(vehicleId, request.from, request.to));
        delete _forcedTransfers[vehicleId];
        emit ForcedTransferCancelled(vehicleId, msg.sender);
    }

    /// @inheritdoc IERC7943NonFungible
    /// @dev Restricted to registrars. Carries out what a court asked for; the order becomes a record of the vehicle's
    /// life, and the freeze ends with it. Locks of others stay: a lien follows the car.
    function forcedTransfer(address from, address to, uint256 vehicleId) external restricted returns (bool) {
        ForcedTransferRequest memory request = _forcedTransfers[vehicleId];
        require(
            request.executableAt != 0 && request.from == from && request.to == to,
            TitleForcedTransferUnknown(vehicleId, from, to)
        );
        uint40 expiresAt = request.executableAt + FORCED_TRANSFER_WINDOW;
        require(
            block.timestamp >= request.executableAt && block.timestamp <= expiresAt,
            TitleForcedTransferNotInTime(vehicleId, request.executableAt, expiresAt, block.timestamp)
        );
        // No check of status, holder and freeze: the order would have ended with the freeze, without which the title
        // can be neither moved nor destroyed.
        TitleState memory state = _load(vehicleId);

        delete _forcedTransfers[vehicleId];
        emit TitleLockCleared(vehicleId, Locks.COURT, msg.sender);
        _flipLock(from, vehicleId, Locks.COURT, state);

        super._update(to, vehicleId, address(0));
        _afterTransfer(from, to, vehicleId, state);
        emit ForcedTransfer(from, to, vehicleId);

        records.appendMemberRecord(
            msg.sender,
            Roles.REGISTRAR,
            RecordInput({
                vehicleId: vehicleId,
                documentHash: request.evidenceHash,
                kind: RecordKinds.FORCED_TRANSFER,
                code: 0,
                odometer: 0,
                odometerUnit: OdometerUnit.None,
                observedAt: uint40(block.timestamp)
            })
        );
        ERC721Utils.checkOnERC721Received(msg.sender, from, to, vehicleId, "");
        return true;
    }

    /// @inheritdoc IERC7943NonFungible
    /// @dev No account is barred as such: rules bind titles, not people.
    function canSend(address account) public pure returns (bool) {
        return account != address(0);
    }

    /// @inheritdoc IERC7943NonFungible
    function canReceive(address account) public pure returns (bool) {
        return account != address(0);
    }

    /// @inheritdoc IERC7943NonFungible
    function getFrozenTokens(address account, uint256 vehicleId) external view returns (bool) {
        return account == _ownerOf(vehicleId) && _load(vehicleId).locks.has(Locks.COURT);
    }

    /// @inheritdoc IERC7943NonFungible
    function canTransfer(address from, address to, uint256 vehicleId) external view returns (bool) {
        return canSend(from) && canReceive(to) && !_isStopped(vehicleId);
    }

    /* STATUS */

    /// @inheritdoc IVehicleTitle
    function changeStatus(RecordInput calldata input) external restricted {
        TitleState memory state = _aliveState(input.vehicleId);
        TitleStatus status = state.status;
        TitleStatus newStatus;
        if (status == TitleStatus.Active && input.kind == RecordKinds.EXPORT)
            newStatus = TitleStatus.Exported;
        if (status == TitleStatus.Exported && input.kind == RecordKinds.IMPORT)
            newStatus = TitleStatus.Active;
        require(newStatus != TitleStatus.None, TitleStatusUnchangeable(input.vehicleId, status, input.kind));
        _changeStatus(state, newStatus, Roles.REGISTRAR, input);
    }

    /// @inheritdoc IVehicleTitle
    function destroyVehicle(RecordInput calldata input) external restricted {
        uint256 vehicleId = input.vehicleId;
        TitleState memory state = _aliveState(vehicleId);
        require(
            input.kind == RecordKinds.DESTRUCTION,
            TitleStatusUnchangeable(vehicleId, state.status, input.kind)
        );
        require(
            _isAuthorized(_requireOwned(vehicleId), msg.sender, vehicleId),
            TitleNotHolder(vehicleId, msg.sender)
        );
        uint16 locks = state.locks;
        require(locks & Locks.STOPS_TRANSFER == 0, TitleLocked(vehicleId, locks, Locks.STOPS_TRANSFER));

        if (state.hasUser) _clearUser(vehicleId, state);
        _approve(address(0), vehicleId, address(0), false);
        _changeStatus(state, TitleStatus.Destroyed, Roles.RECYCLER, input);
        emit Locked(vehicleId);
    }

    function _changeStatus(
        TitleState memory state,
        TitleStatus newStatus,
        uint64 role,
        RecordInput calldata input
    ) private {
        state.status = newStatus;
        _store(input.vehicleId, state);
        records.appendMemberRecord(msg.sender, role, input);
        emit TitleStatusChanged(input.vehicleId, newStatus);
        emit MetadataUpdate(input.vehicleId);
    }

    /// @inheritdoc ERC721
    /// @dev A destroyed title takes no approval: it never changes again.
    function approve(address to, uint256 vehicleId) public override(ERC721, IERC721) {
        _aliveState(vehicleId);
        super.approve(to, vehicleId);
    }

    /// @inheritdoc IVehicleTitle
    function refreshMetadata(uint256 vehicleId) external {
        _requireOwned(vehicleId);
        emit MetadataUpdate(vehicleId);
    }

    /* VIEWS */

    /// @inheritdoc IVehicleTitle
    function stateOf(uint256 vehicleId) external view returns (TitleState memory) {
        return _load(vehicleId);
    }

    /// @inheritdoc IVehicleTitle
    function lockControllerOf(uint8 lock) external view returns (uint64) {
        return _lockControllers[lock];
    }

    /// @inheritdoc IVehicleTitle
    function forcedTransferOf(uint256 vehicleId) external view returns (ForcedTransferRequest memory) {
        return _forcedTransfers[vehicleId];
    }

    /// @inheritdoc IERC5192
    function locked(uint256 vehicleId) external view returns (bool) {
        _requireOwned(vehicleId);
        return _isStopped(vehicleId);
    }

    /// @inheritdoc ERC721
    function tokenURI(uint256 vehicleId) public view override returns (string memory) {
        _requireOwned(vehicleId);
        return metadata.tokenURI(vehicleId, _load(vehicleId), records.stateOf(vehicleId));
    }

    /// @inheritdoc IERC7572
    function contractURI() external view returns (string memory) {
        return metadata.contractURI();
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return
            interfaceId == type(IVehicleTitle).interfaceId ||
            interfaceId == type(IERC4907).interfaceId ||
            interfaceId == type(IERC5192).interfaceId ||
            interfaceId == type(IERC7572).interfaceId ||
            interfaceId == type(IERC7943NonFungible).interfaceId ||
            interfaceId == bytes4(0x49064906) || // ERC-4906 has no function to take an id from
            super.supportsInterface(interfaceId);
    }

    /* INTERNALS */

    /// @dev Every way of moving a token passes here, but a forced transfer, which has checks of its own.
    function _update(address to, uint256 vehicleId, address auth) internal override returns (address from) {
        from = super._update(to, vehicleId, auth);
        if (from == address(0)) return from; // a mint: `_register` has written the state

        TitleState memory state = _aliveState(vehicleId);
        uint16 locks = state.locks;
        require(!locks.has(Locks.COURT), ERC7943InsufficientUnfrozenBalance(from, vehicleId));
        require(locks & Locks.STOPS_TRANSFER == 0, TitleLocked(vehicleId, locks, Locks.STOPS_TRANSFER));
        require(state.grantEpoch < MAX_TRANSFERS, TitleTransfersExhausted(vehicleId, MAX_TRANSFERS));
        _afterTransfer(from, to, vehicleId, state);
    }

    /// @dev What dies with a change of holder: grants, by the epoch, and the user, unless a rental protects it.
    function _afterTransfer(address from, address to, uint256 vehicleId, TitleState memory state) private {
        if (from != to) ++state.holderCount;
        ++state.grantEpoch;
        if (state.hasUser && !state.locks.has(Locks.RENTAL)) _clearUser(vehicleId, state);
        _store(vehicleId, state);
        emit MetadataUpdate(vehicleId);
    }

    function _aliveState(uint256 vehicleId) private view returns (TitleState memory state) {
        state = _load(vehicleId);
        require(state.status != TitleStatus.None, ERC721NonexistentToken(vehicleId));
        require(state.status != TitleStatus.Destroyed, TitleDestroyed(vehicleId));
    }

    function _isStopped(uint256 vehicleId) private view returns (bool) {
        TitleState memory state = _load(vehicleId);
        return state.status == TitleStatus.Destroyed || state.locks & Locks.STOPS_TRANSFER != 0;
    }

    function _load(uint256 vehicleId) private view returns (TitleState memory) {
        return _states[vehicleId].unpack();
    }

    function _store(uint256 vehicleId, TitleState memory state) private {
        _states[vehicleId] = TitleStateLib.pack(state);
    }
}
