// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision} from "ballast/types/Decision.sol";

/// @title What a relayer does with signatures that are genuine, but not for this place, time or purpose
contract ReplayTest is AbstractAttackTest {
    /// @notice Holds T29; INV-14, INV-37: two relayers race; one wins, the other pays for a cheap refusal.
    function test_attack_twoRelayersRaceOneDecision_secondIsRefusedCheaply() public {
        Decision memory d = theft(1e18, 500, 50, 3);
        send(d);
        bytes memory signature = sign(d);
        uint256 gasBefore = gasleft();
        (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
        uint256 spent = gasBefore - gasleft();
        assertFalse(done, "INV-14: a nonce executed twice");
        assertEq(reason, abi.encodeWithSelector(IVaultTerms.NonceUsed.selector, POSITION, 3));
        assertLt(spent, 120_000, "INV-37: losing the race must be cheap");
    }

    /// @notice Holds T6; INV-14, INV-15: the owner's second vault has the same agent, policy, position id and nonce.
    function test_attack_decisionReplayedOnTheOwnersOtherVault_isRefused() public {
        Decision memory d = theft(1e18, 500, 50, 0);
        bytes memory signature = sign(d);
        vault = createVault("other");
        openPosition(Defaults.COLLATERAL, Defaults.START_HEALTH_WAD);
        _expectSignatureInvalid();
        vault.execute(d, signature);
    }

    /// @notice Holds T6; INV-18: a chain splits; both halves have the vault, only one the decision.
    function test_attack_decisionReplayedAfterTheChainSplit_isRefused() public {
        Decision memory d = theft(1e18, 500, 50, 0);
        bytes memory signature = sign(d);
        vm.chainId(10_001);
        _expectSignatureInvalid();
        vault.execute(d, signature);
    }

    /// @notice Holds T2, T6; INV-15: position and nonce lane are part of what was signed.
    function test_attack_decisionMovedToAnotherPositionOrLane_isRefused() public {
        Decision memory d = theft(1e18, 500, 50, 5);
        bytes memory signature = sign(d);
        d.nonce = 5 + 256;
        _expectSignatureInvalid();
        vault.execute(d, signature);
        (d.nonce, d.positionId) = (5, POSITION + 1);
        _expectSignatureInvalid();
        vault.execute(d, signature);
    }

    /// @notice Holds T27; INV-19: a withheld signature is a free option, so it dies one second after its last.
    function test_attack_withheldSignature_diesAfterItsLastSecond() public {
        Decision memory d = theft(1e18, 500, 50, 0);
        bytes memory signature = sign(d);
        uint256 snapshot = vm.snapshotState();
        vm.warp(d.validUntil);
        vault.execute(d, signature);
        vm.revertToState(snapshot);
        vm.warp(uint256(d.validUntil) + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultTerms.Expired.selector, uint256(d.validUntil) + 1, uint256(d.validUntil))
        );
        vault.execute(d, signature);
    }

    /// @notice Holds T8, T27; INV-19: a thief cannot sign himself a longer life, nor one that begins later.
    function test_attack_stolenAgentKey_extendsItsOwnSignaturesLife_isRefused() public {
        Decision memory d = theft(1e18, 500, 50, 0);
        d.validUntil = d.validAfter + 601;
        (bool done, bytes memory reason) = trySend(d);
        assertFalse(done, "INV-19: lifetime over the cap");
        assertEq(reason, abi.encodeWithSelector(IVaultTerms.LifetimeTooLong.selector, 601, 600));
        d.validAfter += 1;
        (done, reason) = trySend(d);
        assertFalse(done, "INV-19: executed before validAfter");
        assertEq(bytes4(reason), IVaultTerms.NotYetValid.selector);
    }

    /// @notice Holds T27; INV-19: signed in advance for a later hour, the snapshot is too old when the hour comes.
    function test_attack_stolenAgentKey_signsAheadForLater_snapshotIsTooOld() public {
        Decision memory d = theft(1e18, 500, 50, 0);
        (d.validAfter, d.validUntil) = (d.validAfter + 3600, d.validUntil + 3600);
        bytes memory signature = sign(d);
        pass(3600);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SnapshotTooOld.selector, 301, 50));
        vault.execute(d, signature);
    }

    /// @notice Holds T8; INV-16: what was signed before a change of configuration, signer or nonce mask is dead after it.
    function test_attack_signedBeforeTheRulesChanged_isRefused() public {
        Decision memory d = theft(1e18, 500, 50, 9);
        bytes memory signature = sign(d);
        uint256 snapshot = vm.snapshotState();
        vm.prank(guardian);
        vault.cancelNonces(POSITION, 0, 1 << 9);
        _expectRefusal(d, signature, IVaultTerms.NonceUsed.selector, "INV-16: cancelled nonce");
        vm.revertToState(snapshot);
        vm.prank(guardian);
        vault.revokeSigner();
        _expectRefusal(d, signature, IVaultTerms.SignerUnset.selector, "INV-16: revoked signer");
        vm.revertToState(snapshot);
        vm.prank(owner);
        vault.setSigner(makeAddr("next signer"));
        _expectRefusal(d, signature, IVaultTerms.SignatureInvalid.selector, "INV-16: rotated signer");
        vm.revertToState(snapshot);
        vm.prank(curator);
        vault.revokeModel(Defaults.MODEL);
        _expectRefusal(d, signature, IVaultTerms.ModelNotApproved.selector, "INV-16: revoked model");
        vm.revertToState(snapshot);
        vm.prank(curator);
        vault.tightenLimits(limits());
        _expectRefusal(d, signature, IVaultTerms.EpochMismatch.selector, "INV-16: old epoch");
        vm.revertToState(snapshot);
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        _expectRefusal(d, signature, IVaultTerms.StateForbids.selector, "INV-28: Halted");
    }

    /// @notice Holds T1, T2; INV-02, INV-10: kinds, routes and fields of later versions are forbidden, not ignored.
    function test_attack_stolenAgentKey_usesWhatThisVersionDoesNotHave_isRefused() public {
        Decision memory move = theft(1e18, 500, 50, 4);
        move.kind = ActionKind.Move;
        (bool moved, bytes memory reason) = trySend(move);
        assertFalse(moved, "INV-10: a move passed that sells");
        assertEq(bytes4(reason), IVaultTerms.RouteForbidden.selector);
        Decision memory lever = theft(1e18, 500, 50, 5); // no queue terms: nothing may raise risk
        lever.kind = ActionKind.Leverage;
        (lever.tokenIn, lever.tokenOut) = (lever.tokenOut, lever.tokenIn);
        lever.route.path = abi.encodePacked(lever.tokenIn, Mainnet.UNISWAP_FEE, lever.tokenOut);
        (lever.maxIn, lever.minOut, lever.healthFloorWad) = (100e6, 1, 1.25e18);
        (moved, reason) = trySend(lever);
        assertFalse(moved, "INV-10: leverage passed");
        assertEq(bytes4(reason), IVaultTerms.RiskBudgetExceeded.selector);
        Decision memory withFee = theft(1e18, 500, 50, 20);
        withFee.keeperFeeMaxWei = 1;
        (bool paid, bytes memory why) = trySend(withFee);
        assertFalse(paid, "INV-02: a keeper fee passed");
        assertEq(bytes4(why), IVaultTerms.FieldForbidden.selector);
    }

    function _expectSignatureInvalid() private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, signer));
    }

    function _expectRefusal(Decision memory d, bytes memory signature, bytes4 selector, string memory what) private {
        (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
        assertFalse(done, what);
        assertEq(bytes4(reason), selector, what);
    }
}
