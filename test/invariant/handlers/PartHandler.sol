// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IPartCustody} from "../../../contracts/interfaces/IPartCustody.sol";
import {IPartTwins} from "../../../contracts/interfaces/IPartTwins.sol";
import {PartCustody} from "../../../contracts/parts/PartCustody.sol";
import {PartTwins} from "../../../contracts/parts/PartTwins.sol";
import {Recalls} from "../../../contracts/parts/Recalls.sol";
import {LotForm, UnitState} from "../../../contracts/types/PartTypes.sol";
import {WorkOrders} from "../../../contracts/vehicle/WorkOrders.sol";
import {Vm} from "../../helpers/Vm.sol";
import {Handler} from "./Handler.sol";
import {PartLedger} from "./PartLedger.sol";
import {RecallLedger} from "./RecallLedger.sol";

/// @dev The part domain with its ghosts. `cast` are the accounts that parts go to, members and others.
struct PartStage {
    WorkOrders workOrders;
    PartTwins parts;
    PartCustody custody;
    Recalls recalls;
    PartLedger partLedger;
    RecallLedger recallLedger;
    address[] cast;
}

/// @dev Who acts and on what, and what stands in the way of a unit that is to go.
abstract contract PartHandler is Handler {
    WorkOrders internal immutable workOrders;
    PartTwins internal immutable parts;
    PartCustody internal immutable custody;
    Recalls internal immutable recalls;
    PartLedger internal immutable partLedger;
    RecallLedger internal immutable recallLedger;
    address[] internal cast;

    bytes4 internal constant INSUFFICIENT = IERC1155Errors.ERC1155InsufficientBalance.selector;

    constructor(PartStage memory stage) {
        workOrders = stage.workOrders;
        parts = stage.parts;
        custody = stage.custody;
        recalls = stage.recalls;
        partLedger = stage.partLedger;
        recallLedger = stage.recallLedger;
        cast = stage.cast;
    }

    /// @dev Calls with a foretold outcome, and shows both ledgers the logs. Returns whether the call was carried out.
    function _act(
        address caller,
        address target,
        bytes memory data,
        bytes4 refusal,
        string memory law
    ) internal returns (bool) {
        vm.recordLogs();
        vm.prank(caller);
        (bool isDone, bytes memory answer) = target.call(data);
        assertEq(isDone ? CARRIED_OUT : bytes32(bytes4(answer)), bytes32(refusal), law);
        if (!isDone) return false;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        ledger.absorb(logs);
        partLedger.absorb(logs);
        return true;
    }

    /* WHO */

    function _somebody(uint256 seed) internal view returns (address) {
        return cast[seed % cast.length];
    }

    /// @dev Whoever sits in the class, rarely anybody else.
    function _member(uint64 role, uint256 seed) internal view returns (address) {
        return seed % 16 == 5 ? _somebody(seed / 16) : roster.some(role, seed / 16);
    }

    /// @dev The class in which an account acts, or one in which it does not.
    function _roleOf(address account) internal view returns (uint64) {
        if (roster.isActive(Roles.WORKSHOP, account)) return Roles.WORKSHOP;
        if (roster.isActive(Roles.RECYCLER, account)) return Roles.RECYCLER;
        if (roster.isActive(Roles.MANUFACTURER, account)) return Roles.MANUFACTURER;
        return Roles.SUPPLIER;
    }

    /* WHAT */

    /// @dev A part that an account holds, or one that it does not hold when it holds nothing.
    function _held(address account, uint256 seed, bool isFittable) internal view returns (uint256 partId) {
        uint256[] memory partIds = partLedger.holdingsOf(account, isFittable);
        if (partIds.length != 0 && seed % 32 != 7) return partIds[(seed / 32) % partIds.length];
        uint256[] memory lotIds = partLedger.lotIds();
        // now and then a unit that has no serial, or a lot that there is not
        return ((lotIds[(seed / 32) % lotIds.length] + (seed % 5 == 0 ? 9 : 0)) << 32) | (seed % 7);
    }

    /// @dev A unit with a serial that an account holds, when it holds one.
    function _heldUnit(address account, uint256 seed) internal view returns (uint256 partId) {
        uint256[] memory partIds = partLedger.holdingsOf(account, true);
        for (uint256 i = 0; seed % 32 != 7 && i < partIds.length; ++i) {
            partId = partIds[(((seed / 32) % partIds.length) + i) % partIds.length];
            if (uint32(partId) != 0) return partId;
        }
        return _held(account, seed, true);
    }

    function _quantity(address account, uint256 partId, uint256 seed) internal view returns (uint40) {
        if (seed % 32 == 9) return uint40(seed % 3); // none, or more than one of a unit
        if (uint32(partId) != 0) return 1;
        PartLedger.Batch memory lot = partLedger.lotOf(partId >> 32);
        uint256 balance =
            lot.form == LotForm.Serialised ? lot.unserialised : partLedger.stockOf(partId >> 32, account);
        if (balance == 0) return 1;
        return uint40(seed % 32 == 11 ? balance + 1 : 1 + ((seed / 32) % balance));
    }

    /// @dev Lets somebody who has a part give it to one who has none.
    function _supply(address to, uint256 seed, bool isFittable) internal {
        if (partLedger.holdingsOf(to, isFittable).length != 0 && seed % 4 != 0) return;
        for (uint256 i = 0; i < cast.length; ++i) {
            address from = _somebody((seed % cast.length) + i);
            uint256[] memory partIds = partLedger.holdingsOf(from, isFittable);
            if (from == to || partIds.length == 0) continue;
            uint256 partId = partIds[(seed / 4) % partIds.length];
            if (_whyNotMove(from, partId, 1, 0) != CARRIED_OUT) continue;
            uint256 balance = uint32(partId) != 0 ? 1 : partLedger.stockOf(partId >> 32, from);
            return _send(from, from, to, partId, (balance + 1) / 2);
        }
    }

    function _send(address caller, address from, address to, uint256 partId, uint256 quantity) internal {
        bytes4 refusal = CARRIED_OUT;
        // the custody takes what is consigned, and nothing else
        if (to == address(custody)) refusal = IPartCustody.CustodyUnexpectedTransfer.selector;
        bytes4 obstacle = _whyNotMove(from, partId, quantity, 0);
        if (obstacle != CARRIED_OUT) refusal = obstacle;
        if (to == address(0)) refusal = IERC1155Errors.ERC1155InvalidReceiver.selector;
        if (caller != from && !parts.isApprovedForAll(from, caller)) {
            refusal = IERC1155Errors.ERC1155MissingApprovalForAll.selector;
        }
        bytes memory data = abi.encodeCall(IERC1155.safeTransferFrom, (from, to, partId, quantity, ""));
        if (_act(caller, address(parts), data, refusal, "P3 transfer"))
            partLedger.noteMove(from, to, partId, quantity);
    }

    /* WHAT STANDS IN THE WAY */

    /// @dev Why `from` cannot transfer a part of which `taken` went before in the same call.
    function _whyNotMove(
        address from,
        uint256 partId,
        uint256 quantity,
        uint256 taken
    ) internal view returns (bytes4) {
        if (quantity == 0) return CARRIED_OUT;
        if (uint32(partId) != 0) return _whyNotUnit(from, partId, quantity, taken);
        if (partLedger.stockOf(partId >> 32, from) >= quantity + taken) return CARRIED_OUT;
        return
            partLedger.lotOf(partId >> 32).form == LotForm.Serialised
                ? IPartTwins.PartsUnserialised.selector
                : INSUFFICIENT;
    }

    /// @dev Why `from` cannot consume or end a part of which `taken` went before in the same call.
    function _whyNotSpend(
        address from,
        uint256 partId,
        uint256 quantity,
        uint256 taken
    ) internal view returns (bytes4) {
        PartLedger.Batch memory lot = partLedger.lotOf(partId >> 32);
        if (lot.form == LotForm.None) return IPartTwins.PartsLotUnknown.selector;
        if (uint32(partId) != 0) return _whyNotUnit(from, partId, quantity, taken);
        if (quantity == 0) return IPartTwins.PartsQuantityInvalid.selector;
        uint256 balance = partLedger.stockOf(partId >> 32, from);
        if (lot.form == LotForm.Serialised) balance = from == lot.maker ? lot.unserialised : 0;
        return balance >= quantity + taken ? CARRIED_OUT : INSUFFICIENT;
    }

    function _whyNotUnit(
        address from,
        uint256 partId,
        uint256 quantity,
        uint256 taken
    ) internal view returns (bytes4) {
        PartLedger.Piece memory unit = partLedger.unitOf(partId);
        if (unit.holder != from || taken != 0 || quantity > 1) {
            return INSUFFICIENT;
        }
        if (quantity == 0) return IPartTwins.PartsQuantityInvalid.selector;
        return unit.state == UnitState.Free ? CARRIED_OUT : IPartTwins.PartsUnitState.selector;
    }
}
