// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ContractSigner} from "../mocks/ContractSigner.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";

/// @notice Who may have a decision executed: whoever brings the signature of this vault's signer over this very decision.
contract AuthorityForkTest is VaultTest {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    bytes private refused;

    function setUp() public override {
        super.setUp();
        refused = abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, signer);
    }

    function test_anyoneMayRelay() public {
        Decision memory d = deleverage(1 ether);
        bytes memory signature = sign(d);
        vm.prank(stranger);
        vault.execute(d, signature);
        assertTrue(vault.isNonceUsed(d.positionId, d.nonce));
    }

    // ---------------------------------------------------------------- every field is signed

    /// @dev One change a field, each to another value that Solidity can hold; none may pass with the signature of the unchanged decision.
    function test_everySignedField_flipped_isRefused() public {
        bytes memory signature = sign(deleverage(1 ether));
        uint256 flips = 28;
        for (uint256 i; i < flips; i++) {
            Decision memory d = deleverage(1 ether);
            _flip(d, i);
            assertNotEq(vault.hashDecision(d), vault.hashDecision(deleverage(1 ether)), vm.toString(i));
            (bool done,) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
            assertFalse(done, vm.toString(i));
        }
        vault.execute(deleverage(1 ether), signature); // unchanged, it passes: the loop above was not refused for something else
    }

    /// @dev Where the first guards do not catch the change, the signature does, by name.
    function test_fieldsThatOnlyTheSignatureProtects_areNamedBySignature() public {
        bytes memory signature = sign(deleverage(1 ether));
        uint8[10] memory onlySigned = [9, 11, 12, 13, 14, 16, 17, 19, 21, 23];
        for (uint256 i; i < onlySigned.length; i++) {
            Decision memory d = deleverage(1 ether);
            _flip(d, onlySigned[i]);
            vm.expectRevert(refused);
            vault.execute(d, signature);
        }
    }

    function test_everyByteOfTheCalldata_flipped_isRefused() public {
        Decision memory d = deleverage(1 ether);
        bytes memory call = abi.encodeCall(vault.execute, (d, sign(d)));
        uint256 state = vm.snapshotState();
        for (uint256 i = 4; i < call.length - 31; i++) {
            bytes1 kept = call[i];
            call[i] = bytes1(uint8(kept) ^ 0x01);
            (bool done,) = address(vault).call(call);
            if (done) {
                // only padding beyond the path's 43 bytes may change: it is no part of any value
                assertTrue(_isPadding(i), vm.toString(i));
                vm.revertToState(state);
            }
            call[i] = kept;
        }
    }

    // ---------------------------------------------------------------- malformed signatures

    function test_emptySignature_isRefused() public {
        Decision memory d = deleverage(1 ether);
        vm.expectRevert(refused);
        vault.execute(d, hex"");
    }

    function test_compactSignature_isRefused() public {
        Decision memory d = deleverage(1 ether);
        (bytes32 r, bytes32 vs) = vm.signCompact(signerKey, vault.hashDecision(d));
        vm.expectRevert(refused);
        vault.execute(d, abi.encodePacked(r, vs));
    }

    function test_oversizedSignature_isRefused() public {
        Decision memory d = deleverage(1 ether);
        bytes memory signature = bytes.concat(sign(d), hex"00");
        vm.expectRevert(refused);
        vault.execute(d, signature);
    }

    function test_highS_isRefused() public {
        Decision memory d = deleverage(1 ether);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerKey, vault.hashDecision(d));
        bytes memory twin = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(refused);
        vault.execute(d, twin);
    }

    function test_unknownRecoveryByte_isRefused() public {
        Decision memory d = deleverage(1 ether);
        bytes memory signature = sign(d);
        for (uint256 v; v < 256; v++) {
            if (v == uint8(signature[64])) continue;
            bytes memory other = bytes.concat(signature);
            other[64] = bytes1(uint8(v));
            vm.expectRevert(refused);
            vault.execute(d, other);
        }
    }

    function test_signatureThatRecoversZero_isRefused_evenWithoutSigner() public {
        Decision memory d = deleverage(1 ether);
        bytes memory zero = abi.encodePacked(bytes32(0), bytes32(0), uint8(27));
        vm.expectRevert(refused);
        vault.execute(d, zero);
        vm.prank(guardian);
        vault.revokeSigner();
        d.configEpoch = vault.configEpoch();
        vm.expectRevert(IVaultTerms.SignerUnset.selector);
        vault.execute(d, zero);
    }

    function testFuzz_otherKeys_areRefused(uint256 key) public {
        key = bound(key, 1, CURVE_ORDER - 1);
        vm.assume(key != signerKey);
        Decision memory d = deleverage(1 ether);
        bytes memory signature = signWith(key, vault.hashDecision(d));
        vm.expectRevert(refused);
        vault.execute(d, signature);
    }

    function test_contractSigner_approvesByItsOwnRule() public {
        ContractSigner wallet = new ContractSigner();
        vm.prank(owner);
        vault.setSigner(address(wallet));
        Decision memory d = deleverage(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, wallet));
        vault.execute(d, hex"");
        wallet.approve(vault.hashDecision(d));
        vault.execute(d, hex"");
    }

    // ---------------------------------------------------------------- replay

    function test_replay_isRefused() public {
        Decision memory d = deleverage(1 ether);
        bytes memory signature = sign(d);
        vault.execute(d, signature);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NonceUsed.selector, d.positionId, d.nonce));
        vault.execute(d, signature);
    }

    function test_otherChain_isRefused() public {
        Decision memory d = deleverage(1 ether);
        bytes memory signature = sign(d);
        vm.chainId(2);
        vm.expectRevert(refused);
        vault.execute(d, signature);
    }

    function test_otherVault_isRefused() public {
        Decision memory d = deleverage(1 ether);
        bytes memory signature = sign(d);
        IRebalanceVault second = createVault("second");
        vm.expectRevert(refused);
        second.execute(d, signature);
    }

    function test_cancelledNonce_isRefused_othersLive() public {
        vm.prank(guardian);
        vault.cancelNonces(7, 0, 1 << 1);
        expectRefusal(deleverage(1 ether), abi.encodeWithSelector(IVaultTerms.NonceUsed.selector, 7, 1));
        Decision memory d = deleverage(1 ether);
        d.nonce = 2;
        send(d);
    }

    function test_nonceOfARefusedDecision_stays() public {
        Decision memory d = deleverage(1 ether);
        d.minOut = type(uint256).max;
        bytes memory signature = sign(d);
        vm.expectPartialRevert(IVaultTerms.OutputTooLow.selector);
        vault.execute(d, signature);
        assertFalse(vault.isNonceUsed(d.positionId, d.nonce));
        send(deleverage(1 ether));
    }

    // ---------------------------------------------------------------- model, epoch, window

    function test_unknownModel_isRefused() public {
        Decision memory d = deleverage(1 ether);
        d.modelId = keccak256("another model");
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.ModelNotApproved.selector, d.modelId));
    }

    function test_revokedModel_isRefused() public {
        bytes32 model = deleverage(1 ether).modelId;
        vm.prank(curator);
        vault.revokeModel(model);
        expectRefusal(deleverage(1 ether), abi.encodeWithSelector(IVaultTerms.ModelNotApproved.selector, model));
    }

    function test_otherEpochs_areRefused_boundary() public {
        Decision memory d = deleverage(1 ether);
        uint64 epoch = d.configEpoch;
        d.configEpoch = epoch - 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.EpochMismatch.selector, epoch - 1, epoch));
        d.configEpoch = epoch + 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.EpochMismatch.selector, epoch + 1, epoch));
        send(deleverage(1 ether));
    }

    function test_early_and_late_areRefused_boundary() public {
        Decision memory d = deleverage(1 ether);
        bytes memory signature = sign(d);
        vm.warp(d.validAfter - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotYetValid.selector, d.validAfter - 1, d.validAfter));
        vault.execute(d, signature);
        vm.warp(uint256(d.validUntil) + 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Expired.selector, uint256(d.validUntil) + 1, d.validUntil));
        vault.execute(d, signature);
        vm.warp(d.validUntil);
        vault.execute(d, signature);
    }

    // ---------------------------------------------------------------- helpers

    function _flip(Decision memory d, uint256 i) private pure {
        if (i < 14) _flipWhat(d, i);
        else _flipWhy(d, i - 14);
    }

    function _flipWhat(Decision memory d, uint256 i) private pure {
        if (i == 0) d.version = 2;
        if (i == 1) d.positionId++;
        if (i == 2) d.venue = address(uint160(d.venue) ^ 1);
        if (i == 3) d.kind = ActionKind.AddCollateral;
        if (i == 4) d.route.kind = RouteKind.None;
        if (i == 5) d.route.path = abi.encodePacked(d.tokenIn, uint24(3000), d.tokenOut);
        if (i == 6) d.route.flashSource = address(1);
        if (i == 7) d.tokenIn = Mainnet.USDC;
        if (i == 8) d.tokenOut = Mainnet.WETH;
        if (i == 9) d.maxIn++;
        if (i == 10) d.route.path = bytes.concat(d.route.path, hex"00");
        if (i == 11) d.minOut--;
        if (i == 12) d.healthFloorWad--;
        if (i == 13) d.healthCeilingWad--;
    }

    function _flipWhy(Decision memory d, uint256 i) private pure {
        if (i == 0) d.maxLossBps++;
        if (i == 1) d.keeperFeeMaxWei++;
        if (i == 2) d.probabilityPpm++;
        if (i == 3) d.horizonSeconds++;
        if (i == 4) d.modelId = bytes32(uint256(d.modelId) ^ 1);
        if (i == 5) d.snapshotHash = bytes32(uint256(d.snapshotHash) ^ 1);
        if (i == 6) d.snapshotBlock--;
        if (i == 7) d.journalHead = bytes32(uint256(d.journalHead) ^ 1);
        if (i == 8) d.configEpoch++;
        if (i == 9) d.nonce++;
        if (i == 10) d.validAfter--;
        if (i == 11) d.validUntil++;
        if (i == 12) d.targetVenue = address(1);
        if (i == 13) d.targetPositionId++;
    }

    /// @dev Layout of the call: selector, two offsets, 25 words of the decision, then the route (kind, offset, source, length, path).
    function _isPadding(uint256 i) private pure returns (bool) {
        uint256 path = 4 + 64 + 25 * 32 + 4 * 32;
        return i >= path + 43 && i < path + 64;
    }
}
