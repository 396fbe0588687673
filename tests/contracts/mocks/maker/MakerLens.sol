// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CdpManagerModel} from "./CdpManagerModel.sol";
import {DssMath, RAY} from "./DssMath.sol";
import {GemJoinModel} from "./JoinsModel.sol";
import {MakerMainnet} from "./MakerMainnet.sol";
import {JugModel} from "./RatesModel.sol";
import {VatModel} from "./VatModel.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Maker's own words about a cdp, one number each
/// @notice A second opinion for tests: it shares no code with the adapter. Works on the models and on a fork of mainnet.
contract MakerLens {
    CdpManagerModel private constant MANAGER = CdpManagerModel(MakerMainnet.CDP_MANAGER);
    VatModel private constant VAT = VatModel(MakerMainnet.VAT);

    /// @notice Locked collateral, token units.
    function collateralOf(uint256 cdp) public view returns (uint256 units) {
        bytes32 ilk = MANAGER.ilks(cdp);
        (uint256 ink,) = VAT.urns(ilk, MANAGER.urns(cdp));
        return ink / (ilk == "WBTC-A" ? 1e10 : 1);
    }

    /// @notice Dai that closes the debt in this second, wad, rounded up.
    function owedOf(uint256 cdp) external view returns (uint256) {
        bytes32 ilk = MANAGER.ilks(cdp);
        (, uint256 art) = VAT.urns(ilk, MANAGER.urns(cdp));
        (, uint256 rate,,,) = VAT.ilks(ilk);
        JugModel jug = JugModel(MakerMainnet.JUG);
        (uint256 duty, uint256 rho) = jug.ilks(ilk);
        rate = DssMath.rmul(DssMath.rpow(jug.base() + duty, block.timestamp - rho, RAY), rate);
        return (art * rate + RAY - 1) / RAY;
    }

    /// @notice What `account` has of a collateral, as token and in its cdps; token units.
    function holdingOf(address account, GemJoinModel join) external view returns (uint256 units) {
        bytes32 ilk = join.ilk();
        for (uint256 cdp = MANAGER.first(account); cdp != 0; (, cdp) = MANAGER.list(cdp)) {
            if (MANAGER.ilks(cdp) == ilk) units += collateralOf(cdp);
        }
        units += IERC20(address(join.gem())).balanceOf(account);
    }
}
