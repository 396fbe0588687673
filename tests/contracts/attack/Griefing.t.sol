// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

/// @title Strangers who give, starve and lie
contract GriefingTest is AbstractAttackTest {
    address private donor = makeAddr("donor");

    /// @notice Holds T22; INV-35: gifts of every kind, in front of a decision, change neither its success nor what it loses.
    function test_attack_donorGivesEverythingBeforeADecision_itStillPasses() public {
        Decision memory d = theft(2e18, 500, 50, 0);
        bytes memory signature = sign(d);
        uint256 snapshot = vm.snapshotState();
        Outcome memory plain = vault.execute(d, signature);
        for (uint256 gift; gift < 6; gift++) {
            vm.revertToState(snapshot);
            _give(gift);
            Outcome memory outcome = vault.execute(d, signature);
            assertEq(outcome.lossWad / 1e13, plain.lossWad / 1e13, "INV-35: a gift changed the measured loss");
            assertApproxEqAbs(outcome.obtained, plain.obtained, 2, "INV-35: a gift changed what was obtained");
        }
    }

    /// @notice Holds T22; INV-35: dust of donated collateral before the owner's first deposit must not leave it without borrowing power.
    /// @dev A transfer of position tokens enables nothing, and no deposit after it is the first.
    function test_attack_dustOfCollateralBeforeFirstDeposit_depositStillCounts() public {
        vm.startPrank(owner);
        usdc.approve(address(vault), type(uint256).max);
        deal(Mainnet.USDC, owner, 200_000e6);
        vault.repay(POSITION, Mainnet.USDC, type(uint256).max);
        vault.withdraw(POSITION, Mainnet.WETH, type(uint256).max, owner);
        vm.stopPrank();
        _transferPosition(10);
        openPosition(10e18, 2e18);
        assertGt(health(), 1.5e18, "INV-35: the deposit does not count as collateral");
    }

    /// @notice Holds T22; INV-35: dust of the debt repaid by a stranger in front of an idle repair.
    function test_attack_strangerRepaysDustFirst_idleRepairStillPasses() public {
        deal(Mainnet.USDC, address(vault), 5000e6);
        Decision memory d = repayFromIdle(type(uint256).max);
        d.maxIn = 5000e6;
        bytes memory signature = sign(d);
        _give(3);
        Outcome memory outcome = vault.execute(d, signature);
        assertEq(outcome.spent, 5000e6, "INV-35: repaid dust changed the repair");
    }

    /// @notice Holds T21; INV-11: the venue rounds a unit against the position now and then; a sale of all of maxIn passes all the same.
    /// @dev Found by the stolen key that split its theft: every few sales the collateral fell by one unit more than was sold.
    function test_attack_venueRoundsAgainstThePosition_salesOfAllOfMaxInStillPass() public {
        for (uint256 nonce; nonce < 25; nonce++) {
            (bool done, bytes memory reason) = trySend(theft(0.2e18, 500, 50, nonce));
            assertTrue(done, string.concat("INV-11: a unit of rounding stopped a sale: ", vm.toString(reason)));
            pass(13);
        }
    }

    /// @notice Holds T17; INV-36: whatever gas the relayer brings, a swap is done whole or not at all.
    function test_attack_relayerStarvesASwapOfGas_wholeOrNothing() public {
        _sweepGas(theft(1e18, 500, 50, 0));
    }

    /// @notice Holds T17; INV-36: the idle repair tolerates a mute venue, so a starved venue must not look like one.
    function test_attack_relayerStarvesAnIdleRepairOfGas_wholeOrNothing() public {
        deal(Mainnet.USDC, address(vault), 5000e6);
        _sweepGas(repayFromIdle(1000e6));
    }

    /// @notice Holds T11; INV-24: frozen, zero, negative, future-dated, out of bounds, reverting: no swap; the last good second passes.
    function test_attack_feedLies_noSwap() public {
        _expectFeedRefusal(_round(0, vm.getBlockTimestamp()), IVaultTerms.PriceNotPositive.selector);
        _expectFeedRefusal(_round(-1, vm.getBlockTimestamp()), IVaultTerms.PriceNotPositive.selector);
        _expectFeedRefusal(_round(3000e8, vm.getBlockTimestamp() + 1), IVaultTerms.PriceFromFuture.selector);
        _expectFeedRefusal(_round(3000e8, vm.getBlockTimestamp() - 4201), IVaultTerms.PriceStale.selector);
        _expectFeedRefusal(_round(19.99e8, vm.getBlockTimestamp()), IVaultTerms.PriceOutOfBounds.selector);
        _expectFeedRefusal(_round(100_000.01e8, vm.getBlockTimestamp()), IVaultTerms.PriceOutOfBounds.selector);
        vm.mockCallRevert(Mainnet.ETH_USD_FEED, abi.encodeWithSignature("latestRoundData()"), "dead");
        _expectRefusal(IVaultTerms.FeedRefused.selector);
        _mockRound(_round(3000e8, vm.getBlockTimestamp() - 4200));
        send(theft(1e18, 500, 50, 0));
    }

    /// @notice Holds T11, T12; INV-26: a feed walked away from the pool by more than D stops the swap, not the idle repair.
    function test_attack_primaryFeedWalksAway_swapStopsAndIdleRepairGoesOn() public {
        transmit(Mainnet.ETH_USD_FEED, 2500e8);
        _expectRefusal(IVaultTerms.SourcesDisagree.selector);
        deal(Mainnet.USDC, address(vault), 5000e6);
        send(repayFromIdle(1000e6));
    }

    /// @notice Holds T13; INV-26: minutes of a manipulated pool drag the mean away; the swap shrinks or stops, the repair goes on.
    function test_attack_poolHeldAwayForMinutes_meanDisagreesAndSwapStops() public {
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 2400e8);
        pass(600);
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, START_ETH_USD8);
        _expectRefusal(IVaultTerms.SourcesDisagree.selector);
    }

    // ---------------------------------------------------------------- gifts

    function _give(uint256 gift) private {
        if (gift == 0) deal(Mainnet.USDC, address(vault), 12_345e6);
        if (gift == 1) fundIdle(Mainnet.WETH, 3e18);
        if (gift == 2) _supplyOnBehalf(Mainnet.WETH, 1e18);
        if (gift == 3) _repayOnBehalf(10);
        if (gift == 4) _supplyOnBehalf(Mainnet.USDC, 50_000e6);
        if (gift == 5) vm.deal(address(vault), 5 ether);
    }

    function _supplyOnBehalf(address token, uint256 amount) private {
        _supplyFor(address(vault), token, amount);
    }

    function _transferPosition(uint256 wethAmount) private {
        _supplyFor(donor, Mainnet.WETH, wethAmount + 10);
        vm.prank(donor);
        aWeth.transfer(address(vault), wethAmount);
    }

    function _supplyFor(address whom, address token, uint256 amount) private {
        deal(token, donor, amount);
        vm.startPrank(donor);
        IERC20(token).approve(Mainnet.AAVE_POOL, amount);
        IAaveV3Pool(Mainnet.AAVE_POOL).supply(token, amount, whom, 0);
        vm.stopPrank();
    }

    function _repayOnBehalf(uint256 amount) private {
        deal(Mainnet.USDC, donor, amount);
        vm.startPrank(donor);
        usdc.approve(Mainnet.AAVE_POOL, amount);
        IAaveV3Pool(Mainnet.AAVE_POOL).repay(Mainnet.USDC, amount, 2, address(vault));
        vm.stopPrank();
    }

    // ---------------------------------------------------------------- gas

    /// @dev From 21,000 to 3 million in steps of 1/64; each success must equal the success with gas to spare.
    function _sweepGas(Decision memory d) private {
        bytes memory call = abi.encodeCall(vault.execute, (d, sign(d)));
        uint256 snapshot = vm.snapshotState();
        (, bytes memory answer) = address(vault).call(call);
        Outcome memory full = abi.decode(answer, (Outcome));
        vm.revertToState(snapshot);
        (uint256 done, uint256 refused) = (0, 0);
        for (uint256 gasLimit = 21_000; gasLimit <= 3_000_000; gasLimit += gasLimit / 64) {
            int256 before = equityWad(address(vault));
            bool succeeded;
            (succeeded, answer) = address(vault).call{gas: gasLimit}(call);
            assertEq(vault.isNonceUsed(POSITION, d.nonce), succeeded, "INV-36: nonce and success differ");
            if (succeeded) {
                done++;
                _assertSameOutcome(abi.decode(answer, (Outcome)), full);
                vm.revertToState(snapshot);
            } else {
                refused++;
                assertEq(equityWad(address(vault)), before, "INV-36: a starved call left a trace");
            }
        }
        assertGt(done, 20, "the sweep must reach success");
        assertGt(refused, 20, "the sweep must reach refusal");
    }

    function _assertSameOutcome(Outcome memory outcome, Outcome memory full) private pure {
        assertEq(outcome.healthBeforeWad, full.healthBeforeWad, "INV-36: starved venue looked mute");
        assertEq(outcome.healthAfterWad, full.healthAfterWad, "INV-36: starved venue looked mute");
        assertEq(outcome.obtained, full.obtained, "INV-36: half of a success");
    }

    // ---------------------------------------------------------------- feeds

    struct Round {
        int256 answer;
        uint256 updatedAt;
    }

    function _round(int256 answer, uint256 updatedAt) private pure returns (Round memory) {
        return Round(answer, updatedAt);
    }

    function _mockRound(Round memory r) private {
        vm.clearMockedCalls();
        vm.mockCall(
            Mainnet.ETH_USD_FEED,
            abi.encodeWithSignature("latestRoundData()"),
            abi.encode(uint80(99), r.answer, r.updatedAt, r.updatedAt, uint80(99))
        );
    }

    function _expectFeedRefusal(Round memory r, bytes4 selector) private {
        _mockRound(r);
        _expectRefusal(selector);
    }

    function _expectRefusal(bytes4 selector) private {
        (bool done, bytes memory reason) = trySend(theft(1e18, 500, 50, 0));
        assertFalse(done, "INV-24: a swap passed on a bad price");
        assertEq(bytes4(reason), selector, "INV-24: refused for another reason");
    }
}
