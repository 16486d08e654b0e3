// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {BlokTest} from "../helpers/BlokTest.sol";
import {CustodyHandler} from "./handlers/CustodyHandler.sol";
import {Handler, Stage} from "./handlers/Handler.sol";
import {KeyHandler} from "./handlers/KeyHandler.sol";
import {Ledger} from "./handlers/Ledger.sol";
import {MemberHandler} from "./handlers/MemberHandler.sol";
import {RecordHandler} from "./handlers/RecordHandler.sol";
import {Roster} from "./handlers/Roster.sol";

/// @dev All handlers in one, so that each of their functions is called as often as any other.
abstract contract Play is CustodyHandler, MemberHandler, RecordHandler, KeyHandler {
    constructor(Stage memory stage) Handler(stage) {}
}

/// @dev Five handlers play on six vehicles, four holders and members that come and go. What must hold afterwards
/// stands in the contracts that extend this one.
abstract contract BlokInvariants is BlokTest {
    Ledger internal ledger;
    Stage internal stage;

    address[] private _targets;

    function setUp() public virtual override {
        super.setUp();
        ledger = new Ledger(title, records);
        stage.consortium = consortium;
        stage.records = records;
        stage.title = title;
        stage.keys = keys;
        stage.ledger = ledger;
        stage.roster = _roster();
        stage.holders = [holder, buyer, address(0xB001), address(0xB002)];
        for (uint256 i = 1; i <= 6; ++i) stage.vehicles.push(uint256(keccak256(abi.encode("vehicle", i))));

        stage.guardian = guardian;
        stage.admissions = admissions;

        Play play = _play(stage);
        for (uint256 i = 0; i < 3; ++i) play.register(i, 4, i, i + 900 days);
        _targets.push(address(play));
    }

    /// @dev The runner knows contracts of the test's own file only: each test file has a `Play` of its own.
    function _play(Stage memory stage) internal virtual returns (Play);

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    /// @dev The members of the base system, and one applicant in every class that handlers use, not yet active.
    function _roster() private returns (Roster roster) {
        roster = new Roster();
        roster.seat(Roles.REGISTRAR, registrar, NOW);
        roster.seat(Roles.MANUFACTURER, manufacturer, NOW);
        roster.seat(Roles.WORKSHOP, workshop, NOW);
        roster.seat(Roles.INSPECTOR, inspector, NOW);
        roster.seat(Roles.INSURER, insurer, NOW);
        roster.seat(Roles.RECYCLER, recycler, NOW);
        roster.seat(Roles.COURT, court, NOW);
        roster.seat(Roles.LIEN_CONTROLLER, lienController, NOW);
        roster.seat(Roles.SAFETY_CONTROLLER, safetyController, NOW);
        roster.seat(Roles.SALE_CONTROLLER, saleController, NOW);
        roster.seat(Roles.RENTAL_CONTROLLER, rentalController, NOW);
        uint64[7] memory classes = [uint64(1), 2, 4, 5, 7, 9, 13];
        for (uint256 i = 0; i < classes.length; ++i) {
            vm.prank(admissions);
            consortium.admitMember(address(0xA001), classes[i], keccak256("organisation"));
            roster.seat(classes[i], address(0xA001), NOW + ADMISSION_DELAY);
        }
    }
}
