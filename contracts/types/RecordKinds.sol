// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The kinds of record whose meaning the contracts know.
/// @notice Other kinds are numbers to the contracts; their names and schemas live in the SDK. Who may write a
/// kind is the consortium's table, not a constant.
library RecordKinds {
    uint8 internal constant MANUFACTURED = 1;
    uint8 internal constant FIRST_REGISTERED = 2;
    uint8 internal constant ACCIDENT = 6;
    uint8 internal constant BRAND = 10;
    uint8 internal constant ODOMETER_RESOLUTION = 11;
    uint8 internal constant FORCED_TRANSFER = 12;
    uint8 internal constant DESTRUCTION = 13;
    uint8 internal constant IMPORT = 14;
    uint8 internal constant EXPORT = 15;
    uint8 internal constant PART_FITTED = 17;
    uint8 internal constant PART_REMOVED = 18;
    uint8 internal constant RECALL_NOTICE = 21;
    uint8 internal constant CAMPAIGN_REMEDY = 22;
}
