// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ConfigCheck} from "ballast/libraries/ConfigCheck.sol";
import {ConfigPage, Page} from "ballast/libraries/ConfigPage.sol";
import {DecisionHash} from "ballast/libraries/DecisionHash.sol";
import {UniswapV3Twap} from "ballast/libraries/UniswapV3Twap.sol";
import {UnitMath} from "ballast/libraries/UnitMath.sol";
import {Limits, PositionConfig, TokenRole} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";
import {Execution} from "ballast/types/Execution.sol";
import {Test} from "forge-std/Test.sol";

contract UnitMathProperties is Test {
    function check_value_upIsDownOrOneMore(uint128 amount, uint128 price) public pure {
        uint256 up = UnitMath.valueWadUp(amount, price, 18);
        uint256 down = UnitMath.valueWadDown(amount, price, 18);
        assert(up == down || up == down + 1);
    }

    function check_deviation_equalsHaveNone(uint256 value) public pure {
        vm.assume(value != 0);
        assert(UnitMath.deviationBpsUp(value, value) == 0);
    }

    function check_deviation_withoutAnchor_isBeyondEveryLimit(uint256 observed) public pure {
        assert(UnitMath.deviationBpsUp(observed, 0) == type(uint256).max);
    }

    /// @dev The guard must answer, never overflow, whatever a feed or a pool says.
    function check_deviation_alwaysAnswers(uint256 observed, uint256 anchor) public view {
        try this.deviation(observed, anchor) {}
        catch {
            assert(false);
        }
    }

    function check_toWad_isExact(uint128 value) public pure {
        assert(UnitMath.toWad(value, 8) == uint256(value) * 1e10);
    }

    function check_saturatingSub_isDifferenceOrZero(uint256 a, uint256 b) public pure {
        uint256 c = UnitMath.saturatingSub(a, b);
        assert(a >= b ? c == a - b : c == 0);
    }

    function check_unit_refusesWhatDoesNotFit(uint256 decimals) public view {
        vm.assume(decimals >= 78);
        try this.unit(decimals) {
            assert(false);
        } catch {}
    }

    function deviation(uint256 observed, uint256 anchor) external pure returns (uint256) {
        return UnitMath.deviationBpsUp(observed, anchor);
    }

    function unit(uint256 decimals) external pure returns (uint256) {
        return UnitMath.unit(decimals);
    }
}

contract ConfigProperties is Test {
    Limits private current;

    function check_tighter_passesExactlyWhatIsTighter(Limits memory before, Limits memory next) public {
        current = before;
        bool tighter = next.windowSeconds >= before.windowSeconds && next.maxLossBps <= before.maxLossBps
            && next.maxSlippageBps <= before.maxSlippageBps && next.agreeBps <= before.agreeBps
            && next.disagreeBps <= before.disagreeBps && next.maxLifetimeSeconds <= before.maxLifetimeSeconds
            && next.maxSnapshotAgeBlocks <= before.maxSnapshotAgeBlocks
            && next.lossPerWindowWad <= before.lossPerWindowWad
            && next.notionalPerWindowWad <= before.notionalPerWindowWad && next.maxActionWad <= before.maxActionWad;
        try this.requireTighter(next) {
            assert(tighter);
        } catch {
            assert(!tighter);
        }
    }

    function check_limits_whatPasses_isNowhereUnset_andOrdered(Limits memory l) public view {
        try this.limits(l) {
            assert(l.windowSeconds >= 1 hours && l.windowSeconds <= 30 days);
            assert(l.maxLossBps != 0 && l.maxLossBps <= 1000 && l.maxSlippageBps != 0 && l.maxSlippageBps <= 1000);
            assert(l.agreeBps != 0 && l.agreeBps <= l.disagreeBps && l.disagreeBps <= 5000);
            assert(l.maxLifetimeSeconds != 0 && l.maxSnapshotAgeBlocks != 0 && l.maxActionWad != 0);
            assert(l.lossPerWindowWad >= 2 && l.lossPerWindowWad < type(uint96).max);
            assert(l.notionalPerWindowWad >= 2 && l.notionalPerWindowWad < type(uint96).max);
        } catch {}
    }

    function check_position_whatPasses_isOrdered(PositionConfig memory p) public view {
        try this.position(p) {
            assert(p.emergencyHealthWad >= 1e18 && p.emergencyHealthWad < p.healthFloorWad);
            assert(p.healthFloorWad < p.healthCeilingWad && p.minHealthGainWad != 0);
        } catch {}
    }

    function check_page_roleOf_isTheByteOfItsAsset(uint128 roles, uint8 role, uint8 index, uint8 other) public pure {
        vm.assume(role <= 2 && index < 16 && other < 16 && other != index);
        uint256 shift = 8 * uint256(index);
        uint256 placed = (uint256(roles) & ~(uint256(0xff) << shift)) | uint256(role) << shift;
        assert(uint8(ConfigPage.roleOf(placed, index)) == role);
    }

    function check_page_unknownAsset_hasNoRole(uint128 roles) public pure {
        assert(ConfigPage.roleOf(roles, 16) == TokenRole.None);
    }

    function check_page_isReadInItsOwnEpochOnly(uint64 written, uint64 asked, address signer) public {
        address account = ConfigPage.write(abi.encode(written, signer));
        try this.signerOf(account, asked) returns (address told) {
            assert(written == asked);
            assert(told == signer);
        } catch {
            assert(written != asked);
        }
    }

    /// @dev Whatever stood in the memory that it takes.
    function check_page_newExecution_isZero(uint256 dirt) public pure {
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, 24) { i := add(i, 1) } { mstore(add(mload(0x40), mul(i, 32)), dirt) }
        }
        Execution memory x = ConfigPage.newExecution()[0];
        uint256 sum;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, 22) { i := add(i, 1) } { sum := or(sum, mload(add(x, mul(i, 32)))) }
        }
        assert(sum == 0);
    }

    function requireTighter(Limits calldata next) external view {
        ConfigCheck.requireTighter(current, next);
    }

    function limits(Limits calldata l) external pure {
        ConfigCheck.limits(l);
    }

    function position(PositionConfig calldata p) external pure {
        ConfigCheck.position(p);
    }

    function signerOf(address account, uint64 epoch) external view returns (address) {
        return ConfigPage.signer(ConfigPage.read(account, epoch));
    }
}

contract DecisionHashProperties is Test {
    /// @dev The copied head against the encoding that EIP-712 prescribes, member by member.
    function check_hash_isTheEncodingOfEveryMember(Decision calldata d) public pure {
        bytes memory head = abi.encode(
            DecisionHash.DECISION_TYPEHASH,
            d.version,
            d.positionId,
            d.venue,
            d.kind,
            DecisionHash.routeHash(d.route),
            d.tokenIn,
            d.tokenOut,
            d.maxIn
        );
        bytes memory middle = abi.encode(
            d.minOut,
            d.targetVenue,
            d.targetPositionId,
            d.healthFloorWad,
            d.healthCeilingWad,
            d.maxLossBps,
            d.keeperFeeMaxWei,
            d.probabilityPpm,
            d.horizonSeconds
        );
        bytes memory tail = abi.encode(
            d.modelId,
            d.snapshotHash,
            d.snapshotBlock,
            d.journalHead,
            d.configEpoch,
            d.nonce,
            d.validAfter,
            d.validUntil
        );
        assert(DecisionHash.structHash(d) == keccak256(bytes.concat(head, middle, tail)));
    }

    /// @dev Two decisions whose heads differ in any word have two hashes, and so two signatures.
    function check_hash_anyOtherWord_isAnotherHash(Decision calldata a, Decision calldata b) public pure {
        vm.assume(
            a.nonce != b.nonce || a.maxIn != b.maxIn || a.minOut != b.minOut || a.kind != b.kind
                || a.tokenIn != b.tokenIn || a.tokenOut != b.tokenOut || a.validUntil != b.validUntil
                || a.healthFloorWad != b.healthFloorWad || a.route.kind != b.route.kind
                || a.route.flashSource != b.route.flashSource || a.positionId != b.positionId
        );
        assert(DecisionHash.structHash(a) != DecisionHash.structHash(b));
    }

    function check_domain_followsTheChain(uint64 chain, uint64 other) public {
        vm.assume(chain != other);
        vm.chainId(chain);
        bytes32 here = DecisionHash.domainSeparator();
        vm.chainId(other);
        assert(DecisionHash.domainSeparator() != here);
    }
}

contract TwapProperties is Test {
    function check_power_fallsWithItsExponent(uint256 exponent) public pure {
        vm.assume(exponent < 8);
        assert(UniswapV3Twap.inversePowerX128(exponent + 1) < UniswapV3Twap.inversePowerX128(exponent));
    }
}
