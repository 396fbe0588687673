// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AgreementGuard} from "ballast/guards/AgreementGuard.sol";
import {HealthGuard} from "ballast/guards/HealthGuard.sol";
import {NonceGuard} from "ballast/guards/NonceGuard.sol";
import {OracleGuard} from "ballast/guards/OracleGuard.sol";
import {SlippageGuard} from "ballast/guards/SlippageGuard.sol";
import {WindowGuard} from "ballast/guards/WindowGuard.sol";
import {AssetConfig, Limits} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Every guard against its rule, for all inputs: what passes obeys the rule, and what obeys the rule passes.
contract GuardProperties is Test {
    using NonceGuard for mapping(uint256 => uint256);

    uint256 private constant NO_DEBT = type(uint128).max;

    mapping(uint256 word => uint256) private bitmap;
    int256 private answer;
    uint256 private updatedAt;

    // ---------------------------------------------------------------- health

    function check_health_promise_isFloorAndCeiling(uint256 afterWad, uint128 floor, uint128 ceiling) public view {
        uint256 capped = afterWad < NO_DEBT ? afterWad : NO_DEBT;
        bool allowed = capped >= floor && capped <= ceiling;
        try this.kept(afterWad, HealthGuard.Rule(floor, ceiling, 0)) {
            assert(allowed);
        } catch {
            assert(!allowed);
        }
    }

    function check_health_reducing_neverFalls(uint128 beforeWad, uint128 afterWad, uint128 floor, uint128 gain)
        public
        pure
    {
        HealthGuard.checkReducing(beforeWad, afterWad, HealthGuard.Rule(floor, NO_DEBT, gain));
        assert(afterWad >= beforeWad);
    }

    function check_health_reducing_fromAboveStaysAbove_fromBelowRises(
        uint256 beforeWad,
        uint256 afterWad,
        uint128 floor,
        uint128 ceiling,
        uint128 gain
    ) public pure {
        HealthGuard.checkReducing(beforeWad, afterWad, HealthGuard.Rule(floor, ceiling, gain));
        if (beforeWad >= floor) assert(afterWad >= floor);
        else assert(afterWad >= beforeWad + gain);
        assert(afterWad >= NO_DEBT || afterWad <= ceiling);
    }

    /// @dev A repair that obeys the rule is never refused: the guard is no reason for a liquidation.
    function check_health_reducing_refusesNothingElse(
        uint128 beforeWad,
        uint128 afterWad,
        uint128 floor,
        uint128 ceiling,
        uint128 gain
    ) public view {
        bool below = beforeWad < floor;
        uint256 required = below ? uint256(beforeWad) + gain : beforeWad;
        vm.assume(afterWad <= ceiling && afterWad >= required);
        try this.reducing(beforeWad, afterWad, HealthGuard.Rule(floor, ceiling, gain)) {}
        catch {
            assert(false);
        }
    }

    // ---------------------------------------------------------------- slippage

    function check_slippage_amounts_areTheDecisions(uint256 spent, uint256 maxIn, uint256 obtained, uint256 minOut)
        public
        view
    {
        bool allowed = spent <= maxIn && obtained != 0 && obtained >= minOut;
        try this.amounts(spent, maxIn, obtained, minOut) {
            assert(allowed);
        } catch {
            assert(!allowed);
        }
    }

    /// @dev A better price never turns a passing sale into a refused one.
    function check_slippage_value_moreIsNeverWorse(uint64 spent, uint64 obtained, uint64 more) public view {
        vm.assume(more >= obtained);
        try this.value(spent, obtained, 100) {
            try this.value(spent, more, 100) {}
            catch {
                assert(false);
            }
        } catch {}
    }

    // ---------------------------------------------------------------- window

    function check_window_isBothEndsLifetimeAndAge(
        uint48 from,
        uint48 until,
        uint64 snapshot,
        uint32 lifetime,
        uint32 age,
        uint48 time,
        uint64 height
    ) public {
        vm.warp(time);
        vm.roll(height);
        Decision memory d;
        (d.validAfter, d.validUntil, d.snapshotBlock) = (from, until, snapshot);
        Limits memory l;
        (l.maxLifetimeSeconds, l.maxSnapshotAgeBlocks) = (lifetime, age);
        bool allowed = time >= from && time <= until && uint256(until) - from <= lifetime && snapshot <= height
            && uint256(height) - snapshot <= age;
        try this.window(d, l) {
            assert(allowed);
        } catch {
            assert(!allowed);
        }
    }

    // ---------------------------------------------------------------- nonce

    function check_nonce_use_setsItsBitAndNoOther(uint256 word, uint256 nonce, uint256 other) public {
        bitmap[other >> 8] = word;
        bool before = bitmap.isUsed(other);
        bitmap.use(nonce);
        assert(bitmap.isUsed(nonce));
        if (other != nonce) assert(bitmap.isUsed(other) == before);
    }

    function check_nonce_once(uint256 position, uint256 nonce) public {
        bitmap.check(position, nonce);
        bitmap.use(nonce);
        try this.unused(position, nonce) {
            assert(false);
        } catch {}
    }

    // ---------------------------------------------------------------- oracle

    /// @dev This contract is the feed: it answers whatever a feed can.
    function check_oracle_whatPasses_isPositiveFreshAndInBounds(
        int128 told,
        uint64 stamp,
        uint64 time,
        uint32 maxAge,
        uint128 least,
        uint128 most
    ) public {
        vm.warp(time);
        (answer, updatedAt) = (told, stamp);
        AssetConfig memory a;
        (a.feed, a.feedDecimals, a.maxAgeSeconds) = (address(this), 8, maxAge);
        (a.minPriceWad, a.maxPriceWad) = (least, most);
        uint256 priceWad = OracleGuard.requirePriceWad(address(1), a);
        assert(told > 0 && stamp <= time && time - stamp <= maxAge);
        assert(priceWad >= least && priceWad <= most);
    }

    function check_oracle_readAndRequire_judgeAlike(int128 told, uint64 stamp, uint64 time, uint32 maxAge, uint128 most)
        public
    {
        vm.warp(time);
        (answer, updatedAt) = (told, stamp);
        AssetConfig memory a;
        (a.feed, a.feedDecimals, a.maxAgeSeconds) = (address(this), 18, maxAge);
        (a.minPriceWad, a.maxPriceWad) = (1, most);
        OracleGuard.Reading memory reading = OracleGuard.read(a);
        try this.price(a) returns (uint256 priceWad) {
            assert(reading.fault == OracleGuard.Fault.None && priceWad == reading.priceWad);
        } catch {
            assert(reading.fault != OracleGuard.Fault.None);
        }
    }

    function check_agreement_bandsShrinkAndForbid(uint256 deviation, uint16 agree, uint16 disagree, uint128 most)
        public
        view
    {
        vm.assume(agree <= disagree);
        Limits memory l;
        (l.agreeBps, l.disagreeBps, l.maxActionWad) = (agree, disagree, most);
        try this.actionLimit(deviation, l) returns (uint256 limit) {
            assert(deviation <= disagree);
            assert(limit == (deviation <= agree ? most : most / 2));
        } catch {
            assert(deviation > disagree);
        }
    }

    // ---------------------------------------------------------------- what a `try` needs

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, answer, updatedAt, updatedAt, 1);
    }

    function kept(uint256 afterWad, HealthGuard.Rule memory rule) external pure {
        HealthGuard.checkPromise(afterWad, rule.floorWad, rule.ceilingWad);
    }

    function reducing(uint256 beforeWad, uint256 afterWad, HealthGuard.Rule memory rule) external pure {
        HealthGuard.checkReducing(beforeWad, afterWad, rule);
    }

    function amounts(uint256 spent, uint256 maxIn, uint256 obtained, uint256 minOut) external pure {
        SlippageGuard.checkAmounts(spent, maxIn, obtained, minOut);
    }

    function value(uint256 spent, uint256 obtained, uint256 bps) external pure {
        SlippageGuard.checkValue(spent, obtained, bps);
    }

    function window(Decision calldata d, Limits memory l) external view {
        WindowGuard.check(d, l);
    }

    function unused(uint256 position, uint256 nonce) external view {
        bitmap.check(position, nonce);
    }

    function price(AssetConfig memory a) external view returns (uint256) {
        return OracleGuard.requirePriceWad(address(1), a);
    }

    function actionLimit(uint256 deviation, Limits memory l) external view returns (uint256) {
        return AgreementGuard.requireActionLimitWad(address(1), deviation, l);
    }
}
