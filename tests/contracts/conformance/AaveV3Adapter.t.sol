// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AdapterHost} from "./AdapterHost.sol";
import {LendingAdapterConformance} from "./LendingAdapterConformance.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {IAggregatorV3} from "ballast/interfaces/external/IAggregatorV3.sol";

contract AaveV3AdapterConformanceTest is LendingAdapterConformance {
    AaveV3Adapter private aave;

    function setUp() public {
        string memory upstream = vm.envOr("BALLAST_UPSTREAM", string(""));
        vm.skip(bytes(upstream).length == 0, "BALLAST_UPSTREAM is unset: run eval \"$(make env)\" first");
        vm.createSelectFork(upstream);
        aave = new AaveV3Adapter(
            IAaveV3AddressesProvider(Mainnet.AAVE_ADDRESSES_PROVIDER), IAaveV3Pool(Mainnet.AAVE_POOL)
        );
        host = new AdapterHost();
    }

    function test_unlistedTokens_areNamed() public {
        bytes memory reason = abi.encodeWithSelector(AaveV3Adapter.ReserveUnknown.selector, address(this));
        vm.expectRevert(reason);
        aave.collateralOf(address(host), 0, address(this));
        vm.expectRevert(reason);
        aave.debtOf(address(host), 0, address(this));
    }

    function adapter() internal view override returns (ILendingAdapter) {
        return aave;
    }

    function venueRef() internal pure override returns (bytes32) {
        return 0;
    }

    function unknownVenueRef() internal pure override returns (bytes32) {
        return bytes32(uint256(1));
    }

    function collateral() internal pure override returns (address) {
        return Mainnet.WETH;
    }

    function debt() internal pure override returns (address) {
        return Mainnet.USDC;
    }

    function collateralAmount() internal pure override returns (uint256) {
        return 10 ether;
    }

    function debtAmount() internal pure override returns (uint256) {
        return 10_000e6;
    }

    function collateralPriceWad() internal view override returns (uint256) {
        (, int256 answer,,,) = IAggregatorV3(Mainnet.ETH_USD_FEED).latestRoundData();
        return uint256(answer) * 1e10;
    }

    function positionToken() internal pure override returns (address) {
        return Mainnet.AAVE_WETH_ATOKEN;
    }
}
