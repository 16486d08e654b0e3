// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PayoutTerms} from "../types/InsuranceTypes.sol";

/// @title What an event pays.
/// @notice Pure; every quotient is rounded down, in the pool's favour.
library PayoutLib {
    uint256 private constant BPS = 10_000;

    /// @notice Whether thresholds and payouts do not fall, no share is above the whole, and an event needs two to confirm it at least.
    function isSound(PayoutTerms memory terms) internal pure returns (bool) {
        return
            terms.threshold1 <= terms.threshold2 &&
            terms.threshold2 <= terms.threshold3 &&
            terms.payoutBps1 <= terms.payoutBps2 &&
            terms.payoutBps2 <= terms.payoutBps3 &&
            terms.payoutBps3 <= BPS &&
            terms.salvageBps <= BPS &&
            terms.corroborations > 1;
    }

    /// @notice What a severity pays: the share of the highest threshold it reaches; zero below the first.
    function amountOf(
        PayoutTerms memory terms,
        uint96 cover,
        uint32 severity
    ) internal pure returns (uint96 amount) {
        uint256 bps;
        if (severity >= terms.threshold3) bps = terms.payoutBps3;
        else if (severity >= terms.threshold2) bps = terms.payoutBps2;
        else if (severity >= terms.threshold1) bps = terms.payoutBps1;
        amount = uint96((cover * bps) / BPS); // not above the cover: no share is above the whole
        assert(amount <= cover);
    }

    /// @notice Whether a severity is a total loss.
    function isTotalLoss(PayoutTerms memory terms, uint32 severity) internal pure returns (bool) {
        return terms.totalLossAt != 0 && severity >= terms.totalLossAt;
    }

    /// @notice What is left of a total loss for a holder that keeps the wreck. What is kept back is rounded up.
    function withoutSalvage(PayoutTerms memory terms, uint96 amount) internal pure returns (uint96) {
        return uint96((amount * (BPS - terms.salvageBps)) / BPS); // not above `amount`
    }

    /// @notice The premium of the days of which nobody reported.
    function silenceRefund(uint64 perDay, uint32 silentS) internal pure returns (uint96) {
        return uint96((uint256(perDay) * silentS) / 1 days); // 64 and 32 bits
    }
}
