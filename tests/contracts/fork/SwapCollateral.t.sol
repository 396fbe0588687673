// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {IReplicaFeed, VaultTest} from "../utils/VaultTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    PositionToken,
    QueueTerms,
    TokenRole,
    VaultState
} from "ballast/types/Config.sol";
import {ActionKind, Decision, Outcome} from "ballast/types/Decision.sol";

/// @notice WETH for WBTC inside a position: with health measured it must not fall, with a promise it is risk like new debt.
contract SwapCollateralTest is VaultTest {
    IERC20 private constant AWBTC = IERC20(Mainnet.AAVE_WBTC_ATOKEN);

    function initialConfig() internal view override returns (InitialConfig memory config) {
        config = super.initialConfig();
        AssetSetup[] memory assets = new AssetSetup[](3);
        (assets[0], assets[1]) = (config.assets[0], config.assets[1]);
        assets[2] = AssetSetup(Mainnet.WBTC, _wbtc());
        config.assets = assets;
        PositionToken[] memory tokens = new PositionToken[](3);
        (tokens[0], tokens[1]) = (config.positions[0].tokens[0], config.positions[0].tokens[1]);
        tokens[2] = PositionToken(Mainnet.WBTC, TokenRole.Collateral);
        config.positions[0].tokens = tokens;
    }

    function _wbtc() private pure returns (AssetConfig memory wbtc) {
        wbtc = Defaults.weth();
        wbtc.feed = Mainnet.BTC_USD_FEED;
        wbtc.tokenDecimals = 8;
        wbtc.second = Mainnet.UNISWAP_WBTC_WETH_POOL;
        (wbtc.minPriceWad, wbtc.maxPriceWad) = (1000e18, 1_000_000e18);
    }

    function setUp() public override {
        super.setUp();
        QueueTerms memory terms = QueueTerms(120_000e18, 100_000e18, 1 days, 2 hours, 2);
        (, int256 btc,,,) = IReplicaFeed(Mainnet.BTC_USD_FEED).latestRoundData();
        configure(abi.encodeCall(vault.setQueue, (terms)));
        passTime(1 days);
        transmit(Mainnet.BTC_USD_FEED, btc);
        transmit(Mainnet.AAVE_BTC_USD_FEED, btc);
    }

    function _swap(uint256 amount) private view returns (Decision memory d) {
        d = deleverage(amount);
        d.kind = ActionKind.SwapCollateral;
        d.tokenOut = Mainnet.WBTC;
        d.route.path = abi.encodePacked(d.tokenIn, uint24(500), d.tokenOut);
        d.minOut = 1;
    }

    function test_swap_movesFromOneCollateralToTheOther() public {
        (uint256 before, uint256 debt) = (aWeth.balanceOf(address(vault)), usdcDebt.balanceOf(address(vault)));
        Outcome memory outcome = send(_swap(5 ether));
        assertApproxEqAbs(before - aWeth.balanceOf(address(vault)), 5 ether, 2);
        assertApproxEqAbs(AWBTC.balanceOf(address(vault)), outcome.obtained, 1);
        assertApproxEqAbs(usdcDebt.balanceOf(address(vault)), debt, 1, "debt stays");
        assertEq(weth.balanceOf(address(vault)) + IERC20(Mainnet.WBTC).balanceOf(address(vault)), 0, "nothing idle");
        assertEq(IERC20(Mainnet.WBTC).allowance(address(vault), Mainnet.AAVE_POOL), 0);
        assertGe(health(), 1.2e18);
    }

    function test_measured_mustNotLowerHealth() public {
        Decision memory d = _swap(5 ether);
        d.healthFloorWad = 0; // WBTC has the lower threshold, and the pool takes its fee
        expectRefusalBy(d, IVaultTerms.HealthNotImproved.selector);
    }

    function test_reducing_allowsOnlyWhatIsMeasured() public {
        vm.prank(guardian);
        vault.setState(VaultState.Reducing);
        expectRefusalBy(_swap(1 ether), IVaultTerms.StateForbids.selector);
        Decision memory d = _swap(1 ether);
        d.healthFloorWad = 0;
        expectRefusalBy(d, IVaultTerms.HealthNotImproved.selector); // allowed as a kind, refused for what it does
    }

    /// @dev The mean of WETH is quoted in USDC, which the swap does not touch. Without a price of that it is no view.
    function test_meanPriceInAThirdToken_withoutThatTokensPrice_isInfinitelyFar() public {
        vm.mockCallRevert(Mainnet.USDC_USD_FEED, abi.encodeCall(IReplicaFeed.latestRoundData, ()), "DEAD");
        bytes4 disagree = IVaultTerms.SourcesDisagree.selector;
        expectRefusal(_swap(5 ether), abi.encodeWithSelector(disagree, Mainnet.WETH, type(uint256).max, 200));
        vm.clearMockedCalls();
        send(_swap(5 ether));
    }

    function test_swap_isChargedToTheRiskBudget() public {
        send(_swap(12 ether)); // about 30,000 USD of the burst of 50,000
        Decision memory d = _swap(12 ether);
        d.nonce = 2;
        expectRefusalBy(d, IVaultTerms.RiskBudgetExceeded.selector);
    }

    function test_debtTokensAreNoCollateral() public {
        Decision memory d = _swap(1 ether);
        d.tokenOut = Mainnet.USDC;
        d.route.path = abi.encodePacked(d.tokenIn, uint24(500), d.tokenOut);
        bytes memory reason = abi.encodeWithSelector(
            IVaultTerms.TokenForbidden.selector, Mainnet.USDC, TokenRole.Debt, TokenRole.Collateral
        );
        expectRefusal(d, reason);
    }
}
