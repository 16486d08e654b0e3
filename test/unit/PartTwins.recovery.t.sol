// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {
    CriticalMaterial,
    DecommissionOutcome,
    Lot,
    LotForm,
    LotInput,
    PartAmount,
    UnitState
} from "../../contracts/types/PartTypes.sol";
import {Lineage} from "../helpers/Lineage.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

/// @dev transformLots in the role of a recycler: parts are taken apart, and materials come out.
contract PartTwinsRecoveryTest is PartsTest {
    uint64 private constant COBALT = 1;
    uint64 private constant PACKS = 2;

    uint256 private lotId;

    /// @dev Ten packs with 1,000 g of cobalt and 500 g of lithium between them; the recycler has packs 1 to 3.
    function setUp() public override {
        super.setUp();
        _commission(supplier, Roles.SUPPLIER, _material(COBALT, CriticalMaterial.Cobalt, 1_000));
        _commission(supplier, Roles.SUPPLIER, _material(9, CriticalMaterial.Lithium, 500));
        PartAmount[] memory inputs = new PartAmount[](2);
        inputs[0] = PartAmount(_partId(supplier, COBALT, 0), 1_000);
        inputs[1] = PartAmount(_partId(supplier, 9, 0), 500);
        LotInput memory packs = _withContent(_lot(PACKS, LotForm.Serialised, 10), 1_000, 500);
        _transform(supplier, Roles.SUPPLIER, inputs, _one(packs));
        lotId = _lotId(supplier, PACKS);
        vm.prank(supplier);
        parts.serialiseUnits(PACKS, _serials(1, 5), Roles.SUPPLIER);
        for (uint32 serial = 1; serial <= 3; ++serial) _give(supplier, recycler, _pack(serial), 1);
    }

    function _pack(uint32 serial) private view returns (uint256) {
        return _partId(supplier, PACKS, serial);
    }

    function _recover(PartAmount[] memory inputs, LotInput[] memory outputs) private {
        _transform(recycler, Roles.RECYCLER, inputs, outputs);
    }

    function _assertRefused(
        PartAmount[] memory inputs,
        LotInput[] memory outputs,
        bytes memory reason
    ) private {
        vm.prank(recycler);
        vm.expectRevert(reason);
        parts.transformLots(inputs, outputs, Roles.RECYCLER);
    }

    function _cobalt(uint64 number, uint40 grams) private pure returns (LotInput memory) {
        return _material(number, CriticalMaterial.Cobalt, grams);
    }

    function _broken(CriticalMaterial material, uint256 available) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPartTwins.PartsMassBalanceBroken.selector, material, available);
    }

    function _notHeld(uint256 partId) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                recycler,
                0,
                1,
                partId
            );
    }

    /* ATTACKS */

    function test_attack_RecyclerMakesParts_InsteadOfMaterial() public {
        LotInput[] memory outputs = new LotInput[](2);
        outputs[0] = _cobalt(1, 1);
        for (uint256 form = 2; form <= 3; ++form) {
            outputs[1] = _lot(2, LotForm(form), 1);
            bytes memory reason = abi.encodeWithSelector(
                IPartTwins.PartsNotMaterial.selector,
                _lotId(recycler, 2),
                LotForm(form)
            );
            _assertRefused(_one(_pack(1), 1), outputs, reason);
        }
        assertFalse(parts.exists(_partId(recycler, 1, 0)), "nothing came about");
        assertEq(parts.balanceOf(recycler, _pack(1)), 1, "nothing was taken apart");
    }

    function test_attack_RecyclerCommissions_FromNothing() public {
        vm.prank(recycler);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRoleNotAllowed.selector, Roles.RECYCLER));
        parts.commissionLot(_cobalt(1, 100), Roles.RECYCLER);
    }

    function test_attack_RecoveredTwice() public {
        _recover(_one(_pack(1), 1), _one(_cobalt(1, 100)));
        _assertRefused(_one(_pack(1), 1), _one(_cobalt(2, 100)), _notHeld(_pack(1)));

        PartAmount[] memory twice = new PartAmount[](2);
        twice[0] = twice[1] = PartAmount(_pack(2), 1);
        _assertRefused(twice, _one(_cobalt(2, 200)), _notHeld(_pack(2)));
    }

    function test_attack_RecoveredTwice_AfterDecommissioning() public {
        vm.prank(recycler);
        parts.decommissionParts(
            _one(_pack(1), 1),
            DecommissionOutcome.Recycled,
            keccak256("certificate"),
            Roles.RECYCLER
        );
        _assertRefused(_one(_pack(1), 1), _one(_cobalt(1, 100)), _notHeld(_pack(1)));
    }

    function test_attack_RecoveredTwice_TheGramsThemselves() public {
        _recover(_one(_pack(1), 1), _one(_cobalt(1, 100)));
        uint256 grams = _partId(recycler, 1, 0);
        _recover(_one(grams, 60), _one(_cobalt(2, 60)));
        _assertRefused(_one(grams, 40), _one(_cobalt(3, 41)), _broken(CriticalMaterial.Cobalt, 40));
        _recover(_one(grams, 40), _one(_cobalt(3, 40)));
        assertEq(parts.totalSupply(grams), 0, "each gram once");
    }

    function test_attack_RecoveringMoreThanThePartsContain() public {
        PartAmount[] memory two = new PartAmount[](2);
        two[0] = PartAmount(_pack(1), 1);
        two[1] = PartAmount(_pack(2), 1);
        _assertRefused(two, _one(_cobalt(1, 201)), _broken(CriticalMaterial.Cobalt, 200));
        _assertRefused(
            two,
            _one(_material(1, CriticalMaterial.Lithium, 101)),
            _broken(CriticalMaterial.Lithium, 100)
        );
        _assertRefused(
            two,
            _one(_material(1, CriticalMaterial.Nickel, 1)),
            _broken(CriticalMaterial.Nickel, 0)
        );
    }

    function test_attack_RecoveringOthersParts() public {
        _assertRefused(_one(_pack(4), 1), _one(_cobalt(1, 100)), _notHeld(_pack(4)));
        _assertRefused(
            _one(lotId << 32, 1),
            _one(_cobalt(1, 100)),
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                recycler,
                0,
                1,
                lotId << 32
            )
        );
    }

    function test_attack_RecoveringAStolenPart() public {
        vm.prank(recycler);
        parts.reportTheft(_pack(1), true);
        _assertRefused(
            _one(_pack(1), 1),
            _one(_cobalt(1, 100)),
            abi.encodeWithSelector(IPartTwins.PartsUnitState.selector, _pack(1), UnitState.Stolen)
        );
    }

    function test_attack_RecycledContentClaimed_ByAMakerInTheRoleOfARecycler() public {
        vm.prank(supplier);
        vm.expectRevert(_notMember(supplier, Roles.RECYCLER));
        parts.transformLots(_one(_pack(4), 1), _one(_cobalt(77, 100)), Roles.RECYCLER);
        // in its own role a maker may take its parts apart: they count as consumed, and the event says no recovery
        vm.expectEmit(address(parts));
        emit IPartTwins.LotsConsumed(
            _inputsHash(_lotId(supplier, 77), _one(_pack(4), 1)),
            supplier,
            _one(_pack(4), 1),
            false
        );
        _transform(supplier, Roles.SUPPLIER, _one(_pack(4), 1), _one(_cobalt(77, 100)));
        assertEq(parts.lotStateOf(lotId).consumed, 1, "consumed");
        assertEq(parts.lotStateOf(lotId).decommissioned, 0, "not decommissioned");
    }

    function _inputsHash(uint256 firstLotId, PartAmount[] memory inputs) private view returns (bytes32) {
        bytes32[] memory lineages = new bytes32[](inputs.length);
        for (uint256 i = 0; i < inputs.length; ++i) lineages[i] = parts.lineageOf(inputs[i].partId >> 32);
        return Lineage.ofInputs(firstLotId, inputs, lineages);
    }

    /* EFFECTS */

    function test_recovery_CountsAsDecommissioned() public {
        LotInput[] memory outputs = new LotInput[](3);
        outputs[0] = _cobalt(1, 100);
        outputs[1] = _material(2, CriticalMaterial.Lithium, 50);
        outputs[2] = _material(3, CriticalMaterial.Other, 9_000);
        PartAmount[] memory inputs = _one(_pack(1), 1);
        vm.expectEmit(address(parts));
        emit IPartTwins.LotsConsumed(_inputsHash(_lotId(recycler, 1), inputs), recycler, inputs, true);
        _recover(inputs, outputs);

        Lot memory lot = parts.lotStateOf(lotId);
        assertEq(lot.decommissioned, 1, "ended");
        assertEq(lot.consumed, 0, "not consumed");
        assertEq(uint256(parts.unitOf(_pack(1)).state), uint256(UnitState.Gone), "gone");
        assertEq(parts.balanceOf(recycler, _partId(recycler, 1, 0)), 100, "cobalt");
        assertEq(parts.balanceOf(recycler, _partId(recycler, 2, 0)), 50, "lithium");
        assertEq(parts.balanceOf(recycler, _partId(recycler, 3, 0)), 9_000, "shredder fraction");
    }

    function test_recovery_ClosesTheLoop() public {
        _recover(_one(_pack(1), 1), _one(_cobalt(1, 100)));
        _give(recycler, supplier, _partId(recycler, 1, 0), 100);
        LotInput memory again = _withContent(_lot(50, LotForm.Serialised, 1), 101, 0);
        vm.prank(supplier);
        vm.expectRevert(_broken(CriticalMaterial.Cobalt, 100));
        parts.transformLots(_one(_partId(recycler, 1, 0), 100), _one(again), Roles.SUPPLIER);
        again.content.cobaltG = 100;
        _transform(supplier, Roles.SUPPLIER, _one(_partId(recycler, 1, 0), 100), _one(again));

        uint256 newId = _lotId(supplier, 50);
        bytes32[] memory lineages = new bytes32[](1);
        lineages[0] = parts.lineageOf(lotId);
        uint256 gramsId = _lotId(recycler, 1);
        lineages[0] = Lineage.ofLot(
            gramsId,
            _cobalt(1, 100),
            Lineage.ofInputs(gramsId, _one(_pack(1), 1), lineages)
        );
        bytes32 expected = Lineage.ofLot(
            newId,
            again,
            Lineage.ofInputs(newId, _one(gramsId << 32, 100), lineages)
        );
        assertEq(parts.lineageOf(newId), expected, "the new pack descends from the old");
    }

    function test_recovery_CountedParts() public {
        _commission(supplier, Roles.SUPPLIER, _cobalt(60, 90));
        LotInput memory magnets = _withContent(_lot(61, LotForm.Counted, 30), 90, 0);
        _transform(supplier, Roles.SUPPLIER, _one(_partId(supplier, 60, 0), 90), _one(magnets));
        _give(supplier, recycler, _partId(supplier, 61, 0), 20);
        _recover(_one(_partId(supplier, 61, 0), 20), _one(_cobalt(1, 60)));
        Lot memory lot = parts.lotStateOf(_lotId(supplier, 61));
        assertEq(lot.decommissioned, 20, "ended");
        assertEq(lot.consumed, 0, "not consumed");
        assertEq(parts.totalSupply(_partId(supplier, 61, 0)), 10, "what is left");
    }

    function testFuzz_recovery_NeverYieldsMoreThanTheLotContained(uint40 cobaltG, uint40 lithiumG) public {
        cobaltG = uint40(bound(cobaltG, 1, 1e9));
        lithiumG = uint40(bound(lithiumG, 1, 1e9));
        _commission(supplier, Roles.SUPPLIER, _cobalt(70, cobaltG));
        _commission(supplier, Roles.SUPPLIER, _material(71, CriticalMaterial.Lithium, lithiumG));
        PartAmount[] memory inputs = new PartAmount[](2);
        inputs[0] = PartAmount(_partId(supplier, 70, 0), cobaltG);
        inputs[1] = PartAmount(_partId(supplier, 71, 0), lithiumG);
        LotInput memory made = _withContent(_lot(72, LotForm.Serialised, 3), cobaltG, lithiumG);
        _transform(supplier, Roles.SUPPLIER, inputs, _one(made));
        vm.prank(supplier);
        parts.serialiseUnits(72, _serials(1, 3), Roles.SUPPLIER);

        uint256 recovered;
        for (uint32 serial = 1; serial <= 3; ++serial) {
            uint256 partId = _partId(supplier, 72, serial);
            _give(supplier, recycler, partId, 1);
            uint40 share = cobaltG / 3;
            _assertRefused(
                _one(partId, 1),
                _one(_cobalt(serial, share + 1)),
                _broken(CriticalMaterial.Cobalt, share)
            );
            LotInput memory output =
                share == 0 ? _material(serial, CriticalMaterial.Other, 1) : _cobalt(serial, share);
            _recover(_one(partId, 1), _one(output));
            recovered += share;
        }
        assertTrue(recovered <= cobaltG, "more than the lot contained");
        assertEq(parts.lotStateOf(_lotId(supplier, 72)).decommissioned, 3, "all ended");
    }
}
