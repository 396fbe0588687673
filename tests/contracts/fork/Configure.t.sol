// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractWorldCheck} from "../../../script/AbstractWorldCheck.sol";
import {Configure} from "../../../script/Configure.s.sol";
import {Parameters} from "../../../script/Parameters.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {AssetConfig, InitialConfig, Limits, Roles} from "ballast/types/Config.sol";

/// @notice The script that submits a file of changes and later executes it, as the vault's curator.
contract ConfigureForkTest is VaultTest {
    Configure private script;
    string private json;

    function setUp() public override {
        super.setUp();
        script = new Configure();
        vm.prank(owner);
        vault.setRoles(address(script), guardian); // the script calls as itself here, and as its sender when broadcast
        json = _file(Parameters.load(1));
    }

    function test_changesOfTheFile_areSubmitted_andExecutedWhenRipe_boundary() public {
        bytes[] memory calls = script.submitAll(json, address(script));
        assertEq(calls.length, 6, "limits, two assets, position, model, timelock");
        passTime(Defaults.TIMELOCK - 1);
        vm.expectPartialRevert(Configure.NotReady.selector);
        script.executeAll(json, address(script));
        passTime(1);
        uint64 epoch = vault.configEpoch();
        script.executeAll(json, address(script));
        assertEq(vault.configEpoch(), epoch + 6);
        assertEq(vault.limits().maxSlippageBps, 75);
        assertEq(vault.timelockSeconds(), 172_800);
        assertTrue(vault.isModelApproved(keccak256("new")));
        assertEq(vault.positionConfig(Defaults.POSITION).healthFloorWad, 1.05e18);
        assertEq(vault.assetConfig(Mainnet.WETH).minPriceWad, 20e18);
    }

    function test_nothingIsSubmittedTwice() public {
        script.submitAll(json, address(script));
        vm.expectPartialRevert(Configure.NotReady.selector);
        script.submitAll(json, address(script));
    }

    function test_vetoedChange_isNotExecuted() public {
        bytes[] memory calls = script.submitAll(json, address(script));
        vm.prank(guardian);
        vault.veto(calls[1]);
        passTime(Defaults.TIMELOCK);
        uint256 now_ = vm.getBlockTimestamp();
        vm.expectRevert(abi.encodeWithSelector(Configure.NotReady.selector, keccak256(calls[1]), 0, now_));
        script.executeAll(json, address(script));
    }

    function test_wrongWorld_isRefusedBeforeTheFirstTransaction() public {
        vm.chainId(5);
        vm.expectRevert(abi.encodeWithSelector(AbstractWorldCheck.Mismatch.selector, "chain id", 5, 1));
        script.submitAll(json, address(script));
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(Configure.NotInCharge.selector, stranger, address(script), owner));
        script.submitAll(json, stranger);
        vm.warp(vm.getBlockTimestamp() + 4201);
        vm.expectRevert(abi.encodeWithSelector(AbstractWorldCheck.FeedUnusable.selector, Mainnet.WETH, 3000e8, 4201));
        script.submitAll(json, address(script));
        string memory nobody = string.concat('{"chainId": 1, "vault": "', vm.toString(stranger), '"}');
        vm.expectRevert(abi.encodeWithSelector(AbstractWorldCheck.NoCode.selector, "vault", stranger));
        script.submitAll(nobody, address(script));
    }

    function test_fileWithoutAChange_isRefused() public {
        string memory empty = string.concat('{"chainId": 1, "vault": "', vm.toString(address(vault)), '"}');
        vm.expectRevert(Configure.NothingToChange.selector);
        script.submitAll(empty, address(script));
    }

    function test_vaultThatReadsBackOtherwise_isNoticed() public {
        vm.expectPartialRevert(AbstractWorldCheck.Mismatch.selector);
        script.requireConfigured(json, vault);
    }

    function test_everyReviewedFile_parses_andIsOfItsChain() public {
        uint256[4] memory chains = [uint256(1), 42_161, 8453, 11_155_111];
        for (uint256 i; i < chains.length; i++) {
            string memory file = Parameters.load(chains[i]);
            assertEq(Parameters.chainId(file), chains[i]);
            InitialConfig memory config = Parameters.config(file, owner, Roles(owner, owner, owner));
            assertEq(config.assets.length, 2);
            assertEq(config.positions[0].tokens[0].token, config.assets[1].token, "collateral is valued");
            assertEq(config.positions[0].tokens[1].token, config.assets[0].token, "debt is valued");
            (address sequencer, uint256 grace) = Parameters.sequencer(file);
            bool rollup = chains[i] == 42_161 || chains[i] == 8453;
            assertEq(sequencer != address(0), rollup, "rollups have a sequencer");
            assertEq(grace, rollup ? 3600 : 0);
        }
    }

    /// @dev The reviewed file of mainnet, for this vault, with another slippage, this position and one more model.
    function _file(string memory reviewed) private view returns (string memory text) {
        string memory head = string.concat(
            '{"vault": "',
            vm.toString(address(vault)),
            '", "models": ["',
            vm.toString(keccak256("new")),
            '"], "chainId": 1,'
        );
        text = vm.replace(reviewed, '"chainId": 1,', "");
        text = vm.replace(text, '"maxSlippageBps": 100', '"maxSlippageBps": 75');
        text = vm.replace(text, '"positionId": 1,', '"positionId": 7,');
        bytes memory rest = bytes(text);
        rest[0] = " "; // its opening brace
        return string.concat(head, string(rest));
    }
}
