// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileFeed} from "../mocks/HostileFeed.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {NetTest} from "../utils/NetTest.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IUniswapV3Pool} from "ballast/interfaces/external/IUniswapV3Pool.sol";
import {
    AssetConfig,
    InitialConfig,
    Limits,
    PositionSetup,
    PositionToken,
    SecondSource,
    TokenRole,
    VaultState
} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";

/// @notice The page that executions read is the configuration that the views tell, after whatever changed it; any other page is refused.
contract ConfigPageTest is VaultTest {
    uint256 private constant EPOCH_BIT = 160; // in slot 0, above the page's address
    bytes32 private constant HEAD_SLOT = 0;

    function test_page_isTheConfiguration_fromTheFirstEpoch() public view {
        _assertPage(1);
    }

    function test_page_isTheConfiguration_afterEveryTimelockedSetter() public {
        Limits memory limits = Defaults.limits();
        limits.maxActionWad++;
        configure(abi.encodeCall(vault.setLimits, (limits)));
        _assertPage(2);
        AssetConfig memory asset = Defaults.weth();
        asset.maxAgeSeconds++;
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, asset)));
        _assertPage(3);
        (asset.secondSource, asset.second, asset.secondSeconds) = (SecondSource.Absent, address(0), 0);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, asset)));
        _assertPage(4);
        PositionSetup memory setup = Defaults.position(address(adapter));
        setup.config.healthFloorWad++;
        setup.tokens[1] = PositionToken(Mainnet.USDC, TokenRole.Collateral);
        configure(abi.encodeCall(vault.setPosition, (setup)));
        _assertPage(5);
        configure(abi.encodeCall(vault.approveModel, (keccak256("another"))));
        _assertPage(6);
        (asset.secondSource, asset.second, asset.secondSeconds) = (SecondSource.Feed, address(new HostileFeed()), 60);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, asset)));
        _assertPage(7);
        configure(abi.encodeCall(vault.setTimelock, (3 days)));
        _assertPage(8);
    }

    function test_page_isTheConfiguration_afterEveryImmediateSetter() public {
        vm.startPrank(curator);
        vault.tightenLimits(Defaults.limits());
        _assertPage(2);
        vault.revokeModel(Defaults.MODEL);
        _assertPage(3);
        vault.disablePosition(Defaults.POSITION);
        _assertPage(4);
        vault.setState(VaultState.Reducing);
        _assertPage(5);
        vault.revokeSigner();
        _assertPage(6);
        vm.startPrank(owner);
        vault.setSigner(stranger);
        _assertPage(7);
        vault.setRoles(guardian, curator);
        _assertPage(8);
        vault.transferOwnership(stranger);
        vm.startPrank(stranger);
        vault.acceptOwnership();
        _assertPage(9);
    }

    function testFuzz_page_isTheConfiguration_whateverTheLimits(Limits memory limits) public {
        Limits memory most = Defaults.limits();
        limits.windowSeconds = uint32(bound(limits.windowSeconds, most.windowSeconds, 30 days));
        limits.maxLossBps = uint16(bound(limits.maxLossBps, 1, most.maxLossBps));
        limits.maxSlippageBps = uint16(bound(limits.maxSlippageBps, 1, most.maxSlippageBps));
        limits.agreeBps = uint16(bound(limits.agreeBps, 1, most.agreeBps));
        limits.disagreeBps = uint16(bound(limits.disagreeBps, limits.agreeBps, most.disagreeBps));
        limits.maxLifetimeSeconds = uint32(bound(limits.maxLifetimeSeconds, 1, most.maxLifetimeSeconds));
        limits.maxSnapshotAgeBlocks = uint32(bound(limits.maxSnapshotAgeBlocks, 1, most.maxSnapshotAgeBlocks));
        limits.lossPerWindowWad = uint128(bound(limits.lossPerWindowWad, 2, most.lossPerWindowWad));
        limits.notionalPerWindowWad = uint128(bound(limits.notionalPerWindowWad, 2, most.notionalPerWindowWad));
        limits.maxActionWad = uint128(bound(limits.maxActionWad, 1, most.maxActionWad));
        vm.prank(curator);
        vault.tightenLimits(limits);
        _assertPage(2);
    }

    function test_pageOfAnotherEpoch_isRefused() public {
        Decision memory d = deleverage(1 ether);
        uint256 head = uint256(vm.load(address(vault), HEAD_SLOT));
        vm.store(address(vault), HEAD_SLOT, bytes32(head + (1 << EPOCH_BIT)));
        d.configEpoch = 2;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.EpochMismatch.selector, 1, 2));
        vm.store(address(vault), HEAD_SLOT, bytes32(head));
        d.configEpoch = 1;
        send(d);
    }

    function test_missingPage_isRefused() public {
        Decision memory d = deleverage(1 ether);
        uint256 head = uint256(vm.load(address(vault), HEAD_SLOT));
        vm.store(address(vault), HEAD_SLOT, bytes32(head >> EPOCH_BIT << EPOCH_BIT));
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.EpochMismatch.selector, 0, 1));
    }

    function test_page_cannotBeCalled() public {
        (bool done, bytes memory answer) = vault.configPage().call(hex"01020304");
        assertTrue(done, "it stops");
        assertEq(answer.length, 0);
        assertEq(uint8(vault.configPage().code[0]), 0, "STOP");
    }

    // ---------------------------------------------------------------- what the views tell

    function _assertPage(uint64 epoch) private view {
        assertEq(vault.configEpoch(), epoch, "epoch");
        address[] memory assets = vault.assetList();
        uint256[] memory positions = vault.positionList();
        bytes32[] memory models = vault.modelList();
        bytes memory expected = abi.encodePacked(
            hex"00",
            abi.encode(
                epoch,
                vault.signer(),
                assets.length,
                positions.length,
                models.length,
                vault.limits(),
                vault.queueTerms()
            )
        );
        for (uint256 i; i < assets.length; i++) {
            AssetConfig memory asset = vault.assetConfig(assets[i]);
            expected = bytes.concat(expected, abi.encode(assets[i], _quoteOf(assets[i], asset), asset));
        }
        for (uint256 i; i < positions.length; i++) {
            uint256 roles;
            for (uint256 j; j < assets.length; j++) {
                roles += uint256(vault.tokenRole(positions[i], assets[j])) * 256 ** j;
            }
            expected = bytes.concat(expected, abi.encode(positions[i], roles, vault.positionConfig(positions[i])));
        }
        assertEq(
            vault.configPage().code, bytes.concat(expected, abi.encodePacked(models), abi.encode(uint256(0))), "no nets"
        );
    }

    /// @dev Only a pool quotes in something.
    function _quoteOf(address token, AssetConfig memory asset) private view returns (address) {
        if (asset.secondSource != SecondSource.UniswapV3Twap) return address(0);
        address token0 = IUniswapV3Pool(asset.second).token0();
        return token0 == token ? IUniswapV3Pool(asset.second).token1() : token0;
    }
}

/// @notice A vault with more than the fewest assets and positions reads the right ones.
contract ConfigPageOrderTest is VaultTest {
    function initialConfig() internal view override returns (InitialConfig memory initial) {
        initial = super.initialConfig();
        initial.positions[0].tokens = new PositionToken[](2);
        initial.positions[0].tokens[0] = PositionToken(Mainnet.USDC, TokenRole.Debt);
        initial.positions[0].tokens[1] = PositionToken(Mainnet.WETH, TokenRole.Collateral);
    }

    function test_unknownPosition_isRefused() public {
        Decision memory d = deleverage(1 ether);
        d.positionId = Defaults.POSITION + 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, d.positionId));
    }

    function test_unknownToken_hasNoRole() public {
        Decision memory d = addCollateral(1 ether);
        (d.tokenIn, d.tokenOut) = (stranger, stranger);
        expectRefusal(
            d,
            abi.encodeWithSelector(IVaultTerms.TokenForbidden.selector, stranger, TokenRole.None, TokenRole.Collateral)
        );
    }

    function test_rolesFollowTheAssets_notTheOrderOfTheTokens() public {
        send(deleverage(1 ether));
    }
}

/// @notice Where a list ends the next begins, and what stands there is none of it.
contract ConfigPageEndsTest is VaultTest {
    uint256 private constant FORGED = Defaults.POSITION + 1;

    /// @dev After the last position come the models, here nine words that read like one more position on the same venue, with floors that the
    /// owner never set. A model may be any word.
    function initialConfig() internal view override returns (InitialConfig memory initial) {
        initial = super.initialConfig();
        bytes32[] memory models = new bytes32[](9);
        models[0] = bytes32(FORGED);
        models[1] = bytes32(uint256(TokenRole.Debt) + uint256(TokenRole.Collateral) * 256); // of USDC, of WETH
        models[2] = bytes32(uint256(uint160(address(adapter))));
        models[3] = bytes32(uint256(1)); // enabled
        models[4] = 0; // no sub-account
        (models[5], models[6]) = (bytes32(uint256(1.01e18)), bytes32(uint256(type(uint128).max))); // floor, ceiling
        (models[7], models[8]) = (bytes32(uint256(3)), bytes32(uint256(2))); // emergency, least gain
        initial.models = models;
    }

    function test_attack_modelsThatReadLikeAPosition_areNone() public {
        Decision memory d = deleverage(1 ether);
        d.modelId = bytes32(FORGED);
        send(d);
        (d.positionId, d.nonce) = (FORGED, 2);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, FORGED));
    }
}

/// @notice The same for the word behind the models, which is the number of nets.
contract ConfigPageNetsTest is NetTest {
    function test_attack_numberOfNets_isNoModel() public {
        Decision memory d = deleverage(1 ether);
        d.modelId = bytes32(uint256(1));
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.ModelNotApproved.selector, d.modelId));
        d.modelId = Defaults.MODEL; // the last of the list, and the only one
        send(d);
    }
}
