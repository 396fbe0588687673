// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {IUniswapV3Factory} from "../interfaces/external/IUniswapV3Pool.sol";
import {PositionConfig, TokenRole} from "../types/Config.sol";
import {NetTerms} from "../types/Net.sol";
import {ConfigCheck} from "./ConfigCheck.sol";

/// @title Are the terms of a safety net sane at all?
/// @notice Hard bounds that no role can leave; every refusal names the field, what was observed and the bound it crossed.
library NetCheck {
    /// @param roles of the position's tokens
    function terms(
        NetTerms calldata t,
        PositionConfig storage position,
        mapping(address token => TokenRole) storage roles,
        address uniswapV3Factory
    ) internal view {
        _health(t, position);
        ConfigCheck.inRange("heartbeatSeconds", t.heartbeatSeconds, 1 minutes, 7 days);
        if (t.deadManSeconds != 0) {
            ConfigCheck.inRange("deadManSeconds", t.deadManSeconds, t.heartbeatSeconds, 30 days);
        }
        ConfigCheck.inRange("cooldownSeconds", t.cooldownSeconds, 1, 1 days);
        ConfigCheck.inRange("windowSeconds", t.windowSeconds, 1 hours, 30 days);
        ConfigCheck.inRange("maxSlippageBps", t.maxSlippageBps, 1, 1000); // 10 %
        ConfigCheck.atMost("rewardBps", t.rewardBps, 500); // 5 %
        ConfigCheck.inRange("maxActionWad", t.maxActionWad, 1, type(uint128).max - 1);
        ConfigCheck.inRange("minActionWad", t.minActionWad, 1, t.maxActionWad);
        // two, because half of it is the burst; the greatest value is no limit
        ConfigCheck.inRange("lossPerWindowWad", t.lossPerWindowWad, 2, type(uint96).max - 1);
        ConfigCheck.atMost("rewardPerWindowWad", t.rewardPerWindowWad, t.lossPerWindowWad);
        _requireRole(t.tokenIn, roles[t.tokenIn], TokenRole.Collateral);
        _requireRole(t.tokenOut, roles[t.tokenOut], TokenRole.Debt);
        address pool = IUniswapV3Factory(uniswapV3Factory).getPool(t.tokenIn, t.tokenOut, t.poolFee);
        require(pool != address(0), IVaultTerms.ValueForbidden("poolFee", t.poolFee, 0));
    }

    /// @dev 1 <= critical <= the position's emergency level < target <= its ceiling.
    function _health(NetTerms calldata t, PositionConfig storage position) private view {
        uint256 emergencyWad = position.emergencyHealthWad;
        ConfigCheck.inRange("criticalHealthWad", t.criticalHealthWad, 1e18, emergencyWad);
        ConfigCheck.inRange("targetHealthWad", t.targetHealthWad, emergencyWad + 1, position.healthCeilingWad);
    }

    function _requireRole(address token, TokenRole observed, TokenRole required) private pure {
        require(observed == required, IVaultTerms.TokenForbidden(token, observed, required));
    }
}
