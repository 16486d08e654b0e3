// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {PaymentChannels} from "../../contracts/mobility/PaymentChannels.sol";
import {ChannelTerms, Mandate, MandateState} from "../../contracts/types/ChannelTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";

contract PaymentChannelsViewsTest is ChannelsTest {
    function test_views_NameWhatTheContractIsBoundTo() public view {
        assertEq(address(channels.title()), address(title), "titles");
        assertEq(channels.p256Verifier(), verifier, "verifier");
        assertEq(channels.permit2(), address(permit2), "Permit2");
    }

    function test_constructor_RevertWhen_ThereIsNoVerifier() public {
        address[2] memory nothing = [address(0), stranger];
        for (uint256 i = 0; i < nothing.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelVerifierMissing.selector, nothing[i])
            );
            new PaymentChannels(IVehicleTitle(address(title)), nothing[i], address(permit2));
        }
    }

    function test_eip712Domain_IsWhatTheInterfaceSays() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            ,

        ) = channels.eip712Domain();
        assertEq(bytes32(fields), bytes32(bytes1(0x0f)), "name, version, chain and contract");
        assertEq(name, "blok auto payment channels", "name");
        assertEq(version, "1", "version");
        assertEq(chainId, block.chainid, "chain");
        assertEq(verifyingContract, address(channels), "contract");
    }

    function testFuzz_channelIdOf_IsTheHashOfChainContractAndTerms(ChannelTerms memory terms) public view {
        assertEq(channels.channelIdOf(terms), _id(terms), "as the interface says");
    }

    function testFuzz_voucherDigest_IsThatOfEip712(
        bytes32 channelId,
        uint24 epoch,
        uint96 ceiling,
        bytes32 sessionHash
    ) public view {
        assertEq(
            channels.voucherDigest(channelId, epoch, ceiling, 0),
            _voucherDigest(address(channels), channelId, epoch, ceiling),
            "a plain voucher"
        );
        if (sessionHash == 0) return;
        assertEq(
            channels.voucherDigest(channelId, epoch, ceiling, sessionHash),
            _sessionDigest(address(channels), channelId, epoch, ceiling, sessionHash),
            "a session's voucher"
        );
    }

    function testFuzz_fundingIdOf_IsTheHash(bytes32 channelId, uint24 epoch, uint96 amount) public view {
        assertEq(
            channels.fundingIdOf(channelId, epoch, amount),
            _fundingId(channelId, epoch, amount),
            "of channel, epoch and amount"
        );
    }

    function testFuzz_mandateIdOf_IsTheStructHash(Mandate memory mandate) public view {
        assertEq(channels.mandateIdOf(mandate), _mandateId(mandate), "of EIP-712");
    }

    function test_views_SayNothingOfWhatIsNot() public view {
        _assertChannel(_terms(), 0, 0, 0, 0, "no channel");
        MandateState memory state = channels.mandateStateOf(_mandateId(_mandate()));
        assertEq(state.spent + state.spentInPeriod + state.periodStart, 0, "no mandate");
        assertEq(channels.reserveOf(payer), 0, "no reserve");
        assertEq(channels.balanceOf(address(token), payee), 0, "no balance");
    }

    function test_mandateLeft_IsTheCapOrTheTotal() public view {
        Mandate memory mandate = _mandate();
        assertEq(channels.mandateLeft(mandate), CAP, "the cap of a period");
        mandate.totalCap = CAP - 1;
        assertEq(channels.mandateLeft(mandate), CAP - 1, "the total, if it is less");
    }

    function test_mandateLeft_IsZeroOnceRevoked() public {
        vm.prank(payer);
        channels.revokeMandate(_mandate());
        assertEq(channels.mandateLeft(_mandate()), 0, "nothing");
    }

    /// @dev What lies in a channel has to be found again after a fork; signatures are for the chain as it is now.
    function test_channelIdOf_StaysWhenTheChainChangesItsId() public {
        bytes32 here = channels.channelIdOf(_terms());
        bytes32 digest = channels.voucherDigest(here, 0, 1, 0);
        assertEq(here, _id(_terms()), "of the chain it was deployed to");
        vm.chainId(block.chainid + 1);
        assertEq(channels.channelIdOf(_terms()), here, "the same id");
        assertTrue(channels.voucherDigest(here, 0, 1, 0) != digest, "another digest");
    }
}
