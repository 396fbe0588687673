// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileFeed} from "../mocks/HostileFeed.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {VaultCustodian} from "ballast/VaultCustodian.sol";
import {VaultRescuer} from "ballast/VaultRescuer.sol";
import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultConfiguration} from "ballast/interfaces/IVaultConfiguration.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IUniswapV3Factory, IUniswapV3Pool} from "ballast/interfaces/external/IUniswapV3Pool.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    Limits,
    PositionConfig,
    PositionSetup,
    PositionToken,
    QueueTerms,
    SecondSource,
    TokenRole,
    VaultState
} from "ballast/types/Config.sol";
import {NetTerms} from "ballast/types/Net.sol";

/// @notice Roles, timelock, limits: what loosens waits, what tightens does not, every change ends the decisions made before.
contract ConfigurationForkTest is VaultTest {
    // ---------------------------------------------------------------- initialisation

    function test_initialize_setsWhatWasAsked() public view {
        assertEq(vault.owner(), owner);
        assertEq(vault.curator(), curator);
        assertEq(vault.guardian(), guardian);
        assertEq(vault.signer(), signer);
        assertEq(vault.timelockSeconds(), Defaults.TIMELOCK);
        assertEq(vault.configEpoch(), 1);
        assertEq(abi.encode(vault.limits()), abi.encode(Defaults.limits()));
        assertEq(abi.encode(vault.assetConfig(Mainnet.WETH)), abi.encode(Defaults.weth()));
        assertEq(abi.encode(vault.assetConfig(Mainnet.USDC)), abi.encode(Defaults.usdc()));
        assertEq(
            abi.encode(vault.positionConfig(Defaults.POSITION)), abi.encode(Defaults.position(address(adapter)).config)
        );
        assertEq(uint8(vault.tokenRole(Defaults.POSITION, Mainnet.WETH)), uint8(TokenRole.Collateral));
        assertEq(uint8(vault.tokenRole(Defaults.POSITION, Mainnet.USDC)), uint8(TokenRole.Debt));
        assertEq(vault.positionTokens(Defaults.POSITION).length, 2);
        assertEq(vault.assetList().length, 2);
        assertEq(vault.positionList()[0], Defaults.POSITION);
        assertTrue(vault.isModelApproved(Defaults.MODEL));
    }

    function test_initialize_once_andNeverOnTheImplementation() public {
        InitialConfig memory config = initialConfig();
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        vault.initialize(config);
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        IRebalanceVault(address(implementation)).initialize(config);
        VaultCustodian custodian = VaultCustodian(payable(implementation.custodian()));
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        IRebalanceVault(address(custodian)).initialize(config);
        address plane = VaultRescuer(payable(custodian.rescuer())).configurator();
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        IVaultConfiguration(plane).initialize(config);
    }

    function test_initialize_needsOwnerCuratorGuardian() public {
        InitialConfig memory config = initialConfig();
        config.owner = address(0);
        _refuseVault(config, abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "owner"));
        config = initialConfig();
        config.roles.curator = address(0);
        _refuseVault(config, abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "curator"));
        config = initialConfig();
        config.roles.guardian = address(0);
        _refuseVault(config, abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "guardian"));
        config = initialConfig();
        config.roles.signer = address(0);
        factory.createVault("no agent yet", config);
    }

    function test_planesCalledDirectly_knowNobody() public {
        VaultCustodian custodian = VaultCustodian(payable(implementation.custodian()));
        bytes memory refusal = abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, owner);
        IVaultConfiguration plane = IVaultConfiguration(VaultRescuer(payable(custodian.rescuer())).configurator());
        vm.startPrank(owner);
        vm.expectRevert(refusal);
        plane.setSigner(stranger);
        vm.expectRevert(refusal);
        custodian.sweepNative(0, payable(owner));
        vm.expectRevert(refusal);
        IRebalanceVault(address(custodian)).setSigner(stranger);
    }

    // ---------------------------------------------------------------- who may do what

    function test_strangersAndTheAgent_mayDoNothing() public {
        bytes[] memory calls = _allCalls();
        address[3] memory others = [signer, keeper, stranger];
        for (uint256 i; i < calls.length; i++) {
            for (uint256 j; j < others.length; j++) {
                vm.prank(others[j]);
                vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, others[j]));
                callVault(calls[i]);
            }
        }
    }

    function test_guardian_mayOnlyStop() public {
        bytes[] memory calls = _allCalls();
        for (uint256 i; i < calls.length; i++) {
            bytes4 selector = bytes4(calls[i]);
            bool stops = selector == vault.veto.selector || selector == vault.revokeSigner.selector
                || selector == vault.cancelNonces.selector || selector == vault.setState.selector;
            if (stops) continue;
            vm.prank(guardian);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, guardian));
            callVault(calls[i]);
        }
        vm.startPrank(guardian);
        vault.setState(VaultState.Reducing);
        vault.setState(VaultState.Halted);
        vault.cancelNonces(Defaults.POSITION, 0, 1);
        vault.revokeSigner();
        assertEq(vault.signer(), address(0));
    }

    function test_curator_mayNotActAsTheOwner() public {
        bytes[3] memory calls = [
            abi.encodeCall(vault.setSigner, (stranger)),
            abi.encodeCall(vault.setRoles, (stranger, stranger)),
            abi.encodeCall(vault.transferOwnership, (stranger))
        ];
        for (uint256 i; i < calls.length; i++) {
            vm.prank(curator);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, curator));
            callVault(calls[i]);
        }
    }

    function test_state_onlyTheOwnerEases() public {
        address[2] memory brakes = [curator, guardian];
        for (uint256 i; i < 2; i++) {
            vm.prank(brakes[i]);
            vault.setState(VaultState.Reducing);
            for (uint8 to; to <= uint8(VaultState.Reducing); to++) {
                vm.prank(brakes[i]);
                vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, brakes[i]));
                vault.setState(VaultState(to));
            }
            vm.prank(owner);
            vault.setState(VaultState.Active);
        }
    }

    function test_ownership_passesInTwoSteps() public {
        vm.prank(owner);
        vault.transferOwnership(stranger);
        assertEq(vault.pendingOwner(), stranger);
        assertEq(vault.owner(), owner, "offered, not passed");
        vm.prank(keeper);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, keeper));
        vault.acceptOwnership();
        vm.prank(stranger);
        vault.acceptOwnership();
        assertEq(vault.owner(), stranger);
        assertEq(vault.pendingOwner(), address(0));
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, owner));
        vault.sweep(Mainnet.WETH, 0, owner);
    }

    function test_roles_andSigner_areTheOwnersToSet() public {
        vm.startPrank(owner);
        vault.setSigner(stranger);
        vault.setRoles(keeper, stranger);
        assertEq(vault.signer(), stranger);
        assertEq(vault.curator(), keeper);
        assertEq(vault.guardian(), stranger);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "signer"));
        vault.setSigner(address(0));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "curator"));
        vault.setRoles(address(0), guardian);
    }

    // ---------------------------------------------------------------- timelock

    function test_timelock_boundary() public {
        bytes memory call = abi.encodeCall(vault.approveModel, (keccak256("next")));
        vm.startPrank(curator);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotSubmitted.selector, keccak256(call)));
        callVault(call);
        vault.submit(call);
        uint256 ripeAt = vm.getBlockTimestamp() + Defaults.TIMELOCK;
        assertEq(vault.executableAt(keccak256(call)), ripeAt);
        vm.warp(ripeAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.TimelockPending.selector, ripeAt - 1, ripeAt));
        callVault(call);
        vm.warp(ripeAt);
        callVault(call);
        assertTrue(vault.isModelApproved(keccak256("next")));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotSubmitted.selector, keccak256(call)));
        callVault(call);
    }

    function test_timelock_holdsTheOwnerToo() public {
        bytes memory call = abi.encodeCall(vault.approveModel, (keccak256("next")));
        vm.startPrank(owner);
        vault.submit(call);
        vm.expectPartialRevert(IVaultTerms.TimelockPending.selector);
        callVault(call);
    }

    function test_modelApprovedAgain_standsInTheListOnce() public {
        configure(abi.encodeCall(vault.approveModel, (Defaults.MODEL)));
        assertEq(vault.modelList().length, 1);
        vm.prank(curator);
        vault.revokeModel(Defaults.MODEL);
        assertFalse(vault.isModelApproved(Defaults.MODEL));
    }

    function test_modelRevoked_fromTheMiddle_leavesTheOthers() public {
        configure(abi.encodeCall(vault.approveModel, (keccak256("next"))));
        vm.prank(curator);
        vault.revokeModel(Defaults.MODEL);
        assertFalse(vault.isModelApproved(Defaults.MODEL));
        assertTrue(vault.isModelApproved(keccak256("next")));
        assertEq(vault.modelList().length, 1);
    }

    function test_models_boundary() public {
        for (uint256 i = 1; i < 16; i++) {
            configure(abi.encodeCall(vault.approveModel, (bytes32(i))));
        }
        bytes memory call = abi.encodeCall(vault.approveModel, (bytes32(uint256(16))));
        vm.prank(curator);
        vault.submit(call);
        passTime(Defaults.TIMELOCK);
        vm.expectRevert(_forbidden("models", 17, 16));
        vm.prank(curator);
        callVault(call);
    }

    /// @dev What has refilled until now did so by the old cap, whatever the new one is.
    function test_idleBudget_ofNewTerms_beginsWithWhatTheOldOnesHadFilled() public {
        fundIdle(Mainnet.WETH, 50 ether);
        send(addCollateral(50 ether));
        AssetConfig memory a = Defaults.weth();
        a.idlePerWindow *= 10;
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, a)));
        assertEq(vault.idleBudget(Mainnet.WETH), 50 ether);
    }

    /// @dev The queue's terms and the net's loosen as limits do.
    function test_queueAndNet_waitToo() public {
        QueueTerms memory queue;
        NetTerms memory net;
        bytes[2] memory calls =
            [abi.encodeCall(vault.setQueue, (queue)), abi.encodeCall(vault.setNet, (Defaults.POSITION, net))];
        for (uint256 i; i < 2; i++) {
            _submitTooEarly(calls[i]);
        }
    }

    function test_everyLooseningSetter_waits() public {
        bytes[] memory calls = _timelockedCalls();
        for (uint256 i; i < calls.length; i++) {
            _submitTooEarly(calls[i]);
            passTime(Defaults.TIMELOCK);
            vm.prank(curator);
            callVault(calls[i]);
        }
    }

    /// @dev Refused before it is submitted and until the timelock has passed.
    function _submitTooEarly(bytes memory call) private {
        vm.startPrank(curator);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotSubmitted.selector, keccak256(call)));
        callVault(call);
        vault.submit(call);
        vm.expectPartialRevert(IVaultTerms.TimelockPending.selector);
        callVault(call);
        vm.stopPrank();
    }

    function test_submission_isOfOneCalldata_andOnce() public {
        bytes memory call = abi.encodeCall(vault.approveModel, (keccak256("next")));
        vm.startPrank(curator);
        vault.submit(call);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.AlreadySubmitted.selector, keccak256(call)));
        vault.submit(call);
        skip(Defaults.TIMELOCK);
        vm.expectPartialRevert(IVaultTerms.NotSubmitted.selector);
        vault.approveModel(keccak256("another"));
        vault.approveModel(keccak256("next"));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotSubmitted.selector, keccak256(call)));
        vault.approveModel(keccak256("next"));
    }

    function test_modelThatIsApproved_isNotListedTwice() public {
        configure(abi.encodeCall(vault.approveModel, (Defaults.MODEL)));
        assertEq(vault.modelList().length, 1);
        assertTrue(vault.isModelApproved(Defaults.MODEL));
    }

    function test_onlyTimelockedSetters_canBeSubmitted() public {
        bytes memory call = abi.encodeCall(vault.setSigner, (stranger));
        vm.prank(curator);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVaultTerms.ValueForbidden.selector, "selector", uint32(IVaultConfiguration.setSigner.selector), 0
            )
        );
        vault.submit(call);
    }

    function test_veto_byOwnerOrGuardian_killsASubmission() public {
        bytes memory call = abi.encodeCall(vault.approveModel, (keccak256("next")));
        address[2] memory vetoers = [owner, guardian];
        for (uint256 i; i < 2; i++) {
            vm.prank(curator);
            vault.submit(call);
            vm.prank(vetoers[i]);
            vault.veto(call);
            skip(Defaults.TIMELOCK);
            vm.prank(curator);
            vm.expectPartialRevert(IVaultTerms.NotSubmitted.selector);
            callVault(call);
        }
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotSubmitted.selector, keccak256(call)));
        vault.veto(call);
    }

    function test_shorterDelay_waitsOutTheOldOne() public {
        bytes memory call = abi.encodeCall(vault.setTimelock, (1 hours));
        vm.startPrank(curator);
        vault.submit(call);
        skip(1 hours);
        vm.expectPartialRevert(IVaultTerms.TimelockPending.selector);
        callVault(call);
        skip(Defaults.TIMELOCK);
        callVault(call);
        assertEq(vault.timelockSeconds(), 1 hours);
    }

    // ---------------------------------------------------------------- epoch

    function test_everyChange_bumpsTheEpoch_andNamesItself() public {
        bytes[] memory calls = new bytes[](5);
        calls[0] = abi.encodeCall(vault.tightenLimits, (Defaults.limits()));
        calls[1] = abi.encodeCall(vault.revokeModel, (Defaults.MODEL));
        calls[2] = abi.encodeCall(vault.disablePosition, (Defaults.POSITION));
        calls[3] = abi.encodeCall(vault.revokeSigner, ());
        calls[4] = abi.encodeCall(vault.setState, (VaultState.Reducing));
        _expectEpochs(curator, calls);
        calls = new bytes[](3);
        calls[0] = abi.encodeCall(vault.setSigner, (signer));
        calls[1] = abi.encodeCall(vault.setRoles, (curator, guardian));
        calls[2] = abi.encodeCall(vault.setState, (VaultState.Active));
        _expectEpochs(owner, calls);
        calls = _timelockedCalls();
        for (uint256 i; i < calls.length; i++) {
            uint64 before = vault.configEpoch();
            configure(calls[i]);
            assertEq(vault.configEpoch(), before + 1);
        }
    }

    function test_cancelledNonces_leaveTheEpochAlone() public {
        uint64 before = vault.configEpoch();
        vm.prank(owner);
        vault.cancelNonces(Defaults.POSITION, 0, 1);
        assertEq(vault.configEpoch(), before);
    }

    // ---------------------------------------------------------------- tightening

    function test_tightenLimits_everyField_boundary() public {
        for (uint256 i; i < 10; i++) {
            (Limits memory looser, string memory field, uint256 observed, uint256 current) = _bend(i, true);
            vm.prank(curator);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotTighter.selector, field, observed, current));
            vault.tightenLimits(looser);
            (Limits memory tighter,,,) = _bend(i, false);
            uint256 state = vm.snapshotState();
            vm.prank(curator);
            vault.tightenLimits(tighter);
            assertEq(abi.encode(vault.limits()), abi.encode(tighter), field);
            vm.revertToState(state);
        }
        vm.prank(curator);
        vault.tightenLimits(Defaults.limits()); // equal is tight enough
    }

    function test_raisedLimits_fillNoPastTime() public {
        send(deleverage(10 ether));
        uint256 left = vault.lossBudget();
        assertLt(left, 3000e18);
        Limits memory limits = Defaults.limits();
        limits.lossPerWindowWad = 60_000e18;
        vm.prank(curator);
        vault.submit(abi.encodeCall(vault.setLimits, (limits)));
        skip(Defaults.TIMELOCK); // long enough to fill the old burst, and no more
        vm.prank(curator);
        vault.setLimits(limits);
        assertEq(vault.lossBudget(), 3000e18, "the old cap governs the time before the change");
    }

    // ---------------------------------------------------------------- bounds of every field

    function test_limits_everyField_boundary() public {
        _checkLimit("windowSeconds", 0, 1 hours, 30 days);
        _checkLimit("maxLossBps", 1, 1, 1000);
        _checkLimit("maxSlippageBps", 2, 1, 1000);
        _checkLimit("agreeBps", 3, 1, 500); // up to disagreeBps
        _checkLimit("disagreeBps", 4, 200, 5000);
        _checkLimit("maxLifetimeSeconds", 5, 1, 1 days);
        _checkLimit("maxSnapshotAgeBlocks", 6, 1, 7200);
        _checkLimit("lossPerWindowWad", 7, 2, type(uint96).max - 1);
        _checkLimit("notionalPerWindowWad", 8, 2, type(uint96).max - 1);
        _checkLimit("maxActionWad", 9, 1, type(uint128).max - 1);
    }

    function test_timelock_bounds_boundary() public {
        InitialConfig memory config = initialConfig();
        config.timelockSeconds = 1 hours - 1;
        _refuseVault(config, _forbidden("timelockSeconds", 1 hours - 1, 1 hours));
        config.timelockSeconds = 30 days + 1;
        _refuseVault(config, _forbidden("timelockSeconds", 30 days + 1, 30 days));
        config.timelockSeconds = 1 hours;
        factory.createVault("least", config);
        config.timelockSeconds = 30 days;
        factory.createVault("most", config);
    }

    function test_asset_numbers_boundary() public {
        AssetConfig memory a = Defaults.weth();
        a.maxAgeSeconds = 0;
        _refuseAsset(a, _forbidden("maxAgeSeconds", 0, 1));
        a.maxAgeSeconds = 2 days + 1;
        _refuseAsset(a, _forbidden("maxAgeSeconds", 2 days + 1, 2 days));
        a.maxAgeSeconds = 2 days;
        _acceptAsset(a);
        a.maxJumpBps = 0;
        _refuseAsset(a, _forbidden("maxJumpBps", 0, 1));
        a.maxJumpBps = 10_001;
        _refuseAsset(a, _forbidden("maxJumpBps", 10_001, 10_000));
        a.maxJumpBps = 10_000;
        _acceptAsset(a);
        a.minPriceWad = 0;
        _refuseAsset(a, _forbidden("minPriceWad", 0, 1));
        (a.minPriceWad, a.maxPriceWad) = (5, 5);
        _refuseAsset(a, _forbidden("maxPriceWad", 5, 6));
        a.maxPriceWad = 6;
        _acceptAsset(a);
    }

    function test_asset_decimals_areReadAgain() public {
        AssetConfig memory a = Defaults.weth();
        a.tokenDecimals = 17;
        _refuseAsset(a, _forbidden("tokenDecimals", 17, 18));
        a = Defaults.weth();
        a.feedDecimals = 18;
        _refuseAsset(a, _forbidden("feedDecimals", 18, 8));
        HostileFeed feed = new HostileFeed();
        feed.setDecimals(19);
        (a.feed, a.feedDecimals) = (address(feed), 19);
        _refuseAsset(a, _forbidden("feedDecimals", 19, 18));
        vm.mockCall(Mainnet.WETH, abi.encodeCall(IERC20Metadata.decimals, ()), abi.encode(19));
        a = Defaults.weth();
        a.tokenDecimals = 19;
        _refuseAsset(a, _forbidden("tokenDecimals", 19, 18));
    }

    function test_asset_feedMustExist() public {
        AssetConfig memory a = Defaults.weth();
        a.feed = address(0);
        _refuseAsset(a, abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "feed"));
    }

    function test_asset_secondSource_isAChoice() public {
        AssetConfig memory a = Defaults.weth();
        a.secondSource = SecondSource.Unset;
        _refuseAsset(a, abi.encodeWithSelector(IVaultTerms.SecondSourceUnset.selector, Mainnet.WETH));
        a.secondSource = SecondSource.Absent;
        _refuseAsset(a, _forbidden("second", uint160(a.second), 0));
        a.second = address(0);
        _refuseAsset(a, _forbidden("secondSeconds", 600, 0));
        a.secondSeconds = 0;
        _acceptAsset(a);
    }

    function test_asset_twapWindow_boundary() public {
        AssetConfig memory a = Defaults.weth();
        a.secondSeconds = 601;
        _refuseAsset(a, _forbidden("secondSeconds", 601, 600));
        a.secondSeconds = 0;
        _refuseAsset(a, _forbidden("secondSeconds", 0, 1));
        a.secondSeconds = 1;
        _acceptAsset(a);
    }

    function test_asset_twapPool_mustBeTheFactorys_ofThisToken_withAQuoteThatHasAFeed() public {
        AssetConfig memory a = Defaults.weth();
        a.second = address(0);
        _refuseAsset(a, abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "second"));
        a.second = address(new ForgedPool(Mainnet.USDC, Mainnet.WETH, 500));
        _refuseAsset(a, _forbidden("second", uint160(a.second), uint160(Mainnet.UNISWAP_USDC_WETH_POOL)));
        a.second = Mainnet.UNISWAP_USDC_WETH_POOL;
        vm.mockCall(a.second, abi.encodeCall(IUniswapV3Pool.token1, ()), abi.encode(Mainnet.WBTC));
        vm.mockCall( // USDC and WBTC: the factory's, but not of this token
            Mainnet.UNISWAP_FACTORY,
            abi.encodeCall(IUniswapV3Factory.getPool, (Mainnet.USDC, Mainnet.WBTC, Mainnet.UNISWAP_FEE)),
            abi.encode(a.second)
        );
        _refuseAsset(a, _forbidden("second.token", uint160(Mainnet.WETH), uint160(Mainnet.WBTC)));
        vm.clearMockedCalls();
        InitialConfig memory config = initialConfig();
        (config.assets[0], config.assets[1]) = (config.assets[1], config.assets[0]);
        _refuseVault(config, abi.encodeWithSelector(IVaultTerms.FeedUnset.selector, Mainnet.USDC));
    }

    function test_position_numbers_boundary() public {
        PositionSetup memory p = Defaults.position(address(adapter));
        p.config.healthFloorWad = 1e18;
        _refusePosition(p, _forbidden("healthFloorWad", 1e18, 1e18 + 1));
        p = Defaults.position(address(adapter));
        p.config.healthCeilingWad = p.config.healthFloorWad;
        _refusePosition(p, _forbidden("healthCeilingWad", 1.2e18, 1.2e18 + 1));
        p = Defaults.position(address(adapter));
        p.config.emergencyHealthWad = p.config.healthFloorWad;
        _refusePosition(p, _forbidden("emergencyHealthWad", 1.2e18, 1.2e18 - 1));
        p.config.emergencyHealthWad = 1e18 - 1;
        _refusePosition(p, _forbidden("emergencyHealthWad", 1e18 - 1, 1e18));
        p = Defaults.position(address(adapter));
        p.config.minHealthGainWad = 0;
        _refusePosition(p, _forbidden("minHealthGainWad", 0, 1));
        p.config.healthCeilingWad = p.config.healthFloorWad + 1;
        p.config.emergencyHealthWad = p.config.healthFloorWad - 1;
        p.config.minHealthGainWad = 1;
        configure(abi.encodeCall(vault.setPosition, (p)));
    }

    function test_position_numbers_upperBoundary() public {
        PositionSetup memory p = Defaults.position(address(adapter));
        p.config.minHealthGainWad = 1e18 + 1;
        _refusePosition(p, _forbidden("minHealthGainWad", 1e18 + 1, 1e18));
        p.config.minHealthGainWad = 1e18;
        p.config.healthCeilingWad = type(uint128).max;
        p.config.healthFloorWad = 100e18 + 1;
        _refusePosition(p, _forbidden("healthFloorWad", 100e18 + 1, 100e18));
        p.config.healthFloorWad = 100e18;
        configure(abi.encodeCall(vault.setPosition, (p)));
    }

    /// @dev Collateral that the venue cannot hold and debt that it cannot lend are found when they are listed, not when they are needed.
    function test_position_tokens_mustBeTheVenuesOnBothSides() public {
        PositionSetup memory p = Defaults.position(address(adapter));
        bytes4[2] memory questions = [ILendingAdapter.collateralOf.selector, ILendingAdapter.debtOf.selector];
        for (uint256 i; i < 2; i++) {
            vm.mockCallRevert(address(adapter), abi.encodeWithSelector(questions[i]), "UNLISTED");
            _refusePosition(p, "UNLISTED");
            vm.clearMockedCalls();
        }
        configure(abi.encodeCall(vault.setPosition, (p)));
    }

    function test_position_venue_isFixed_andTheOnlyOne() public {
        PositionSetup memory p = Defaults.position(stranger);
        _refusePosition(p, abi.encodeWithSelector(IVaultTerms.VenueForbidden.selector, stranger, adapter));
        p = Defaults.position(address(adapter));
        p.config.venueRef = bytes32(uint256(1));
        _refusePosition(p, _forbidden("venueRef", 1, 0));
        p = Defaults.position(address(adapter));
        p.positionId = 8; // Aave has one account per vault, and position 7 has it
        _refusePosition(p, _forbidden("venueRef", 0, 7));
    }

    /// @dev Sixteen at most, and a known one may always change. The tokens are made up, the feed is ether's.
    function test_assets_boundary() public {
        AssetConfig memory a = Defaults.weth();
        (a.secondSource, a.second, a.secondSeconds) = (SecondSource.Absent, address(0), 0);
        InitialConfig memory config = initialConfig();
        AssetSetup[] memory assets = new AssetSetup[](17);
        (assets[0], assets[1]) = (config.assets[0], config.assets[1]);
        for (uint256 i = 2; i < 17; i++) {
            assets[i] = AssetSetup(address(uint160(0xa55e7000 + i)), a);
            vm.mockCall(assets[i].token, abi.encodeCall(IERC20Metadata.decimals, ()), abi.encode(18));
        }
        config.assets = assets;
        _refuseVault(config, _forbidden("assets", 17, 16));
        assets[16] = AssetSetup(assets[15].token, a);
        address made = factory.createVault("sixteen", config);
        assertEq(IRebalanceVault(made).assetList().length, 16);
    }

    /// @dev Eight at most. The accounts are made up: what a venue says to unknown ones is its own matter.
    function test_positions_boundary() public {
        vm.mockCall(address(adapter), abi.encodeWithSelector(ILendingAdapter.collateralOf.selector), abi.encode(0));
        vm.mockCall(address(adapter), abi.encodeWithSelector(ILendingAdapter.debtOf.selector), abi.encode(0));
        PositionSetup memory p = Defaults.position(address(adapter));
        for (uint256 i = 1; i < 8; i++) {
            (p.positionId, p.config.venueRef) = (100 + i, bytes32(i));
            configure(abi.encodeCall(vault.setPosition, (p)));
        }
        assertEq(vault.positionList().length, 8);
        (p.positionId, p.config.venueRef) = (108, bytes32(uint256(8)));
        _refusePosition(p, _forbidden("positions", 9, 8));
    }

    function test_position_tokens_needFeedRoleAndBeOnce() public {
        PositionSetup memory p = Defaults.position(address(adapter));
        p.tokens[0].token = stranger;
        _refusePosition(p, abi.encodeWithSelector(IVaultTerms.FeedUnset.selector, stranger));
        p = Defaults.position(address(adapter));
        p.tokens[0].role = TokenRole.None;
        _refusePosition(
            p,
            abi.encodeWithSelector(
                IVaultTerms.TokenForbidden.selector, Mainnet.WETH, TokenRole.None, TokenRole.Collateral
            )
        );
        p.tokens[0] = p.tokens[1];
        _refusePosition(
            p, abi.encodeWithSelector(IVaultTerms.TokenForbidden.selector, Mainnet.USDC, TokenRole.Debt, TokenRole.None)
        );
        p.tokens = new PositionToken[](0);
        _refusePosition(p, _forbidden("tokens", 0, 1));
    }

    function test_position_setAgain_forgetsOldRoles() public {
        PositionSetup memory p = Defaults.position(address(adapter));
        (p.tokens[0].role, p.tokens[1].role) = (TokenRole.Debt, TokenRole.Collateral);
        PositionToken[] memory one = new PositionToken[](1);
        one[0] = p.tokens[1];
        p.tokens = one;
        configure(abi.encodeCall(vault.setPosition, (p)));
        assertEq(uint8(vault.tokenRole(Defaults.POSITION, Mainnet.WETH)), uint8(TokenRole.None));
        assertEq(uint8(vault.tokenRole(Defaults.POSITION, Mainnet.USDC)), uint8(TokenRole.Collateral));
        assertEq(vault.positionTokens(Defaults.POSITION).length, 1);
    }

    // ---------------------------------------------------------------- helpers

    function _forbidden(string memory field, uint256 observed, uint256 allowed) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, field, observed, allowed);
    }

    function _refuseVault(InitialConfig memory config, bytes memory reason) private {
        vm.expectRevert(reason);
        factory.createVault("refused", config);
    }

    function _refuseAsset(AssetConfig memory a, bytes memory reason) private {
        InitialConfig memory config = initialConfig();
        config.assets[1].config = a;
        _refuseVault(config, reason);
    }

    function _acceptAsset(AssetConfig memory a) private {
        InitialConfig memory config = initialConfig();
        config.assets[1].config = a;
        factory.createVault(keccak256(abi.encode(a)), config);
    }

    function _refusePosition(PositionSetup memory p, bytes memory reason) private {
        uint256 state = vm.snapshotState();
        bytes memory call = abi.encodeCall(vault.setPosition, (p));
        vm.prank(curator);
        vault.submit(call);
        skip(Defaults.TIMELOCK);
        vm.prank(curator);
        vm.expectRevert(reason);
        callVault(call);
        vm.revertToState(state);
    }

    function _checkLimit(string memory field, uint256 i, uint256 least, uint256 most) private {
        // the word of field i in the ABI of ten static fields
        _refuseLimit(i, least - 1, i == 4 ? _forbidden("agreeBps", 200, 199) : _forbidden(field, least - 1, least));
        _refuseLimit(i, most + 1, _forbidden(field, most + 1, most));
        _acceptLimit(i, least);
        _acceptLimit(i, most);
    }

    function _refuseLimit(uint256 i, uint256 value, bytes memory reason) private {
        InitialConfig memory config = initialConfig();
        config.limits = _withWord(i, value);
        _refuseVault(config, reason);
    }

    function _acceptLimit(uint256 i, uint256 value) private {
        InitialConfig memory config = initialConfig();
        config.limits = _withWord(i, value);
        factory.createVault(keccak256(abi.encode(i, value)), config);
    }

    function _withWord(uint256 i, uint256 value) private pure returns (Limits memory) {
        uint256[10] memory words = abi.decode(abi.encode(Defaults.limits()), (uint256[10]));
        words[i] = value;
        return abi.decode(abi.encode(words), (Limits));
    }

    /// @dev Field i of the default limits, one unit looser or tighter.
    function _bend(uint256 i, bool looser)
        private
        pure
        returns (Limits memory limits, string memory field, uint256 observed, uint256 current)
    {
        string[10] memory names = [
            "windowSeconds",
            "maxLossBps",
            "maxSlippageBps",
            "agreeBps",
            "disagreeBps",
            "maxLifetimeSeconds",
            "maxSnapshotAgeBlocks",
            "lossPerWindowWad",
            "notionalPerWindowWad",
            "maxActionWad"
        ];
        uint256[10] memory words = abi.decode(abi.encode(Defaults.limits()), (uint256[10]));
        current = words[i];
        bool grows = looser != (i == 0); // a longer window is the tighter one
        observed = grows ? current + 1 : current - 1;
        return (_withWord(i, observed), names[i], observed, current);
    }

    function _expectEpochs(address by, bytes[] memory calls) private {
        for (uint256 i; i < calls.length; i++) {
            uint64 before = vault.configEpoch();
            vm.expectEmit(address(vault));
            emit IVaultTerms.ConfigChanged(bytes4(calls[i]), before + 1);
            vm.prank(by);
            callVault(calls[i]);
        }
    }

    function _timelockedCalls() private view returns (bytes[] memory calls) {
        calls = new bytes[](5);
        calls[0] = abi.encodeCall(vault.setLimits, (Defaults.limits()));
        calls[1] = abi.encodeCall(vault.setAsset, (Mainnet.WETH, Defaults.weth()));
        calls[2] = abi.encodeCall(vault.setPosition, (Defaults.position(address(adapter))));
        calls[3] = abi.encodeCall(vault.approveModel, (keccak256("next")));
        calls[4] = abi.encodeCall(vault.setTimelock, (Defaults.TIMELOCK));
    }

    function _allCalls() private view returns (bytes[] memory calls) {
        bytes[] memory timelocked = _timelockedCalls();
        calls = new bytes[](17);
        for (uint256 i; i < 5; i++) {
            calls[i] = timelocked[i];
        }
        calls[5] = abi.encodeCall(vault.submit, (timelocked[0]));
        calls[6] = abi.encodeCall(vault.veto, (timelocked[0]));
        calls[7] = abi.encodeCall(vault.tightenLimits, (Defaults.limits()));
        calls[8] = abi.encodeCall(vault.disablePosition, (Defaults.POSITION));
        calls[9] = abi.encodeCall(vault.revokeModel, (Defaults.MODEL));
        calls[10] = abi.encodeCall(vault.cancelNonces, (Defaults.POSITION, 0, 1));
        calls[11] = abi.encodeCall(vault.revokeSigner, ());
        calls[12] = abi.encodeCall(vault.setState, (VaultState.Halted));
        calls[13] = abi.encodeCall(vault.setSigner, (stranger));
        calls[14] = abi.encodeCall(vault.setRoles, (stranger, stranger));
        calls[15] = abi.encodeCall(vault.transferOwnership, (stranger));
        calls[16] = abi.encodeCall(vault.acceptOwnership, ());
    }
}

/// @notice Claims to be a Uniswap pool.
contract ForgedPool {
    address public immutable token0;
    address public immutable token1;
    uint24 public immutable fee;

    constructor(address token0_, address token1_, uint24 fee_) {
        (token0, token1, fee) = (token0_, token1_, fee_);
    }
}
