// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {MakerWorld} from "../mocks/maker/MakerWorld.sol";
import {Defaults} from "./Defaults.sol";
import {Mainnet} from "./Mainnet.sol";
import {VaultTest} from "./VaultTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AssetSetup, InitialConfig} from "ballast/types/Config.sol";

/// @notice The common vault with a debt of DAI on Aave, and a lender without a fee: our model of Maker's DssFlash, which lends DAI.
abstract contract DaiDebtTest is VaultTest {
    IERC20 internal constant daiDebt = IERC20(Mainnet.AAVE_DAI_DEBT_TOKEN);

    function setUp() public virtual override {
        super.setUp();
        vm.prank(owner);
        vault.borrow(Defaults.POSITION, Mainnet.DAI, 40_000e18, owner);
    }

    function freeFlashLender() internal virtual override returns (address) {
        uint256 present = vm.getBlockTimestamp();
        new MakerWorld().build();
        vm.warp(present); // the model begins at a day of its own
        return MakerMainnet.FLASH;
    }

    function initialConfig() internal view virtual override returns (InitialConfig memory initial) {
        initial = super.initialConfig();
        AssetSetup[] memory assets = new AssetSetup[](3);
        (assets[0], assets[1]) = (initial.assets[0], initial.assets[1]);
        assets[2] = AssetSetup(Mainnet.DAI, Defaults.usdc());
        (assets[2].config.feed, assets[2].config.tokenDecimals) = (Mainnet.DAI_USD_FEED, 18);
        initial.assets = assets;
        initial.positions[0].tokens[1].token = Mainnet.DAI;
    }
}
