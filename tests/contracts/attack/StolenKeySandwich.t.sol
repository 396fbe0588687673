// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {PositionSetup} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";

/// @title What a thief takes who signs with the agent's key and brings capital of his own
contract StolenKeySandwichTest is AbstractAttackTest {
    uint256 private constant MAX_LOSS_BPS = 200;
    uint256 private nextNonce;
    uint256 private lossSoFar;

    /// @notice Holds T8, T14; INV-08, INV-09, INV-26: through the deep pool, moved before and moved back after.
    function test_attack_stolenAgentKey_sandwichesItsOwnDecision_losesAtMostBudget() public {
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 2950e8);
        uint256 loss = _steal(2e18, 500);
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, START_ETH_USD8);
        assertGt(loss, 80e18, "the sandwich must bite, or nothing was tested");
        assertLe(loss, LOSS_BUDGET_WAD / 2, "INV-09: one burst lost more than half of the budget");
    }

    /// @notice Holds T13, T14; INV-08, INV-26: beyond the slippage bound nothing is executed at all, whatever minOut says.
    function test_attack_stolenAgentKey_movesPoolBeyondSlippage_isRefused() public {
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 2920e8);
        Decision memory d = theft(1e18, 500, uint16(MAX_LOSS_BPS), 0);
        (bool done, bytes memory reason) = trySend(d);
        assertFalse(done, "INV-08: a swap 2.7 % under the primary price passed");
        assertEq(bytes4(reason), IVaultTerms.SlippageExceeded.selector);
        assertFalse(vault.isNonceUsed(POSITION, 0), "INV-36: a refused decision used its nonce");
    }

    /// @notice Holds T8, T13; INV-08, INV-09: through a genuine pool that is the thief's own, so that every loss is his gain.
    function test_attack_stolenAgentKey_routesThroughThiefsOwnPool_takesAtMostBudget() public {
        int256 thiefBefore = _equityOfThief();
        thief.moveTo(thief.ownPool(), 2955e8);
        uint256 stolen;
        while (_trySteal(3e18, 3000)) stolen = lossSoFar;
        thief.moveTo(thief.ownPool(), START_ETH_USD8);
        assertGt(stolen, LOSS_BUDGET_WAD / 5, "the theft must work, or nothing was tested");
        assertLe(stolen, LOSS_BUDGET_WAD / 2, "INV-09: a burst is half of the budget");
        assertLe(
            _equityOfThief() - thiefBefore, int256(LOSS_BUDGET_WAD), "INV-09: the thief gained more than the budget"
        );
    }

    /// @notice Holds T8, T18; INV-09, INV-38: many small decisions are one large one.
    function test_attack_stolenAgentKey_splitsIntoSmallDecisions_losesNoMoreThanInOne() public {
        thief.moveTo(thief.ownPool(), 2955e8);
        uint256 done;
        for (uint256 i; i < 60; i++) {
            if (_trySteal(0.2e18, 3000)) done++;
        }
        assertGt(done, 10, "the theft must work, or nothing was tested");
        assertLt(done, 60, "the budget must end it");
        assertGt(lossSoFar, LOSS_BUDGET_WAD * 45 / 100, "small bites must be able to use the burst up");
        assertLe(lossSoFar, LOSS_BUDGET_WAD / 2, "INV-09: splitting evaded the burst");
    }

    /// @notice Holds T8, T18; INV-09: a burst at the end of one window and the refill in the next stay under L together.
    function test_attack_stolenAgentKey_burstsAtTheWindowsEdge_anyWindowStaysUnderBudget() public {
        thief.moveTo(thief.ownPool(), 2955e8);
        _stealAll();
        uint256 first = lossSoFar;
        for (uint256 i; i < 4; i++) {
            pass(WINDOW / 4);
            thief.moveTo(thief.ownPool(), 2955e8);
            _stealAll();
        }
        assertGt(lossSoFar, LOSS_BUDGET_WAD * 85 / 100, "burst and refill together must come near the budget");
        assertLe(lossSoFar, LOSS_BUDGET_WAD, "INV-09: a window of exactly W lost more than the budget");
        assertGt(first, LOSS_BUDGET_WAD * 45 / 100, "the burst must be used up first");
    }

    /// @notice Holds T8; INV-09: interest that accrues in between is no budget, and unused budget does not pile up.
    function test_attack_stolenAgentKey_waitsForManyWindows_findsOneBurstOnly() public {
        pass(40 * WINDOW);
        thief.moveTo(thief.ownPool(), 2955e8);
        _stealAll();
        assertLe(lossSoFar, LOSS_BUDGET_WAD / 2, "INV-09: unused budget piled up");
    }

    /// @notice Holds T8; INV-02, INV-09: idle funds can only be pushed into the owner's own position, and only up to their budget.
    function test_attack_stolenAgentKey_pushesIdleFunds_intoTheOwnersPositionOnly() public {
        deal(Mainnet.USDC, address(vault), 100_000e6);
        int256 before = equityWad(address(vault));
        uint256 pushed;
        for (uint256 i; i < 8; i++) {
            Decision memory d = repayFromIdle(4000e6);
            d.nonce = i;
            (bool done,) = trySend(d);
            if (done) pushed += 4000e6;
        }
        assertEq(pushed, 8000e6, "half of the idle budget, in whole bites");
        assertEq(usdc.balanceOf(address(vault)), 92_000e6);
        assertApproxEqAbs(equityWad(address(vault)), before, 1e14, "INV-02: value left the owner");
    }

    /// @notice Holds T8; INV-06: a needless sale goes no further than the owner's ceiling.
    function test_attack_stolenAgentKey_sellsThePositionDown_stopsAtTheOwnersCeiling() public {
        PositionSetup memory setup = position();
        setup.config.healthCeilingWad = 1.5e18;
        configure(abi.encodeCall(vault.setPosition, (setup)));
        bytes memory reason;
        for (bool done = true; done; nextNonce++) {
            (done, reason) = trySend(theft(0.5e18, 500, 50, nextNonce));
        }
        assertEq(bytes4(reason), IVaultTerms.HealthAboveCeiling.selector, "INV-06: stopped by something else");
        assertLe(health(), 1.5e18, "INV-06: health passed the ceiling");
        assertGt(nextNonce, 2, "the first sales must pass");
    }

    /// @notice Holds T8, T30; INV-07: below the floor a sale must heal by the owner's least gain; nibbling is no repair.
    function test_attack_stolenAgentKey_nibblesBelowTheFloor_isRefused() public {
        setEthPrice(2300e8);
        thief.moveTo(thief.ownPool(), 2300e8);
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 2300e8);
        pass(600);
        (bool done, bytes memory reason) = trySend(theft(0.001e18, 3000, 200, 0));
        assertFalse(done, "INV-07: a sale without the least gain passed");
        assertEq(bytes4(reason), IVaultTerms.HealthNotImproved.selector);
        (done,) = trySend(theft(1e18, 3000, 200, 1));
        assertTrue(done, "INV-07: a sale that heals must pass");
    }

    /// @notice Holds T30; INV-07: so deep under water that selling hurts, no sale passes (Aave refuses it too); an idle repair does.
    function test_attack_stolenAgentKey_sellsWhereSellingHurts_isRefused() public {
        setEthPrice(1600e8);
        thief.moveTo(thief.ownPool(), 1600e8);
        uint256 before = health();
        assertLt(before, 0.83e18, "below the liquidation threshold selling hurts");
        (bool done,) = trySend(theft(0.5e18, 3000, 200, 0));
        assertFalse(done, "INV-07: a repair made it worse");
        fundIdle(Mainnet.USDC, 5000e6);
        (done,) = trySend(repayFromIdle(5000e6));
        assertTrue(done, "INV-07: an honest repair must pass");
        assertGt(health(), before);
    }

    function _steal(uint256 wethIn, uint24 fee) private returns (uint256) {
        assertTrue(_trySteal(wethIn, fee), "the decision must pass");
        return lossSoFar;
    }

    /// @dev Counts the loss of each action alone: interest is nobody's theft.
    function _trySteal(uint256 wethIn, uint24 fee) private returns (bool done) {
        int256 before = equityWad(address(vault));
        (done,) = trySend(theft(wethIn, fee, uint16(MAX_LOSS_BPS), nextNonce++));
        int256 lost = before - equityWad(address(vault));
        if (lost > 0) lossSoFar += uint256(lost);
    }

    /// @dev Reserves are taken before the act, so the last bites are small.
    function _stealAll() private {
        for (uint256 bite = 3e18; bite > 0.01e18; bite = bite * 3 / 5) {
            while (_trySteal(bite, 3000)) {}
        }
    }

    /// @dev At the start price the own pool gives back what it holds, so balances of thief and pool together are his.
    function _equityOfThief() private view returns (int256) {
        return equityWad(address(thief)) + equityWad(thief.ownPool());
    }
}
