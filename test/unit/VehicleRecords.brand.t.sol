// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, Record, RecordInput, RecordState} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";

/// @dev Brands: every code there is, and none that ever goes away.
contract VehicleRecordsBrandTest is RecordsTest {
    /// @dev The codes that the table leaves out, besides all above 78.
    function _isBrand(uint256 code) private pure returns (bool) {
        return code <= 78 && code != 0 && code != 15 && code != 44 && !(code >= 47 && code <= 67);
    }

    function _brands() private view returns (uint256) {
        return records.stateOf(CAR).brands;
    }

    function _expectInvalid(uint8 code) private {
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsCodeInvalid.selector, RecordKinds.BRAND, code)
        );
    }

    /* FAILURES */

    function test_appendRecord_RevertWhen_CodeIsNoBrand() public {
        for (uint256 code = 0; code <= type(uint8).max; ++code) {
            if (_isBrand(code)) continue;
            _expectInvalid(uint8(code));
            _append(insurer, Roles.INSURER, _brand(CAR, uint8(code)));
        }
        assertEq(_brands(), 0, "no brand");
    }

    function test_appendRecord_RevertWhen_ClassMayNotBrand() public {
        uint64 writers = _set(Roles.REGISTRAR) | _set(Roles.INSURER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.BRAND,
                Roles.WORKSHOP,
                writers
            )
        );
        _append(workshop, Roles.WORKSHOP, _brand(CAR, 11));
    }

    /* BRANDS */

    /// @dev In the order of the codes, each adding one bit and nothing else, so that none is ever removed.
    function test_appendRecord_AddsEveryBrand() public {
        uint256 expected;
        for (uint256 code = 0; code <= 78; ++code) {
            if (!_isBrand(code)) continue;
            _append(insurer, Roles.INSURER, _brand(CAR, uint8(code)));
            expected |= uint256(1) << code;
            assertEq(_brands(), expected, "the brands so far");
        }
        RecordState memory state = records.stateOf(CAR);
        assertEq(state.count, 56, "birth and 55 brands");
        assertEq(state.bornAt, BORN, "birth");
        assertEq(uint256(state.odometerUnit), 0, "no reading");
        assertEq(state.anomalies, 0, "no anomaly");
        assertEq(records.stateOf(OTHER_CAR).brands, 0, "the other car is clean");
    }

    function test_appendRecord_TheSameBrandTwiceIsTwoRecords() public {
        _append(insurer, Roles.INSURER, _brand(CAR, 11));
        _append(registrar, Roles.REGISTRAR, _brand(CAR, 11));
        assertEq(_brands(), uint256(1) << 11, "one brand");
        assertEq(records.stateOf(CAR).count, 3, "two records of it");
    }

    function test_appendRecord_ABrandMayCarryAReading() public {
        RecordInput memory input = _brand(CAR, 74);
        input.odometer = 5;
        input.odometerUnit = OdometerUnit.Km;
        _append(registrar, Roles.REGISTRAR, input);
        assertEq(_brands(), uint256(1) << 74, "odometer replaced");
        _assertReading(CAR, 5, OdometerUnit.Km, NOW - 1 days, "its reading");
    }

    function test_appendRecord_OtherRecordsLeaveBrandsAlone() public {
        _append(insurer, Roles.INSURER, _brand(CAR, 11));
        _causeAnomaly(CAR);
        _append(inspector, Roles.INSPECTOR, _valid(CAR, RecordKinds.ODOMETER_RESOLUTION));
        _append(workshop, Roles.WORKSHOP, _service(CAR, 70_001, NOW));
        assertEq(_brands(), uint256(1) << 11, "the brand");
    }

    /// @dev R4: a correction says that a brand was wrong; the brand stays for everybody to see.
    function test_attack_BrandWashedByCorrection() public {
        bytes32 before = records.headOf(CAR);
        RecordInput memory input = _brand(CAR, 11);
        _append(insurer, Roles.INSURER, input);
        Record memory record = _record(input, 2, Roles.INSURER, 0);

        _expectInvalid(0);
        vm.prank(insurer);
        records.appendCorrection(
            _brand(CAR, 0),
            Roles.INSURER,
            _proof(before, insurer, RecordKinds.BRAND, record, new bytes32[](0))
        );

        vm.prank(insurer);
        records.appendCorrection(
            _brand(CAR, 9),
            Roles.INSURER,
            _proof(before, insurer, RecordKinds.BRAND, record, new bytes32[](0))
        );
        assertEq(_brands(), (uint256(1) << 11) | (1 << 9), "both brands");
    }

    function testFuzz_appendRecord_BrandsOnlyGrow(uint256 seed) public {
        uint256 expected;
        for (uint256 i = 0; i < 16; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint8 code = uint8(seed);
            if (!_isBrand(code)) _expectInvalid(code);
            else expected |= uint256(1) << code;
            _append(registrar, Roles.REGISTRAR, _brand(CAR, code));
            assertEq(_brands(), expected, "R4: the brands so far");
        }
    }
}
