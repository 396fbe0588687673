// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {PoolThief} from "./PoolThief.sol";
import {IAaveTokens} from "./Replica.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {InitialConfig, Limits, PositionSetup} from "ballast/types/Config.sol";
import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";

/// @title A real vault on a fork, seen by those who want to hurt it
/// @notice The common position under limits small enough that a thief reaches them, and capital for him to work with.
abstract contract AbstractAttackTest is VaultTest {
    uint256 internal constant WINDOW = 1 days;
    uint256 internal constant LOSS_BUDGET_WAD = 500e18;
    uint256 internal constant POSITION = Defaults.POSITION;
    uint256 internal constant START_ETH_USD8 = 3000e8;

    PoolThief internal thief;
    address internal aUsdc;
    address internal wethDebt;

    function setUp() public virtual override {
        super.setUp();
        aUsdc = IAaveTokens(Mainnet.AAVE_POOL).getReserveAToken(Mainnet.USDC);
        wethDebt = IAaveTokens(Mainnet.AAVE_POOL).getReserveVariableDebtToken(Mainnet.WETH);
        thief = new PoolThief();
        deal(Mainnet.WETH, address(thief), 40_000e18);
        deal(Mainnet.USDC, address(thief), 120_000_000e6);
        thief.makeOwnPool(START_ETH_USD8, 1e18); // about 55 million USD on each side of 3,000
    }

    // ---------------------------------------------------------------- world

    function initialConfig() internal view virtual override returns (InitialConfig memory c) {
        c = super.initialConfig();
        c.limits = limits();
        c.positions[0] = position();
        (c.assets[0].config.idlePerWindow, c.assets[1].config.idlePerWindow) = (20_000e6, 20e18);
    }

    function limits() internal pure returns (Limits memory l) {
        l = Defaults.limits();
        (l.maxLossBps, l.maxSlippageBps) = (200, 200);
        (l.agreeBps, l.disagreeBps, l.maxSnapshotAgeBlocks) = (100, 1500, 50);
        (l.lossPerWindowWad, l.notionalPerWindowWad, l.maxActionWad) = (uint128(LOSS_BUDGET_WAD), 400_000e18, 60_000e18);
    }

    function position() internal view returns (PositionSetup memory p) {
        p = Defaults.position(address(adapter));
        (p.config.healthCeilingWad, p.config.minHealthGainWad) = (type(uint128).max, 0.0001e18);
    }

    /// @dev Time with every feed fresh at the same price.
    function pass(uint256 secondsLater) internal virtual {
        passTime(secondsLater);
    }

    // ---------------------------------------------------------------- decisions

    function theft(uint256 wethIn, uint24 fee, uint16 maxLossBps, uint256 nonce)
        internal
        view
        returns (Decision memory d)
    {
        d = baseDecision();
        (d.kind, d.route.kind) = (ActionKind.Deleverage, RouteKind.UniswapV3FlashSwap);
        (d.tokenIn, d.tokenOut, d.maxIn) = (Mainnet.WETH, Mainnet.USDC, wethIn);
        d.route.path = abi.encodePacked(d.tokenIn, fee, d.tokenOut);
        (d.healthFloorWad, d.maxLossBps, d.nonce) = (0, maxLossBps, nonce);
    }

    /// @return done whether it was executed
    /// @return reason selector and arguments of the refusal
    function trySend(Decision memory d) internal returns (bool done, bytes memory reason) {
        bytes memory signature = sign(d);
        vm.prank(keeper);
        (done, reason) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
    }

    // ---------------------------------------------------------------- measuring, without asking the vault

    /// @notice All that `account` has less all that it owes, USD in wad at the primary feed, straight from the tokens.
    function equityWad(address account) internal view virtual returns (int256) {
        int256 netWeth =
            int256(weth.balanceOf(account) + aWeth.balanceOf(account)) - int256(IERC20(wethDebt).balanceOf(account));
        int256 netUsdc =
            int256(usdc.balanceOf(account) + IERC20(aUsdc).balanceOf(account)) - int256(usdcDebt.balanceOf(account));
        return netWeth * int256(ethPrice8()) / 1e8 + netUsdc * 1e12;
    }
}
