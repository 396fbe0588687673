// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractWorldCheck} from "./AbstractWorldCheck.sol";
import {Parameters} from "./Parameters.sol";
import {RebalanceVault} from "ballast/RebalanceVault.sol";
import {VaultBorrower} from "ballast/VaultBorrower.sol";
import {VaultConfigurator} from "ballast/VaultConfigurator.sol";
import {VaultCustodian} from "ballast/VaultCustodian.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {VaultMover} from "ballast/VaultMover.sol";
import {VaultRescuer} from "ballast/VaultRescuer.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {IAggregatorV3} from "ballast/interfaces/external/IAggregatorV3.sol";
import {SequencedFeed} from "ballast/oracle/SequencedFeed.sol";
import {SwapProxy} from "ballast/swap/SwapProxy.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    PositionSetup,
    Roles,
    SecondSource,
    VaultState
} from "ballast/types/Config.sol";
import {Wiring} from "ballast/types/Wiring.sol";
import {Script} from "forge-std/Script.sol";
import {console} from "forge-std/console.sol";

/// @notice What was deployed.
struct Deployment {
    AaveV3Adapter adapter;
    VaultConfigurator configurator;
    VaultRescuer rescuer;
    VaultCustodian custodian;
    VaultBorrower borrower;
    VaultMover mover;
    RebalanceVault implementation;
    VaultFactory factory;
    IRebalanceVault vault;
}

/// @title Deploys adapter, implementation, factory and one vault
/// @notice `forge script script/Deploy.s.sol --rpc-url URL --account NAME --broadcast`. Parameters: script/input/<chain id>.json, reviewed.
/// Roles: `BALLAST_OWNER`, and if they are others `BALLAST_CURATOR`, `BALLAST_GUARDIAN`, `BALLAST_SIGNER`; models: `BALLAST_MODELS`, 32-byte
/// hashes with commas between; salt: `BALLAST_SALT`. The world is checked before the first transaction, the vault after the last.
contract Deploy is Script, AbstractWorldCheck {
    /// @dev Has code on a replica only.
    address private constant REPLICA_MARKER = 0xBA11A57000000000000000000000000000000010;

    function run() external returns (Deployment memory d) {
        string memory json = Parameters.load(block.chainid);
        InitialConfig memory config = fromEnvironment(json);
        requireWorld(json, config);
        vm.startBroadcast();
        config = sequenceFeeds(json, config);
        d = deploy(json, config, vm.envOr("BALLAST_SALT", bytes32(0)), msg.sender);
        vm.stopBroadcast();
        requireDeployed(d, config);
        _write(d);
    }

    /// @notice Configuration of the file with the parties of the environment; adapter still unset.
    function fromEnvironment(string memory json) public view returns (InitialConfig memory config) {
        address owner = vm.envAddress("BALLAST_OWNER");
        Roles memory roles = Roles({
            curator: vm.envOr("BALLAST_CURATOR", owner),
            guardian: vm.envOr("BALLAST_GUARDIAN", owner),
            signer: vm.envOr("BALLAST_SIGNER", address(0))
        });
        config = Parameters.config(json, owner, roles);
        config.models = vm.envOr("BALLAST_MODELS", ",", new bytes32[](0));
    }

    /// @notice The nine transactions, ten with routers. The deploying account needs no role and keeps none.
    function deploy(string memory json, InitialConfig memory config, bytes32 salt, address creator)
        public
        returns (Deployment memory d)
    {
        d.adapter = new AaveV3Adapter(
            IAaveV3AddressesProvider(Parameters.addressesProvider(json)), IAaveV3Pool(Parameters.pool(json))
        );
        Wiring memory wiring = Wiring(
            new address[](1),
            Parameters.uniswapV3Factory(json),
            Parameters.pool(json),
            Parameters.freeFlashLender(json),
            _deployProxy(Parameters.swapRouters(json))
        );
        wiring.adapters[0] = address(d.adapter);
        d.configurator = new VaultConfigurator(wiring);
        d.rescuer = new VaultRescuer(d.configurator, wiring);
        d.custodian = new VaultCustodian(d.rescuer, wiring);
        d.borrower = new VaultBorrower(wiring);
        d.mover = new VaultMover(wiring);
        d.implementation = new RebalanceVault(d.custodian, d.borrower, d.mover, wiring);
        d.factory = new VaultFactory(address(d.implementation));
        config.positions[0].config.adapter = address(d.adapter);
        d.vault = IRebalanceVault(d.factory.createVault(salt, config));
        _equal("vault's address", address(d.vault), d.factory.vaultOf(creator, salt));
    }

    /// @dev No routers, no proxy, and no route of that kind.
    function _deployProxy(address[] memory routers) private returns (address) {
        return routers.length == 0 ? address(0) : address(new SwapProxy(routers));
    }

    /// @notice Every address has code, the pool is the provider's, every feed is fresh and inside its bounds.
    function requireWorld(string memory json, InitialConfig memory config) public view {
        _equal("chain id", block.chainid, Parameters.chainId(json));
        address provider = Parameters.addressesProvider(json);
        _requireCode("aave.addressesProvider", provider);
        _equal("aave.pool", IAaveV3AddressesProvider(provider).getPool(), Parameters.pool(json));
        _requireCode("uniswapV3Factory", Parameters.uniswapV3Factory(json));
        for (uint256 i; i < config.assets.length; i++) {
            _requireAsset(config.assets[i]);
        }
        address[] memory routers = Parameters.swapRouters(json);
        for (uint256 i; i < routers.length; i++) {
            _requireCode("swapRouters", routers[i]);
        }
        (address sequencer,) = Parameters.sequencer(json);
        if (sequencer != address(0)) _requireSequencer(sequencer);
    }

    /// @notice The same configuration with every feed behind the rollup's sequencer, one transaction each; none on a chain without one.
    function sequenceFeeds(string memory json, InitialConfig memory config) public returns (InitialConfig memory) {
        (address sequencer, uint256 grace) = Parameters.sequencer(json);
        if (sequencer == address(0)) return config;
        for (uint256 i; i < config.assets.length; i++) {
            AssetConfig memory asset = config.assets[i].config;
            asset.feed = _sequenced(asset.feed, sequencer, grace);
            if (asset.secondSource == SecondSource.Feed) asset.second = _sequenced(asset.second, sequencer, grace);
        }
        return config;
    }

    function _sequenced(address feed, address sequencer, uint256 grace) private returns (address) {
        return address(new SequencedFeed(IAggregatorV3(feed), IAggregatorV3(sequencer), grace));
    }

    /// @notice Every role, limit, asset and position reads back as it was asked for.
    function requireDeployed(Deployment memory d, InitialConfig memory config) public view {
        _requireWiring(d);
        _requireRoles(d.vault, config);
        _equal("limits", keccak256(abi.encode(d.vault.limits())), keccak256(abi.encode(config.limits)));
        for (uint256 i; i < config.assets.length; i++) {
            AssetSetup memory asset = config.assets[i];
            bytes32 observed = keccak256(abi.encode(d.vault.assetConfig(asset.token)));
            _equal("asset", observed, keccak256(abi.encode(asset.config)));
        }
        for (uint256 i; i < config.positions.length; i++) {
            config.positions[i].config.adapter = address(d.adapter);
            _requirePosition(d.vault, config.positions[i]);
        }
        for (uint256 i; i < config.models.length; i++) {
            _equal("model", d.vault.isModelApproved(config.models[i]) ? 1 : 0, 1);
        }
    }

    function _requireWiring(Deployment memory d) private view {
        _equal("custodian's adapter", d.custodian.adapters()[0], address(d.adapter));
        _equal("vault's custodian", d.implementation.custodian(), address(d.custodian));
        _equal("vault's borrower", d.implementation.borrower(), address(d.borrower));
        _equal("vault's mover", d.implementation.mover(), address(d.mover));
        _equal("custodian's rescuer", d.custodian.rescuer(), address(d.rescuer));
        _equal("rescuer's configurator", d.rescuer.configurator(), address(d.configurator));
        _equal("factory's implementation", d.factory.implementation(), address(d.implementation));
        _requireCode("vault", address(d.vault));
    }

    function _requireRoles(IRebalanceVault vault, InitialConfig memory config) private view {
        _equal("owner", vault.owner(), config.owner);
        _equal("curator", vault.curator(), config.roles.curator);
        _equal("guardian", vault.guardian(), config.roles.guardian);
        _equal("signer", vault.signer(), config.roles.signer);
        _equal("timelockSeconds", vault.timelockSeconds(), config.timelockSeconds);
        _equal("state", uint8(vault.state()), uint8(VaultState.Active));
        _equal("configEpoch", vault.configEpoch(), 1);
    }

    function _requirePosition(IRebalanceVault vault, PositionSetup memory setup) private view {
        bytes32 observed = keccak256(abi.encode(vault.positionConfig(setup.positionId)));
        _equal("position", observed, keccak256(abi.encode(setup.config)));
        for (uint256 i; i < setup.tokens.length; i++) {
            uint8 role = uint8(vault.tokenRole(setup.positionId, setup.tokens[i].token));
            _equal("role", role, uint8(setup.tokens[i].role));
        }
    }

    /// @dev Replicas share chain ids with real chains: their file is one that git ignores.
    function _write(Deployment memory d) private {
        vm.serializeAddress("deployment", "adapter", address(d.adapter));
        vm.serializeAddress("deployment", "configurator", address(d.configurator));
        vm.serializeAddress("deployment", "rescuer", address(d.rescuer));
        vm.serializeAddress("deployment", "custodian", address(d.custodian));
        vm.serializeAddress("deployment", "borrower", address(d.borrower));
        vm.serializeAddress("deployment", "mover", address(d.mover));
        vm.serializeAddress("deployment", "implementation", address(d.implementation));
        vm.serializeAddress("deployment", "factory", address(d.factory));
        string memory json = vm.serializeAddress("deployment", "vault", address(d.vault));
        string memory suffix = REPLICA_MARKER.code.length == 0 ? ".json" : ".local.json";
        string memory path = string.concat("script/output/", vm.toString(block.chainid), suffix);
        vm.writeJson(json, path);
        console.log("vault", address(d.vault));
        console.log("written to", path);
    }
}
