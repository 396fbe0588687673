// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Deploy, Deployment} from "../../../script/Deploy.s.sol";
import {Parameters} from "../../../script/Parameters.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {RebalanceVault} from "ballast/RebalanceVault.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {InitialConfig, Roles} from "ballast/types/Config.sol";

/// @notice The deploy script on the reviewed parameters of mainnet, and the factory.
contract DeployForkTest is VaultTest {
    Deploy private script;
    string private json;

    function setUp() public override {
        super.setUp();
        script = new Deploy();
        json = Parameters.load(1);
    }

    function test_script_deploysWhatTheReviewedFileSays() public {
        InitialConfig memory config = _config();
        script.requireWorld(json, config);
        Deployment memory d = script.deploy(json, config, 0, address(script));
        script.requireDeployed(d, config);
        assertEq(d.vault.owner(), owner);
    }

    function test_script_readsThePartiesFromTheEnvironment() public {
        vm.setEnv("BALLAST_OWNER", vm.toString(owner));
        vm.setEnv("BALLAST_SIGNER", vm.toString(signer));
        vm.setEnv("BALLAST_MODELS", string.concat(vm.toString(bytes32(uint256(1))), ",", vm.toString(keccak256("b"))));
        InitialConfig memory config = script.fromEnvironment(json);
        assertEq(config.owner, owner);
        assertEq(config.roles.curator, owner, "the owner where nobody else is named");
        assertEq(config.roles.signer, signer);
        assertEq(config.models.length, 2);
        assertEq(config.models[1], keccak256("b"));
    }

    function test_script_refusesAWorldThatIsNotTheFiles() public {
        InitialConfig memory config = _config();
        vm.chainId(5);
        vm.expectRevert(abi.encodeWithSelector(Deploy.Mismatch.selector, "chain id", 5, 1));
        script.requireWorld(json, config);
        vm.chainId(1);
        vm.warp(block.timestamp + 4201);
        vm.expectRevert(abi.encodeWithSelector(Deploy.FeedUnusable.selector, Mainnet.WETH, 3000e8, 4201));
        script.requireWorld(json, config);
    }

    function test_script_noticesAVaultThatIsNotAsAsked() public {
        InitialConfig memory config = _config();
        Deployment memory d = script.deploy(json, config, 0, address(script));
        config.roles.guardian = stranger;
        vm.expectPartialRevert(Deploy.Mismatch.selector);
        script.requireDeployed(d, config);
    }

    function test_factory_bindsTheSaltToTheCaller() public {
        InitialConfig memory config = initialConfig();
        address predicted = factory.vaultOf(stranger, "salt");
        assertNotEq(predicted, factory.vaultOf(keeper, "salt"));
        vm.expectEmit(address(factory));
        emit VaultFactory.VaultCreated(predicted, owner, stranger, "salt");
        vm.prank(stranger);
        assertEq(factory.createVault("salt", config), predicted);
        vm.prank(stranger);
        vm.expectRevert();
        factory.createVault("salt", config);
    }

    function test_constructors_refuseAddressesWithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(VaultFactory.ImplementationMissing.selector, stranger));
        new VaultFactory(stranger);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "aaveAdapter"));
        new RebalanceVault(stranger, Mainnet.UNISWAP_FACTORY);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "uniswapV3Factory"));
        new RebalanceVault(address(adapter), stranger);
        IAaveV3AddressesProvider provider = IAaveV3AddressesProvider(Mainnet.AAVE_ADDRESSES_PROVIDER);
        vm.expectRevert(abi.encodeWithSelector(AaveV3Adapter.PoolMismatch.selector, stranger, Mainnet.AAVE_POOL));
        new AaveV3Adapter(provider, IAaveV3Pool(stranger));
    }

    function test_creationGas_fitsATransaction() public {
        uint256 gasBefore = gasleft();
        new RebalanceVault(address(adapter), Mainnet.UNISWAP_FACTORY);
        assertLt(gasBefore - gasleft(), 14_000_000, "a transaction may use 2^24 gas");
    }

    function _config() private view returns (InitialConfig memory) {
        return Parameters.config(json, owner, Roles({curator: curator, guardian: guardian, signer: signer}));
    }
}
