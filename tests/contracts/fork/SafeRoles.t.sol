// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {ISafe, SafeAccount} from "../utils/SafeAccount.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {Limits, VaultState} from "ballast/types/Config.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

/// @notice A 2-of-3 Safe in each of the roles that a treasury gives it.
contract SafeRolesTest is VaultTest, SafeAccount {
    ISafe private safe;

    function setUp() public override {
        super.setUp();
        safe = createSafe(1);
    }

    // ---------------------------------------------------------------- owner

    function test_owner_isOfferedTheVault_andAccepts() public {
        vm.prank(owner);
        vault.transferOwnership(address(safe));
        bySafe(safe, address(vault), abi.encodeCall(vault.acceptOwnership, ()));
        assertEq(vault.owner(), address(safe));
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, owner));
        vault.setSigner(stranger);
    }

    function test_owner_oneOfThree_isNotEnough() public {
        _ownedBySafe();
        bytes memory call = abi.encodeCall(vault.setState, (VaultState.Halted));
        vm.expectRevert("GS020"); // signatures too short
        this.byOne(call);
        assertEq(uint8(vault.state()), uint8(VaultState.Active));
    }

    function test_owner_configures() public {
        _ownedBySafe();
        bySafe(safe, address(vault), abi.encodeCall(vault.setSigner, (stranger)));
        assertEq(vault.signer(), stranger);
        bySafe(safe, address(vault), abi.encodeCall(vault.setState, (VaultState.Halted)));
        bySafe(safe, address(vault), abi.encodeCall(vault.setState, (VaultState.Active)));
        assertEq(uint8(vault.state()), uint8(VaultState.Active), "only an owner eases");
        bySafe(safe, address(vault), abi.encodeCall(vault.setRoles, (address(safe), guardian)));
        assertEq(vault.curator(), address(safe));
        bytes memory pending = abi.encodeCall(vault.approveModel, (keccak256("new")));
        bySafe(safe, address(vault), abi.encodeCall(vault.submit, (pending)));
        bySafe(safe, address(vault), abi.encodeCall(vault.veto, (pending)));
        assertEq(vault.executableAt(keccak256(pending)), 0);
    }

    function test_owner_exits_withEverything_whileHalted() public {
        _ownedBySafe();
        bySafe(safe, address(vault), abi.encodeCall(vault.setState, (VaultState.Halted)));
        deal(Mainnet.USDC, address(safe), 300_000e6);
        bySafe(safe, Mainnet.USDC, abi.encodeCall(usdc.approve, (address(vault), type(uint256).max)));
        bySafe(safe, address(vault), abi.encodeCall(vault.repay, (Defaults.POSITION, Mainnet.USDC, type(uint256).max)));
        assertEq(usdcDebt.balanceOf(address(vault)), 0);
        uint256 supplied = aWeth.balanceOf(address(vault));
        bytes memory all =
            abi.encodeCall(vault.withdraw, (Defaults.POSITION, Mainnet.WETH, type(uint256).max, address(safe)));
        bySafe(safe, address(vault), all);
        assertEq(weth.balanceOf(address(safe)), supplied);
        assertEq(aWeth.balanceOf(address(vault)), 0);
    }

    function test_owner_flashExits_takesEther_andThePositionItself() public {
        _ownedBySafe();
        bytes memory path = abi.encodePacked(Mainnet.WETH, Mainnet.UNISWAP_FEE, Mainnet.USDC);
        uint256 owed = usdcDebt.balanceOf(address(vault));
        bySafe(safe, address(vault), abi.encodeCall(vault.flashExit, (Defaults.POSITION, path, 10 ether, 10 * 2900e6)));
        assertLt(usdcDebt.balanceOf(address(vault)), owed - 10 * 2900e6);
        vm.deal(address(vault), 1 ether);
        bySafe(safe, address(vault), abi.encodeCall(vault.sweepNative, (type(uint256).max, payable(address(safe)))));
        assertEq(address(safe).balance, 1 ether, "a Safe takes ether");
        bySafe(
            safe,
            address(vault),
            abi.encodeCall(vault.transferPosition, (Defaults.POSITION, Mainnet.WETH, 1 ether, address(safe)))
        );
        assertApproxEqAbs(aWeth.balanceOf(address(safe)), 1 ether, 1);
    }

    // ---------------------------------------------------------------- curator

    function test_curator_submits_waits_andExecutes_boundary() public {
        vm.prank(owner);
        vault.setRoles(address(safe), guardian);
        Limits memory wider = Defaults.limits();
        wider.maxSlippageBps = 200;
        bytes memory call = abi.encodeCall(vault.setLimits, (wider));
        bySafe(safe, address(vault), abi.encodeCall(vault.submit, (call)));
        vm.warp(vm.getBlockTimestamp() + Defaults.TIMELOCK - 1);
        vm.expectRevert("GS013"); // the call failed: TimelockPending
        this.byTwo(call);
        vm.warp(vm.getBlockTimestamp() + 1);
        bySafe(safe, address(vault), call);
        assertEq(vault.limits().maxSlippageBps, 200);
    }

    function test_curator_tightensAtOnce_andMayNotWhatIsTheOwners() public {
        vm.prank(owner);
        vault.setRoles(address(safe), guardian);
        Limits memory tighter = Defaults.limits();
        tighter.maxSlippageBps = 50;
        bySafe(safe, address(vault), abi.encodeCall(vault.tightenLimits, (tighter)));
        assertEq(vault.limits().maxSlippageBps, 50);
        vm.expectRevert("GS013");
        this.byTwo(abi.encodeCall(vault.sweep, (Mainnet.WETH, 1, address(safe))));
    }

    // ---------------------------------------------------------------- guardian

    function test_guardian_halts_vetoes_revokes() public {
        vm.prank(owner);
        vault.setRoles(curator, address(safe));
        bytes memory call = abi.encodeCall(vault.approveModel, (keccak256("theirs")));
        vm.prank(curator);
        vault.submit(call);
        bySafe(safe, address(vault), abi.encodeCall(vault.veto, (call)));
        bySafe(safe, address(vault), abi.encodeCall(vault.setState, (VaultState.Halted)));
        bySafe(safe, address(vault), abi.encodeCall(vault.revokeSigner, ()));
        assertEq(vault.signer(), address(0));
        assertEq(uint8(vault.state()), uint8(VaultState.Halted));
    }

    // ---------------------------------------------------------------- signer

    function test_signer_twoOwnersSign_aKeeperRelays() public {
        _signedBySafe();
        Decision memory d = deleverage(10 ether);
        bytes memory signature = safeMessageSignatures(safe, vault.hashDecision(d), 2);
        vm.prank(keeper);
        Outcome memory outcome = vault.execute(d, signature);
        assertEq(outcome.spent, 10 ether);
        assertTrue(vault.isNonceUsed(Defaults.POSITION, d.nonce));
    }

    function test_signer_oneOwner_isNotEnough() public {
        _signedBySafe();
        Decision memory d = deleverage(10 ether);
        _refused(d, safeMessageSignatures(safe, vault.hashDecision(d), 1));
        _refused(d, ""); // the Safe has not noted the message either
    }

    function test_signer_ownersSignThatDecision_andThatSafe() public {
        _signedBySafe();
        Decision memory d = deleverage(10 ether);
        bytes memory signature = safeMessageSignatures(safe, vault.hashDecision(d), 2);
        Decision memory other = deleverage(11 ether);
        _refused(other, signature);
        _refused(d, safeSignatures(vault.hashDecision(d), 2)); // the bare digest, not the Safe's message
        _refused(d, safeMessageSignatures(createSafe(2), vault.hashDecision(d), 2)); // another Safe of the same three
        vm.prank(keeper);
        vault.execute(d, signature);
    }

    function test_signer_repairsWithoutASwap() public {
        _signedBySafe();
        fundIdle(Mainnet.WETH, 1 ether);
        Decision memory d = addCollateral(1 ether);
        bytes memory signature = safeMessageSignatures(safe, vault.hashDecision(d), 2);
        vm.prank(keeper);
        assertEq(vault.execute(d, signature).spent, 1 ether);
    }

    // ---------------------------------------------------------------- helpers

    function byOne(bytes calldata call) external {
        byOneOwnerOf(safe, address(vault), call);
    }

    function byTwo(bytes calldata call) external {
        bySafe(safe, address(vault), call);
    }

    function _ownedBySafe() private {
        vm.prank(owner);
        vault.transferOwnership(address(safe));
        bySafe(safe, address(vault), abi.encodeCall(vault.acceptOwnership, ()));
    }

    function _signedBySafe() private {
        vm.prank(owner);
        vault.setSigner(address(safe));
    }

    function _refused(Decision memory d, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, safe));
        vm.prank(keeper);
        vault.execute(d, signature);
    }
}
