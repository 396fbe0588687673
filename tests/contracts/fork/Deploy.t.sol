// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractWorldCheck} from "../../../script/AbstractWorldCheck.sol";
import {Deploy, Deployment} from "../../../script/Deploy.s.sol";
import {Parameters} from "../../../script/Parameters.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {RebalanceVault} from "ballast/RebalanceVault.sol";
import {VaultBorrower} from "ballast/VaultBorrower.sol";
import {VaultConfigurator} from "ballast/VaultConfigurator.sol";
import {VaultCustodian} from "ballast/VaultCustodian.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {VaultMover} from "ballast/VaultMover.sol";
import {VaultRescuer} from "ballast/VaultRescuer.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {SequencedFeed} from "ballast/oracle/SequencedFeed.sol";
import {SwapProxy} from "ballast/swap/SwapProxy.sol";
import {InitialConfig, Roles} from "ballast/types/Config.sol";
import {Wiring} from "ballast/types/Wiring.sol";

/// @notice An uptime feed that has said the same for half a day.
contract SteadyUptime {
    int256 private answer;

    function say(int256 answer_) external {
        answer = answer_;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, answer, block.timestamp - 12 hours, block.timestamp, 1);
    }
}

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
        address[] memory routers = new address[](1);
        routers[0] = Mainnet.UNISWAP_SWAP_ROUTER_02;
        assertEq(SwapProxy(d.vault.swapProxy()).routers(), routers);
    }

    function test_script_routersAreContracts_andWithoutThemThereIsNoProxy() public {
        InitialConfig memory config = _config();
        string memory listed = vm.toString(Mainnet.UNISWAP_SWAP_ROUTER_02);
        string memory wrong = vm.replace(json, string.concat('["', listed), string.concat('["', vm.toString(stranger)));
        vm.expectRevert(abi.encodeWithSelector(AbstractWorldCheck.NoCode.selector, "swapRouters", stranger));
        script.requireWorld(wrong, config);
        string memory none = vm.replace(json, string.concat('["', listed, '"]'), "[]");
        Deployment memory d = script.deploy(none, config, 0, address(script));
        assertEq(d.vault.swapProxy(), address(0));
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
        vm.expectRevert(abi.encodeWithSelector(AbstractWorldCheck.Mismatch.selector, "chain id", 5, 1));
        script.requireWorld(json, config);
        vm.chainId(1);
        vm.warp(vm.getBlockTimestamp() + 4201);
        vm.expectRevert(abi.encodeWithSelector(AbstractWorldCheck.FeedUnusable.selector, Mainnet.WETH, 3000e8, 4201));
        script.requireWorld(json, config);
    }

    function test_script_onARollup_putsEveryFeedBehindItsSequencer() public {
        SteadyUptime uptime = new SteadyUptime();
        string memory sequenced = _sequenced(address(uptime));
        InitialConfig memory config = _config();
        uptime.say(1);
        vm.expectRevert(
            abi.encodeWithSelector(AbstractWorldCheck.Mismatch.selector, "sequencer's answer", bytes32(uint256(1)), 0)
        );
        script.requireWorld(sequenced, config);
        uptime.say(0);
        script.requireWorld(sequenced, config);
        config = script.sequenceFeeds(sequenced, config);
        Deployment memory d = script.deploy(sequenced, config, 0, address(script));
        script.requireDeployed(d, config);
        SequencedFeed feed = SequencedFeed(d.vault.assetToPriceFeed(Mainnet.WETH));
        assertEq(address(feed.feed()), Mainnet.ETH_USD_FEED);
        assertEq(address(feed.sequencer()), address(uptime));
        assertEq(feed.graceSeconds(), 3600);
        assertEq(d.vault.getPortfolioValue(), 0);
        uptime.say(1);
        vm.expectPartialRevert(IVaultTerms.FeedRefused.selector);
        d.vault.getPortfolioValue();
    }

    function test_script_noticesAVaultThatIsNotAsAsked() public {
        InitialConfig memory config = _config();
        Deployment memory d = script.deploy(json, config, 0, address(script));
        config.roles.guardian = stranger;
        vm.expectPartialRevert(AbstractWorldCheck.Mismatch.selector);
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
        Wiring memory wiring =
            Wiring(new address[](1), Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, address(0), address(0));
        wiring.adapters[0] = stranger;
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "adapter"));
        new VaultConfigurator(wiring);
        wiring.adapters[0] = address(adapter);
        VaultConfigurator configurator = new VaultConfigurator(wiring);
        wiring.uniswapV3Factory = stranger;
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "uniswapV3Factory"));
        new VaultRescuer(configurator, wiring);
        IAaveV3AddressesProvider provider = IAaveV3AddressesProvider(Mainnet.AAVE_ADDRESSES_PROVIDER);
        vm.expectRevert(abi.encodeWithSelector(AaveV3Adapter.PoolMismatch.selector, stranger, Mainnet.AAVE_POOL));
        new AaveV3Adapter(provider, IAaveV3Pool(stranger));
    }

    function test_planes_mustShareOneWiring() public {
        Wiring memory wiring =
            Wiring(new address[](1), Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, address(0), address(0));
        wiring.adapters[0] = address(adapter);
        VaultConfigurator configurator = new VaultConfigurator(wiring);
        VaultRescuer rescuer = new VaultRescuer(configurator, wiring);
        VaultCustodian custodian = new VaultCustodian(rescuer, wiring);
        VaultBorrower borrower = new VaultBorrower(wiring);
        VaultMover mover = new VaultMover(wiring);
        bytes32 made = keccak256(abi.encode(wiring));
        wiring.uniswapV3Factory = address(adapter);
        bytes memory reason =
            abi.encodeWithSelector(IVaultTerms.WiringMismatch.selector, made, keccak256(abi.encode(wiring)));
        vm.expectRevert(reason);
        new VaultRescuer(configurator, wiring);
        vm.expectRevert(reason);
        new VaultCustodian(rescuer, wiring);
        vm.expectRevert(reason);
        new RebalanceVault(custodian, borrower, mover, wiring);
        VaultCustodian other = new VaultCustodian(new VaultRescuer(new VaultConfigurator(wiring), wiring), wiring);
        vm.expectRevert(reason);
        new RebalanceVault(other, borrower, mover, wiring);
        VaultBorrower otherBorrower = new VaultBorrower(wiring);
        vm.expectRevert(reason);
        new RebalanceVault(other, otherBorrower, mover, wiring);
        new RebalanceVault(other, otherBorrower, new VaultMover(wiring), wiring);
    }

    function test_wiring_lendersAreContractsOrNotThere() public {
        Wiring memory wiring = Wiring(new address[](1), Mainnet.UNISWAP_FACTORY, address(0), address(0), address(0));
        wiring.adapters[0] = address(adapter);
        new VaultConfigurator(wiring);
        wiring.aaveFlashPool = stranger;
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "aaveFlashPool"));
        new VaultConfigurator(wiring);
        (wiring.aaveFlashPool, wiring.freeFlashLender) = (address(0), stranger);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "freeFlashLender"));
        new VaultConfigurator(wiring);
    }

    function test_wiring_holdsOneToSixVenues() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "adapters", 0, 6));
        new VaultConfigurator(
            Wiring(new address[](0), Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, address(0), address(0))
        );
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "adapters", 7, 6));
        new VaultConfigurator(
            Wiring(new address[](7), Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, address(0), address(0))
        );
        Wiring memory wiring =
            Wiring(new address[](6), Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, address(0), address(0));
        for (uint160 i; i < 6; i++) {
            wiring.adapters[i] = address(0xa000 + i);
            vm.etch(wiring.adapters[i], hex"00");
        }
        VaultRescuer rescuer = new VaultRescuer(new VaultConfigurator(wiring), wiring);
        assertEq(new VaultCustodian(rescuer, wiring).adapters(), wiring.adapters);
    }

    function test_creationGas_fitsATransaction() public {
        Wiring memory wiring =
            Wiring(new address[](1), Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, address(0), address(0));
        wiring.adapters[0] = address(adapter);
        uint256 gasBefore = gasleft();
        VaultConfigurator configurator = new VaultConfigurator(wiring);
        assertLt(gasBefore - gasleft(), 7_000_000, "configurator");
        gasBefore = gasleft();
        VaultRescuer rescuer = new VaultRescuer(configurator, wiring);
        assertLt(gasBefore - gasleft(), 7_000_000, "rescuer");
        gasBefore = gasleft();
        VaultCustodian custodian = new VaultCustodian(rescuer, wiring);
        assertLt(gasBefore - gasleft(), 7_000_000, "custodian");
        gasBefore = gasleft();
        VaultBorrower borrower = new VaultBorrower(wiring);
        assertLt(gasBefore - gasleft(), 7_000_000, "borrower");
        gasBefore = gasleft();
        VaultMover mover = new VaultMover(wiring);
        assertLt(gasBefore - gasleft(), 7_000_000, "mover");
        gasBefore = gasleft();
        new RebalanceVault(custodian, borrower, mover, wiring);
        assertLt(gasBefore - gasleft(), 7_000_000, "vault");
    }

    function _sequenced(address uptime) private view returns (string memory) {
        string memory section =
            string.concat('"sequencer": {"feed": "', vm.toString(uptime), '", "graceSeconds": 3600}, "chainId": 1,');
        return vm.replace(json, '"chainId": 1,', section);
    }

    function _config() private view returns (InitialConfig memory) {
        return Parameters.config(json, owner, Roles({curator: curator, guardian: guardian, signer: signer}));
    }
}
