// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../../contracts/access/MemberAccess.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IPartTwins} from "../../../contracts/interfaces/IPartTwins.sol";
import {PartTwins} from "../../../contracts/parts/PartTwins.sol";
import {
    CriticalMaterial,
    DecommissionOutcome,
    LotForm,
    LotInput,
    Materials,
    PartAmount
} from "../../../contracts/types/PartTypes.sol";
import {PartHandler} from "./PartHandler.sol";
import {PartLedger} from "./PartLedger.sol";

/// @dev Lots come into being, become others, get serials and end, by those who may and those who may not.
abstract contract LotHandler is PartHandler {
    uint64 private constant NUMBERS = 4; // of lots that a maker can make
    uint256 private constant NO_LANE = 6; // beyond the last of the materials

    /* COMMISSIONING */

    function commission(uint256 makerSeed, uint256 lotSeed, uint256 quantity, uint256 flaw) external {
        (address maker, uint64 role) = _maker(makerSeed);
        LotInput memory lot = _newLot(maker, lotSeed, uint40(bound(quantity, 1, 12)), flaw);
        if (flaw % 16 == 1) lot.content.nickelG = 1; // from nowhere, whatever the form
        _commission(maker, role, lot);
    }

    function _commission(address maker, uint64 role, LotInput memory lot) internal {
        bytes4 refusal = _whyNotLot(maker, lot);
        if (refusal == CARRIED_OUT && lot.form != LotForm.Material && !_isPure(lot.content)) {
            refusal = IPartTwins.PartsContentWithoutInput.selector;
        }
        if (_whyNotMaker(maker, role) != CARRIED_OUT) refusal = _whyNotMaker(maker, role);
        bytes memory data = abi.encodeCall(PartTwins.commissionLot, (lot, role));
        if (!_act(maker, address(parts), data, refusal, "P2 commissioning")) return;
        partLedger.noteLot(maker, lot);
        partLedger.noteMined(lot);
    }

    function _newLot(
        address maker,
        uint256 seed,
        uint40 quantity,
        uint256 flaw
    ) private view returns (LotInput memory lot) {
        lot.number = _number(maker, seed);
        lot.form = LotForm(1 + ((seed / 8) % 3));
        lot.quantity = flaw % 16 == 2 ? 0 : quantity;
        if (lot.form == LotForm.Material || flaw % 16 == 3) {
            lot.material = CriticalMaterial((seed / 32) % 7);
            lot.quantity *= 5;
        }
        if ((lot.form != LotForm.Material && seed % 3 == 0) || flaw % 16 == 5) {
            lot.expiryDay = uint16(block.timestamp / 1 days + ((seed / 32) % 30));
        }
        lot.documentHash = flaw % 16 == 4 ? bytes32(0) : keccak256(abi.encode("lot", maker, lot.number));
    }

    /// @dev A number that the maker has not used, unless there is none; rarely any.
    function _number(address maker, uint256 seed) private view returns (uint64 number) {
        number = 1 + uint64(seed % NUMBERS);
        if (seed % 16 == 8) return number;
        for (uint256 i = 0; i < NUMBERS && _exists(maker, number); ++i) number = 1 + (number % NUMBERS);
    }

    /* TRANSFORMING */

    function transform(uint256 makerSeed, uint256 inputSeed, uint256 outputSeed, uint256 claim) external {
        (address maker, uint64 role) = _maker(makerSeed);
        _supply(maker, inputSeed, false);
        _transform(maker, role, inputSeed, outputSeed, claim);
    }

    function recover(uint256 whoSeed, uint256 inputSeed, uint256 outputSeed, uint256 claim) external {
        address recycler = _member(Roles.RECYCLER, whoSeed);
        _supply(recycler, inputSeed, false);
        _transform(recycler, Roles.RECYCLER, inputSeed, outputSeed, claim);
    }

    function _transform(
        address operator,
        uint64 role,
        uint256 inputSeed,
        uint256 outputSeed,
        uint256 claim
    ) private {
        PartAmount[] memory inputs = new PartAmount[](inputSeed % 64 == 33 ? 0 : 1 + (inputSeed % 2));
        for (uint256 i = 0; i < inputs.length; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(inputSeed, i)));
            inputs[i].partId = _held(operator, seed, false);
            inputs[i].quantity = _quantity(operator, inputs[i].partId, seed / 32);
        }
        LotInput[] memory outputs = _outputs(operator, role == Roles.RECYCLER, outputSeed, claim, inputs);
        _transform(operator, role, inputs, outputs);
    }

    function _transform(
        address operator,
        uint64 role,
        PartAmount[] memory inputs,
        LotInput[] memory outputs
    ) internal {
        bytes4 refusal = _whyNotTransform(operator, role, inputs, outputs, _available(inputs));
        bytes memory data = abi.encodeCall(PartTwins.transformLots, (inputs, outputs, role));
        if (!_act(operator, address(parts), data, refusal, "P2 transformation")) return;
        partLedger.noteTransform(operator, inputs, outputs, role == Roles.RECYCLER);
    }

    /// @dev Whole grams of each material in the inputs, rounded down row by row.
    function _available(PartAmount[] memory inputs) private view returns (uint256[6] memory available) {
        for (uint256 i = 0; i < inputs.length; ++i) {
            PartLedger.Batch memory lot = partLedger.lotOf(inputs[i].partId >> 32);
            if (lot.quantity == 0) continue;
            for (uint256 lane = 0; lane < 6; ++lane) {
                available[lane] += (lot.grams[lane] * inputs[i].quantity) / lot.quantity;
            }
        }
    }

    /// @dev One lot that claims all there is, or two that share it. One in four claims a gram too many, and one in two where
    /// shares that are rounded up would let it pass.
    function _outputs(
        address operator,
        bool isRecovery,
        uint256 seed,
        uint256 claim,
        PartAmount[] memory inputs
    ) private view returns (LotInput[] memory outputs) {
        uint256[6] memory rest = _available(inputs);
        uint256 excessLane = _excessLane(inputs, rest, claim);
        outputs = new LotInput[](1 + (seed % 2));
        for (uint256 i = 0; i < outputs.length; ++i) {
            bool isLast = i == outputs.length - 1;
            uint256 own = uint256(keccak256(abi.encode(seed, i)));
            LotInput memory lot = _newLot(operator, own, uint40(1 + (own % 11)), claim / 64);
            if (isRecovery && claim % 16 != 3) lot.form = LotForm.Material;
            // the second lot takes the next number, or now and then the same
            if (i == 1 && lot.number == outputs[0].number && seed % 16 != 1) {
                lot.number = 1 + (lot.number % NUMBERS);
                if (_exists(operator, lot.number)) lot.number = 1 + (lot.number % NUMBERS);
            }
            _claim(lot, rest, isLast, isLast ? excessLane : NO_LANE);
            outputs[i] = lot;
        }
    }

    function _claim(
        LotInput memory lot,
        uint256[6] memory rest,
        bool isLast,
        uint256 excessLane
    ) private pure {
        uint256[6] memory part;
        for (uint256 lane = 0; lane < 6; ++lane) {
            part[lane] = isLast ? rest[lane] : rest[lane] / 2;
            if (lot.form != LotForm.Material) rest[lane] -= part[lane];
        }
        if (excessLane != NO_LANE) ++part[excessLane];
        lot.material = CriticalMaterial.Other;
        if (lot.form == LotForm.Material) {
            lot.expiryDay = 0;
            uint256 lane = excessLane != NO_LANE ? excessLane : _firstLane(part);
            if (lane == NO_LANE) return;
            lot.material = CriticalMaterial(lane + 1);
            lot.quantity = uint40(part[lane]);
            if (!isLast) rest[lane] -= part[lane];
            return;
        }
        lot.content = Materials({
            cobaltG: uint40(part[0]),
            lithiumG: uint40(part[1]),
            nickelG: uint40(part[2]),
            leadG: uint40(part[3]),
            graphiteG: uint40(part[4]),
            rareEarthsG: uint40(part[5])
        });
    }

    /// @dev The material of which a gram too many is claimed: one whose share is a fraction, else one that there is, else any.
    function _excessLane(
        PartAmount[] memory inputs,
        uint256[6] memory available,
        uint256 claim
    ) private view returns (uint256 lane) {
        if (claim % 2 == 0) return NO_LANE;
        lane = _fractionalLane(inputs);
        if (lane != NO_LANE) return lane;
        if (claim % 4 == 3) return NO_LANE;
        lane = _firstLane(available);
        if (lane == NO_LANE) lane = 1;
    }

    function _fractionalLane(PartAmount[] memory inputs) private view returns (uint256 lane) {
        for (; lane < NO_LANE; ++lane) {
            for (uint256 i = 0; i < inputs.length; ++i) {
                PartLedger.Batch memory lot = partLedger.lotOf(inputs[i].partId >> 32);
                if (lot.quantity == 0) continue;
                if ((lot.grams[lane] * inputs[i].quantity) % lot.quantity != 0) return lane;
            }
        }
    }

    function _firstLane(uint256[6] memory grams) private pure returns (uint256 lane) {
        while (lane < NO_LANE && grams[lane] == 0) ++lane;
    }

    function _whyNotTransform(
        address operator,
        uint64 role,
        PartAmount[] memory inputs,
        LotInput[] memory outputs,
        uint256[6] memory available
    ) private view returns (bytes4 refusal) {
        bool isRecovery = role == Roles.RECYCLER;
        refusal = isRecovery ? _whyNotMember(operator, role) : _whyNotMaker(operator, role);
        if (refusal != CARRIED_OUT) return refusal;
        if (inputs.length == 0) return IPartTwins.PartsBatchLength.selector;
        for (uint256 i = 0; i < inputs.length; ++i) {
            uint256 taken = i == 1 && inputs[0].partId == inputs[1].partId ? inputs[0].quantity : 0;
            refusal = _whyNotSpend(operator, inputs[i].partId, inputs[i].quantity, taken);
            if (refusal != CARRIED_OUT) return refusal;
            if (!isRecovery && recallLedger.isHeld(inputs[i].partId))
                return IPartTwins.PartsRecalled.selector;
        }
        for (uint256 i = 0; i < outputs.length; ++i) {
            if (i == 1 && outputs[0].number == outputs[1].number) return IPartTwins.PartsLotExists.selector;
            refusal = _whyNotLot(operator, outputs[i]);
            if (refusal != CARRIED_OUT) return refusal;
            if (isRecovery && outputs[i].form != LotForm.Material) {
                return IPartTwins.PartsNotMaterial.selector;
            }
            uint256[6] memory grams = partLedger.gramsOf(outputs[i]);
            for (uint256 lane = 0; lane < 6; ++lane) {
                if (grams[lane] > available[lane]) return IPartTwins.PartsMassBalanceBroken.selector;
                available[lane] -= grams[lane];
            }
        }
    }

    /* SERIALS */

    function serialise(uint256 lotSeed, uint256 makerSeed, uint256 serialSeed, uint256 count) external {
        uint256 lotId = _serialisable(lotSeed);
        PartLedger.Batch memory lot = partLedger.lotOf(lotId);
        address maker = makerSeed % 16 == 5 ? _somebody(makerSeed / 16) : lot.maker;
        uint64 role = makerSeed % 16 == 6 ? Roles.WORKSHOP : _roleOf(maker);
        uint32[] memory serials = new uint32[](count % 32 == 9 ? 0 : 1 + (count % 3));
        uint32 serial = uint32(serialSeed % 13);
        for (uint256 i = 0; i < serials.length; ++i) {
            // mostly the next that is free, else any: zero, taken, twice or beyond
            serial = serialSeed % 8 == 7 ? uint32((serialSeed / 8) % 13) : _nextSerial(lotId, serial + 1);
            serials[i] = serial;
        }
        _serialise(maker, role, lot.number, serials);
    }

    function _serialise(address maker, uint64 role, uint64 lotNumber, uint32[] memory serials) internal {
        uint256 lotId = partLedger.lotIdOf(maker, lotNumber);
        bytes4 refusal = _whyNotSerials(maker, role, lotId, serials);
        bytes memory data = abi.encodeCall(PartTwins.serialiseUnits, (lotNumber, serials, role));
        if (!_act(maker, address(parts), data, refusal, "P1 serials")) return;
        partLedger.noteSerials(lotId, serials);
    }

    function _whyNotSerials(
        address maker,
        uint64 role,
        uint256 lotId,
        uint32[] memory serials
    ) private view returns (bytes4 refusal) {
        refusal = _whyNotMaker(maker, role);
        if (refusal != CARRIED_OUT) return refusal;
        if (serials.length == 0) return IPartTwins.PartsBatchLength.selector;
        refusal = _whyNotSpend(maker, lotId << 32, serials.length, 0);
        PartLedger.Batch memory lot = partLedger.lotOf(lotId);
        if (lot.form == LotForm.Material || lot.form == LotForm.Counted) return INSUFFICIENT;
        if (refusal != CARRIED_OUT) return refusal;
        for (uint256 i = 0; i < serials.length; ++i) {
            if (serials[i] == 0 || serials[i] > lot.quantity) return IPartTwins.PartsSerialInvalid.selector;
            if (_isMarked(lotId, serials[i])) return IPartTwins.PartsSerialTaken.selector;
            for (uint256 j = 0; j < i; ++j) {
                if (serials[j] == serials[i]) return IPartTwins.PartsSerialTaken.selector;
            }
        }
    }

    /// @dev A serialised lot with units left to mark, when there is one.
    function _serialisable(uint256 seed) private view returns (uint256 lotId) {
        uint256[] memory lotIds = partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            lotId = lotIds[((seed % lotIds.length) + i) % lotIds.length];
            if (seed % 16 == 7 || partLedger.lotOf(lotId).unserialised != 0) return lotId;
        }
    }

    function _nextSerial(uint256 lotId, uint32 from) private view returns (uint32 serial) {
        uint256 quantity = partLedger.lotOf(lotId).quantity;
        for (uint256 i = 0; i < quantity; ++i) {
            serial = uint32(1 + ((from + i) % quantity));
            if (!_isMarked(lotId, serial)) return serial;
        }
    }

    function _isMarked(uint256 lotId, uint32 serial) private view returns (bool) {
        return uint256(partLedger.unitOf((lotId << 32) | serial).state) != 0;
    }

    /* THE END */

    function decommission(uint256 whoSeed, uint256 partSeed, uint256 quantity, uint256 flaw) external {
        address caller = _somebody(whoSeed);
        uint64 role = flaw % 16 == 1 ? Roles.AUDITOR : _roleOf(caller);
        _supply(caller, partSeed, false);
        PartAmount[] memory rows = new PartAmount[](flaw % 16 == 2 ? 0 : 1);
        if (rows.length != 0) {
            rows[0].partId = _held(caller, partSeed, false);
            rows[0].quantity = _quantity(caller, rows[0].partId, quantity);
        }
        bytes32 document = flaw % 16 == 3 ? bytes32(0) : keccak256("end of life");

        bytes4 refusal;
        if (rows.length == 0) refusal = IPartTwins.PartsBatchLength.selector;
        else refusal = _whyNotSpend(caller, rows[0].partId, rows[0].quantity, 0);
        if (rows.length != 0 && document == 0) refusal = IPartTwins.PartsDocumentMissing.selector;
        if (!roster.isActive(role, caller)) refusal = MemberAccess.AccessNotMember.selector;
        if (role == Roles.AUDITOR) refusal = IPartTwins.PartsRoleNotAllowed.selector;

        DecommissionOutcome outcome = DecommissionOutcome(flaw % 2);
        bytes memory data = abi.encodeCall(PartTwins.decommissionParts, (rows, outcome, document, role));
        if (!_act(caller, address(parts), data, refusal, "P1 end")) return;
        partLedger.noteSpent(caller, rows[0].partId, rows[0].quantity, true);
    }

    /* WHO MAY, AND WHAT */

    /// @dev A maker and its class, rarely not one.
    function _maker(uint256 seed) private view returns (address maker, uint64 role) {
        role = seed % 3 == 0 ? Roles.MANUFACTURER : Roles.SUPPLIER;
        maker = _member(role, seed / 3);
        if (seed % 32 == 9) role = Roles.WORKSHOP;
    }

    function _whyNotMaker(address maker, uint64 role) private view returns (bytes4) {
        if (role != Roles.SUPPLIER && role != Roles.MANUFACTURER) {
            return IPartTwins.PartsRoleNotAllowed.selector;
        }
        return _whyNotMember(maker, role);
    }

    function _whyNotMember(address account, uint64 role) internal view returns (bytes4) {
        return roster.isActive(role, account) ? CARRIED_OUT : MemberAccess.AccessNotMember.selector;
    }

    function _whyNotLot(address maker, LotInput memory lot) private view returns (bytes4) {
        if (_exists(maker, lot.number)) return IPartTwins.PartsLotExists.selector;
        bool isMaterial = lot.form == LotForm.Material;
        bool isSound =
            lot.quantity != 0 &&
                lot.documentHash != 0 &&
                (
                    isMaterial
                        ? _isPure(lot.content) && lot.expiryDay == 0
                        : lot.material == CriticalMaterial.Other
                );
        return isSound ? CARRIED_OUT : IPartTwins.PartsLotInvalid.selector;
    }

    function _exists(address maker, uint256 number) private view returns (bool) {
        return partLedger.lotOf(partLedger.lotIdOf(maker, number)).form != LotForm.None;
    }

    function _isPure(Materials memory grams) private pure returns (bool) {
        return
            grams.cobaltG == 0 &&
            grams.lithiumG == 0 &&
            grams.nickelG == 0 &&
            grams.leadG == 0 &&
            grams.graphiteG == 0 &&
            grams.rareEarthsG == 0;
    }
}
