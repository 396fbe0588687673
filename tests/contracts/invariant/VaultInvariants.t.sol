// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractWorld, ICreditDelegation} from "./AbstractWorld.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {VaultState} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";
import {console} from "forge-std/console.sol";

/// @title Promises that hold whatever the actors do, in whatever order
/// @notice Actors: owner, honest agent, thief with the agent's key, replayer, guardian, curator, donor, stranger, price mover, pool mover,
/// time. The vault is real, so are Aave and Uniswap; see docs/invariants.md for the promises by id.
contract VaultInvariantsTest is AbstractWorld {
    string private constant TALLY = "BALLAST_TEST_INVARIANT_TALLY";

    struct Tally {
        uint256 runs;
        uint256 repairs;
        uint256 idleRepairs;
        uint256 thefts;
        uint256 refusals;
        uint256 gifts;
        uint256 stops;
        uint256 rotations;
        uint256 exits;
        uint256 mostLostWad;
    }

    struct Kept {
        Decision decision;
        bytes signature;
    }

    Tally private tally;
    Kept[] private kept;

    function setUp() public override {
        super.setUp();
        fundIdle(Mainnet.USDC, 30_000e6);
        fundIdle(Mainnet.WETH, 5e18);
        deal(Mainnet.USDC, owner, 0);
        vm.setEnv(TALLY, "");
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: _handlers()}));
    }

    function _handlers() private pure returns (bytes4[] memory s) {
        s = new bytes4[](14);
        (s[0], s[1]) = (this.honestAgentDeleverages.selector, this.honestAgentUsesIdleFunds.selector);
        (s[2], s[3]) = (this.thiefStealsThroughHisPool.selector, this.thiefSignsAhead.selector);
        (s[4], s[5]) = (this.relayerReplays.selector, this.relayerTampers.selector);
        (s[6], s[7]) = (this.guardianStopsAndOwnerResumes.selector, this.ownerRotatesSigner.selector);
        (s[8], s[9]) = (this.curatorTightens.selector, this.donorGives.selector);
        (s[10], s[11]) = (this.strangerTriesTheOwnersDoors.selector, this.priceMoves.selector);
        (s[12], s[13]) = (this.timePasses.selector, this.ownerBorrowsAndFunds.selector);
    }

    // ---------------------------------------------------------------- agents

    function honestAgentDeleverages(uint256 amount) external {
        Decision memory d = theft(_bound(amount, 0.01e18, 4e18), 500, 30, nextNonce++);
        if (_send(d)) tally.repairs++;
    }

    function honestAgentUsesIdleFunds(uint256 amount, bool repay) external {
        Decision memory d = repay ? repayFromIdle(_bound(amount, 10, 3000e6)) : addCollateral(_bound(amount, 1e6, 2e18));
        (d.healthFloorWad, d.nonce) = (0, nextNonce++);
        if (_send(d)) tally.idleRepairs++;
    }

    /// @dev Up to three bites of what the budget still holds: a burst needs more than one.
    function thiefStealsThroughHisPool(uint256 amount, uint256 moveBps, uint256 bites) external {
        thief.moveTo(thief.ownPool(), ethPrice8() * (10_000 - _bound(moveBps, 0, 200)) / 10_000);
        for (uint256 i = _bound(bites, 1, 3); i > 0; i--) {
            uint256 fitting = vault.lossBudget() * 50 * 1e8 / ethPrice8(); // 2 % of it is the budget
            if (_send(theft(_bound(amount, fitting / 2, fitting + 1e15), 3000, 200, nextNonce++))) tally.thefts++;
        }
        thief.moveTo(thief.ownPool(), ethPrice8());
    }

    /// @dev Kept for later by the replayer; lifetime at the cap, so it must die by time, snapshot or epoch.
    function thiefSignsAhead(uint256 amount, uint256 delay) external {
        Decision memory d = theft(_bound(amount, 0.01e18, 2e18), 500, 100, nextNonce++);
        d.validAfter = uint48(vm.getBlockTimestamp() + _bound(delay, 0, 900));
        d.validUntil = d.validAfter + 600;
        kept.push(Kept(d, sign(d)));
    }

    function relayerReplays(uint256 index) external {
        if (kept.length == 0) return;
        Kept memory k = _recent(index);
        if (!observe(k.decision, k.signature)) tally.refusals++;
    }

    /// @dev One field of a genuine decision changed under its signature: must never pass, see INV-15.
    function relayerTampers(uint256 index, uint256 field) external {
        if (kept.length == 0) return;
        Kept memory k = _recent(index);
        Decision memory d = _recent(index).decision;
        field = field % 6;
        if (field == 0) d.maxIn++;
        if (field == 1) d.nonce = nextNonce++;
        if (field == 2) d.validUntil = uint48(vm.getBlockTimestamp() + 1);
        if (field == 3) d.configEpoch = vault.configEpoch();
        if (field == 4) d.snapshotBlock = uint64(vm.getBlockNumber());
        if (field == 5) d.maxLossBps = 200;
        bool same = keccak256(abi.encode(d)) == keccak256(abi.encode(k.decision));
        if (!observe(d, k.signature)) tally.refusals++;
        else if (!same) note("INV-15: a changed field passed");
    }

    // ---------------------------------------------------------------- roles

    function guardianStopsAndOwnerResumes(uint256 amount) external {
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        if (observe(_now(amount), sign(_now(amount)))) note("INV-28: executed while Halted");
        tally.stops++;
        vm.prank(owner);
        vault.setState(VaultState.Active);
    }

    function ownerRotatesSigner(uint256 amount) external {
        Decision memory d = _now(amount);
        bytes memory signature = sign(d);
        vm.prank(guardian);
        vault.revokeSigner();
        if (observe(d, signature)) note("INV-16: a revoked signer's decision executed");
        vm.prank(owner);
        vault.setSigner(makeAddr("next signer"));
        if (observe(d, signature)) note("INV-16: a rotated signer's decision executed");
        vm.prank(owner);
        vault.setSigner(signer);
        if (observe(d, signature)) note("INV-16: a decision outlived its epoch");
        tally.rotations++;
    }

    function curatorTightens(uint256 nonce) external {
        vm.startPrank(curator);
        vault.cancelNonces(POSITION, 900, 1 << (nonce % 256));
        vault.tightenLimits(limits());
        vm.stopPrank();
        Decision memory d = _now(1e18);
        d.nonce = 900 << 8 | nonce % 256;
        if (observe(d, sign(d))) note("INV-16: a cancelled nonce executed");
    }

    function strangerTriesTheOwnersDoors(uint256 which) external {
        bytes[8] memory calls = [
            abi.encodeCall(vault.withdraw, (POSITION, Mainnet.WETH, 1, stranger)),
            abi.encodeCall(vault.borrow, (POSITION, Mainnet.USDC, 1, stranger)),
            abi.encodeCall(vault.transferPosition, (POSITION, Mainnet.WETH, 1, stranger)),
            abi.encodeCall(vault.sweep, (Mainnet.WETH, 1, stranger)),
            abi.encodeCall(vault.setSigner, (stranger)),
            abi.encodeCall(vault.setRoles, (stranger, stranger)),
            abi.encodeCall(vault.transferOwnership, (stranger)),
            abi.encodeCall(vault.setState, (VaultState.Active))
        ];
        address[5] memory who = [stranger, keeper, signer, curator, guardian];
        bytes32 before = configHash();
        vm.prank(who[which % 5]);
        (bool done,) = address(vault).call(calls[which / 5 % 8]);
        if (done || configHash() != before) note("INV-05: somebody passed through the owner's door");
    }

    /// @dev Alternates, so that the position neither runs out of debt nor of health.
    function ownerBorrowsAndFunds(uint256 amount) external {
        vm.startPrank(owner);
        if (health() > 1.5e18) {
            vault.borrow(POSITION, Mainnet.USDC, _bound(amount, 1e6, 20_000e6), address(vault));
        } else {
            vault.sweep(Mainnet.USDC, _bound(amount, 1, 5000e6), stranger);
        }
        vm.stopPrank();
    }

    // ---------------------------------------------------------------- world

    /// @dev What passed without the gift must pass with it.
    function donorGives(uint256 amount, uint256 kind) external {
        Decision memory d = _now(amount);
        bytes memory call = abi.encodeCall(vault.execute, (d, sign(d)));
        uint256 snapshot = vm.snapshotState();
        (bool without,) = address(vault).call(call);
        vm.revertToState(snapshot);
        _give(amount, kind % 4);
        snapshot = vm.snapshotState();
        (bool with,) = address(vault).call(call);
        vm.revertToState(snapshot);
        if (without && !with) note("INV-35: a gift made a decision fail");
        tally.gifts++;
    }

    function priceMoves(uint256 bps, bool poolFollows) external {
        uint256 price = ethPrice8() * _bound(bps, 9500, 10_500) / 10_000;
        if (price < 2000e8 || price > 4500e8) return;
        setEthPrice(price);
        if (poolFollows) thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, price);
        pass(300);
    }

    function timePasses(uint256 secondsLater, bool edge) external {
        pass(edge ? WINDOW : _bound(secondsLater, 1, WINDOW / 2));
    }

    // ---------------------------------------------------------------- the promises

    function invariant_everyPromiseHolds() external view {
        assertEq(breach, "", breach);
        _assertNoAllowance();
        _assertUnlocked();
    }

    /// @dev INV-03 and INV-04: nobody may take, nobody may borrow.
    function _assertNoAllowance() private view {
        address[5] memory takers =
            [Mainnet.AAVE_POOL, Mainnet.UNISWAP_USDC_WETH_POOL, address(adapter), keeper, address(thief)];
        for (uint256 i; i < takers.length; i++) {
            assertEq(weth.allowance(address(vault), takers[i]), 0, "INV-03: WETH allowance left");
            assertEq(usdc.allowance(address(vault), takers[i]), 0, "INV-03: USDC allowance left");
            assertEq(aWeth.allowance(address(vault), takers[i]), 0, "INV-03: position allowance left");
            assertEq(
                _credit(address(usdcDebt), takers[i]) + _credit(wethDebt, takers[i]), 0, "INV-04: credit delegated"
            );
        }
    }

    function _credit(address debtToken, address to) private view returns (uint256) {
        return ICreditDelegation(debtToken).borrowAllowance(address(vault), to);
    }

    function _assertUnlocked() private view {
        vault.status(POSITION);
        try vault.getPortfolioValue() {}
        catch (bytes memory reason) {
            assertTrue(bytes4(reason) != IVaultTerms.Locked.selector, "INV-31: the lock was left shut");
        }
    }

    /// @dev INV-12 in whatever state the run ended in, with the primary feeds dead and the vault Halted. Then the tally of all runs.
    function afterInvariant() external {
        uint256 snapshot = vm.snapshotState();
        _exitInTheWorstState();
        vm.revertToState(snapshot);
        tally.exits++;
        _addUp();
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
        vault.withdraw(POSITION, Mainnet.WETH, type(uint256).max, owner);
        if (IERC20(aUsdc).balanceOf(address(vault)) != 0) {
            vault.withdraw(POSITION, Mainnet.USDC, type(uint256).max, owner);
        }
        vault.sweep(Mainnet.WETH, type(uint256).max, owner);
        vault.sweep(Mainnet.USDC, type(uint256).max, owner);
        vm.stopPrank();
        assertEq(usdcDebt.balanceOf(address(vault)), 0, "INV-12: debt left");
        assertEq(aWeth.balanceOf(address(vault)) + weth.balanceOf(address(vault)), 0, "INV-12: WETH left");
        assertEq(IERC20(aUsdc).balanceOf(address(vault)) + usdc.balanceOf(address(vault)), 0, "INV-12: USDC left");
    }

    // ---------------------------------------------------------------- helpers

    function _send(Decision memory d) private returns (bool done) {
        bytes memory signature = sign(d);
        done = observe(d, signature);
        kept.push(Kept(d, signature));
    }

    /// @dev One of the last three: older ones are dead by time or epoch whatever the vault checks.
    function _recent(uint256 index) private view returns (Kept memory) {
        return kept[kept.length - 1 - index % (kept.length < 3 ? kept.length : 3)];
    }

    function _now(uint256 amount) private returns (Decision memory) {
        return theft(_bound(amount, 0.01e18, 2e18), 500, 100, nextNonce++);
    }

    function _give(uint256 amount, uint256 kind) private {
        if (kind == 0) return fundIdle(Mainnet.USDC, _bound(amount, 1, 1000e6));
        if (kind == 1) return fundIdle(Mainnet.WETH, _bound(amount, 1, 1e18));
        address donor = makeAddr("donor");
        address token = kind == 2 ? Mainnet.WETH : Mainnet.USDC;
        amount = kind == 2 ? _bound(amount, 10, 1e18) : _bound(amount, 10, 500e6);
        deal(token, donor, amount);
        vm.startPrank(donor);
        IERC20(token).approve(Mainnet.AAVE_POOL, amount);
        if (kind == 2) IAaveV3Pool(Mainnet.AAVE_POOL).supply(token, amount, address(vault), 0);
        else IAaveV3Pool(Mainnet.AAVE_POOL).repay(token, amount, 2, address(vault));
        vm.stopPrank();
    }

    /// @dev Runs share no state but the environment of forge's own process.
    function _addUp() private {
        string memory earlier = vm.envOr(TALLY, string(""));
        Tally memory t = tally;
        if (bytes(earlier).length != 0) t = _sum(abi.decode(vm.parseBytes(earlier), (Tally)), t);
        else t.runs = 1;
        if (mostInOneWindowWad > t.mostLostWad) t.mostLostWad = mostInOneWindowWad;
        vm.setEnv(TALLY, vm.toString(abi.encode(t)));
        _print(t);
        if (t.runs < 16) return;
        assertGt(t.repairs, 0, "vacuous: the honest agent never repaired");
        assertGt(t.idleRepairs, 0, "vacuous: idle funds were never used");
        assertGt(t.thefts, 0, "vacuous: the thief never stole");
        assertGt(t.refusals, 0, "vacuous: nothing was replayed");
        assertGt(t.gifts * t.stops * t.rotations, 0, "vacuous: an actor never acted");
    }

    function _sum(Tally memory a, Tally memory b) private pure returns (Tally memory) {
        a.runs++;
        a.repairs += b.repairs;
        a.idleRepairs += b.idleRepairs;
        a.thefts += b.thefts;
        a.refusals += b.refusals;
        a.gifts += b.gifts;
        a.stops += b.stops;
        a.rotations += b.rotations;
        a.exits += b.exits;
        return a;
    }

    function _print(Tally memory t) private pure {
        console.log("runs %s, exits %s, repairs %s", t.runs, t.exits, t.repairs);
        console.log("idle repairs %s, thefts %s, refused replays %s", t.idleRepairs, t.thefts, t.refusals);
        console.log("gifts %s, stops %s, rotations %s", t.gifts, t.stops, t.rotations);
        console.log("most lost in any window: %s of %s USD cents", t.mostLostWad / 1e16, LOSS_BUDGET_WAD / 1e16);
    }
}
