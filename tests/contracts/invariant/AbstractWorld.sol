// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractAttackTest} from "../attack/AbstractAttackTest.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractTally} from "./AbstractTally.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision} from "ballast/types/Decision.sol";
import {Vm} from "forge-std/Vm.sol";

interface ICreditDelegation {
    function borrowAllowance(address from, address to) external view returns (uint256);
}

/// @title What must be true of every decision that a vault executes, noted while it happens
/// @notice Judged from outside: transfers, token balances, Aave's own account data, raw storage. A breach is kept with its INV id and read
/// by the invariant at the end of the run, because a revert inside a handler would only discard the call. What an execution can break is
/// looked at when it has executed, so nothing has to be looked at after every call.
abstract contract AbstractWorld is AbstractAttackTest, AbstractTally {
    bytes32 private constant TRANSFER = keccak256("Transfer(address,address,uint256)");
    uint256 internal constant FLOOR_WAD = 1.2e18;
    uint256 internal constant EMERGENCY_WAD = 1.1e18;
    uint256 private constant MAX_SLIPPAGE_BPS = 200;
    /// @dev Slots before the budgets: page, epoch, state, owner, roles, timelock, signer, limits.
    uint256 private constant CONFIG_SLOTS = 9;

    struct Before {
        int256 equityWad;
        uint256 healthWad;
        uint256 debt;
        uint256 collateral;
        uint256 strangersWad;
        bytes32 config;
    }

    string internal breach; // first broken promise, empty while all hold
    uint256 internal nextNonce;
    uint256[] internal lostAt;
    uint256[] internal lostWad;
    uint256 internal mostInOneWindowWad;
    mapping(uint256 nonce => uint256) internal executions;

    /// @dev Sends a decision with this signature and holds all that it did against the promises.
    function observe(Decision memory d, bytes memory signature) internal returns (bool done) {
        done = observeCall(address(vault), d, signature, abi.encodeCall(vault.execute, (d, signature)));
        if (done && (vm.getBlockTimestamp() < d.validAfter || vm.getBlockTimestamp() > d.validUntil)) {
            note("INV-19: executed out of its time");
        }
    }

    /// @dev The same by another call, or by another door.
    function observeCall(address door, Decision memory d, bytes memory signature, bytes memory call)
        internal
        returns (bool done)
    {
        Before memory before = _look();
        vm.recordLogs();
        vm.prank(keeper);
        (done,) = door.call(call);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!done) {
            if (equityWad(address(vault)) != before.equityWad) note("INV-36: a refused decision left a trace");
            return false;
        }
        executions[d.nonce]++;
        _judgeTransfers(logs);
        _judgeAuthority(d, signature, before);
        _judgePosition(d, before);
        _judgeLoss(d, before);
        _judgeAllowances();
        _judgeLock();
    }

    function note(string memory what) internal {
        if (bytes(breach).length == 0) breach = what;
    }

    function invariant_everyPromiseHolds() external view {
        assertEq(breach, "", breach);
    }

    // ---------------------------------------------------------------- before

    function _look() private view returns (Before memory b) {
        b.equityWad = equityWad(address(vault));
        b.healthWad = health();
        b.debt = usdcDebt.balanceOf(address(vault));
        b.collateral = aWeth.balanceOf(address(vault));
        b.strangersWad = _strangersWad();
        b.config = configHash();
    }

    /// @dev Everybody who is neither the vault nor a protocol. The thief's pool is judged by the transfers.
    function _strangersWad() private view returns (uint256 sum) {
        address[8] memory people =
            [owner, curator, guardian, keeper, signer, stranger, address(adapter), address(factory)];
        for (uint256 i; i < people.length; i++) {
            sum += weth.balanceOf(people[i]) + usdc.balanceOf(people[i]) * 1e12 + people[i].balance;
            sum += aWeth.balanceOf(people[i]) + IERC20(aUsdc).balanceOf(people[i]) * 1e12;
        }
    }

    function configHash() internal view returns (bytes32 hash) {
        for (uint256 slot; slot < CONFIG_SLOTS; slot++) {
            hash = keccak256(abi.encode(hash, vm.load(address(vault), bytes32(slot))));
        }
    }

    // ---------------------------------------------------------------- after

    function _judgeTransfers(Vm.Log[] memory logs) private {
        for (uint256 i; i < logs.length; i++) {
            if (logs[i].topics[0] != TRANSFER || logs[i].topics.length != 3) continue;
            if (address(uint160(uint256(logs[i].topics[1]))) != address(vault)) continue;
            if (!mayReceive(logs[i].emitter, address(uint160(uint256(logs[i].topics[2]))))) {
                note("INV-01: a token left for somebody who is neither the venue nor the pool");
            }
        }
    }

    /// @dev INV-01: WETH to Aave or to a genuine pool, USDC to Aave, position tokens to nobody (burnt).
    function mayReceive(address token, address to) internal view virtual returns (bool) {
        if (token == Mainnet.USDC) return to == aUsdc;
        if (token != Mainnet.WETH) return to == address(0);
        return to == address(aWeth) || to == Mainnet.UNISWAP_USDC_WETH_POOL || to == thief.ownPool();
    }

    function _judgeAuthority(Decision memory d, bytes memory signature, Before memory before) private {
        if (_strangersWad() != before.strangersWad) note("INV-02: somebody outside grew or shrank");
        if (configHash() != before.config) note("INV-05: an executed decision changed the configuration");
        if (executions[d.nonce] > 1) note("INV-14: a nonce executed twice");
        if (!vault.isNonceUsed(d.positionId, d.nonce)) note("INV-14: an executed nonce is not marked");
        if (d.configEpoch != vault.configEpoch()) note("INV-16: executed under another configuration");
        if (keccak256(signature) != keccak256(signWith(signerKey, vault.hashDecision(d)))) {
            note("INV-15: executed without the signature of its own digest");
        }
        if (vault.signer() != signer) note("INV-16: executed for a signer who is not in office");
    }

    function _judgePosition(Decision memory d, Before memory before) internal virtual {
        uint256 healthAfter = health();
        if (IERC20(wethDebt).balanceOf(address(vault)) != 0) note("INV-10: a debt nobody asked for");
        if (before.healthWad >= FLOOR_WAD && healthAfter < FLOOR_WAD) note("INV-06: fell through the floor");
        if (d.kind == ActionKind.Leverage || d.kind == ActionKind.SwapCollateral) {
            if (healthAfter < FLOOR_WAD && healthAfter < before.healthWad) note("INV-10: risk below the floor");
            if (d.kind == ActionKind.Leverage) return;
        } else if (healthAfter < before.healthWad) {
            note("INV-07: a repair made it worse");
        }
        if (usdcDebt.balanceOf(address(vault)) > before.debt) note("INV-07: debt rose");
    }

    /// @dev Two units of USDC are what the venue may keep of an idle repair; no budget counts them.
    function _judgeLoss(Decision memory d, Before memory before) private {
        int256 lost = before.equityWad - equityWad(address(vault));
        if (d.kind == ActionKind.AddCollateral || d.kind == ActionKind.RepayFromIdle) {
            if (lost > 2e12) note("INV-08: an idle repair lost value");
            return;
        }
        if (lost <= 0) return;
        if (uint256(lost) > _mostLossWad(d, before) + 1e13) note("INV-08: lost more than its bound");
        lostAt.push(vm.getBlockTimestamp());
        lostWad.push(uint256(lost));
        _judgeWindows();
    }

    /// @dev What the slippage of a swap may cost, USD.
    function _mostLossWad(Decision memory d, Before memory before) internal view virtual returns (uint256) {
        return _soldWad(d, before) * MAX_SLIPPAGE_BPS / 10_000;
    }

    /// @dev USD value of what left by the swap.
    function _soldWad(Decision memory d, Before memory before) private view returns (uint256) {
        if (d.kind == ActionKind.Leverage) return (usdcDebt.balanceOf(address(vault)) - before.debt) * 1e12;
        return (before.collateral - aWeth.balanceOf(address(vault))) * ethPrice8() / 1e8;
    }

    /// @dev Every window that ends now or holds now begins with some loss; older windows were judged when they ended.
    function _judgeWindows() private {
        uint256 sumWad = lastWindow(lostAt, lostWad);
        if (sumWad > mostInOneWindowWad) mostInOneWindowWad = sumWad;
        if (sumWad > LOSS_BUDGET_WAD) note("INV-09, INV-38: a window lost more than its budget");
    }

    /// @dev Sum of what happened in the window that ends now, both ends included.
    function lastWindow(uint256[] storage at, uint256[] storage wad) internal view returns (uint256 sumWad) {
        uint256 i = at.length;
        while (i > 0 && at[i - 1] + WINDOW >= vm.getBlockTimestamp()) sumWad += wad[--i];
    }

    /// @dev INV-03 and INV-04: nobody may take, nobody may borrow.
    function _judgeAllowances() internal virtual {
        address[5] memory takers =
            [Mainnet.AAVE_POOL, Mainnet.UNISWAP_USDC_WETH_POOL, address(adapter), keeper, address(thief)];
        for (uint256 i; i < takers.length; i++) {
            uint256 left = weth.allowance(address(vault), takers[i]) + usdc.allowance(address(vault), takers[i]);
            if (left + aWeth.allowance(address(vault), takers[i]) != 0) note("INV-03: allowance left");
            if (_credit(address(usdcDebt), takers[i]) + _credit(wethDebt, takers[i]) != 0) {
                note("INV-04: credit delegated");
            }
        }
    }

    function _credit(address debtToken, address to) private view returns (uint256) {
        return ICreditDelegation(debtToken).borrowAllowance(address(vault), to);
    }

    function _judgeLock() internal {
        try vault.getPortfolioValue() {}
        catch (bytes memory reason) {
            if (bytes4(reason) == IVaultTerms.Locked.selector) note("INV-31: the lock was left shut");
        }
    }

    // ---------------------------------------------------------------- the end of a run

    /// @dev INV-12 in whatever state the run ended in, with the primary feeds dead and the vault Halted. Then the tally of all runs.
    function afterInvariant() external {
        _judgeAllowances();
        _judgeLock();
        assertEq(breach, "", breach);
        uint256 snapshot = vm.snapshotState();
        _exitInTheWorstState();
        vm.revertToState(snapshot);
        addUp(mostInOneWindowWad, LOSS_BUDGET_WAD);
    }

    function _exitInTheWorstState() private {
        vm.etch(Mainnet.ETH_USD_FEED, hex"60006000fd");
        vm.etch(Mainnet.USDC_USD_FEED, hex"60006000fd");
        vm.startPrank(guardian);
        if (vault.state() != VaultState.Halted) vault.setState(VaultState.Halted);
        vault.revokeSigner();
        vm.stopPrank();
        deal(Mainnet.USDC, owner, 1_000_000e6);
        vm.startPrank(owner);
        usdc.approve(address(vault), type(uint256).max);
        vault.repay(POSITION, Mainnet.USDC, type(uint256).max);
        repayRest();
        exitOf(Mainnet.WETH, address(aWeth));
        exitOf(Mainnet.USDC, aUsdc);
        exitRest();
        vm.stopPrank();
        assertEq(usdcDebt.balanceOf(address(vault)), 0, "INV-12: debt left");
    }

    /// @dev The owner takes all of a token, the caller pranks.
    function exitOf(address token, address venueToken) internal {
        if (IERC20(venueToken).balanceOf(address(vault)) != 0) {
            vault.withdraw(POSITION, token, type(uint256).max, owner);
        }
        vault.sweep(token, type(uint256).max, owner);
        uint256 left = IERC20(venueToken).balanceOf(address(vault)) + IERC20(token).balanceOf(address(vault));
        assertEq(left, 0, "INV-12: something left behind");
    }

    function repayRest() internal virtual {}

    function exitRest() internal virtual {}
}
