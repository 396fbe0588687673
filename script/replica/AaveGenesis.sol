// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {NonceAdvancer} from "./NonceAdvancer.sol";
import {Parameters, ReserveParameters} from "./Parameters.sol";
import {TokenGenesis} from "./TokenGenesis.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
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

/// @notice Aave V3.6, unmodified, at mainnet's addresses, with six of its reserves and the ETH-correlated e-mode.
library AaveGenesis {
    using SafeERC20 for IERC20;

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    IPoolAddressesProvider private constant PROVIDER = IPoolAddressesProvider(Addresses.AAVE_ADDRESSES_PROVIDER);
    IPoolConfigurator private constant CONFIGURATOR = IPoolConfigurator(Addresses.AAVE_POOL_CONFIGURATOR);
    IPool private constant POOL = IPool(Addresses.AAVE_POOL);

    error UnexpectedAddress(string what, address observed, address expected);

    error LibraryMissing(uint256 index);

    function create(string memory json) internal {
        _keepLibraries();
        VM.startPrank(Addresses.AAVE_ACL_ADMIN);
        _createRegistry();
        _createPool();
        ReserveParameters[] memory reserves = _reserves(json);
        _createOracle(reserves);
        _createTokenImplementations();
        for (uint256 i; i < reserves.length; ++i) {
            _list(reserves[i]);
        }
        _createEMode(json);
        CONFIGURATOR.updateFlashloanPremium(uint128(Parameters.number(json, ".flashLoanPremiumBps")));
        VM.stopPrank();
    }

    /// @notice One large account supplies and borrows every asset, so that there is liquidity and interest accrues.
    /// @dev It borrows less of each than that asset's own collateral allows at liquidation: no price can undo it.
    function provideLiquidity(string memory json) internal {
        ReserveParameters[] memory reserves = _reserves(json);
        for (uint256 i; i < reserves.length; ++i) {
            TokenGenesis.give(reserves[i].asset, Addresses.WHALE, reserves[i].suppliedRaw);
        }
        VM.startPrank(Addresses.WHALE);
        for (uint256 i; i < reserves.length; ++i) {
            _supply(reserves[i].asset, reserves[i].suppliedRaw);
        }
        for (uint256 i; i < reserves.length; ++i) {
            POOL.borrow(reserves[i].asset, reserves[i].borrowedRaw, 2, 0, Addresses.WHALE);
        }
        VM.stopPrank();
    }

    function _reserves(string memory json) private pure returns (ReserveParameters[] memory reserves) {
        string[6] memory names = Parameters.reserveNames();
        reserves = new ReserveParameters[](names.length);
        for (uint256 i; i < names.length; ++i) {
            reserves[i] = Parameters.reserve(json, names[i]);
        }
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

    function _createOracle(ReserveParameters[] memory reserves) private {
        address[] memory assets = new address[](reserves.length);
        address[] memory sources = new address[](reserves.length);
        for (uint256 i; i < reserves.length; ++i) {
            (assets[i], sources[i]) = (reserves[i].asset, reserves[i].priceSource);
        }
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

    function _list(ReserveParameters memory r) private {
        _initReserve(r);
        CONFIGURATOR.setReserveBorrowing(r.asset, true);
        CONFIGURATOR.configureReserveAsCollateral(r.asset, r.ltvBps, r.liquidationThresholdBps, r.liquidationBonusBps);
        CONFIGURATOR.setReserveFlashLoaning(r.asset, true);
        CONFIGURATOR.setReserveFactor(r.asset, r.reserveFactorBps);
        CONFIGURATOR.setLiquidationProtocolFee(r.asset, r.liquidationProtocolFeeBps);
        CONFIGURATOR.setSupplyCap(r.asset, r.supplyCap);
        CONFIGURATOR.setBorrowCap(r.asset, r.borrowCap);
    }

    /// @dev E-mode has its own thresholds and its own lists of what is collateral and what may be borrowed.
    function _createEMode(string memory json) private {
        uint8 id = uint8(Parameters.number(json, ".emode.categoryId"));
        CONFIGURATOR.setEModeCategory(
            id,
            uint16(Parameters.number(json, ".emode.ltvBps")),
            uint16(Parameters.number(json, ".emode.liquidationThresholdBps")),
            uint16(Parameters.number(json, ".emode.liquidationBonusBps")),
            VM.parseJsonString(json, ".emode.label")
        );
        string[] memory collateral = VM.parseJsonStringArray(json, ".emode.collateral");
        for (uint256 i; i < collateral.length; ++i) {
            CONFIGURATOR.setAssetCollateralInEMode(Parameters.token(json, collateral[i]), id, true);
        }
        string[] memory borrowable = VM.parseJsonStringArray(json, ".emode.borrowable");
        for (uint256 i; i < borrowable.length; ++i) {
            CONFIGURATOR.setAssetBorrowableInEMode(Parameters.token(json, borrowable[i]), id, true);
        }
    }

    /// @dev When mainnet listed these assets, each took three nonces of the configurator: aToken, stable-debt token,
    ///      variable-debt token. V3.6 has no stable debt, so a stand-in aToken implementation advances the nonce
    ///      between the two creations and is replaced by the real one at once.
    function _initReserve(ReserveParameters memory r) private {
        uint64 nonce = uint64(3 * r.listingIndex + 1);
        if (VM.getNonce(address(CONFIGURATOR)) != nonce) VM.setNonce(address(CONFIGURATOR), nonce);
        bytes memory arguments = abi.encode(address(CONFIGURATOR), nonce + 2);
        Construct.at(Addresses.AAVE_NONCE_ADVANCER, abi.encodePacked(type(NonceAdvancer).creationCode, arguments));
        VM.allowCheatcodes(r.aToken);
        ConfiguratorInputTypes.InitReserveInput[] memory inputs = new ConfiguratorInputTypes.InitReserveInput[](1);
        inputs[0] = ConfiguratorInputTypes.InitReserveInput({
            aTokenImpl: Addresses.AAVE_NONCE_ADVANCER,
            variableDebtTokenImpl: Addresses.AAVE_DEBT_TOKEN_IMPLEMENTATION,
            underlyingAsset: r.asset,
            aTokenName: _aTokenName(r),
            aTokenSymbol: _aTokenSymbol(r),
            variableDebtTokenName: string.concat("Aave Ethereum Variable Debt ", r.symbol),
            variableDebtTokenSymbol: string.concat("variableDebtEth", r.symbol),
            params: "",
            interestRateData: _rates(r)
        });
        CONFIGURATOR.initReserves(inputs);
        VM.etch(Addresses.AAVE_NONCE_ADVANCER, "");
        _installAToken(r);
    }

    function _installAToken(ReserveParameters memory r) private {
        CONFIGURATOR.updateAToken(
            ConfiguratorInputTypes.UpdateATokenInput({
                asset: r.asset,
                name: _aTokenName(r),
                symbol: _aTokenSymbol(r),
                implementation: Addresses.AAVE_ATOKEN_IMPLEMENTATION,
                params: ""
            })
        );
        _expect("aToken", POOL.getReserveAToken(r.asset), r.aToken);
        _expect("debt token", POOL.getReserveVariableDebtToken(r.asset), r.debtToken);
    }

    function _supply(address asset, uint256 amountRaw) private {
        IERC20(asset).forceApprove(address(POOL), amountRaw);
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

    function _aTokenName(ReserveParameters memory r) private pure returns (string memory) {
        return string.concat("Aave Ethereum ", r.symbol);
    }

    function _aTokenSymbol(ReserveParameters memory r) private pure returns (string memory) {
        return string.concat("aEth", r.symbol);
    }

    function _expect(string memory what, address observed, address expected) private pure {
        if (observed != expected) revert UnexpectedAddress(what, observed, expected);
    }
}
