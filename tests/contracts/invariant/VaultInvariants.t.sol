// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractWorld} from "./AbstractWorld.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {VaultState} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";

/// @title Promises that hold whatever the actors do, in whatever order
/// @notice Actors: owner, honest agent, thief with the agent's key, replayer, guardian, curator, donor, stranger, price mover, pool mover,
/// time. The vault is real, so are Aave and Uniswap; see docs/invariants.md for the promises by id.
contract VaultInvariantsTest is AbstractWorld {
    uint256 private constant REPAIRS = 0;
    uint256 private constant IDLE_REPAIRS = 1;
    uint256 private constant THEFTS = 2;
    uint256 private constant REFUSALS = 3;
    uint256 private constant GIFTS = 4;
    uint256 private constant STOPS = 5;
    uint256 private constant ROTATIONS = 6;

    struct Kept {
        Decision decision;
        bytes signature;
    }

    Kept[] private kept;

    function deeds() internal pure override returns (string memory key, string[] memory names) {
        names = new string[](7);
        (names[0], names[1], names[2]) = ("repairs", "idle repairs", "thefts");
        (names[3], names[4], names[5], names[6]) = ("refused replays", "gifts", "stops", "rotations");
        return ("BALLAST_TEST_INVARIANT_TALLY", names);
    }

    function setUp() public override {
        super.setUp();
        fundIdle(Mainnet.USDC, 30_000e6);
        fundIdle(Mainnet.WETH, 5e18);
        deal(Mainnet.USDC, owner, 0);
        clearTally();
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
        if (_send(d)) did[REPAIRS]++;
    }

    function honestAgentUsesIdleFunds(uint256 amount, bool repay) external {
        Decision memory d = repay ? repayFromIdle(_bound(amount, 10, 3000e6)) : addCollateral(_bound(amount, 1e6, 2e18));
        (d.healthFloorWad, d.nonce) = (0, nextNonce++);
        if (_send(d)) did[IDLE_REPAIRS]++;
    }

    /// @dev Up to three bites of what the budget still holds: a burst needs more than one.
    function thiefStealsThroughHisPool(uint256 amount, uint256 moveBps, uint256 bites) external {
        thief.moveTo(thief.ownPool(), ethPrice8() * (10_000 - _bound(moveBps, 0, 200)) / 10_000);
        for (uint256 i = _bound(bites, 1, 3); i > 0; i--) {
            uint256 fitting = vault.lossBudget() * 50 * 1e8 / ethPrice8(); // 2 % of it is the budget
            if (_send(theft(_bound(amount, fitting / 2, fitting + 1e15), 3000, 200, nextNonce++))) did[THEFTS]++;
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
        if (!observe(k.decision, k.signature)) did[REFUSALS]++;
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
        if (!observe(d, k.signature)) did[REFUSALS]++;
        else if (!same) note("INV-15: a changed field passed");
    }

    // ---------------------------------------------------------------- roles

    function guardianStopsAndOwnerResumes(uint256 amount) external {
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        if (observe(_now(amount), sign(_now(amount)))) note("INV-28: executed while Halted");
        did[STOPS]++;
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
        did[ROTATIONS]++;
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
        did[GIFTS]++;
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
}
