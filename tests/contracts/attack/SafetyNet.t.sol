// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {NetTest} from "../utils/NetTest.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultRescue} from "ballast/interfaces/IVaultRescue.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {InitialConfig} from "ballast/types/Config.sol";
import {NetStatus, RescueOutcome} from "ballast/types/Net.sol";
import {console} from "forge-std/console.sol";

/// @notice Calls back into the vault as soon as ether reaches it.
contract Reentrant {
    IRebalanceVault private immutable vault;
    uint256 private immutable positionId;
    bytes public answer;

    constructor(IRebalanceVault vault_, uint256 positionId_) {
        (vault, positionId) = (vault_, positionId_);
    }

    receive() external payable {
        (, answer) = address(vault).call(abi.encodeCall(vault.rescue, (positionId, 10 ether)));
    }
}

/// @title The safety net, attacked by those who may all call it
contract SafetyNetAttackTest is AbstractAttackTest, NetTest {
    uint256 private constant NET_LOSS_WAD = 4000e18;

    uint256[] private lostAt;
    uint256[] private lostWad;

    function setUp() public override(AbstractAttackTest, NetTest) {
        super.setUp();
    }

    function initialConfig() internal view override(AbstractAttackTest, VaultTest) returns (InitialConfig memory) {
        return super.initialConfig();
    }

    // ---------------------------------------------------------------- with the agent's key

    /// @notice A thief burns all that decisions may lose; the net still has all of its own, and saves the position.
    function test_attack_thiefBurnsTheAgentsBudget_netIsNotStarved() public {
        NetStatus memory before = vault.netStatus(POSITION);
        thief.moveTo(thief.ownPool(), 2950e8);
        for (uint256 nonce = 1; vault.lossBudget() > 20e18; nonce++) {
            uint256 fitting = vault.lossBudget() * 50 * 1e8 / ethPrice8(); // 2 % of it is the budget
            send(theft(fitting, 3000, 200, nonce));
        }
        assertEq(abi.encode(vault.netStatus(POSITION)), abi.encode(before), "a decision touched the net");
        abandon();
        uint256 left = vault.lossBudget();
        rescue(10 ether);
        assertEq(vault.lossBudget(), left, "the net touched the decisions' budget");
    }

    /// @notice A thief's heartbeats hold the net back between the two levels, and no longer than his key is in office.
    function test_attack_thiefSendsHeartbeats_criticalLevelAndRevocationEndIt() public {
        sinkTo(1.08e18);
        passTime(601);
        beat(uint48(vm.getBlockTimestamp()));
        expectNoRescueBy(10 ether, IVaultRescue.RescueNotDue.selector);
        uint256 snapshot = vm.snapshotState();
        vm.prank(guardian);
        vault.revokeSigner();
        rescue(10 ether);
        vm.revertToState(snapshot);
        sinkTo(1.045e18);
        rescue(10 ether);
    }

    // ---------------------------------------------------------------- heartbeats of others

    /// @notice Holds T2, T5: an old heartbeat, one for another vault, another position or another chain, or by another key is none.
    function test_attack_foreignOrOldHeartbeat_isRefused() public {
        uint48 past = uint48(vm.getBlockTimestamp());
        bytes memory old = signWith(signerKey, vault.hashHeartbeat(POSITION, past));
        passTime(601);
        vm.expectRevert(abi.encodeWithSelector(IVaultRescue.HeartbeatNotNewer.selector, past, past));
        vault.heartbeat(POSITION, past, old);
        uint48 seenAt = uint48(vm.getBlockTimestamp());
        _refuseHeartbeat(seenAt, signWith(signerKey, createVault("other").hashHeartbeat(POSITION, seenAt)));
        _refuseHeartbeat(seenAt, signWith(signerKey, vault.hashHeartbeat(POSITION + 1, seenAt)));
        _refuseHeartbeat(seenAt, signWith(signerKey, vault.hashHeartbeat(POSITION, seenAt - 1)));
        (, uint256 otherKey) = makeAddrAndKey("another key");
        _refuseHeartbeat(seenAt, signWith(otherKey, vault.hashHeartbeat(POSITION, seenAt)));
        bytes memory here = signWith(signerKey, vault.hashHeartbeat(POSITION, seenAt));
        vm.chainId(5);
        _refuseHeartbeat(seenAt, here);
    }

    /// @notice A withheld heartbeat is worth no more than its own second: it cannot be played after a later one.
    function test_attack_withheldHeartbeat_isWorthItsSecondOnly() public {
        uint48 withheld = uint48(vm.getBlockTimestamp() + 1);
        bytes memory signature = signWith(signerKey, vault.hashHeartbeat(POSITION, withheld));
        sinkTo(1.08e18);
        passTime(602);
        vault.heartbeat(POSITION, withheld, signature); // takes until now to be relayed, and is late already
        rescue(10 ether);
    }

    function _refuseHeartbeat(uint48 seenAt, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, signer));
        vault.heartbeat(POSITION, seenAt, signature);
    }

    // ---------------------------------------------------------------- griefing

    /// @notice The least rescues, one after the other, cannot keep the position down: each one lifts it, or is none.
    function test_attack_tinyRescues_cannotBlockTheRealOne() public {
        abandon();
        for (uint256 i; i < 5; i++) {
            expectNoRescueBy(0.5 ether - 1, IVaultRescue.ActionTooSmall.selector);
            uint256 before = health();
            rescue(0.5 ether);
            assertGe(health(), before + 0.0001e18);
            expectNoRescueBy(0.5 ether, IVaultRescue.CoolingDown.selector);
            passTime(300);
        }
        rescue(10 ether);
    }

    /// @notice A gift to the vault before a rescue changes nothing that is measured.
    function test_attack_gifts_neitherBlockNorPay() public {
        abandon();
        uint256 snapshot = vm.snapshotState();
        RescueOutcome memory without = rescue(10 ether);
        vm.revertToState(snapshot);
        fundIdle(Mainnet.WETH, 1);
        fundIdle(Mainnet.USDC, 77);
        RescueOutcome memory with_ = rescue(10 ether);
        assertEq(abi.encode(with_), abi.encode(without));
        assertEq(weth.balanceOf(address(vault)), 1);
    }

    /// @notice Holds T6: a rescue inside another call of the vault finds it locked.
    function test_attack_rescueWithinAnExit_isLockedOut() public {
        abandon();
        Reentrant reentrant = new Reentrant(vault, POSITION);
        vm.deal(address(vault), 1);
        vm.prank(owner);
        vault.sweepNative(1, payable(address(reentrant)));
        assertEq(reentrant.answer(), abi.encodeWithSelector(IVaultTerms.Locked.selector));
    }

    // ---------------------------------------------------------------- for the reward

    /// @notice Without danger there is no reward, whatever the pool is moved to: health is the venue's to tell.
    function test_attack_poolMovedToFakeDanger_isNoReason() public {
        passTime(601);
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 2000e8);
        expectNoRescueBy(10 ether, IVaultRescue.RescueNotDue.selector);
    }

    /// @notice A pool moved beyond the cap ends the rescue: he who moves it pays for nothing.
    function test_attack_sandwichBeyondTheCap_isRefused() public {
        abandon();
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 2960e8);
        expectNoRescueBy(10 ether, IVaultTerms.SlippageExceeded.selector);
    }

    /// @notice Somebody who rescues, moves pools around it and waits for the owner to borrow again, as often as he can: what the position
    /// loses to him in any window, its rewards included, stays within the net's budget; the rewards within theirs.
    /// forge-config: default.fuzz.runs = 64
    function testFuzz_attack_rewardFarmed_withinTheBudgets(uint256 seed) public {
        uint256 rewards;
        for (uint256 i; i < 12; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (health() > 1.08e18) sinkTo(1.08e18);
            passTime(601 + seed % 2 hours);
            thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 3000e8 - seed % 30e8);
            rewards += _farm(0.5 ether + (seed >> 64) % 19 ether);
            thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 3000e8);
        }
        assertLe(_worstWindowWad(), NET_LOSS_WAD, "lost more than the net's budget in a window");
        assertLe(rewards * 3000, 2 * 1000e18, "at most two windows went by");
    }

    /// @dev Loss is measured in the tokens, from outside.
    function _farm(uint256 amount) private returns (uint256 reward) {
        int256 before = equityWad(address(vault));
        vm.prank(stranger);
        try vault.rescue(POSITION, amount) returns (RescueOutcome memory outcome) {
            reward = outcome.reward;
            int256 lost = before - equityWad(address(vault));
            if (lost <= 0) return reward;
            lostAt.push(vm.getBlockTimestamp());
            lostWad.push(uint256(lost));
        } catch {}
    }

    function _worstWindowWad() private view returns (uint256 worst) {
        for (uint256 i; i < lostAt.length; i++) {
            uint256 sum;
            for (uint256 j = i; j < lostAt.length && lostAt[j] <= lostAt[i] + 1 days; j++) {
                sum += lostWad[j];
            }
            if (sum > worst) worst = sum;
        }
    }

    /// @notice The greatest burst: rescues at the worst price that the cap allows, one after the other, until the budget says no.
    function test_attack_burst_endsAtHalfTheBudget() public {
        uint256 sum;
        for (uint256 i; i < 20; i++) {
            if (health() > 1.08e18) sinkTo(1.08e18);
            passTime(i == 0 ? 601 : 300);
            thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 2975e8);
            int256 before = equityWad(address(vault));
            vm.prank(stranger);
            (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.rescue, (POSITION, 18 ether)));
            thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, 3000e8);
            if (!done) {
                assertEq(bytes4(reason), IVaultTerms.LossBudgetExceeded.selector);
                break;
            }
            sum += uint256(before - equityWad(address(vault)));
        }
        console.log("lost in the burst, USD", sum / 1e18);
        assertGt(sum, NET_LOSS_WAD / 4, "the attack is a real one");
        assertLe(sum, NET_LOSS_WAD / 2 + NET_LOSS_WAD / 2 * 20 * 300 / 1 days);
    }
}
