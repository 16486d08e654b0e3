// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IERC7572} from "../interfaces/IERC7572.sol";
import {IPartMetadata} from "../interfaces/IPartMetadata.sol";
import {IPartTwins} from "../interfaces/IPartTwins.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {IWorkOrders} from "../interfaces/IWorkOrders.sol";
import {FittedLib, FittedSerials} from "../libraries/FittedLib.sol";
import {LotLib, PackedLot} from "../libraries/LotLib.sol";
import {MaterialLib, PackedMaterials} from "../libraries/MaterialLib.sol";
import {PartIdLib} from "../libraries/PartIdLib.sol";
import {PackedUnit, UnitLib} from "../libraries/UnitLib.sol";
import {
    CriticalMaterial,
    DecommissionOutcome,
    Lot,
    LotForm,
    LotInput,
    Materials,
    PartAmount,
    ServiceStatus,
    Unit,
    UnitState
} from "../types/PartTypes.sol";
import {RecallScope} from "../types/RecallTypes.sol";
import {RecordKinds} from "../types/RecordKinds.sol";
import {RecordInput, RecordProof} from "../types/RecordTypes.sol";

/// @title Part twins: lots of material and parts, as ERC-1155 tokens.
/// @notice
/// - A part's maker stands in its id: nobody commissions in another maker's name.
/// - Makers are trusted to state what they made; the mass balance bounds how much of each critical material it can hold.
/// - Free units move with any wallet; a fitted unit moves only by an authorised removal.
/// - A serialised unit is one storage slot, whoever holds it; the balances of ERC-1155 are read off it (decision 016).
/// - Per lot: commissioned = held + in transit + fitted + consumed + decommissioned. Only the last three are counted here:
///   the first two are balances.
contract PartTwins is IPartTwins, IERC7572, ERC1155, MemberAccess {
    using PartIdLib for uint256;

    /// @inheritdoc IPartTwins
    /// @dev A list of 100 new serials takes below 3 million gas; a transaction may use 16,777,216.
    uint256 public constant MAX_BATCH = 100;

    /// @inheritdoc IPartTwins
    IVehicleTitle public immutable title;

    /// @inheritdoc IPartTwins
    IVehicleRecords public immutable records;

    /// @inheritdoc IPartTwins
    IWorkOrders public immutable workOrders;

    /// @inheritdoc IPartTwins
    IPartMetadata public immutable metadata;

    mapping(uint256 lotId => PackedLot) private _lots;
    mapping(uint256 lotId => bytes32) private _lineages;
    mapping(uint256 lotId => PackedMaterials) private _contents;
    mapping(uint256 partId => PackedUnit) private _units;
    /// @dev Counted units and grams; of serialised lots the lot and the units say who holds what.
    mapping(uint256 partId => mapping(address holder => uint256 quantity)) private _quantities;
    /// @dev What a vehicle carries of a lot: its serials, or how many counted units.
    mapping(address vehicleAccount => mapping(uint256 lotId => uint256)) private _fitted;
    /// @dev Serial ranges under recall, the `holds` first of each lot.
    mapping(uint256 lotId => mapping(uint256 index => uint64 range)) private _holds;

    constructor(
        address authority,
        IWorkOrders newWorkOrders,
        IPartMetadata newMetadata
    ) ERC1155("") AccessManaged(authority) {
        workOrders = newWorkOrders;
        title = newWorkOrders.title();
        records = title.records();
        metadata = newMetadata;
    }

    /* LOTS */

    /// @inheritdoc IPartTwins
    function commissionLot(LotInput calldata lot, uint64 role) external returns (uint256 lotId) {
        _requireMaker(role);
        PackedMaterials content;
        (lotId, content) = _commission(lot, 0);
        require(lot.form == LotForm.Material || content.isNone(), PartsContentWithoutInput(lotId));
        _checkReceived(lotId.partIdOf(0), lot.quantity);
    }

    /// @inheritdoc IPartTwins
    function transformLots(PartAmount[] calldata inputs, LotInput[] calldata outputs, uint64 role) external {
        bool isRecovery = role == Roles.RECYCLER;
        if (isRecovery) _requireMember(msg.sender, role);
        else _requireMaker(role);
        _requireLength(inputs.length);
        _requireLength(outputs.length);

        // All inputs are consumed first, so that no output can be among them.
        uint256[6] memory available;
        bytes32 inputsHash = _consume(
            inputs,
            bytes32(PartIdLib.lotIdOf(msg.sender, outputs[0].number)),
            isRecovery,
            available
        );
        for (uint256 i = 0; i < outputs.length; ++i) {
            (uint256 lotId, PackedMaterials content) = _commission(outputs[i], inputsHash);
            require(
                !isRecovery || outputs[i].form == LotForm.Material,
                PartsNotMaterial(lotId, outputs[i].form)
            );
            uint256 lacking = MaterialLib.take(available, content);
            // `require` would read the values of its error also where there is none
            if (lacking != MaterialLib.KINDS) {
                revert PartsMassBalanceBroken(CriticalMaterial(lacking + 1), available[lacking]);
            }
        }
        for (uint256 i = 0; i < outputs.length; ++i) {
            _checkReceived(PartIdLib.lotIdOf(msg.sender, outputs[i].number).partIdOf(0), outputs[i].quantity);
        }
    }

    /// @inheritdoc IPartTwins
    function serialiseUnits(uint64 lotNumber, uint32[] calldata serials, uint64 role) external {
        _requireMaker(role);
        _requireLength(serials.length);
        uint256 lotId = PartIdLib.lotIdOf(msg.sender, lotNumber);
        PackedLot lot = _lotOf(lotId);
        uint256 stockId = lotId.partIdOf(0);
        uint40 quantity = lot.quantity();
        uint256[] memory partIds = new uint256[](serials.length);
        uint256[] memory ones = new uint256[](serials.length);

        _lots[lotId] = _takeUnserialised(msg.sender, stockId, lot, uint40(serials.length)); // MAX_BATCH at most
        for (uint256 i = 0; i < serials.length; ++i) {
            uint32 serial = serials[i];
            require(serial != 0 && serial <= quantity, PartsSerialInvalid(lotId, serial, quantity));
            uint256 partId = lotId.partIdOf(serial);
            require(!_units[partId].exists(), PartsSerialTaken(partId));
            _units[partId] = UnitLib.create(msg.sender);
            partIds[i] = partId;
            ones[i] = 1;
        }
        emit TransferSingle(msg.sender, msg.sender, address(0), stockId, serials.length);
        emit TransferBatch(msg.sender, address(0), msg.sender, partIds, ones);
        ERC1155Utils.checkOnERC1155BatchReceived(msg.sender, address(0), msg.sender, partIds, ones, "");
    }

    function _consume(
        PartAmount[] calldata inputs,
        bytes32 inputsHash,
        bool isRecovery,
        uint256[6] memory available
    ) private returns (bytes32) {
        for (uint256 i = 0; i < inputs.length; ++i) {
            PartAmount calldata input = inputs[i];
            uint256 lotId = input.partId.lotOf();
            PackedLot lot = _spend(input.partId, input.quantity, isRecovery);
            // Inside another part a unit would reach a vehicle after all. Recyclers may take it apart.
            require(isRecovery || !_isHeld(lotId, input.partId.serialOf(), lot), PartsRecalled(input.partId));
            MaterialLib.addShare(available, _contentOf(lotId, lot), input.quantity, lot.quantity());
            inputsHash = keccak256(abi.encode(inputsHash, input, _lineages[lotId]));
        }
        emit LotsConsumed(inputsHash, msg.sender, inputs, isRecovery);
        return inputsHash;
    }

    function _commission(
        LotInput calldata input,
        bytes32 inputsHash
    ) private returns (uint256 lotId, PackedMaterials content) {
        lotId = PartIdLib.lotIdOf(msg.sender, input.number);
        require(!_lots[lotId].exists(), PartsLotExists(lotId));
        LotForm form = input.form;
        uint40 quantity = input.quantity;
        content = MaterialLib.pack(input.content);
        bool isMaterial = form == LotForm.Material;
        require(
            form != LotForm.None &&
                quantity != 0 &&
                input.documentHash != 0 &&
                (
                    isMaterial
                        ? content.isNone() && input.expiryDay == 0
                        : input.material == CriticalMaterial.Other
                ) &&
                (form != LotForm.Serialised || quantity <= type(uint32).max),
            PartsLotInvalid(lotId)
        );

        _lots[lotId] = LotLib.create(form, input.material, quantity, input.expiryDay);
        if (isMaterial) content = MaterialLib.ofMaterial(input.material, quantity);
        else if (!content.isNone()) _contents[lotId] = content;
        bytes32 lineage = keccak256(abi.encode(lotId, input, inputsHash));
        _lineages[lotId] = lineage;
        uint256 stockId = lotId.partIdOf(0);
        if (form != LotForm.Serialised) _quantities[stockId][msg.sender] = quantity;
        emit TransferSingle(msg.sender, address(0), msg.sender, stockId, quantity);
        emit LotCommissioned(lotId, msg.sender, input, inputsHash, lineage);
    }

    /* FITTING */

    /// @inheritdoc IPartTwins
    /// @dev There is no check of the caller's class, nor of the vehicle here on purpose: the records contract refuses whoever
    /// may not write this record, and vehicles that are unknown or destroyed; then nothing of the fitting remains.
    function fitPart(uint256 partId, uint40 quantity, RecordInput calldata record, uint64 role) external {
        _requireKind(record.kind, RecordKinds.PART_FITTED);
        uint256 vehicleId = record.vehicleId;
        uint256 lotId = partId.lotOf();
        uint32 serial = partId.serialOf();
        PackedLot lot = _lotOf(lotId);
        LotForm form = lot.form();
        require(form != LotForm.Material, PartsNotFittable(partId, form));
        uint16 expiryDay = lot.expiryDay();
        require(
            expiryDay == 0 || block.timestamp < uint256(expiryDay) * 1 days,
            PartsExpired(partId, expiryDay)
        );
        require(!_isHeld(lotId, serial, lot), PartsRecalled(partId));

        address account = PartIdLib.vehicleAccountOf(vehicleId);
        if (form == LotForm.Serialised) _fitUnit(partId, quantity, vehicleId, account);
        else _fitCounted(partId, quantity, account);
        _lots[lotId] = lot.withFitted(quantity);

        emit TransferSingle(msg.sender, msg.sender, account, partId, quantity);
        emit PartFitted(lotId, vehicleId, msg.sender, serial, quantity);
        records.appendMemberRecord(msg.sender, role, record);
    }

    /// @inheritdoc IPartTwins
    function removePart(uint256 partId, uint40 quantity, RecordInput calldata record, uint64 role) external {
        _requireKind(record.kind, RecordKinds.PART_REMOVED);
        uint256 vehicleId = record.vehicleId;
        workOrders.requireRemovable(vehicleId, msg.sender);

        address account = PartIdLib.vehicleAccountOf(vehicleId);
        _unfit(partId, quantity, vehicleId, account);
        records.appendMemberRecord(msg.sender, role, record);
        _checkReceivedFrom(account, partId, quantity);
    }

    /// @inheritdoc IPartTwins
    function releaseParts(
        PartAmount[] calldata parts,
        RecordInput calldata record,
        RecordProof calldata destruction
    ) external {
        _requireLength(parts.length);
        _requireKind(record.kind, RecordKinds.PART_REMOVED);
        uint256 vehicleId = record.vehicleId;
        require(
            destruction.kind == RecordKinds.DESTRUCTION &&
                destruction.author == msg.sender &&
                records.foldProof(vehicleId, destruction) == records.headOf(vehicleId),
            PartsDestructionUnproven(vehicleId, msg.sender)
        );

        address account = PartIdLib.vehicleAccountOf(vehicleId);
        for (uint256 i = 0; i < parts.length; ++i) {
            _unfit(parts[i].partId, parts[i].quantity, vehicleId, account);
        }
        records.appendMemberRecord(msg.sender, Roles.RECYCLER, record);
        for (uint256 i = 0; i < parts.length; ++i) {
            _checkReceivedFrom(account, parts[i].partId, parts[i].quantity);
        }
    }

    function _fitUnit(uint256 partId, uint40 quantity, uint256 vehicleId, address account) private {
        PackedUnit unit = _takeUnit(msg.sender, partId, quantity);
        require(unit.service() != ServiceStatus.Waste, PartsWaste(partId));
        _units[partId] = unit.withVehicle(account, vehicleId);

        uint256 lotId = partId.lotOf();
        (FittedSerials serials, bool isAdded) = FittedSerials.wrap(_fitted[account][lotId]).add(
            partId.serialOf()
        );
        require(isAdded, PartsVehicleFull(lotId, vehicleId, FittedLib.LANES));
        _fitted[account][lotId] = FittedSerials.unwrap(serials);
    }

    function _fitCounted(uint256 partId, uint40 quantity, address account) private {
        _takeQuantity(msg.sender, partId, quantity);
        _fitted[account][partId.lotOf()] += quantity;
    }

    /// @dev Takes units off a vehicle, to the caller.
    function _unfit(uint256 partId, uint40 quantity, uint256 vehicleId, address account) private {
        uint256 lotId = partId.lotOf();
        uint32 serial = partId.serialOf();
        PackedLot lot = _lotOf(lotId);
        uint256 fitted = _fitted[account][lotId];
        if (lot.form() == LotForm.Serialised) {
            (FittedSerials rest, bool isFitted) = FittedSerials.wrap(fitted).remove(serial);
            if (!isFitted || quantity != 1 || serial == 0) revert PartsNotFitted(partId, vehicleId);
            fitted = FittedSerials.unwrap(rest);
            _units[partId] = _units[partId].with(msg.sender, UnitState.Free);
        } else {
            require(quantity != 0 && quantity <= fitted && serial == 0, PartsNotFitted(partId, vehicleId));
            fitted -= quantity;
            _quantities[partId][msg.sender] += quantity;
        }
        _fitted[account][lotId] = fitted;
        _lots[lotId] = lot.withoutFitted(quantity);
        emit TransferSingle(msg.sender, account, msg.sender, partId, quantity);
        emit PartRemoved(lotId, vehicleId, msg.sender, serial, quantity);
    }

    /* THE END OF UNITS */

    /// @inheritdoc IPartTwins
    function decommissionParts(
        PartAmount[] calldata parts,
        DecommissionOutcome outcome,
        bytes32 documentHash,
        uint64 role
    ) external {
        require(
            role == Roles.WORKSHOP ||
                role == Roles.MANUFACTURER ||
                role == Roles.SUPPLIER ||
                role == Roles.RECYCLER,
            PartsRoleNotAllowed(role)
        );
        _requireMember(msg.sender, role);
        _requireLength(parts.length);
        require(documentHash != 0, PartsDocumentMissing());
        for (uint256 i = 0; i < parts.length; ++i) {
            PartAmount calldata part = parts[i];
            _spend(part.partId, part.quantity, true);
            emit PartDecommissioned(part.partId, msg.sender, part.quantity, outcome, documentHash);
        }
    }

    /// @inheritdoc IPartTwins
    function changeService(uint256 partId, ServiceStatus status, bytes32 documentHash, uint64 role) external {
        require(
            role == Roles.WORKSHOP || role == Roles.MANUFACTURER || role == Roles.RECYCLER,
            PartsRoleNotAllowed(role)
        );
        _requireMember(msg.sender, role);
        require(documentHash != 0, PartsDocumentMissing());
        PackedUnit unit = _takeUnit(msg.sender, partId, 1);
        require(
            status != ServiceStatus.Original && status != unit.service(),
            PartsServiceInvalid(partId, status)
        );
        _units[partId] = unit.withService(status);
        emit ServiceStatusChanged(partId, msg.sender, status, documentHash);
    }

    /// @inheritdoc IPartTwins
    function reportTheft(uint256 partId, bool isStolen) external {
        PackedUnit unit = _units[partId];
        require(unit.holder() == msg.sender, ERC1155InsufficientBalance(msg.sender, 0, 1, partId));
        UnitState state = unit.state();
        require(state == (isStolen ? UnitState.Free : UnitState.Stolen), PartsUnitState(partId, state));
        _units[partId] = unit.with(msg.sender, isStolen ? UnitState.Stolen : UnitState.Free);
        emit PartTheftReported(partId, msg.sender, isStolen);
    }

    /* RECALLS */

    /// @inheritdoc IPartTwins
    function setHolds(
        address maker,
        RecallScope[] calldata scopes,
        bool isHeld_
    ) external returns (uint256 most) {
        _requireMember(msg.sender, Roles.RECALL_CONTROLLER);
        for (uint256 i = 0; i < scopes.length; ++i) {
            RecallScope calldata scope = scopes[i];
            (uint32 from, uint32 to) = (scope.fromSerial, scope.toSerial);
            uint256 lotId = PartIdLib.lotIdOf(maker, scope.lotNumber);
            PackedLot lot = _lotOf(lotId);
            lot = isHeld_ ? _hold(lotId, lot, from, to) : _release(lotId, lot, from, to);
            _lots[lotId] = lot;
            if (lot.holds() > most) most = lot.holds();
        }
    }

    function _hold(uint256 lotId, PackedLot lot, uint32 from, uint32 to) private returns (PackedLot) {
        require(
            lot.form() == LotForm.Serialised
                ? from != 0 && from <= to && to <= lot.quantity()
                : from == 0 && to == 0,
            PartsSerialInvalid(lotId, to, lot.quantity())
        );
        uint256 holds = lot.holds();
        require(holds < type(uint8).max, PartsHoldsExhausted(lotId, type(uint8).max));
        _holds[lotId][holds] = _range(from, to);
        return lot.withHold();
    }

    /// @dev The last hold takes the place of the one that ends.
    function _release(uint256 lotId, PackedLot lot, uint32 from, uint32 to) private returns (PackedLot) {
        uint256 holds = lot.holds();
        uint256 index;
        while (index < holds && _holds[lotId][index] != _range(from, to)) ++index;
        require(index < holds, PartsHoldUnknown(lotId, from, to));
        _holds[lotId][index] = _holds[lotId][holds - 1];
        delete _holds[lotId][holds - 1];
        return lot.withoutHold();
    }

    function _isHeld(uint256 lotId, uint32 serial, PackedLot lot) private view returns (bool) {
        uint256 holds = lot.holds();
        for (uint256 i = 0; i < holds; ++i) {
            uint64 range = _holds[lotId][i];
            // The casts cut the range in two. Units without a serial may become any of a recalled range.
            if (serial == 0 || (serial >= uint32(range >> 32) && serial <= uint32(range))) return true;
        }
        return false;
    }

    function _range(uint32 from, uint32 to) private pure returns (uint64) {
        return (uint64(from) << 32) | to;
    }

    /* VIEWS */

    /// @inheritdoc IPartTwins
    function lotStateOf(uint256 lotId) external view returns (Lot memory) {
        return _lots[lotId].unpack();
    }

    /// @inheritdoc IPartTwins
    function contentOf(uint256 lotId) public view returns (Materials memory) {
        return _contentOf(lotId, _lots[lotId]).unpack();
    }

    /// @inheritdoc IPartTwins
    function lineageOf(uint256 lotId) external view returns (bytes32) {
        return _lineages[lotId];
    }

    /// @inheritdoc IPartTwins
    function unitOf(uint256 partId) external view returns (Unit memory) {
        return _units[partId].unpack();
    }

    /// @inheritdoc IPartTwins
    function fittedOf(uint256 vehicleId, uint256 lotId) external view returns (uint40 count) {
        uint256 word = _fitted[PartIdLib.vehicleAccountOf(vehicleId)][lotId];
        if (_lots[lotId].form() != LotForm.Serialised) return uint40(word); // a sum of 40-bit quantities of one lot
        for (; word != 0; word >>= 32) if (uint32(word) != 0) ++count;
    }

    /// @inheritdoc IPartTwins
    function carriesAny(
        uint256 vehicleId,
        address maker,
        RecallScope[] calldata scopes
    ) external view returns (bool) {
        address account = PartIdLib.vehicleAccountOf(vehicleId);
        for (uint256 i = 0; i < scopes.length; ++i) {
            RecallScope calldata scope = scopes[i];
            uint256 word = _fitted[account][PartIdLib.lotIdOf(maker, scope.lotNumber)];
            if (word == 0) continue;
            // the scope of a counted lot is 0 to 0
            if (scope.toSerial == 0) return true;
            if (FittedSerials.wrap(word).anyIn(scope.fromSerial, scope.toSerial)) return true;
        }
        return false;
    }

    /// @inheritdoc IPartTwins
    function isHeld(uint256 partId) external view returns (bool) {
        uint256 lotId = partId.lotOf();
        return _isHeld(lotId, partId.serialOf(), _lots[lotId]);
    }

    /// @inheritdoc IPartTwins
    function totalSupply(uint256 partId) external view returns (uint256) {
        uint256 lotId = partId.lotOf();
        if (partId.serialOf() != 0) {
            UnitState state = _units[partId].state();
            return state == UnitState.None || state == UnitState.Gone ? 0 : 1;
        }
        Lot memory lot = _lots[lotId].unpack();
        return
            lot.form == LotForm.Serialised
                ? lot.unserialised
                : lot.quantity - lot.consumed - lot.decommissioned;
    }

    /// @inheritdoc IPartTwins
    function exists(uint256 partId) external view returns (bool) {
        return partId.serialOf() == 0 ? _lots[partId.lotOf()].exists() : _units[partId].exists();
    }

    /// @inheritdoc IPartTwins
    function vehicleAccountOf(uint256 vehicleId) external pure returns (address) {
        return PartIdLib.vehicleAccountOf(vehicleId);
    }

    /// @inheritdoc ERC1155
    function balanceOf(address account, uint256 partId) public view override returns (uint256) {
        uint256 lotId = partId.lotOf();
        if (partId.serialOf() != 0)
            return _units[partId].holder() == account && account != address(0) ? 1 : 0;
        PackedLot lot = _lots[lotId];
        if (lot.form() == LotForm.Serialised) return account == lotId.makerOf() ? lot.unserialised() : 0;
        return _quantities[partId][account] + _fitted[account][lotId];
    }

    /// @inheritdoc ERC1155
    function uri(uint256 partId) public view override returns (string memory) {
        uint256 lotId = partId.lotOf();
        return metadata.uri(partId, _lotOf(lotId).unpack(), _units[partId].unpack(), contentOf(lotId));
    }

    /// @inheritdoc IERC7572
    function contractURI() external view returns (string memory) {
        return metadata.contractURI();
    }

    /// @inheritdoc ERC1155
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return
            interfaceId == type(IPartTwins).interfaceId ||
            interfaceId == type(IERC7572).interfaceId ||
            super.supportsInterface(interfaceId);
    }

    /* INTERNALS */

    /// @dev ERC-1155 transfers alone pass here: units come into being, are fitted and end elsewhere in this contract.
    function _update(
        address from,
        address to,
        uint256[] memory partIds,
        uint256[] memory quantities
    ) internal override {
        require(
            partIds.length == quantities.length,
            ERC1155InvalidArrayLength(partIds.length, quantities.length)
        );
        for (uint256 i = 0; i < partIds.length; ++i) _move(from, to, partIds[i], quantities[i]);

        if (partIds.length == 1) emit TransferSingle(msg.sender, from, to, partIds[0], quantities[0]);
        else emit TransferBatch(msg.sender, from, to, partIds, quantities);
    }

    function _move(address from, address to, uint256 partId, uint256 quantity) private {
        if (quantity == 0) return; // the standard lets nothing be transferred
        if (partId.serialOf() == 0) {
            _takeQuantity(from, partId, quantity);
            _quantities[partId][to] += quantity;
        } else {
            _units[partId] = _takeUnit(from, partId, quantity).with(to, UnitState.Free);
        }
    }

    /// @dev Ends units that the caller holds and counts them.
    function _spend(uint256 partId, uint40 quantity, bool isEnd) private returns (PackedLot lot) {
        uint256 lotId = partId.lotOf();
        lot = _lotOf(lotId);
        if (partId.serialOf() != 0) {
            _units[partId] = _takeUnit(msg.sender, partId, quantity).with(address(0), UnitState.Gone);
        } else if (lot.form() == LotForm.Serialised) {
            lot = _takeUnserialised(msg.sender, partId, lot, quantity);
        } else {
            _takeQuantity(msg.sender, partId, quantity);
        }
        lot = isEnd ? lot.withDecommissioned(quantity) : lot.withConsumed(quantity);
        _lots[lotId] = lot;
        emit TransferSingle(msg.sender, msg.sender, address(0), partId, quantity);
    }

    function _takeQuantity(address from, uint256 partId, uint256 quantity) private {
        require(quantity != 0, PartsQuantityInvalid(partId, quantity));
        uint256 balance = _quantities[partId][from];
        if (balance < quantity) {
            require(_lots[partId.lotOf()].form() != LotForm.Serialised, PartsUnserialised(partId));
            revert ERC1155InsufficientBalance(from, balance, quantity, partId);
        }
        unchecked {
            _quantities[partId][from] = balance - quantity; // compared above
        }
    }

    /// @dev Units of a serialised lot that have no serial: their maker's alone. The caller of this stores the lot.
    function _takeUnserialised(
        address from,
        uint256 partId,
        PackedLot lot,
        uint40 quantity
    ) private pure returns (PackedLot) {
        require(quantity != 0, PartsQuantityInvalid(partId, quantity));
        uint256 balance = from == partId.lotOf().makerOf() ? lot.unserialised() : 0;
        require(balance >= quantity, ERC1155InsufficientBalance(from, balance, quantity, partId));
        return lot.withoutUnserialised(quantity);
    }

    /// @dev A unit that `from` holds and may let go; the caller of this stores what becomes of it.
    function _takeUnit(
        address from,
        uint256 partId,
        uint256 quantity
    ) private view returns (PackedUnit unit) {
        unit = _units[partId];
        uint256 balance = unit.holder() == from ? 1 : 0;
        require(balance == 1 && quantity <= 1, ERC1155InsufficientBalance(from, balance, quantity, partId));
        require(quantity == 1, PartsQuantityInvalid(partId, quantity));
        UnitState state = unit.state();
        require(state == UnitState.Free, PartsUnitState(partId, state));
    }

    function _contentOf(uint256 lotId, PackedLot lot) private view returns (PackedMaterials) {
        return
            lot.form() == LotForm.Material
                ? MaterialLib.ofMaterial(lot.material(), lot.quantity())
                : _contents[lotId];
    }

    function _checkReceived(uint256 partId, uint256 quantity) private {
        _checkReceivedFrom(address(0), partId, quantity);
    }

    /// @dev Last of all, when everything is written: a contract that gets units may refuse them, or call again.
    function _checkReceivedFrom(address from, uint256 partId, uint256 quantity) private {
        if (msg.sender.code.length == 0) return; // asked here as well, which spares an account the empty data
        ERC1155Utils.checkOnERC1155Received(msg.sender, from, msg.sender, partId, quantity, "");
    }

    function _requireMaker(uint64 role) private view {
        require(role == Roles.SUPPLIER || role == Roles.MANUFACTURER, PartsRoleNotAllowed(role));
        _requireMember(msg.sender, role);
    }

    function _requireKind(uint8 kind, uint8 expected) private pure {
        require(kind == expected, PartsRecordKind(kind, expected));
    }

    function _requireLength(uint256 length) private pure {
        require(length != 0 && length <= MAX_BATCH, PartsBatchLength(length, MAX_BATCH));
    }

    function _lotOf(uint256 lotId) private view returns (PackedLot lot) {
        lot = _lots[lotId];
        require(lot.exists(), PartsLotUnknown(lotId));
    }
}
