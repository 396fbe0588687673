// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {VenuesTest} from "../utils/VenuesTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingAdapter, VenueHealth} from "ballast/interfaces/ILendingAdapter.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

/// @notice The same decision, the same guards, the same books, whoever lends.
contract VenuesForkTest is VenuesTest {
    uint256[2] private _positions = [ON_COMET, ON_MAKER];

    function test_deleverage_sellsAndRepays_onEveryVenue() public {
        for (uint256 i; i < 2; i++) {
            (uint256 collateral, uint256 debt, uint256 before) = _book(_positions[i]);
            Outcome memory outcome = send(deleverageOn(_positions[i], 5 ether));
            (uint256 collateralAfter, uint256 debtAfter, uint256 healthAfter) = _book(_positions[i]);
            assertEq(collateral - collateralAfter, 5 ether, "collateral");
            assertApproxEqAbs(debt - debtAfter, outcome.obtained, 2, "debt");
            assertGt(healthAfter, before);
            assertEq(outcome.healthAfterWad, healthAfter);
            assertEq(weth.balanceOf(address(vault)) + usdc.balanceOf(address(vault)), 0, "nothing idle");
        }
    }

    function test_measuredDeleverage_findsNoLossInTheBooks_onEveryVenue() public {
        for (uint256 i; i < 2; i++) {
            Decision memory d = deleverageOn(_positions[i], 5 ether);
            d.healthFloorWad = 0;
            Outcome memory outcome = send(d);
            assertGt(outcome.healthBeforeWad, 1e18);
            assertLt(outcome.lossWad, outcome.notionalWad / 100, "the pool's fee and impact, and the venue's rounding");
        }
    }

    function test_positionOfOneVenue_isNotAnothers() public {
        Decision memory d = deleverageOn(ON_COMET, 1 ether);
        d.venue = address(adapter);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.VenueForbidden.selector, address(adapter), address(comet)));
    }

    function test_idleRepairs_onEveryVenue() public {
        for (uint256 i; i < 2; i++) {
            address debtToken = _positions[i] == ON_MAKER ? Mainnet.DAI : Mainnet.USDC;
            uint256 amount = _positions[i] == ON_MAKER ? 1000e18 : 1000e6;
            (, uint256 debt,) = _book(_positions[i]);
            deal(debtToken, address(vault), amount);
            Decision memory d = repayFromIdle(amount);
            (d.positionId, d.venue) = (_positions[i], deleverageOn(_positions[i], 1).venue);
            (d.tokenIn, d.tokenOut) = (debtToken, debtToken);
            send(d);
            (, uint256 debtAfter,) = _book(_positions[i]);
            assertApproxEqAbs(debt - debtAfter, amount, 2);
            assertEq(IERC20(debtToken).balanceOf(address(vault)), 0);
        }
    }

    function test_ownerTakesEverythingOut_ofEveryVenue_withFeedsDead() public {
        killFeeds();
        uint256 max = type(uint256).max;
        for (uint256 i; i < 2; i++) {
            address debtToken = _positions[i] == ON_MAKER ? Mainnet.DAI : Mainnet.USDC;
            deal(debtToken, owner, 200_000 * 10 ** (_positions[i] == ON_MAKER ? 18 : 6));
            vm.startPrank(owner);
            IERC20(debtToken).approve(address(vault), max);
            vault.repay(_positions[i], debtToken, max);
            vault.withdraw(_positions[i], Mainnet.WETH, max, owner);
            vm.stopPrank();
        }
        assertGe(weth.balanceOf(owner), 99.9 ether);
    }

    function _book(uint256 id) private view returns (uint256 collateral, uint256 debt, uint256 healthWad) {
        ILendingAdapter venue = id == ON_MAKER ? ILendingAdapter(maker) : ILendingAdapter(comet);
        bytes32 ref = id == ON_MAKER ? bytes32(cdp) : bytes32(0);
        collateral = venue.collateralOf(address(vault), ref, Mainnet.WETH);
        debt = venue.debtOf(address(vault), ref, id == ON_MAKER ? Mainnet.DAI : Mainnet.USDC);
        healthWad = venue.health(address(vault), ref).healthWad;
    }
}
