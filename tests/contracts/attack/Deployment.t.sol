// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {VaultCustodian} from "ballast/VaultCustodian.sol";
import {VaultRescuer} from "ballast/VaultRescuer.sol";
import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {InitialConfig} from "ballast/types/Config.sol";

/// @title Code that is shared by all vaults, and attacked where it stands
contract DeploymentTest is AbstractAttackTest {
    /// @notice Holds T1, T3; INV-05: nobody becomes the owner of the code behind every clone, nor of the other planes'.
    function test_attack_implementationTakenOver_isRefused() public {
        InitialConfig memory config = initialConfig();
        config.owner = keeper;
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        IRebalanceVault(address(implementation)).initialize(config);
        VaultCustodian custodian = VaultCustodian(payable(implementation.custodian()));
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        IRebalanceVault(address(custodian)).initialize(config);
        IRebalanceVault plane = IRebalanceVault(VaultRescuer(payable(custodian.rescuer())).configurator());
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        plane.initialize(config);
    }

    /// @notice Holds T3; INV-05: a vault is configured once.
    function test_attack_vaultInitialisedAgain_isRefused() public {
        InitialConfig memory config = initialConfig();
        config.owner = keeper;
        vm.expectRevert(IVaultTerms.AlreadyInitialized.selector);
        vault.initialize(config);
    }

    /// @notice Holds T3: a front-runner with the same salt gets an address of his own, and the announced one stays the owner's.
    function test_attack_factoryFrontRun_announcedAddressStaysTheCreators() public {
        address announced = factory.vaultOf(owner, "mine");
        InitialConfig memory config = initialConfig();
        vm.prank(keeper);
        address taken = factory.createVault("mine", config);
        assertTrue(taken != announced, "INV-05: the front-runner took the announced address");
        vm.prank(owner);
        assertEq(factory.createVault("mine", config), announced);
        assertEq(IRebalanceVault(announced).owner(), owner);
    }

    /// @notice Holds T1: the adapter's mutators answer nobody but a delegating vault.
    function test_attack_adapterCalledDirectly_isRefused() public {
        bytes[5] memory calls = [
            abi.encodeCall(ILendingAdapter.supply, (0, Mainnet.WETH, 1)),
            abi.encodeCall(ILendingAdapter.withdraw, (0, Mainnet.WETH, 1)),
            abi.encodeCall(ILendingAdapter.borrow, (0, Mainnet.USDC, 1)),
            abi.encodeCall(ILendingAdapter.repay, (0, Mainnet.USDC, 1)),
            abi.encodeCall(ILendingAdapter.transferOut, (0, Mainnet.WETH, 1, keeper))
        ];
        for (uint256 i; i < calls.length; i++) {
            vm.prank(keeper);
            (bool done, bytes memory reason) = address(adapter).call(calls[i]);
            assertFalse(done, "INV-01: adapter acted on a direct call");
            assertEq(bytes4(reason), ILendingAdapter.OnlyDelegated.selector);
        }
    }

    /// @notice Holds T1; INV-01: the vault has no door for the adapter's names, nor for any other unknown call.
    function test_attack_vaultAskedToSpeakAsItsAdapter_isRefused() public {
        vm.startPrank(owner);
        (bool done,) = address(vault)
            .call(abi.encodeWithSignature("transferOut(bytes32,address,uint256,address)", 0, Mainnet.WETH, 1, keeper));
        assertFalse(done, "INV-01: adapter selector reached through the vault");
        (done,) = address(vault).call(abi.encodeWithSignature("approve(address,uint256)", keeper, 1));
        assertFalse(done, "INV-03: unknown selector reached through the vault");
        vm.stopPrank();
    }
}
