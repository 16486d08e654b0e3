// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {ConsignmentStatus, Consignment} from "../../../contracts/types/CustodyTypes.sol";
import {
    CriticalMaterial,
    LotForm,
    LotInput,
    Materials,
    PartAmount,
    ServiceStatus,
    UnitState
} from "../../../contracts/types/PartTypes.sol";
import {Vm} from "../../helpers/Vm.sol";

/// @dev Where every unit must be and what every lot must have come to, kept from what the handlers did; it shares no code
/// with the contracts. Beside it stands what the ERC-1155 logs alone say that everybody has.
contract PartLedger {
    struct Batch {
        address maker;
        uint64 number;
        LotForm form;
        CriticalMaterial material;
        uint256 quantity;
        uint256 expiryDay;
        uint256 consumed;
        uint256 decommissioned;
        uint256 unserialised;
        uint256[6] grams; // what all its units contain
        uint256[6] yielded; // of it, what outputs contain at least, times SCALE
    }

    struct Piece {
        address holder;
        UnitState state;
        ServiceStatus service;
        uint256 vehicleId; // to which it is fitted
        uint256 lastVehicle;
    }

    struct Parcel {
        bytes32 consignmentId;
        ConsignmentStatus status;
        Consignment terms;
    }

    struct Leave {
        uint256 expiresAt;
        uint256 transfers; // of the title, when the leave was given
    }

    /// @dev Grams are added up in this many parts, so that what the contract rounds off is seen here.
    uint256 public constant SCALE = 1e18;

    address private immutable _parts;

    mapping(uint256 lotId => Batch) private _lots;
    mapping(uint256 partId => Piece) private _units;
    mapping(uint256 lotId => mapping(address holder => uint256)) public stockOf;
    mapping(uint256 lotId => mapping(uint256 vehicleId => uint256)) public fittedOf;
    mapping(uint256 partId => mapping(address account => uint256)) public loggedOf;
    mapping(uint256 partId => uint256) public loggedSupplyOf;
    mapping(uint256 vehicleId => mapping(address workshop => Leave)) private _leaves;
    mapping(uint256 vehicleId => uint32) public destructionOf;
    mapping(string law => string) public broken;

    uint256[] private _lotIds;
    mapping(uint256 lotId => uint32[]) private _serials;
    Parcel[] private _parcels;

    uint256[6] private _mined;
    uint256[6] private _consumed;
    uint256[6] private _made;

    constructor(address parts) {
        _parts = parts;
    }

    /* LOTS */

    function noteLot(address maker, LotInput calldata input) public {
        uint256 lotId = lotIdOf(maker, input.number);
        Batch storage lot = _lots[lotId];
        lot.maker = maker;
        lot.number = input.number;
        lot.form = input.form;
        lot.material = input.material;
        lot.quantity = input.quantity;
        lot.expiryDay = input.expiryDay;
        lot.grams = gramsOf(input);
        if (input.form == LotForm.Serialised) lot.unserialised = input.quantity;
        else stockOf[lotId][maker] = input.quantity;
        _lotIds.push(lotId);
    }

    /// @dev Critical materials come from nowhere in lots of material only.
    function noteMined(LotInput calldata input) external {
        uint256[6] memory grams = gramsOf(input);
        for (uint256 lane = 0; lane < 6; ++lane) _mined[lane] += grams[lane];
    }

    /// @dev What outputs contain comes out of the inputs. Of each input's lot that is at least what the shares of the other
    /// inputs cannot account for.
    function noteTransform(
        address operator,
        PartAmount[] calldata inputs,
        LotInput[] calldata outputs,
        bool isRecovery
    ) external {
        uint256[6] memory made;
        for (uint256 i = 0; i < outputs.length; ++i) {
            uint256[6] memory grams = gramsOf(outputs[i]);
            for (uint256 lane = 0; lane < 6; ++lane) made[lane] += grams[lane] * SCALE;
        }
        for (uint256 lane = 0; lane < 6; ++lane) {
            uint256 consumed = _consumedOf(inputs, lane);
            if (made[lane] > consumed) broken["P2"] = "outputs contain more than was consumed";
            _made[lane] += made[lane];
            _consumed[lane] += consumed;
            _noteYield(inputs, lane, made[lane], consumed);
        }
        for (uint256 i = 0; i < inputs.length; ++i) {
            noteSpent(operator, inputs[i].partId, inputs[i].quantity, isRecovery);
        }
        for (uint256 i = 0; i < outputs.length; ++i) noteLot(operator, outputs[i]);
    }

    function noteSerials(uint256 lotId, uint32[] calldata serials) external {
        Batch storage lot = _lots[lotId];
        lot.unserialised -= serials.length;
        for (uint256 i = 0; i < serials.length; ++i) {
            Piece storage unit = _units[(lotId << 32) | serials[i]];
            unit.holder = lot.maker;
            unit.state = UnitState.Free;
            _serials[lotId].push(serials[i]);
        }
    }

    function noteSpent(address from, uint256 partId, uint256 quantity, bool isEnd) public {
        uint256 lotId = partId >> 32;
        Batch storage lot = _lots[lotId];
        if (uint32(partId) != 0) {
            _units[partId].holder = address(0);
            _units[partId].state = UnitState.Gone;
        } else if (lot.form == LotForm.Serialised) {
            lot.unserialised -= quantity;
        } else {
            stockOf[lotId][from] -= quantity;
        }
        if (isEnd) lot.decommissioned += quantity;
        else lot.consumed += quantity;
    }

    function _consumedOf(PartAmount[] calldata inputs, uint256 lane) private view returns (uint256 consumed) {
        for (uint256 i = 0; i < inputs.length; ++i) consumed += _shareOf(inputs[i], lane);
    }

    function _shareOf(PartAmount calldata input, uint256 lane) private view returns (uint256) {
        Batch storage lot = _lots[input.partId >> 32];
        return (lot.grams[lane] * input.quantity * SCALE) / lot.quantity;
    }

    function _noteYield(PartAmount[] calldata inputs, uint256 lane, uint256 made, uint256 consumed) private {
        for (uint256 i = 0; i < inputs.length; ++i) {
            uint256 others = consumed - _shareOf(inputs[i], lane);
            if (made > others) _lots[inputs[i].partId >> 32].yielded[lane] += made - others;
        }
    }

    /* UNITS */

    function noteMove(address from, address to, uint256 partId, uint256 quantity) public {
        if (quantity == 0) return;
        if (uint32(partId) != 0) {
            _units[partId].holder = to;
            return;
        }
        stockOf[partId >> 32][from] -= quantity;
        stockOf[partId >> 32][to] += quantity;
    }

    function noteFitted(address by, uint256 partId, uint256 quantity, uint256 vehicleId) external {
        fittedOf[partId >> 32][vehicleId] += quantity;
        if (uint32(partId) == 0) {
            stockOf[partId >> 32][by] -= quantity;
            return;
        }
        Piece storage unit = _units[partId];
        if (unit.vehicleId != 0) broken["P3"] = "a unit was fitted to a second vehicle";
        unit.holder = accountOf(vehicleId);
        unit.state = UnitState.Fitted;
        unit.vehicleId = vehicleId;
        unit.lastVehicle = vehicleId;
    }

    function noteRemoved(address by, uint256 partId, uint256 quantity, uint256 vehicleId) external {
        fittedOf[partId >> 32][vehicleId] -= quantity;
        if (uint32(partId) == 0) {
            stockOf[partId >> 32][by] += quantity;
            return;
        }
        Piece storage unit = _units[partId];
        unit.holder = by;
        unit.state = UnitState.Free;
        unit.vehicleId = 0;
    }

    function noteTheft(uint256 partId, bool isStolen) external {
        _units[partId].state = isStolen ? UnitState.Stolen : UnitState.Free;
    }

    function noteService(uint256 partId, ServiceStatus service) external {
        _units[partId].service = service;
    }

    /* LEAVES AND CONSIGNMENTS */

    function noteLeave(uint256 vehicleId, address workshop, uint256 expiresAt, uint256 transfers) external {
        _leaves[vehicleId][workshop] = Leave(expiresAt, transfers);
    }

    function noteDestruction(uint256 vehicleId, uint32 index) external {
        destructionOf[vehicleId] = index;
    }

    function noteConsigned(bytes32 consignmentId, Consignment calldata terms, address custody) external {
        _parcels.push();
        Parcel storage parcel = _parcels[_parcels.length - 1];
        parcel.consignmentId = consignmentId;
        parcel.status = ConsignmentStatus.Open;
        parcel.terms = terms;
        for (uint256 i = 0; i < terms.partIds.length; ++i) {
            noteMove(terms.sender, custody, terms.partIds[i], terms.quantities[i]);
        }
    }

    function noteArrived(uint256 index, ConsignmentStatus status, address custody) external {
        Parcel storage parcel = _parcels[index];
        parcel.status = status;
        address to = status == ConsignmentStatus.Accepted ? parcel.terms.receiver : parcel.terms.sender;
        for (uint256 i = 0; i < parcel.terms.partIds.length; ++i) {
            noteMove(custody, to, parcel.terms.partIds[i], parcel.terms.quantities[i]);
        }
    }

    /* WHAT LOGS SAY */

    function absorb(Vm.Log[] calldata logs) external {
        for (uint256 i = 0; i < logs.length; ++i) {
            Vm.Log calldata log = logs[i];
            if (log.emitter != _parts) continue;
            if (log.topics[0] == IERC1155.TransferSingle.selector) {
                (uint256 partId, uint256 quantity) = abi.decode(log.data, (uint256, uint256));
                _onTransfer(log, partId, quantity);
            }
            if (log.topics[0] == IERC1155.TransferBatch.selector) {
                (uint256[] memory partIds, uint256[] memory quantities) = abi.decode(
                    log.data,
                    (uint256[], uint256[])
                );
                for (uint256 j = 0; j < partIds.length; ++j) _onTransfer(log, partIds[j], quantities[j]);
            }
        }
    }

    function _onTransfer(Vm.Log calldata log, uint256 partId, uint256 quantity) private {
        address from = address(uint160(uint256(log.topics[2])));
        address to = address(uint160(uint256(log.topics[3])));
        if (from != address(0)) {
            if (loggedOf[partId][from] < quantity) {
                broken["P3"] = "logs take units from where they are not";
                return;
            }
            loggedOf[partId][from] -= quantity;
            loggedSupplyOf[partId] -= quantity;
        }
        if (to == address(0)) return;
        loggedOf[partId][to] += quantity;
        loggedSupplyOf[partId] += quantity;
    }

    /* VIEWS */

    function lotOf(uint256 lotId) external view returns (Batch memory) {
        return _lots[lotId];
    }

    function unitOf(uint256 partId) external view returns (Piece memory) {
        return _units[partId];
    }

    function lotIds() external view returns (uint256[] memory) {
        return _lotIds;
    }

    function serialsOf(uint256 lotId) external view returns (uint32[] memory) {
        return _serials[lotId];
    }

    function leaveOf(uint256 vehicleId, address workshop) external view returns (Leave memory) {
        return _leaves[vehicleId][workshop];
    }

    function parcels() external view returns (Parcel[] memory) {
        return _parcels;
    }

    function parcelOf(uint256 index) external view returns (Parcel memory) {
        return _parcels[index];
    }

    function parcelCount() external view returns (uint256) {
        return _parcels.length;
    }

    /// @dev Of each critical material, in grams times SCALE: consumed in all transforms, and made of it.
    function balanceOf(uint256 lane) external view returns (uint256 mined, uint256 consumed, uint256 made) {
        return (_mined[lane] * SCALE, _consumed[lane], _made[lane]);
    }

    /// @dev Parts that an account holds, stolen ones among them: units, stock and what has no serial yet.
    function holdingsOf(address account, bool isFittable) external view returns (uint256[] memory partIds) {
        uint256 count;
        partIds = new uint256[](256);
        for (uint256 i = 0; i < _lotIds.length; ++i) {
            uint256 lotId = _lotIds[i];
            Batch storage lot = _lots[lotId];
            if (isFittable && lot.form == LotForm.Material) continue;
            if (stockOf[lotId][account] != 0) partIds[count++] = lotId << 32;
            if (!isFittable && lot.maker == account && lot.unserialised != 0) partIds[count++] = lotId << 32;
            for (uint256 j = 0; j < _serials[lotId].length; ++j) {
                uint256 partId = (lotId << 32) | _serials[lotId][j];
                if (_units[partId].holder == account) partIds[count++] = partId;
            }
        }
        return _cut(partIds, count);
    }

    function carriedBy(uint256 vehicleId) external view returns (uint256[] memory partIds) {
        uint256 count;
        partIds = new uint256[](256);
        for (uint256 i = 0; i < _lotIds.length; ++i) {
            uint256 lotId = _lotIds[i];
            if (fittedOf[lotId][vehicleId] == 0) continue;
            if (_lots[lotId].form == LotForm.Counted) partIds[count++] = lotId << 32;
            for (uint256 j = 0; j < _serials[lotId].length; ++j) {
                uint256 partId = (lotId << 32) | _serials[lotId][j];
                if (_units[partId].vehicleId == vehicleId) partIds[count++] = partId;
            }
        }
        return _cut(partIds, count);
    }

    /// @dev Whether a vehicle carries units of a lot from serial to serial, or counted ones.
    function carries(
        uint256 vehicleId,
        uint256 lotId,
        uint256 fromSerial,
        uint256 toSerial
    ) external view returns (bool) {
        if (fittedOf[lotId][vehicleId] == 0) return false;
        if (_lots[lotId].form == LotForm.Counted) return true;
        for (uint256 j = 0; j < _serials[lotId].length; ++j) {
            uint256 serial = _serials[lotId][j];
            if (serial < fromSerial || serial > toSerial) continue;
            if (_units[(lotId << 32) | serial].vehicleId == vehicleId) return true;
        }
        return false;
    }

    function lotIdOf(address maker, uint256 number) public pure returns (uint256) {
        return uint256(uint160(maker)) * 2 ** 64 + number;
    }

    /// @dev The account of a vehicle, by its definition.
    function accountOf(uint256 vehicleId) public pure returns (address) {
        bytes32 domain = keccak256("blok auto vehicle account");
        return address(uint160(uint256(keccak256(abi.encode(domain, vehicleId)))));
    }

    function gramsOf(LotInput calldata input) public pure returns (uint256[6] memory grams) {
        if (input.form == LotForm.Material) {
            if (uint256(input.material) != 0) grams[uint256(input.material) - 1] = input.quantity;
            return grams;
        }
        Materials calldata content = input.content;
        grams[0] = content.cobaltG;
        grams[1] = content.lithiumG;
        grams[2] = content.nickelG;
        grams[3] = content.leadG;
        grams[4] = content.graphiteG;
        grams[5] = content.rareEarthsG;
    }

    function _cut(uint256[] memory list, uint256 length) private pure returns (uint256[] memory shorter) {
        shorter = new uint256[](length);
        for (uint256 i = 0; i < length; ++i) shorter[i] = list[i];
    }
}
