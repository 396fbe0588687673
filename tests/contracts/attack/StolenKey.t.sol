// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Limits} from "ballast/types/Config.sol";
import {ActionKind, Decision} from "ballast/types/Decision.sol";
import {console} from "forge-std/console.sol";

/// @title A thief with the agent's key, capital and time, at random
/// @notice Each run is a campaign: decisions validly signed with fields inside and outside the policy, pools moved before and after, time,
/// prices inside the feeds' bounds. After each step the losses of every window of length W, measured from token balances at the primary
/// prices and not by the vault, must add up to the budget at most. Holds T8, T14; INV-01, INV-09, INV-38.
contract StolenKeyTest is AbstractAttackTest {
    uint256 private constant STEPS = 16;
    uint256 private constant TENTHS = 10;
    /// @dev Swap-free repairs move value from the owner to the owner; the venue may keep two units of USDC, which no budget counts.
    uint256 private constant IDLE_DUST_WAD = 2e12;
    string private constant TALLY = "BALLAST_TEST_STOLEN_KEY_TALLY";

    struct Tally {
        uint256 runs;
        uint256 attempts;
        uint256 executed;
        uint256 mostInOneWindowWad;
        uint256 runsAboveHalf;
        uint256[TENTHS] runsByTenth; // greatest loss of the campaign's windows, by tenths of the budget
    }

    uint256 private random;
    uint256 private nextNonce;
    uint256 private attempts;
    uint256 private executed;
    uint256 private mostWad;
    uint256[] private lostAt;
    uint256[] private lostWad;

    function setUp() public override {
        super.setUp();
        deal(Mainnet.USDC, address(vault), 30_000e6);
        fundIdle(Mainnet.WETH, 5e18);
        Tally memory none;
        _store(none);
    }

    /// forge-config: default.fuzz.runs = 1000
    /// forge-config: deep.fuzz.runs = 10000
    /// forge-config: thief.fuzz.runs = 2000
    function testFuzz_attack_stolenAgentKey_randomCampaign_noWindowLosesMoreThanBudget(uint256 seed) public {
        random = seed;
        for (uint256 i; i < STEPS; i++) {
            _step(_next(100));
            _assertEveryWindow();
        }
        _tally();
    }

    // ---------------------------------------------------------------- steps

    function _step(uint256 dice) private {
        if (dice < 60) _stealThroughOwnPool();
        else if (dice < 66) _sandwichTheDeepPool();
        else if (dice < 72) _moveIdle();
        else if (dice < 86) _waitAWhile();
        else if (dice < 92) _movePrice();
        else if (dice < 96) _ownerBorrowsMore();
        else _wildDecision();
    }

    function _stealThroughOwnPool() private {
        thief.moveTo(thief.ownPool(), ethPrice8() * (10_000 - _next(230)) / 10_000);
        _attempt(theft(_size(), 3000, _lossBps(), nextNonce++));
        thief.moveTo(thief.ownPool(), ethPrice8());
    }

    function _sandwichTheDeepPool() private {
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, ethPrice8() * (10_000 - _next(230)) / 10_000);
        _attempt(theft(_size(), 500, _lossBps(), nextNonce++));
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, ethPrice8());
    }

    function _moveIdle() private {
        Decision memory d = _next(2) == 0 ? repayFromIdle(_next(12_000e6) + 2) : addCollateral(_next(12e18) + 2);
        d.healthFloorWad = 0;
        d.nonce = nextNonce++;
        _attempt(d);
    }

    /// @dev Often just around the window's edge.
    function _waitAWhile() private {
        uint256[6] memory waits = [uint256(12), 600, WINDOW / 2, WINDOW - 1, WINDOW, WINDOW + 1];
        uint256 choice = _next(8);
        pass(choice < 6 ? waits[choice] : _next(WINDOW) + 1);
    }

    /// @dev The deep pool follows in two cases of three; a crash is when it does not.
    function _movePrice() private {
        uint256 price = ethPrice8() * (9300 + _next(1300)) / 10_000;
        if (price < 1500e8 || price > 6000e8) return;
        setEthPrice(price);
        if (_next(3) != 0) thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, price);
        pass(600);
    }

    function _ownerBorrowsMore() private {
        vm.prank(owner);
        try vault.borrow(POSITION, Mainnet.USDC, _next(30_000e6) + 1, owner) {} catch {}
    }

    /// @dev One field of an otherwise good theft at its worst.
    function _wildDecision() private {
        Decision memory d = theft(_size(), 3000, _lossBps(), nextNonce++);
        uint256 field = _next(8);
        if (field == 0) d.maxIn = type(uint256).max;
        if (field == 1) d.maxLossBps = type(uint16).max;
        if (field == 2) d.validUntil = type(uint48).max;
        if (field == 3) d.snapshotBlock = type(uint64).max;
        if (field == 4) d.tokenOut = Mainnet.WETH;
        if (field == 5) d.healthFloorWad = type(uint256).max;
        if (field == 6) d.nonce = 0;
        if (field == 7) d.positionId = 0;
        _attempt(d);
    }

    // ---------------------------------------------------------------- choices

    function _next(uint256 below) private returns (uint256) {
        random = uint256(keccak256(abi.encode(random)));
        return random % below;
    }

    /// @dev A clever thief asks for what the budget still holds; a greedy one for more.
    function _size() private returns (uint256) {
        if (_next(3) == 0) return _next(20e18) + 1;
        uint256 fitting = vault.lossBudget() * 10_000 / 200 * 1e8 / ethPrice8();
        return fitting * (50 + _next(52)) / 100 + 1;
    }

    function _lossBps() private returns (uint16) {
        return _next(4) == 0 ? uint16(_next(260)) : 200;
    }

    // ---------------------------------------------------------------- judgement

    function _attempt(Decision memory d) private {
        int256 before = equityWad(address(vault));
        attempts++;
        (bool done,) = trySend(d);
        int256 lost = before - equityWad(address(vault));
        if (!done) {
            assertEq(lost, 0, "INV-36: a refused decision moved value");
            return;
        }
        executed++;
        if (d.kind != ActionKind.Deleverage) {
            assertLe(lost, int256(IDLE_DUST_WAD), "INV-02: an idle repair lost value");
        } else if (lost > 0) {
            lostAt.push(vm.getBlockTimestamp());
            lostWad.push(uint256(lost));
        }
    }

    /// @dev Every window that begins with a loss and is closed at both ends; no other window can hold more.
    function _assertEveryWindow() private {
        for (uint256 i; i < lostAt.length; i++) {
            uint256 sumWad;
            for (uint256 j = i; j < lostAt.length && lostAt[j] <= lostAt[i] + WINDOW; j++) {
                sumWad += lostWad[j];
            }
            assertLe(sumWad, LOSS_BUDGET_WAD, "INV-09, INV-38: a window lost more than its budget");
            if (sumWad > mostWad) mostWad = sumWad;
        }
        assertEq(weth.allowance(address(vault), Mainnet.AAVE_POOL), 0, "INV-03: allowance left");
    }

    /// @dev Runs share no state but the environment of forge's own process.
    function _store(Tally memory t) private {
        vm.setEnv(TALLY, vm.toString(abi.encode(t)));
    }

    function _tally() private {
        Tally memory t = abi.decode(vm.envBytes(TALLY), (Tally));
        t.runs++;
        t.attempts += attempts;
        t.executed += executed;
        if (mostWad > t.mostInOneWindowWad) t.mostInOneWindowWad = mostWad;
        if (mostWad > LOSS_BUDGET_WAD / 2) t.runsAboveHalf++;
        // all of the budget belongs to the last tenth
        t.runsByTenth[mostWad == LOSS_BUDGET_WAD ? TENTHS - 1 : mostWad * TENTHS / LOSS_BUDGET_WAD]++;
        _store(t);
        _print(t);
        if (t.runs < 100) return;
        assertGt(t.executed * 100, t.attempts * 25, "vacuous: too few decisions were executed");
        if (t.runs < 500) return;
        assertGt(t.mostInOneWindowWad * 100, LOSS_BUDGET_WAD * 80, "vacuous: the thief never came near the budget");
    }

    /// @dev script/tools/stolen_key.py reads these two lines.
    function _print(Tally memory t) private pure {
        string memory figures = string.concat("stolen key: campaigns ", vm.toString(t.runs), ", decisions sent ");
        figures = string.concat(figures, vm.toString(t.attempts), ", executed ", vm.toString(t.executed));
        figures = string.concat(figures, ", most lost in a window ", vm.toString(t.mostInOneWindowWad / 1e16));
        console.log(string.concat(figures, " of ", vm.toString(LOSS_BUDGET_WAD / 1e16), " USD cents"));
        string memory tenths = "stolen key, windows by tenths of the budget:";
        for (uint256 i; i < TENTHS; i++) {
            tenths = string.concat(tenths, " ", vm.toString(t.runsByTenth[i]));
        }
        console.log(tenths);
        console.log("campaigns that took more than half of the budget: %s", t.runsAboveHalf);
    }
}
