// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    ExposureKeys,
    PayoutTerms,
    PolicyQuote,
    PolicyTerms,
    PremiumRates,
    Subject
} from "../types/InsuranceTypes.sol";

/// @title Hashes of quotes and of the policies made of them.
library PolicyLib {
    bytes32 internal constant RATES_TYPEHASH = keccak256(
        "PremiumRates(uint64 perKm,uint64 perDay,uint64 perDrivingHour,uint32 maxDailyM,uint16 minFactorBps,uint16 maxFactorBps,"
        "uint16 nightBps,uint16 overLimitBps,uint16 harshBps)"
    );
    bytes32 internal constant PAYOUT_TYPEHASH = keccak256(
        "PayoutTerms(uint32 threshold1,uint32 threshold2,uint32 threshold3,uint16 payoutBps1,uint16 payoutBps2,uint16 payoutBps3,"
        "uint32 totalLossAt,uint16 salvageBps,uint32 challengeSeconds,uint96 instantCap,uint96 bond,uint8 corroborations)"
    );
    bytes32 internal constant QUOTE_TYPEHASH = keccak256(
        "PolicyQuote(address pool,address trigger,bytes32 productId,bytes32 subjectRoot,bytes32 fleetId,uint96 cover,"
        "uint96 minDeposit,uint40 expiresAt,uint40 endsAt,uint32 waitingSeconds,uint32 periodSeconds,uint64 salt,"
        "PremiumRates rates,PayoutTerms payout)"
        "PayoutTerms(uint32 threshold1,uint32 threshold2,uint32 threshold3,uint16 payoutBps1,uint16 payoutBps2,uint16 payoutBps3,"
        "uint32 totalLossAt,uint16 salvageBps,uint32 challengeSeconds,uint96 instantCap,uint96 bond,uint8 corroborations)"
        "PremiumRates(uint64 perKm,uint64 perDay,uint64 perDrivingHour,uint32 maxDailyM,uint16 minFactorBps,uint16 maxFactorBps,"
        "uint16 nightBps,uint16 overLimitBps,uint16 harshBps)"
    );

    /// @notice The EIP-712 struct hash.
    function hash(PolicyQuote calldata quote) internal pure returns (bytes32) {
        // In two halves, which is the same as one: abi.encode of words is their sequence.
        return
            keccak256(
                bytes.concat(
                    abi.encode(
                        QUOTE_TYPEHASH,
                        quote.pool,
                        quote.trigger,
                        quote.productId,
                        quote.subjectRoot,
                        quote.fleetId,
                        quote.cover,
                        quote.minDeposit
                    ),
                    abi.encode(
                        quote.expiresAt,
                        quote.endsAt,
                        quote.waitingSeconds,
                        quote.periodSeconds,
                        quote.salt,
                        _hash(quote.rates),
                        _hash(quote.payout)
                    )
                )
            );
    }

    function _hash(PremiumRates calldata rates) private pure returns (bytes32) {
        return keccak256(abi.encode(RATES_TYPEHASH, rates));
    }

    function _hash(PayoutTerms calldata payout) private pure returns (bytes32) {
        return keccak256(abi.encode(PAYOUT_TYPEHASH, payout));
    }

    /// @notice The leaf of a vehicle in a quote's tree. Hashed twice, so that no inner node passes for one.
    function leafOf(Subject calldata subject) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(subject))));
    }

    /// @notice Which bounds the cover counts towards.
    function keysOf(
        PolicyQuote calldata quote,
        Subject calldata subject
    ) internal pure returns (ExposureKeys memory) {
        return ExposureKeys({cell: subject.cell, fleetId: quote.fleetId});
    }

    /// @notice The id of the policy with these terms.
    function idOf(PolicyTerms calldata terms) internal pure returns (bytes32) {
        return idOf(hash(terms.quote), leafOf(terms.subject));
    }

    function idOf(bytes32 quoteHash, bytes32 leaf) internal pure returns (bytes32) {
        return keccak256(abi.encode(quoteHash, leaf));
    }
}
