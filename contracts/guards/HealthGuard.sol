// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Is the position healthier after a reducing action?
/// @notice Floor = the greater of the owner's and the decision's, ceiling = the lesser. From at or above the floor health must stay there
/// and must not fall; from below it must rise by the owner's least gain, so that a repair in chunks works. It never passes the ceiling.
library HealthGuard {
    struct Rule {
        uint256 floorWad;
        uint256 ceilingWad;
        uint256 minGainWad;
    }

    /// @notice Health as it is compared: a position without debt is as healthy as 2^128 - 1, which is also "no ceiling".
    function capped(uint256 healthWad) internal pure returns (uint256) {
        return Math.min(healthWad, type(uint128).max);
    }

    /// @notice For a decision that promises to end at or above the floor, wherever it came from.
    /// @dev A sale of collateral for debt at a slippage s raises health whenever health > liquidation threshold / (1 - s); a floor above 1
    /// is beyond that, so a promise that is kept never hides a fall.
    function checkPromise(uint256 afterWad, uint256 floorWad, uint256 ceilingWad) internal pure {
        afterWad = capped(afterWad);
        require(afterWad <= ceilingWad, IVaultTerms.HealthAboveCeiling(afterWad, ceilingWad));
        require(afterWad >= floorWad, IVaultTerms.HealthBelowFloor(afterWad, floorWad));
    }

    function checkReducing(uint256 beforeWad, uint256 afterWad, Rule memory rule) internal pure {
        beforeWad = capped(beforeWad);
        afterWad = capped(afterWad);
        require(afterWad <= rule.ceilingWad, IVaultTerms.HealthAboveCeiling(afterWad, rule.ceilingWad));
        // no overflow: both terms are below 2^128
        uint256 requiredWad = beforeWad < rule.floorWad ? beforeWad + rule.minGainWad : beforeWad;
        if (beforeWad >= rule.floorWad) {
            require(afterWad >= rule.floorWad, IVaultTerms.HealthBelowFloor(afterWad, rule.floorWad));
        }
        require(afterWad >= requiredWad, IVaultTerms.HealthNotImproved(afterWad, requiredWad));
    }
}
