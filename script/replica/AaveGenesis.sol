// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {NonceAdvancer} from "./NonceAdvancer.sol";
import {Parameters, ReserveParameters} from "./Parameters.sol";
import {TokenGenesis} from "./TokenGenesis.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AaveProtocolDataProvider} from "aave-v3-origin/contracts/helpers/AaveProtocolDataProvider.sol";
import {ATokenInstance} from "aave-v3-origin/contracts/instances/ATokenInstance.sol";
import {PoolConfiguratorInstance} from "aave-v3-origin/contracts/instances/PoolConfiguratorInstance.sol";
import {PoolInstance} from "aave-v3-origin/contracts/instances/PoolInstance.sol";
import {VariableDebtTokenInstance} from "aave-v3-origin/contracts/instances/VariableDebtTokenInstance.sol";
import {IDefaultInterestRateStrategyV2} from "aave-v3-origin/contracts/interfaces/IDefaultInterestRateStrategyV2.sol";
import {IPool} from "aave-v3-origin/contracts/interfaces/IPool.sol";
import {IPoolAddressesProvider} from "aave-v3-origin/contracts/interfaces/IPoolAddressesProvider.sol";
import {IPoolConfigurator} from "aave-v3-origin/contracts/interfaces/IPoolConfigurator.sol";
import {AaveOracle} from "aave-v3-origin/contracts/misc/AaveOracle.sol";
import {
    DefaultReserveInterestRateStrategyV2
} from "aave-v3-origin/contracts/misc/DefaultReserveInterestRateStrategyV2.sol";
import {ACLManager} from "aave-v3-origin/contracts/protocol/configuration/ACLManager.sol";
import {PoolAddressesProvider} from "aave-v3-origin/contracts/protocol/configuration/PoolAddressesProvider.sol";
import {BorrowLogic} from "aave-v3-origin/contracts/protocol/libraries/logic/BorrowLogic.sol";
import {FlashLoanLogic} from "aave-v3-origin/contracts/protocol/libraries/logic/FlashLoanLogic.sol";
import {LiquidationLogic} from "aave-v3-origin/contracts/protocol/libraries/logic/LiquidationLogic.sol";
import {PoolLogic} from "aave-v3-origin/contracts/protocol/libraries/logic/PoolLogic.sol";
import {SupplyLogic} from "aave-v3-origin/contracts/protocol/libraries/logic/SupplyLogic.sol";
import {ConfiguratorInputTypes} from "aave-v3-origin/contracts/protocol/libraries/types/ConfiguratorInputTypes.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Aave V3.6, unmodified, at mainnet's addresses, with its WETH and USDC reserves.
library AaveGenesis {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    IPoolAddressesProvider private constant PROVIDER = IPoolAddressesProvider(Addresses.AAVE_ADDRESSES_PROVIDER);
    IPoolConfigurator private constant CONFIGURATOR = IPoolConfigurator(Addresses.AAVE_POOL_CONFIGURATOR);
    IPool private constant POOL = IPool(Addresses.AAVE_POOL);

    error UnexpectedAddress(string what, address observed, address expected);

    error LibraryMissing(uint256 index);

    struct Listing {
        address asset;
        string symbol;
        address aToken;
        address debtToken;
    }

    function create(string memory json) internal {
        _keepLibraries();
        VM.startPrank(Addresses.AAVE_ACL_ADMIN);
        _createRegistry();
        _createPool();
        _createOracle();
        _createTokenImplementations();
        _list(_weth(), Parameters.reserve(json, "weth"));
        _list(_usdc(), Parameters.reserve(json, "usdc"));
        CONFIGURATOR.updateFlashloanPremium(uint128(Parameters.number(json, ".flashLoanPremiumBps")));
        VM.stopPrank();
    }

    /// @notice One large account supplies and borrows both assets, so that there is liquidity and interest accrues.
    function provideLiquidity(string memory json) internal {
        ReserveParameters memory weth = Parameters.reserve(json, "weth");
        ReserveParameters memory usdc = Parameters.reserve(json, "usdc");
        TokenGenesis.fund(Addresses.WHALE, weth.suppliedRaw, usdc.suppliedRaw);
        VM.startPrank(Addresses.WHALE);
        _supply(Addresses.WETH, weth.suppliedRaw);
        _supply(Addresses.USDC, usdc.suppliedRaw);
        POOL.borrow(Addresses.WETH, weth.borrowedRaw, 2, 0, Addresses.WHALE);
        POOL.borrow(Addresses.USDC, usdc.borrowedRaw, 2, 0, Addresses.WHALE);
        VM.stopPrank();
    }

    /// @dev The linker places the libraries, and only accounts that were looked at are saved.
    function _keepLibraries() private view {
        address[5] memory libraries = [
            address(BorrowLogic),
            address(FlashLoanLogic),
            address(LiquidationLogic),
            address(PoolLogic),
            address(SupplyLogic)
        ];
        for (uint256 i; i < libraries.length; ++i) {
            if (libraries[i].code.length == 0) revert LibraryMissing(i);
        }
    }

    function _createRegistry() private {
        Construct.at(
            address(PROVIDER),
            abi.encodePacked(
                type(PoolAddressesProvider).creationCode, abi.encode("Aave Ethereum Market", Addresses.AAVE_ACL_ADMIN)
            )
        );
        PROVIDER.setACLAdmin(Addresses.AAVE_ACL_ADMIN);
        Construct.at(Addresses.AAVE_ACL_MANAGER, abi.encodePacked(type(ACLManager).creationCode, abi.encode(PROVIDER)));
        PROVIDER.setACLManager(Addresses.AAVE_ACL_MANAGER);
        ACLManager(Addresses.AAVE_ACL_MANAGER).addPoolAdmin(Addresses.AAVE_ACL_ADMIN);
        ACLManager(Addresses.AAVE_ACL_MANAGER).addAssetListingAdmin(Addresses.AAVE_ACL_ADMIN);
    }

    /// @dev The provider creates both proxies with nonces 1 and 2, from which mainnet's addresses follow.
    function _createPool() private {
        Construct.at(
            Addresses.AAVE_RATE_STRATEGY,
            abi.encodePacked(type(DefaultReserveInterestRateStrategyV2).creationCode, abi.encode(PROVIDER))
        );
        Construct.at(
            Addresses.AAVE_POOL_IMPLEMENTATION,
            abi.encodePacked(type(PoolInstance).creationCode, abi.encode(PROVIDER, Addresses.AAVE_RATE_STRATEGY))
        );
        Construct.at(Addresses.AAVE_POOL_CONFIGURATOR_IMPLEMENTATION, type(PoolConfiguratorInstance).creationCode);
        PROVIDER.setPoolImpl(Addresses.AAVE_POOL_IMPLEMENTATION);
        PROVIDER.setPoolConfiguratorImpl(Addresses.AAVE_POOL_CONFIGURATOR_IMPLEMENTATION);
        _expect("pool", PROVIDER.getPool(), Addresses.AAVE_POOL);
        _expect("configurator", PROVIDER.getPoolConfigurator(), Addresses.AAVE_POOL_CONFIGURATOR);
    }

    function _createOracle() private {
        address[] memory assets = new address[](2);
        address[] memory sources = new address[](2);
        (assets[0], sources[0]) = (Addresses.WETH, Addresses.AAVE_ETH_USD_FEED);
        (assets[1], sources[1]) = (Addresses.USDC, Addresses.AAVE_USDC_USD_FEED);
        // No fallback oracle; prices in USD with 8 decimals.
        bytes memory arguments = abi.encode(PROVIDER, assets, sources, address(0), address(0), 1e8);
        Construct.at(Addresses.AAVE_ORACLE, abi.encodePacked(type(AaveOracle).creationCode, arguments));
        PROVIDER.setPriceOracle(Addresses.AAVE_ORACLE);
        Construct.at(
            Addresses.AAVE_DATA_PROVIDER,
            abi.encodePacked(type(AaveProtocolDataProvider).creationCode, abi.encode(PROVIDER))
        );
        PROVIDER.setPoolDataProvider(Addresses.AAVE_DATA_PROVIDER);
    }

    /// @dev No rewards controller, and so no incentives, on either side.
    function _createTokenImplementations() private {
        bytes memory aToken = abi.encode(POOL, address(0), Addresses.AAVE_COLLECTOR);
        Construct.at(Addresses.AAVE_ATOKEN_IMPLEMENTATION, abi.encodePacked(type(ATokenInstance).creationCode, aToken));
        bytes memory debtToken = abi.encode(POOL, address(0));
        Construct.at(
            Addresses.AAVE_DEBT_TOKEN_IMPLEMENTATION,
            abi.encodePacked(type(VariableDebtTokenInstance).creationCode, debtToken)
        );
    }

    function _list(Listing memory listing, ReserveParameters memory r) private {
        _initReserve(listing, r);
        CONFIGURATOR.setReserveBorrowing(listing.asset, true);
        CONFIGURATOR.configureReserveAsCollateral(
            listing.asset, r.ltvBps, r.liquidationThresholdBps, r.liquidationBonusBps
        );
        CONFIGURATOR.setReserveFlashLoaning(listing.asset, true);
        CONFIGURATOR.setReserveFactor(listing.asset, r.reserveFactorBps);
        CONFIGURATOR.setLiquidationProtocolFee(listing.asset, r.liquidationProtocolFeeBps);
        CONFIGURATOR.setSupplyCap(listing.asset, r.supplyCap);
        CONFIGURATOR.setBorrowCap(listing.asset, r.borrowCap);
    }

    /// @dev When mainnet listed these assets, each took three nonces of the configurator: aToken, stable-debt token,
    ///      variable-debt token. V3.6 has no stable debt, so a stand-in aToken implementation advances the nonce
    ///      between the two creations and is replaced by the real one at once.
    function _initReserve(Listing memory listing, ReserveParameters memory r) private {
        uint64 nonce = uint64(3 * r.listingIndex + 1);
        if (VM.getNonce(address(CONFIGURATOR)) != nonce) VM.setNonce(address(CONFIGURATOR), nonce);
        bytes memory arguments = abi.encode(address(CONFIGURATOR), nonce + 2);
        Construct.at(Addresses.AAVE_NONCE_ADVANCER, abi.encodePacked(type(NonceAdvancer).creationCode, arguments));
        VM.allowCheatcodes(listing.aToken);
        ConfiguratorInputTypes.InitReserveInput[] memory inputs = new ConfiguratorInputTypes.InitReserveInput[](1);
        inputs[0] = ConfiguratorInputTypes.InitReserveInput({
            aTokenImpl: Addresses.AAVE_NONCE_ADVANCER,
            variableDebtTokenImpl: Addresses.AAVE_DEBT_TOKEN_IMPLEMENTATION,
            underlyingAsset: listing.asset,
            aTokenName: _aTokenName(listing),
            aTokenSymbol: _aTokenSymbol(listing),
            variableDebtTokenName: string.concat("Aave Ethereum Variable Debt ", listing.symbol),
            variableDebtTokenSymbol: string.concat("variableDebtEth", listing.symbol),
            params: "",
            interestRateData: _rates(r)
        });
        CONFIGURATOR.initReserves(inputs);
        VM.etch(Addresses.AAVE_NONCE_ADVANCER, "");
        _installAToken(listing);
    }

    function _installAToken(Listing memory listing) private {
        CONFIGURATOR.updateAToken(
            ConfiguratorInputTypes.UpdateATokenInput({
                asset: listing.asset,
                name: _aTokenName(listing),
                symbol: _aTokenSymbol(listing),
                implementation: Addresses.AAVE_ATOKEN_IMPLEMENTATION,
                params: ""
            })
        );
        _expect("aToken", POOL.getReserveAToken(listing.asset), listing.aToken);
        _expect("debt token", POOL.getReserveVariableDebtToken(listing.asset), listing.debtToken);
    }

    function _supply(address asset, uint256 amountRaw) private {
        IERC20(asset).approve(address(POOL), amountRaw);
        POOL.supply(asset, amountRaw, Addresses.WHALE, 0);
        POOL.setUserUseReserveAsCollateral(asset, true);
    }

    function _rates(ReserveParameters memory r) private pure returns (bytes memory) {
        return abi.encode(
            IDefaultInterestRateStrategyV2.InterestRateData({
                optimalUsageRatio: uint16(r.optimalUsageBps),
                baseVariableBorrowRate: uint32(r.baseRateBps),
                variableRateSlope1: uint32(r.slope1Bps),
                variableRateSlope2: uint32(r.slope2Bps)
            })
        );
    }

    function _aTokenName(Listing memory listing) private pure returns (string memory) {
        return string.concat("Aave Ethereum ", listing.symbol);
    }

    function _aTokenSymbol(Listing memory listing) private pure returns (string memory) {
        return string.concat("aEth", listing.symbol);
    }

    function _weth() private pure returns (Listing memory) {
        return Listing(Addresses.WETH, "WETH", Addresses.AAVE_WETH_ATOKEN, Addresses.AAVE_WETH_DEBT_TOKEN);
    }

    function _usdc() private pure returns (Listing memory) {
        return Listing(Addresses.USDC, "USDC", Addresses.AAVE_USDC_ATOKEN, Addresses.AAVE_USDC_DEBT_TOKEN);
    }

    function _expect(string memory what, address observed, address expected) private pure {
        if (observed != expected) revert UnexpectedAddress(what, observed, expected);
    }
}
