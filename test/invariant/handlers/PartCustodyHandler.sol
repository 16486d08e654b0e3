// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IPartCustody} from "../../../contracts/interfaces/IPartCustody.sol";
import {IPartTwins} from "../../../contracts/interfaces/IPartTwins.sol";
import {PartCustody} from "../../../contracts/parts/PartCustody.sol";
import {Consignment, ConsignmentStatus} from "../../../contracts/types/CustodyTypes.sol";
import {PartHandler} from "./PartHandler.sol";
import {PartLedger} from "./PartLedger.sol";

/// @dev Consignments are made, taken over, sent back and returned, in time and late.
abstract contract PartCustodyHandler is PartHandler {
    uint64 private _salt;

    function consign(uint256 whoSeed, uint256 toSeed, uint256 partSeed, uint256 flaw) external {
        address sender = _somebody(whoSeed);
        _supply(sender, partSeed, true);
        Consignment memory terms = _terms(sender, toSeed, partSeed, flaw);
        address caller = whoSeed % 16 == 5 ? _somebody(toSeed / 2) : sender;
        _consign(caller, terms, flaw % 32 == 1 ? bytes32(0) : keccak256("condition"));
    }

    function _consign(address caller, Consignment memory terms, bytes32 condition) internal {
        bytes4 refusal = _whyNotConsign(terms, caller, condition);
        bytes memory data = abi.encodeCall(PartCustody.consign, (terms, condition));
        bytes32 consignmentId = custody.consignmentIdOf(terms);
        if (!_act(caller, address(custody), data, refusal, "P1 consignment")) return;
        partLedger.noteConsigned(consignmentId, terms, address(custody));
    }

    /// @dev One or two rows, rarely the same twice, or the terms of a consignment that was made before.
    function _terms(
        address sender,
        uint256 toSeed,
        uint256 partSeed,
        uint256 flaw
    ) private returns (Consignment memory terms) {
        if (flaw % 32 == 2 && partLedger.parcelCount() != 0) {
            return partLedger.parcelOf(toSeed % partLedger.parcelCount()).terms;
        }
        terms.sender = sender;
        terms.receiver = toSeed % 32 == 9 ? address(0) : _somebody(toSeed);
        if (toSeed % 32 == 10) terms.receiver = address(custody);
        terms.deadline = uint40(block.timestamp + (flaw % 15 days));
        if (flaw % 32 == 3) terms.deadline = uint40(block.timestamp - 1);
        terms.salt = ++_salt;
        uint256 length = flaw % 32 == 4 ? 0 : 1 + (partSeed % 2);
        terms.partIds = new uint256[](length);
        terms.quantities = new uint256[](flaw % 32 == 5 ? length + 1 : length);
        for (uint256 i = 0; i < length; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(partSeed, i)));
            terms.partIds[i] = _held(sender, seed, seed % 8 != 0);
            terms.quantities[i] = _quantity(sender, terms.partIds[i], seed / 16);
        }
    }

    function _whyNotConsign(
        Consignment memory terms,
        address caller,
        bytes32 condition
    ) private view returns (bytes4 refusal) {
        bool isNowhere = terms.receiver == address(0) || terms.receiver == address(custody);
        if (isNowhere || terms.partIds.length == 0) {
            return IPartCustody.CustodyConsignmentInvalid.selector;
        }
        if (terms.sender != caller) return IPartCustody.CustodyNotSender.selector;
        if (terms.deadline < block.timestamp) return IPartCustody.CustodyDeadlinePassed.selector;
        if (condition == 0) return IPartCustody.CustodyConditionMissing.selector;
        for (uint256 i = 0; i < terms.partIds.length; ++i) {
            if (terms.quantities[i] == 0) return IPartTwins.PartsQuantityInvalid.selector;
        }
        for (uint256 i = 0; i < partLedger.parcelCount(); ++i) {
            if (keccak256(abi.encode(partLedger.parcelOf(i).terms)) == keccak256(abi.encode(terms))) {
                return IPartCustody.CustodyStatus.selector;
            }
        }
        if (terms.quantities.length != terms.partIds.length) {
            return IERC1155Errors.ERC1155InvalidArrayLength.selector;
        }
        for (uint256 i = 0; i < terms.partIds.length; ++i) {
            bool isTwice = i == 1 && terms.partIds[0] == terms.partIds[1];
            refusal = _whyNotMove(
                caller,
                terms.partIds[i],
                terms.quantities[i],
                isTwice ? terms.quantities[0] : 0
            );
            if (refusal != CARRIED_OUT) return refusal;
        }
    }

    /// @dev Whoever may end an open consignment does, or somebody else, or somebody ends it again.
    function finish(uint256 parcelSeed, uint256 whoSeed, uint256 way, uint256 flaw) external {
        if (partLedger.parcelCount() == 0) return;
        uint256 index = _open(parcelSeed);
        PartLedger.Parcel memory parcel = partLedger.parcelOf(index);
        ConsignmentStatus end = ConsignmentStatus(2 + (way % 3));
        // what is late is mostly returned
        if (way % 4 != 0 && parcel.terms.deadline < block.timestamp) end = ConsignmentStatus.Returned;
        address caller =
            whoSeed % 8 == 5 || end == ConsignmentStatus.Returned
                ? _somebody(whoSeed / 8)
                : parcel.terms.receiver;
        bytes32 condition = flaw % 16 == 1 ? bytes32(0) : keccak256("condition on arrival");
        if (flaw % 16 == 2) ++parcel.terms.salt; // of no consignment

        bytes4 refusal = _whyNotFinish(parcel, end, caller, condition, flaw % 16 == 2);
        bytes memory data;
        if (end == ConsignmentStatus.Accepted)
            data = abi.encodeCall(PartCustody.accept, (parcel.terms, condition));
        else if (end == ConsignmentStatus.Rejected)
            data = abi.encodeCall(PartCustody.reject, (parcel.terms, condition));
        else data = abi.encodeCall(PartCustody.returnExpired, (parcel.terms));
        if (!_act(caller, address(custody), data, refusal, "P1 end of a consignment")) return;
        partLedger.noteArrived(index, end, address(custody));
    }

    function _whyNotFinish(
        PartLedger.Parcel memory parcel,
        ConsignmentStatus end,
        address caller,
        bytes32 condition,
        bool isUnknown
    ) private view returns (bytes4) {
        bool isLate = parcel.terms.deadline < block.timestamp;
        bool isReturn = end == ConsignmentStatus.Returned;
        if (isReturn && !isLate) return IPartCustody.CustodyDeadlineNotReached.selector;
        if (!isReturn && condition == 0) return IPartCustody.CustodyConditionMissing.selector;
        if (isUnknown || parcel.status != ConsignmentStatus.Open) return IPartCustody.CustodyStatus.selector;
        if (isReturn) return CARRIED_OUT;
        if (parcel.terms.receiver != caller) return IPartCustody.CustodyNotReceiver.selector;
        if (end == ConsignmentStatus.Accepted && isLate) return IPartCustody.CustodyDeadlinePassed.selector;
        return CARRIED_OUT;
    }

    function _open(uint256 seed) private view returns (uint256 index) {
        uint256 count = partLedger.parcelCount();
        for (uint256 i = 0; i < count; ++i) {
            index = ((seed % count) + i) % count;
            if (seed % 8 == 7 || partLedger.parcelOf(index).status == ConsignmentStatus.Open) return index;
        }
    }
}
