// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {
    CriticalMaterial,
    LotForm,
    LotInput,
    Materials,
    PartAmount
} from "../../contracts/types/PartTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

/// @dev No lot contains more of a critical material than was consumed to make it.
contract PartTwinsMassBalanceTest is PartsTest {
    uint64 private constant OUT = 100;

    /// @dev Lots 1 to 6 of the supplier: `grams` of each critical material.
    function _stock(uint40 grams) private {
        for (uint64 kind = 1; kind <= 6; ++kind) {
            _commission(supplier, Roles.SUPPLIER, _material(kind, CriticalMaterial(kind), grams));
        }
    }

    function _grain(uint64 number, uint40 quantity) private view returns (PartAmount[] memory) {
        return _one(_partId(supplier, number, 0), quantity);
    }

    function _pieces(
        uint64 number,
        uint40 quantity,
        Materials memory content
    ) private pure returns (LotInput memory lot) {
        lot = _lot(number, LotForm.Counted, quantity);
        lot.content = content;
    }

    function _gramsOf(uint256 lotId, CriticalMaterial kind) private view returns (uint256) {
        Materials memory content = parts.contentOf(lotId);
        uint40[7] memory all = [
            0,
            content.cobaltG,
            content.lithiumG,
            content.nickelG,
            content.leadG,
            content.graphiteG,
            content.rareEarthsG
        ];
        return all[uint256(kind)];
    }

    function _assertBroken(
        PartAmount[] memory inputs,
        LotInput[] memory outputs,
        CriticalMaterial material,
        uint256 available,
        string memory what
    ) private {
        vm.prank(supplier);
        (bool ok, bytes memory result) = address(parts).call(
            abi.encodeCall(parts.transformLots, (inputs, outputs, Roles.SUPPLIER))
        );
        assertFalse(ok, what);
        bytes memory reason = abi.encodeWithSelector(
            IPartTwins.PartsMassBalanceBroken.selector,
            material,
            available
        );
        assertEq(keccak256(result), keccak256(reason), string.concat(what, ": reason"));
    }

    /* TO THE GRAM */

    function test_massBalance_EveryMaterialToTheGram() public {
        _stock(1_000);
        for (uint64 kind = 1; kind <= 6; ++kind) {
            CriticalMaterial material = CriticalMaterial(kind);
            LotInput memory pieces = _pieces(OUT + kind, 3, _grams(material, 401));
            LotInput memory refined = _material(OUT + kind, material, 401);
            _assertBroken(_grain(kind, 400), _one(pieces), material, 400, "a gram too much in pieces");
            _assertBroken(_grain(kind, 400), _one(refined), material, 400, "a gram too much refined");

            pieces.content = _grams(material, 400);
            _transform(supplier, Roles.SUPPLIER, _grain(kind, 400), _one(pieces));
            assertEq(_gramsOf(_lotId(supplier, OUT + kind), material), 400, "all of it in pieces");
            refined.number = OUT + kind + 10;
            refined.quantity = 600;
            _transform(supplier, Roles.SUPPLIER, _grain(kind, 600), _one(refined));
            assertEq(_gramsOf(_lotId(supplier, OUT + kind + 10), material), 600, "all of it refined");
        }
    }

    function test_massBalance_RevertWhen_OneMaterialIsMadeOfAnother() public {
        _stock(1_000);
        for (uint64 from = 1; from <= 6; ++from) {
            for (uint64 to = 1; to <= 6; ++to) {
                if (from == to) continue;
                CriticalMaterial material = CriticalMaterial(to);
                _assertBroken(_grain(from, 1_000), _one(_material(OUT, material, 1)), material, 0, "alchemy");
            }
        }
    }

    function test_massBalance_RevertWhen_InputsContainNothing() public {
        _commission(supplier, Roles.SUPPLIER, _material(8, CriticalMaterial.Other, 1_000));
        _commission(supplier, Roles.SUPPLIER, _lot(9, LotForm.Counted, 1_000));
        for (uint64 kind = 1; kind <= 6; ++kind) {
            CriticalMaterial material = CriticalMaterial(kind);
            for (uint64 input = 8; input <= 9; ++input) {
                LotInput[] memory claimed = _one(_pieces(OUT, 1, _grams(material, 1)));
                _assertBroken(_grain(input, 1_000), claimed, material, 0, "from steel");
            }
        }
    }

    function test_massBalance_FirstMaterialThatLacksIsNamed() public {
        _stock(1_000);
        PartAmount[] memory inputs = new PartAmount[](6);
        for (uint64 kind = 1; kind <= 6; ++kind) {
            inputs[kind - 1] = PartAmount(_partId(supplier, kind, 0), uint40(100 + kind));
        }
        Materials memory claim = Materials(101, 102, 103, 105, 106, 107);
        _assertBroken(inputs, _one(_pieces(OUT, 1, claim)), CriticalMaterial.Lead, 104, "lead");
        claim.leadG = 104;
        _assertBroken(inputs, _one(_pieces(OUT, 1, claim)), CriticalMaterial.Graphite, 105, "graphite");
        claim.graphiteG = 105;
        _assertBroken(inputs, _one(_pieces(OUT, 1, claim)), CriticalMaterial.RareEarths, 106, "rare earths");
        claim.rareEarthsG = 106;
        _transform(supplier, Roles.SUPPLIER, inputs, _one(_pieces(OUT, 1, claim)));
        assertEq(
            keccak256(abi.encode(parts.contentOf(_lotId(supplier, OUT)))),
            keccak256(abi.encode(claim)),
            "all six"
        );
    }

    function test_massBalance_OutputsShareWhatThereIs() public {
        _stock(1_000);
        LotInput[] memory outputs = new LotInput[](3);
        outputs[0] = _pieces(OUT, 1, _grams(CriticalMaterial.Nickel, 600));
        outputs[1] = _material(OUT + 1, CriticalMaterial.Nickel, 300);
        outputs[2] = _pieces(OUT + 2, 1, _grams(CriticalMaterial.Nickel, 101));
        _assertBroken(_grain(3, 1_000), outputs, CriticalMaterial.Nickel, 100, "what the first two left");
        outputs[2].content.nickelG = 100;
        _transform(supplier, Roles.SUPPLIER, _grain(3, 1_000), outputs);
        assertEq(_gramsOf(_lotId(supplier, OUT + 2), CriticalMaterial.Nickel), 100, "the rest");
    }

    function test_massBalance_LossIsAllowedAndNotForgotten() public {
        _stock(1_000);
        LotInput memory some = _pieces(OUT, 10, _grams(CriticalMaterial.Cobalt, 700));
        _transform(supplier, Roles.SUPPLIER, _grain(1, 1_000), _one(some));
        LotInput[] memory more = _one(_material(OUT + 1, CriticalMaterial.Cobalt, 701));
        _assertBroken(_grain(OUT, 10), more, CriticalMaterial.Cobalt, 700, "300 g went to scrap");
    }

    function test_massBalance_AllFormsCarryTheirShare() public {
        _stock(1_000);
        LotInput[] memory outputs = new LotInput[](2);
        outputs[0] = _pieces(OUT, 10, _grams(CriticalMaterial.Lithium, 500));
        outputs[1] = _pieces(OUT + 1, 10, _grams(CriticalMaterial.Lithium, 500));
        outputs[1].form = LotForm.Serialised;
        _transform(supplier, Roles.SUPPLIER, _grain(2, 1_000), outputs);
        vm.prank(supplier);
        parts.serialiseUnits(OUT + 1, _serials(1, 4), Roles.SUPPLIER);

        PartAmount[] memory inputs = new PartAmount[](3);
        inputs[0] = PartAmount(_partId(supplier, OUT, 0), 3); // 150 g
        inputs[1] = PartAmount(_partId(supplier, OUT + 1, 0), 6); // 300 g
        inputs[2] = PartAmount(_partId(supplier, OUT + 1, 2), 1); // 50 g
        LotInput[] memory claim = _one(_material(OUT + 2, CriticalMaterial.Lithium, 501));
        _assertBroken(inputs, claim, CriticalMaterial.Lithium, 500, "shares of counted and serialised");
        claim[0].quantity = 500;
        _transform(supplier, Roles.SUPPLIER, inputs, claim);
        assertEq(parts.totalSupply(_partId(supplier, OUT + 2, 0)), 500, "recovered");
    }

    function test_massBalance_LargestLots() public {
        uint40 most = type(uint40).max;
        _stock(most);
        LotInput memory all = _pieces(OUT, most, _grams(CriticalMaterial.RareEarths, most));
        _transform(supplier, Roles.SUPPLIER, _grain(6, most), _one(all));
        LotInput[] memory claim = _one(_material(OUT + 1, CriticalMaterial.RareEarths, most));
        _assertBroken(_grain(OUT, most - 1), claim, CriticalMaterial.RareEarths, most - 1, "one piece short");
        _transform(supplier, Roles.SUPPLIER, _grain(OUT, most), claim);
        assertEq(_gramsOf(_lotId(supplier, OUT + 1), CriticalMaterial.RareEarths), most, "2^40 - 1 grams");
    }

    /* ATTACKS */

    function testFuzz_attack_MassBalanceBrokenByRounding_ManySmallConsumptions(
        uint40 pieces,
        uint40 grams,
        uint256 seed
    ) public {
        pieces = uint40(bound(pieces, 1, 50));
        grams = uint40(bound(grams, 1, 1_000));
        CriticalMaterial kind = CriticalMaterial((seed % 6) + 1);
        _stock(grams);
        LotInput memory made = _pieces(OUT, pieces, _grams(kind, grams));
        _transform(supplier, Roles.SUPPLIER, _grain(uint64(uint256(kind)), grams), _one(made));

        uint256 yielded;
        uint64 number = OUT + 1;
        for (uint40 left = pieces; left != 0; ++number) {
            uint40 taken = uint40(
                bound(uint256(keccak256(abi.encode(seed, number))), 1, left > 9 ? 9 : left)
            );
            uint40 share = uint40((uint256(grams) * taken) / pieces);
            LotInput[] memory output = _one(_material(number, kind, share + 1));
            _assertBroken(_grain(OUT, taken), output, kind, share, "a gram gained by rounding");
            if (share == 0) output = _one(_lot(number, LotForm.Counted, 1));
            else output[0].quantity = share;
            _transform(supplier, Roles.SUPPLIER, _grain(OUT, taken), output);
            yielded += share;
            left -= taken;
        }
        assertTrue(yielded <= grams, "more than the lot contained");
        assertEq(parts.totalSupply(_partId(supplier, OUT, 0)), 0, "all was consumed");
    }

    function test_attack_MassBalanceBrokenByRounding_HalvesInOneList() public {
        _stock(1_000);
        LotInput memory made = _pieces(OUT, 2, _grams(CriticalMaterial.Cobalt, 3));
        _transform(supplier, Roles.SUPPLIER, _grain(1, 3), _one(made));
        PartAmount[] memory halves = new PartAmount[](2);
        halves[0] = halves[1] = PartAmount(_partId(supplier, OUT, 0), 1);
        LotInput[] memory claim = _one(_material(OUT + 1, CriticalMaterial.Cobalt, 3));
        _assertBroken(halves, claim, CriticalMaterial.Cobalt, 2, "each half is rounded down");
        _transform(supplier, Roles.SUPPLIER, _grain(OUT, 2), claim);
    }

    function test_attack_MassBalanceBrokenByUnit_KilogramsTakenForGrams() public {
        _stock(1_000);
        for (uint64 kind = 1; kind <= 6; ++kind) {
            CriticalMaterial material = CriticalMaterial(kind);
            LotInput[] memory claim = _one(_pieces(OUT, 1, _grams(material, 1_000_000)));
            _assertBroken(_grain(kind, 1_000), claim, material, 1_000, "a thousandfold in pieces");
            claim = _one(_material(OUT, material, 1_000_000));
            _assertBroken(_grain(kind, 1_000), claim, material, 1_000, "a thousandfold refined");
        }
    }

    function test_attack_MassBalanceBrokenByTwoTransactions() public {
        _stock(1_000);
        LotInput[] memory all = _one(_pieces(OUT, 1, _grams(CriticalMaterial.Cobalt, 1_000)));
        _transform(supplier, Roles.SUPPLIER, _grain(1, 1_000), all);
        all[0].number = OUT + 1;
        vm.prank(supplier);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                supplier,
                0,
                1_000,
                _partId(supplier, 1, 0)
            )
        );
        parts.transformLots(_grain(1, 1_000), all, Roles.SUPPLIER);
        // nor do half the grams bear the whole twice
        LotInput[] memory half = _one(_pieces(OUT + 1, 1, _grams(CriticalMaterial.Lithium, 501)));
        _assertBroken(_grain(2, 500), half, CriticalMaterial.Lithium, 500, "first half");
        half[0].content.lithiumG = 500;
        _transform(supplier, Roles.SUPPLIER, _grain(2, 500), half);
        half[0].number = OUT + 2;
        half[0].content.lithiumG = 501;
        _assertBroken(_grain(2, 500), half, CriticalMaterial.Lithium, 500, "second half");
    }

    function test_attack_MassBalanceBrokenBySelfTransform_OutputIsTheInputLot() public {
        _stock(1_000);
        vm.prank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotExists.selector, _lotId(supplier, 1)));
        parts.transformLots(
            _grain(1, 1_000),
            _one(_material(1, CriticalMaterial.Cobalt, 1_000)),
            Roles.SUPPLIER
        );
        // nor can what is about to be made be among the inputs
        PartAmount[] memory inputs = new PartAmount[](2);
        inputs[0] = PartAmount(_partId(supplier, 1, 0), 1_000);
        inputs[1] = PartAmount(_partId(supplier, OUT, 0), 1_000);
        vm.prank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, _lotId(supplier, OUT)));
        parts.transformLots(inputs, _one(_material(OUT, CriticalMaterial.Cobalt, 2_000)), Roles.SUPPLIER);
    }

    function test_attack_MassBalanceBrokenBySelfTransform_SameInputTwice() public {
        _stock(1_000);
        PartAmount[] memory twice = new PartAmount[](2);
        twice[0] = twice[1] = PartAmount(_partId(supplier, 1, 0), 1_000);
        vm.prank(supplier);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                supplier,
                0,
                1_000,
                _partId(supplier, 1, 0)
            )
        );
        parts.transformLots(twice, _one(_material(OUT, CriticalMaterial.Cobalt, 2_000)), Roles.SUPPLIER);

        twice[0].quantity = twice[1].quantity = 500;
        LotInput[] memory claim = _one(_material(OUT, CriticalMaterial.Cobalt, 1_001));
        _assertBroken(twice, claim, CriticalMaterial.Cobalt, 1_000, "two halves are one whole");
    }

    function test_attack_MassBalanceBrokenByRefiningInCircles() public {
        _stock(1_000);
        uint64 from = 1;
        for (uint64 number = OUT; number < OUT + 20; ++number) {
            LotInput[] memory more = _one(_material(number, CriticalMaterial.Cobalt, 1_001));
            _assertBroken(_grain(from, 1_000), more, CriticalMaterial.Cobalt, 1_000, "round after round");
            more[0].quantity = 1_000;
            _transform(supplier, Roles.SUPPLIER, _grain(from, 1_000), more);
            from = number;
        }
    }
}
