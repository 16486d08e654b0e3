// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {
    CriticalMaterial,
    Lot,
    LotForm,
    LotInput,
    PartAmount,
    Unit,
    UnitState
} from "../../contracts/types/PartTypes.sol";
import {Lineage} from "../helpers/Lineage.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

contract PartTwinsTransformTest is PartsTest {
    uint64 private constant COBALT = 1;
    uint64 private constant SCREWS = 2;
    uint64 private constant CELLS = 3;
    uint64 private constant PACKS = 10;

    function setUp() public override {
        super.setUp();
        _commission(supplier, Roles.SUPPLIER, _material(COBALT, CriticalMaterial.Cobalt, 1_000));
        _commission(supplier, Roles.SUPPLIER, _lot(SCREWS, LotForm.Counted, 500));
        _serialisedLot(CELLS, 100, 5);
    }

    function _id(uint64 number, uint32 serial) private view returns (uint256) {
        return _partId(supplier, number, serial);
    }

    function _packs() private pure returns (LotInput[] memory) {
        return _one(_lot(PACKS, LotForm.Serialised, 4));
    }

    function _assertRefused(
        address maker,
        uint64 role,
        PartAmount[] memory inputs,
        LotInput[] memory outputs,
        bytes memory reason,
        string memory what
    ) private {
        vm.prank(maker);
        (bool ok, bytes memory result) = address(parts).call(
            abi.encodeCall(parts.transformLots, (inputs, outputs, role))
        );
        assertFalse(ok, what);
        assertEq(keccak256(result), keccak256(reason), string.concat(what, ": reason"));
    }

    function _assertInputRefused(
        uint256 partId,
        uint40 quantity,
        bytes memory reason,
        string memory what
    ) private {
        _assertRefused(supplier, Roles.SUPPLIER, _one(partId, quantity), _packs(), reason, what);
        assertFalse(parts.exists(_id(PACKS, 0)), string.concat(what, ": nothing was made"));
    }

    function _lacks(
        address account,
        uint256 balance,
        uint256 needed,
        uint256 partId
    ) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                account,
                balance,
                needed,
                partId
            );
    }

    function _counted(uint64 firstNumber, uint256 count) private pure returns (LotInput[] memory lots) {
        lots = new LotInput[](count);
        for (uint64 i = 0; i < count; ++i) lots[i] = _lot(firstNumber + i, LotForm.Counted, 1);
    }

    function _grains(uint256 count) private view returns (PartAmount[] memory inputs) {
        inputs = new PartAmount[](count);
        for (uint256 i = 0; i < count; ++i) inputs[i] = PartAmount(_id(COBALT, 0), 1);
    }

    /* FAILURES */

    function test_transformLots_RevertWhen_ListIsEmptyOrTooLong() public {
        uint256[2] memory lengths = [uint256(0), 101];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IPartTwins.PartsBatchLength.selector,
                lengths[i],
                100
            );
            _assertRefused(supplier, Roles.SUPPLIER, _grains(lengths[i]), _packs(), reason, "inputs");
            _assertRefused(
                supplier,
                Roles.SUPPLIER,
                _grains(1),
                _counted(PACKS, lengths[i]),
                reason,
                "outputs"
            );
        }
    }

    function test_transformLots_OneAndTheMost() public {
        _transform(supplier, Roles.SUPPLIER, _grains(1), _counted(100, 1));
        uint256 gasBefore = gasleft();
        _transform(supplier, Roles.SUPPLIER, _grains(100), _counted(200, 100));
        // EIP-7825 caps a transaction at 16,777,216
        assertTrue(gasBefore - gasleft() < 16_777_216, "the longest lists fit into one transaction");
        assertEq(parts.lotStateOf(_lotId(supplier, COBALT)).consumed, 101, "consumed");
        assertTrue(parts.exists(_id(299, 0)), "the last of a hundred");
    }

    function test_transformLots_RevertWhen_InputLotIsUnknown() public {
        bytes memory reason = abi.encodeWithSelector(
            IPartTwins.PartsLotUnknown.selector,
            _lotId(supplier, 99)
        );
        _assertInputRefused(_id(99, 0), 1, reason, "units of no lot");
        _assertInputRefused(_id(99, 1), 1, reason, "a unit of no lot");
    }

    function test_transformLots_RevertWhen_InputQuantityIsZero() public {
        uint256[4] memory partIds = [_id(COBALT, 0), _id(SCREWS, 0), _id(CELLS, 0), _id(CELLS, 1)];
        for (uint256 i = 0; i < partIds.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IPartTwins.PartsQuantityInvalid.selector,
                partIds[i],
                0
            );
            _assertInputRefused(partIds[i], 0, reason, "nothing cannot be consumed");
        }
    }

    function test_transformLots_RevertWhen_MoreThanIsHeld() public {
        _assertInputRefused(_id(COBALT, 0), 1_001, _lacks(supplier, 1_000, 1_001, _id(COBALT, 0)), "grams");
        _assertInputRefused(_id(SCREWS, 0), 501, _lacks(supplier, 500, 501, _id(SCREWS, 0)), "pieces");
        _assertInputRefused(_id(CELLS, 0), 96, _lacks(supplier, 95, 96, _id(CELLS, 0)), "unserialised");
        _assertInputRefused(_id(CELLS, 1), 2, _lacks(supplier, 1, 2, _id(CELLS, 1)), "one unit twice");
        _assertInputRefused(_id(CELLS, 6), 1, _lacks(supplier, 0, 1, _id(CELLS, 6)), "a unit without serial");
        _assertInputRefused(_id(SCREWS, 1), 1, _lacks(supplier, 0, 1, _id(SCREWS, 1)), "a serial of counted");
    }

    function test_attack_ConsumingOthersUnits_EvenAsOperator() public {
        vm.prank(supplier);
        parts.setApprovalForAll(manufacturer, true);
        uint256[4] memory partIds = [_id(COBALT, 0), _id(SCREWS, 0), _id(CELLS, 0), _id(CELLS, 1)];
        for (uint256 i = 0; i < partIds.length; ++i) {
            _assertRefused(
                manufacturer,
                Roles.MANUFACTURER,
                _one(partIds[i], 1),
                _packs(),
                _lacks(manufacturer, 0, 1, partIds[i]),
                "not the holder"
            );
        }
    }

    function test_transformLots_RevertWhen_UnitIsStolen() public {
        vm.prank(supplier);
        parts.reportTheft(_id(CELLS, 1), true);
        bytes memory reason = abi.encodeWithSelector(
            IPartTwins.PartsUnitState.selector,
            _id(CELLS, 1),
            UnitState.Stolen
        );
        _assertInputRefused(_id(CELLS, 1), 1, reason, "stolen");
    }

    function test_attack_ConsumingAFittedUnit() public {
        _give(supplier, workshop, _id(CELLS, 1), 1);
        _fit(_id(CELLS, 1), 1, CAR);
        address[2] memory takers = [supplier, manufacturer];
        uint64[2] memory roles = [Roles.SUPPLIER, Roles.MANUFACTURER];
        for (uint256 i = 0; i < 2; ++i) {
            _assertRefused(
                takers[i],
                roles[i],
                _one(_id(CELLS, 1), 1),
                _packs(),
                _lacks(takers[i], 0, 1, _id(CELLS, 1)),
                "the vehicle holds it"
            );
        }
        assertEq(uint256(parts.unitOf(_id(CELLS, 1)).state), uint256(UnitState.Fitted), "still fitted");
    }

    function test_attack_ConsumedTwice_OneUnit() public {
        PartAmount[] memory twice = new PartAmount[](2);
        twice[0] = twice[1] = PartAmount(_id(CELLS, 1), 1);
        bytes memory reason = _lacks(supplier, 0, 1, _id(CELLS, 1));
        _assertRefused(supplier, Roles.SUPPLIER, twice, _packs(), reason, "twice in one list");

        _transform(supplier, Roles.SUPPLIER, _one(_id(CELLS, 1), 1), _packs());
        _assertRefused(
            supplier,
            Roles.SUPPLIER,
            _one(_id(CELLS, 1), 1),
            _counted(20, 1),
            reason,
            "twice in two transactions"
        );
    }

    function test_transformLots_RevertWhen_OutputIsInvalid() public {
        LotInput[] memory outputs = _counted(PACKS, 2);
        outputs[1].documentHash = 0;
        bytes memory reason = abi.encodeWithSelector(
            IPartTwins.PartsLotInvalid.selector,
            _lotId(supplier, PACKS + 1)
        );
        _assertRefused(supplier, Roles.SUPPLIER, _grains(1), outputs, reason, "the second output");
        assertFalse(parts.exists(_id(PACKS, 0)), "nor the first came about");
        assertEq(parts.balanceOf(supplier, _id(COBALT, 0)), 1_000, "nothing was consumed");
    }

    function test_transformLots_RevertWhen_OutputNumberWasUsed() public {
        LotInput[] memory outputs = _counted(PACKS, 2);
        outputs[1].number = PACKS;
        bytes memory exists = abi.encodeWithSelector(
            IPartTwins.PartsLotExists.selector,
            _lotId(supplier, PACKS)
        );
        _assertRefused(supplier, Roles.SUPPLIER, _grains(1), outputs, exists, "one number for two outputs");

        _transform(supplier, Roles.SUPPLIER, _grains(1), _packs());
        _assertRefused(supplier, Roles.SUPPLIER, _grains(1), _packs(), exists, "the number of an older lot");
    }

    /* EFFECTS */

    function test_transformLots_CountsWhatIsConsumed() public {
        PartAmount[] memory inputs = new PartAmount[](5);
        inputs[0] = PartAmount(_id(COBALT, 0), 300);
        inputs[1] = PartAmount(_id(SCREWS, 0), 500);
        inputs[2] = PartAmount(_id(CELLS, 0), 90);
        inputs[3] = PartAmount(_id(CELLS, 2), 1);
        inputs[4] = PartAmount(_id(CELLS, 4), 1);
        _transform(supplier, Roles.SUPPLIER, inputs, _packs());

        Lot memory cells = parts.lotStateOf(_lotId(supplier, CELLS));
        assertEq(parts.lotStateOf(_lotId(supplier, COBALT)).consumed, 300, "grams");
        assertEq(parts.lotStateOf(_lotId(supplier, SCREWS)).consumed, 500, "pieces");
        assertEq(cells.consumed, 92, "units with and without serials");
        assertEq(cells.unserialised, 5, "those without serials that are left");
        assertEq(cells.decommissioned, 0, "made into something: not ended");
        assertEq(cells.quantity, 100, "commissioned");
        assertEq(parts.balanceOf(supplier, _id(COBALT, 0)), 700, "grams left");
        assertEq(parts.totalSupply(_id(COBALT, 0)), 700, "supply of grams");
        assertEq(parts.totalSupply(_id(SCREWS, 0)), 0, "supply of screws");
        assertEq(parts.totalSupply(_id(CELLS, 0)), 5, "supply without serials");
        assertEq(parts.totalSupply(_id(CELLS, 2)), 0, "supply of a consumed unit");
        assertEq(parts.balanceOf(supplier, _id(CELLS, 2)), 0, "nobody holds it");
        assertEq(parts.balanceOf(address(0), _id(CELLS, 2)), 0, "not even nobody");
        assertTrue(parts.exists(_id(CELLS, 2)), "yet it was");
        assertEq(parts.balanceOf(supplier, _id(CELLS, 3)), 1, "its neighbour is untouched");

        Unit memory gone = parts.unitOf(_id(CELLS, 2));
        assertEq(uint256(gone.state), uint256(UnitState.Gone), "gone");
        assertEq(gone.holder, address(0), "held by nobody");
    }

    function test_transformLots_OutputsBelongToTheMaker() public {
        LotInput[] memory outputs = new LotInput[](3);
        outputs[0] = _material(PACKS, CriticalMaterial.Other, 40);
        outputs[1] = _lot(PACKS + 1, LotForm.Counted, 50);
        outputs[2] = _lot(PACKS + 2, LotForm.Serialised, 60);
        _give(supplier, manufacturer, _id(COBALT, 0), 10);
        _transform(manufacturer, Roles.MANUFACTURER, _one(_id(COBALT, 0), 10), outputs);
        for (uint64 i = 0; i < 3; ++i) {
            assertEq(
                parts.balanceOf(manufacturer, _partId(manufacturer, PACKS + i, 0)),
                40 + i * 10,
                "balance"
            );
            assertFalse(parts.exists(_id(PACKS + i, 0)), "not in the name of the inputs' maker");
        }
    }

    function test_transformLots_Events() public {
        PartAmount[] memory inputs = new PartAmount[](2);
        inputs[0] = PartAmount(_id(CELLS, 2), 1);
        inputs[1] = PartAmount(_id(COBALT, 0), 30);
        bytes32[] memory lineages = new bytes32[](2);
        lineages[0] = parts.lineageOf(_lotId(supplier, CELLS));
        lineages[1] = parts.lineageOf(_lotId(supplier, COBALT));
        LotInput[] memory outputs = _counted(PACKS, 2);
        uint256 first = _lotId(supplier, PACKS);
        bytes32 inputsHash = Lineage.ofInputs(first, inputs, lineages);

        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(supplier, supplier, address(0), _id(CELLS, 2), 1);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(supplier, supplier, address(0), _id(COBALT, 0), 30);
        vm.expectEmit(address(parts));
        emit IPartTwins.LotsConsumed(inputsHash, supplier, inputs, false);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectEmit(address(parts));
            emit IERC1155.TransferSingle(supplier, address(0), supplier, (first + i) << 32, 1);
            vm.expectEmit(address(parts));
            emit IPartTwins.LotCommissioned(
                first + i,
                supplier,
                outputs[i],
                inputsHash,
                Lineage.ofLot(first + i, outputs[i], inputsHash)
            );
        }
        _transform(supplier, Roles.SUPPLIER, inputs, outputs);
    }

    /* LINEAGE */

    function testFuzz_transformLots_LineageBindsEveryInput(
        uint40 grams,
        uint40 pieces,
        bool isSwapped
    ) public {
        PartAmount[] memory inputs = new PartAmount[](2);
        bytes32[] memory lineages = new bytes32[](2);
        (uint256 a, uint256 b) = isSwapped ? (1, 0) : (0, 1);
        inputs[a] = PartAmount(_id(COBALT, 0), uint40(bound(grams, 1, 1_000)));
        inputs[b] = PartAmount(_id(SCREWS, 0), uint40(bound(pieces, 1, 500)));
        lineages[a] = parts.lineageOf(_lotId(supplier, COBALT));
        lineages[b] = parts.lineageOf(_lotId(supplier, SCREWS));
        _transform(supplier, Roles.SUPPLIER, inputs, _packs());

        uint256 lotId = _lotId(supplier, PACKS);
        bytes32 inputsHash = Lineage.ofInputs(lotId, inputs, lineages);
        assertEq(parts.lineageOf(lotId), Lineage.ofLot(lotId, _packs()[0], inputsHash), "as documented");
        (inputs[0], inputs[1]) = (inputs[1], inputs[0]);
        assertTrue(Lineage.ofInputs(lotId, inputs, lineages) != inputsHash, "the order of inputs counts");
    }

    function test_lineage_ReachesBackToTheMine() public {
        uint256 ore = _commission(miner, Roles.SUPPLIER, _material(1, CriticalMaterial.Cobalt, 90));
        _give(miner, supplier, ore << 32, 90);
        LotInput memory cathode = _withContent(_lot(20, LotForm.Counted, 3), 90, 0);
        _transform(supplier, Roles.SUPPLIER, _one(ore << 32, 90), _one(cathode));
        uint256 cathodeId = _lotId(supplier, 20);
        _give(supplier, manufacturer, cathodeId << 32, 3);
        LotInput memory pack = _withContent(_lot(1, LotForm.Serialised, 1), 90, 0);
        _transform(manufacturer, Roles.MANUFACTURER, _one(cathodeId << 32, 3), _one(pack));

        // whoever knows the statements alone arrives at the same hash
        bytes32 hash = Lineage.ofLot(ore, _material(1, CriticalMaterial.Cobalt, 90), 0);
        hash = _step(cathodeId, cathode, ore << 32, 90, hash);
        hash = _step(_lotId(manufacturer, 1), pack, cathodeId << 32, 3, hash);
        assertEq(parts.lineageOf(_lotId(manufacturer, 1)), hash, "lineage of the pack");
    }

    function _step(
        uint256 lotId,
        LotInput memory lot,
        uint256 inputId,
        uint40 quantity,
        bytes32 inputLineage
    ) private pure returns (bytes32) {
        bytes32[] memory lineages = new bytes32[](1);
        lineages[0] = inputLineage;
        return Lineage.ofLot(lotId, lot, Lineage.ofInputs(lotId, _one(inputId, quantity), lineages));
    }
}
