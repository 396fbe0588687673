// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {IReplicaFeed, VaultTest} from "../utils/VaultTest.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {AssetConfig, AssetSetup, InitialConfig, PositionSetup} from "ballast/types/Config.sol";

/// @notice What no story passes by: an asset without a position, a position asked to change its venue, nothing where something is needed.
contract CornersTest is VaultTest {
    function test_assetWithoutAPosition_countsByWhatIsIdle() public {
        InitialConfig memory config = initialConfig();
        AssetSetup[] memory assets = new AssetSetup[](3);
        (assets[0], assets[1]) = (config.assets[0], config.assets[1]);
        assets[2] = AssetSetup(Mainnet.DAI, _dai());
        config.assets = assets;
        vault = IRebalanceVault(factory.createVault("third", config));
        fundIdle(Mainnet.DAI, 100e18);
        (, int256 dai,,,) = IReplicaFeed(Mainnet.DAI_USD_FEED).latestRoundData();
        assertEq(vault.getPortfolioValue(), dai * 1e12);
    }

    function test_assetWithoutAToken_isRefused() public {
        InitialConfig memory config = initialConfig();
        config.assets[1].token = address(0);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "token"));
        factory.createVault("no token", config);
    }

    /// @dev Both venues are in the list; what is at the one cannot be declared to be at the other.
    function test_knownPosition_cannotMoveToAnotherVenueOfTheList() public {
        address other = address(_twin());
        vault = IRebalanceVault(_factoryWith(other).createVault("two venues", initialConfig()));
        PositionSetup memory p = Defaults.position(other);
        bytes memory call = abi.encodeCall(vault.setPosition, (p));
        vm.prank(curator);
        vault.submit(call);
        passTime(Defaults.TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.VenueForbidden.selector, other, address(adapter)));
        vm.prank(curator);
        callVault(call);
    }

    function _twin() private returns (AaveV3Adapter) {
        return
            new AaveV3Adapter(IAaveV3AddressesProvider(Mainnet.AAVE_ADDRESSES_PROVIDER), IAaveV3Pool(Mainnet.AAVE_POOL));
    }

    function _factoryWith(address other) private returns (VaultFactory) {
        address[] memory venues = new address[](2);
        (venues[0], venues[1]) = (address(adapter), other);
        return new VaultFactory(address(implement(venues)));
    }

    function _dai() private pure returns (AssetConfig memory dai) {
        dai = Defaults.usdc();
        (dai.feed, dai.tokenDecimals) = (Mainnet.DAI_USD_FEED, 18);
    }
}
