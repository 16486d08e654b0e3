// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {DecommissionOutcome, ServiceStatus, UnitState} from "../../contracts/types/PartTypes.sol";
import {FittingTest} from "../helpers/FittingTest.sol";

/// @dev What is fitted stays fitted, whatever wallets do. The car carries serials 1 to 3 and five counted pieces.
contract PartTwinsFittedTest is FittingTest {
    function setUp() public override {
        super.setUp();
        for (uint32 serial = 1; serial <= 3; ++serial) _fit(_serial(serial), 1, CAR);
        _fit(pieces, 5, CAR);
    }

    /* PAST THE CONTRACT'S RULES, WITH A WALLET */

    function test_attack_RemoveByPlainTransfer() public {
        address account = _account(CAR);
        address[4] memory callers = [holder, workshop, recycler, stranger];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC1155Errors.ERC1155MissingApprovalForAll.selector,
                    callers[i],
                    account
                )
            );
            parts.safeTransferFrom(account, callers[i], part, 1, "");
            vm.expectRevert(
                abi.encodeWithSelector(
                    IERC1155Errors.ERC1155MissingApprovalForAll.selector,
                    callers[i],
                    account
                )
            );
            parts.safeTransferFrom(account, callers[i], pieces, 1, "");
            // In its own name a caller has nothing of what the car carries.
            _expectInsufficient(callers[i], 0, 1, part);
            parts.safeTransferFrom(callers[i], stranger, part, 1, "");
            vm.stopPrank();
        }
        _assertFitted(CAR, lotId, 3, 3, "all there");
    }

    function test_attack_RemoveByApprovedOperator() public {
        vm.prank(holder);
        parts.setApprovalForAll(stranger, true);
        vm.prank(workshop);
        parts.setApprovalForAll(stranger, true);
        vm.prank(holder);
        title.setApprovalForAll(stranger, true);
        address account = _account(CAR);
        vm.startPrank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155MissingApprovalForAll.selector, stranger, account)
        );
        parts.safeTransferFrom(account, stranger, part, 1, "");
        _expectInsufficient(holder, 0, 1, part);
        parts.safeTransferFrom(holder, stranger, part, 1, "");
        _expectInsufficient(workshop, 0, 1, part);
        parts.safeTransferFrom(workshop, stranger, part, 1, "");
        vm.stopPrank();
    }

    /// @dev No key controls the account; even if one did, what is fitted would stay.
    function test_attack_RemoveByTheVehiclesOwnAccount() public {
        address account = _account(CAR);
        vm.startPrank(account);
        _expectState(part, UnitState.Fitted);
        parts.safeTransferFrom(account, stranger, part, 1, "");
        _expectInsufficient(account, 0, 1, pieces);
        parts.safeTransferFrom(account, stranger, pieces, 1, "");
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsUnitState.selector, part, UnitState.Fitted));
        parts.reportTheft(part, true);
        vm.stopPrank();
    }

    function test_attack_BatchThatMixesFittedAndFreeUnits() public {
        uint256[] memory partIds = new uint256[](2);
        uint256[] memory quantities = new uint256[](2);
        (partIds[0], partIds[1]) = (_serial(5), part);
        (quantities[0], quantities[1]) = (1, 1);
        vm.startPrank(workshop);
        _expectInsufficient(workshop, 0, 1, part);
        parts.safeBatchTransferFrom(workshop, stranger, partIds, quantities, "");
        // of counted pieces the free ones alone count
        (partIds[1], quantities[1]) = (pieces, PIECES - 4);
        _expectInsufficient(workshop, PIECES - 5, PIECES - 4, pieces);
        parts.safeBatchTransferFrom(workshop, stranger, partIds, quantities, "");
        vm.stopPrank();
        _assertUnit(_serial(5), workshop, UnitState.Free, 0, "the free one stays, too");
    }

    /// @dev Whoever fitted a unit has no other way to it either.
    function test_attack_UseFittedUnitAsIfHeld() public {
        vm.startPrank(workshop);
        _expectInsufficient(workshop, 0, 1, part);
        parts.decommissionParts(_one(part, 1), DecommissionOutcome.Recycled, DOCUMENT, Roles.WORKSHOP);
        _expectInsufficient(workshop, 0, 1, part);
        parts.changeService(part, ServiceStatus.Waste, DOCUMENT, Roles.WORKSHOP);
        _expectInsufficient(workshop, 0, 1, part);
        parts.reportTheft(part, true);
        _expectInsufficient(workshop, PIECES - 5, PIECES, pieces);
        parts.decommissionParts(_one(pieces, PIECES), DecommissionOutcome.Recycled, DOCUMENT, Roles.WORKSHOP);
        vm.stopPrank();
    }

    /* CONSERVATION */

    /// @dev Any order of fitting and removing, of any units, on two cars: nothing comes from nowhere or is lost.
    function testFuzz_fitAndRemove_ConserveEveryUnit(uint256 seed) public {
        _giveWorkOrder(CAR, holder);
        _giveWorkOrder(OTHER_CAR, buyer);
        for (uint256 i = 0; i < 30; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 vehicleId = seed & 1 == 0 ? CAR : OTHER_CAR;
            bool isCounted = (seed >> 1) & 1 == 0;
            uint256 partId = isCounted ? pieces : _serial(uint32((seed >> 8) % (MARKED + 2)));
            uint40 quantity = isCounted ? uint40((seed >> 16) % 8) : 1;
            bool ok =
                (seed >> 2) & 1 == 0
                    ? _tryFit(partId, quantity, vehicleId)
                    : _tryRemove(partId, quantity, vehicleId);
            if (ok && !isCounted) {
                assertEq(parts.unitOf(partId).lastVehicle, uint80(vehicleId), "it remembers the car");
            }
        }
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (workshop, supplier);
        _assertConserved(accounts);
        _assertSerialsAgree();
    }

    /// @dev A unit is on a car exactly when the car says so.
    function _assertSerialsAgree() private view {
        uint256[2] memory cars = [CAR, OTHER_CAR];
        for (uint32 serial = 1; serial <= MARKED; ++serial) {
            for (uint256 i = 0; i < 2; ++i) {
                bool isOn = parts.unitOf(_serial(serial)).holder == _account(cars[i]);
                assertEq(
                    parts.carriesAny(cars[i], supplier, _scope(SERIALISED, serial, serial)),
                    isOn,
                    "the car and the unit agree"
                );
                if (isOn) {
                    assertEq(
                        uint256(parts.unitOf(_serial(serial)).state),
                        uint256(UnitState.Fitted),
                        "fitted"
                    );
                }
            }
        }
    }

    function _tryFit(uint256 partId, uint40 quantity, uint256 vehicleId) private returns (bool ok) {
        vm.prank(workshop);
        (ok, ) = address(parts).call(
            abi.encodeCall(parts.fitPart, (partId, quantity, _fitRecord(vehicleId), Roles.WORKSHOP))
        );
    }

    function _tryRemove(uint256 partId, uint40 quantity, uint256 vehicleId) private returns (bool ok) {
        vm.prank(workshop);
        (ok, ) = address(parts).call(
            abi.encodeCall(parts.removePart, (partId, quantity, _removeRecord(vehicleId), Roles.WORKSHOP))
        );
    }
}
