// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {MovesTest} from "../utils/MovesTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {VaultMover} from "ballast/VaultMover.sol";
import {VenuePosition} from "ballast/interfaces/ILendingAdapter.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {PositionStatus, QueueTerms, TokenRole, Upkeep, VaultState} from "ballast/types/Config.sol";
import {Decision, Outcome, RouteKind} from "ballast/types/Decision.sol";

/// @notice A position, or a part of it, goes from one venue to another in one decision, and nothing is left behind.
contract MovesForkTest is MovesTest {
    IERC20 private constant dai = IERC20(Mainnet.DAI);

    // ---------------------------------------------------------------- what it does

    function test_plane_knowsNoOtherKind() public {
        VaultMover plane = VaultMover(implementation.mover());
        Decision memory d = deleverage(1 ether);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.KindForbidden.selector, d.kind));
        plane.execute(d, "");
    }

    function test_attack_admissionWithoutTheLock_isNotReachable() public {
        expectNotReachable(implementation.mover(), abi.encodeCall(VaultMover.admit, (part(), "")));
    }

    function test_part_aaveToComet_isExact_andCostsThePremium() public {
        Book memory source = bookOf(ON_AAVE, Mainnet.USDC);
        Book memory target = bookOf(ON_COMET, Mainnet.USDC);
        uint256 budget = vault.lossBudget();
        Outcome memory outcome = send(part());
        Book memory rest = bookOf(ON_AAVE, Mainnet.USDC);
        Book memory there = bookOf(ON_COMET, Mainnet.USDC);
        assertApproxEqAbs(source.held - rest.held, 20 ether, 2, "collateral leaves");
        assertApproxEqAbs(source.owed - rest.owed, 30_000e6, 2, "debt leaves");
        assertEq(there.held - target.held, 20 ether, "collateral arrives");
        assertApproxEqAbs(there.owed - target.owed, 30_000e6 + premiumOf(30_000e6), 2, "debt arrives, and the premium");
        assertApproxEqAbs(outcome.spent, 20 ether, 2);
        assertApproxEqAbs(outcome.obtained, 30_000e6, 2);
        assertEq(outcome.healthBeforeWad, source.healthWad, "of the source");
        assertEq(outcome.healthAfterWad, there.healthWad, "of the target");
        assertEq(outcome.notionalWad, 20 * ethPrice8() * 1e10);
        assertGt(outcome.gasUsed, 100_000);
        assertLt(outcome.gasUsed, 2_000_000);
        assertApproxEqAbs(outcome.lossWad, premiumOf(30_000e6) * 1e12, 1e13, "the premium and a few units");
        assertEq(vault.lossBudget(), budget - outcome.lossWad);
        _assertNothingLeft();
    }

    function test_all_aaveToComet_andBack() public {
        QueueTerms memory terms = queueTerms();
        (terms.largeActionWad, terms.riskPerWindowWad) = (2_000_000e18, 2_000_000e18);
        configure(abi.encodeCall(vault.setQueue, (terms)));
        passDays(1);
        Book memory target = bookOf(ON_COMET, Mainnet.USDC);
        Book memory source = bookOf(ON_AAVE, Mainnet.USDC);
        send(move(ON_AAVE, ON_COMET, Mainnet.USDC, ALL, 1));
        Book memory there = bookOf(ON_COMET, Mainnet.USDC);
        assertEq(bookOf(ON_AAVE, Mainnet.USDC).held, 0, "no collateral stays");
        assertEq(bookOf(ON_AAVE, Mainnet.USDC).owed, 0, "no debt stays");
        assertApproxEqAbs(there.held - target.held, source.held, 2);
        assertApproxEqAbs(there.owed - target.owed, source.owed + premiumOf(source.owed), 2);
        _assertNothingLeft();
        passDays(1);
        there = bookOf(ON_COMET, Mainnet.USDC);
        Decision memory back = move(ON_COMET, ON_AAVE, Mainnet.USDC, 100 ether, 170_000e6);
        back.nonce = 2;
        send(back);
        assertEq(there.held - bookOf(ON_COMET, Mainnet.USDC).held, 100 ether);
        assertApproxEqAbs(bookOf(ON_AAVE, Mainnet.USDC).owed, 170_000e6 + premiumOf(170_000e6), 2);
        _assertNothingLeft();
    }

    function test_all_cometToAave() public {
        Book memory source = bookOf(ON_COMET, Mainnet.USDC);
        Book memory target = bookOf(ON_AAVE, Mainnet.USDC);
        send(move(ON_COMET, ON_AAVE, Mainnet.USDC, ALL, source.owed));
        Book memory there = bookOf(ON_AAVE, Mainnet.USDC);
        assertEq(bookOf(ON_COMET, Mainnet.USDC).held + bookOf(ON_COMET, Mainnet.USDC).owed, 0);
        assertApproxEqAbs(there.held - target.held, source.held, 2);
        assertApproxEqAbs(there.owed - target.owed, source.owed + premiumOf(source.owed), 2);
        _assertNothingLeft();
    }

    function test_part_aaveToMaker_withALoanForNothing_andBack() public {
        oweDai(60_000e18);
        Book memory source = bookOf(ON_AAVE, Mainnet.DAI);
        Book memory target = bookOf(ON_MAKER, Mainnet.DAI);
        Outcome memory outcome = send(move(ON_AAVE, ON_MAKER, Mainnet.DAI, 20 ether, 30_000e18));
        Book memory there = bookOf(ON_MAKER, Mainnet.DAI);
        assertApproxEqAbs(source.held - bookOf(ON_AAVE, Mainnet.DAI).held, 20 ether, 2);
        assertApproxEqAbs(source.owed - bookOf(ON_AAVE, Mainnet.DAI).owed, 30_000e18, 2);
        assertEq(there.held - target.held, 20 ether);
        assertApproxEqAbs(there.owed - target.owed, 30_000e18, 2, "no premium");
        assertLt(outcome.lossWad, 1e6, "rounding only");
        _assertNothingLeft();
        Decision memory back = move(ON_MAKER, ON_AAVE, Mainnet.DAI, 5 ether, 15_000e18);
        back.nonce = 2;
        send(back);
        assertEq(there.held - bookOf(ON_MAKER, Mainnet.DAI).held, 5 ether);
        assertApproxEqAbs(there.owed - bookOf(ON_MAKER, Mainnet.DAI).owed, 15_000e18, 2);
        _assertNothingLeft();
    }

    function test_all_makerToAave() public {
        Book memory source = bookOf(ON_MAKER, Mainnet.DAI);
        send(move(ON_MAKER, ON_AAVE, Mainnet.DAI, ALL, 1));
        assertEq(bookOf(ON_MAKER, Mainnet.DAI).held + bookOf(ON_MAKER, Mainnet.DAI).owed, 0);
        assertApproxEqAbs(bookOf(ON_AAVE, Mainnet.DAI).owed, source.owed, 2);
        _assertNothingLeft();
    }

    function test_idleTokens_areNeitherUsedNorIncreased() public {
        fundIdle(Mainnet.USDC, 5000e6);
        fundIdle(Mainnet.WETH, 3 ether);
        send(part());
        assertEq(usdc.balanceOf(address(vault)), 5000e6);
        assertEq(weth.balanceOf(address(vault)), 3 ether);
    }

    function test_preview_tellsWhatExecutionDoes_unsigned() public {
        (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.preview, (part())));
        assertFalse(done);
        assertEq(bytes4(reason), IVaultTerms.PreviewResult.selector);
        Decision memory d = part();
        Outcome memory told;
        assembly ("memory-safe") {
            told := add(reason, 36) // seven words behind the selector
        }
        Outcome memory outcome = send(d);
        assertEq(told.spent, outcome.spent);
        assertEq(told.lossWad, outcome.lossWad);
        assertEq(told.healthAfterWad, outcome.healthAfterWad);
    }

    function test_nonce_isUsed_once() public {
        Decision memory d = part();
        send(d);
        assertTrue(vault.isNonceUsed(ON_AAVE, 1));
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.NonceUsed.selector, ON_AAVE, 1));
    }

    // ---------------------------------------------------------------- amounts

    function test_maxIn_boundary_isWhatThePositionHolds() public {
        Book memory source = bookOf(ON_COMET, Mainnet.USDC);
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, source.held + 1, source.owed);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.InputTooHigh.selector, source.held + 1, source.held));
        d.maxIn = source.held;
        send(d);
        assertEq(bookOf(ON_COMET, Mainnet.USDC).held, 0);
    }

    function test_minOut_boundary_isWhatIsOwed() public {
        Book memory source = bookOf(ON_COMET, Mainnet.USDC);
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, ALL, source.owed + 1);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, source.owed, source.owed + 1));
        d.minOut = source.owed;
        send(d);
    }

    function test_noCollateralOrNoDebt_isNothingToDo() public {
        Decision memory d = part();
        d.maxIn = 0;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.NothingToDo.selector));
        d = part();
        d.minOut = 0;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.NothingToDo.selector));
        d = move(ON_AAVE, ON_MAKER, Mainnet.DAI, ALL, 0); // owes no dai
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.NothingToDo.selector));
    }

    function test_cometsLeastDebt_boundary_isTheVenuesOwnError() public {
        vm.startPrank(owner);
        deal(Mainnet.USDC, owner, 200_000e6);
        usdc.approve(address(vault), ALL);
        vault.repay(ON_COMET, Mainnet.USDC, ALL);
        vault.withdraw(ON_COMET, Mainnet.WETH, ALL, owner);
        vm.stopPrank();
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, 0.09 ether, 99e6);
        expectRefusalBy(d, bytes4(keccak256("BorrowTooSmall()")));
        d.minOut = 100e6; // and the premium
        send(d);
    }

    function test_makersDust_boundary_atTheSource() public {
        uint256 owed = bookOf(ON_MAKER, Mainnet.DAI).owed;
        uint256 floor = maker.debtFloor();
        Decision memory d = move(ON_MAKER, ON_AAVE, Mainnet.DAI, 45 ether, owed - floor + 1e18);
        expectRefusal(d, abi.encodeWithSignature("Error(string)", "Vat/dust"));
        d.minOut = owed - floor - 1e18;
        send(d);
    }

    /// @dev Venues round by a unit when something enters and when something leaves. What is beyond that is somebody else's.
    function test_rounding_boundary_isTwoUnits_ofCollateral() public {
        VenuePosition memory rest = _rest(10 ether, 20_000e6);
        rest.held -= 3;
        _cometTells(rest);
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, 10 ether, 20_000e6);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.InputTooHigh.selector, 10 ether + 3, 10 ether));
        rest.held += 1;
        _cometTells(rest);
        assertEq(send(d).spent, 10 ether + 2);
    }

    function test_rounding_boundary_isTwoUnits_ofDebt() public {
        VenuePosition memory rest = _rest(10 ether, 20_000e6);
        rest.owed += 3;
        _cometTells(rest);
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, 10 ether, 20_000e6);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, 20_000e6 - 3, 20_000e6));
        rest.owed -= 1;
        _cometTells(rest);
        assertEq(send(d).obtained, 20_000e6 - 2);
    }

    /// @dev What would stay at Comet, with the health of before.
    function _rest(uint256 moved, uint256 repaid) private view returns (VenuePosition memory rest) {
        rest = comet.positionOf(address(vault), 0, Mainnet.WETH, Mainnet.USDC);
        (rest.held, rest.owed) = (rest.held - moved, rest.owed - repaid);
    }

    /// @dev Afterwards: a decision that promises the source's floor asks for the books alone before.
    function _cometTells(VenuePosition memory told) private {
        bytes memory question = abi.encodeCall(comet.positionOf, (address(vault), 0, Mainnet.WETH, Mainnet.USDC));
        vm.mockCall(address(comet), question, abi.encode(told));
    }

    /// @dev A venue that would keep some of it, by its own word.
    function test_all_leavesNothingBehind_orIsRefused() public {
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, ALL, 1);
        bytes memory told = abi.encodeCall(comet.positionOf, (address(vault), 0, Mainnet.WETH, Mainnet.USDC));
        vm.mockCall(address(comet), told, abi.encode(VenuePosition(1, 0, ALL)));
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.LeftBehind.selector, Mainnet.WETH, 1));
        vm.mockCall(address(comet), told, abi.encode(VenuePosition(0, 1, ALL)));
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.LeftBehind.selector, Mainnet.USDC, 1));
        vm.clearMockedCalls();
        send(d);
    }

    function test_allowance_ofTheSource_isLookedAt() public {
        address market = address(comet.comet());
        vm.mockCall(Mainnet.USDC, abi.encodeCall(IERC20.allowance, (address(vault), market)), abi.encode(1));
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, 10 ether, 20_000e6);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.AllowanceLeft.selector, Mainnet.USDC, market, 1));
    }

    /// @dev Here the lender is the source's venue too, and is looked at once.
    function test_allowance_ofTheLender_isLookedAt() public {
        address pool = Mainnet.AAVE_POOL;
        vm.mockCall(Mainnet.USDC, abi.encodeCall(IERC20.allowance, (address(vault), pool)), abi.encode(1));
        expectRefusal(part(), abi.encodeWithSelector(IVaultTerms.AllowanceLeft.selector, Mainnet.USDC, pool, 1));
    }

    function test_allowance_ofTheTarget_isLookedAt() public {
        address market = address(comet.comet());
        vm.mockCall(Mainnet.WETH, abi.encodeCall(IERC20.allowance, (address(vault), market)), abi.encode(1));
        expectRefusal(part(), abi.encodeWithSelector(IVaultTerms.AllowanceLeft.selector, Mainnet.WETH, market, 1));
    }

    /// @dev A lender that is no venue of this move.
    function test_allowance_ofALenderThatIsNoVenue_isLookedAt() public {
        oweDai(60_000e18);
        vm.mockCall(Mainnet.DAI, abi.encodeCall(IERC20.allowance, (address(vault), MakerMainnet.FLASH)), abi.encode(1));
        bytes memory reason =
            abi.encodeWithSelector(IVaultTerms.AllowanceLeft.selector, Mainnet.DAI, MakerMainnet.FLASH, 1);
        expectRefusal(move(ON_AAVE, ON_MAKER, Mainnet.DAI, 20 ether, 30_000e18), reason);
    }

    // ---------------------------------------------------------------- health

    function test_sourceFloor_boundary_belongsToWhatMayStay() public {
        uint256 floorWad = vault.positionConfig(ON_COMET).healthFloorWad;
        VenuePosition memory rest = _rest(10 ether, 20_000e6);
        rest.healthWad = floorWad - 1;
        _cometTells(rest);
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, 10 ether, 20_000e6);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.HealthBelowFloor.selector, floorWad - 1, floorWad));
        rest.healthWad = floorWad;
        _cometTells(rest);
        send(d);
    }

    function test_targetFloor_boundary() public {
        Decision memory d = part();
        uint256 state = vm.snapshotState();
        uint256 reached = send(d).healthAfterWad;
        vm.revertToState(state);
        d.healthFloorWad = reached + 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.HealthBelowFloor.selector, reached, reached + 1));
        d.healthFloorWad = reached;
        send(d);
    }

    function test_targetCeiling_boundary() public {
        expectCeilingBoundary(part());
    }

    function test_decisionsFloor_isAtLeastTheTargets() public {
        Decision memory d = part();
        uint256 floorWad = d.healthFloorWad;
        d.healthFloorWad--;
        expectRefusal(
            d, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "healthFloorWad", floorWad - 1, floorWad)
        );
    }

    /// @dev Collateral with little debt leaves: what stays would be weaker than the owner's floor of 1.2 allows.
    function test_sourceFloor_boundary_holdsForWhatStays() public {
        Decision memory d = part();
        (uint256 low, uint256 high) = (1e6, 30_000e6);
        while (high - low > 1e6) {
            uint256 middle = (low + high) / 2;
            d.minOut = middle;
            if (_passes(d)) high = middle;
            else low = middle;
        }
        assertGt(low, 1e6, "no debt along is too little");
        d.minOut = low;
        expectRefusalBy(d, IVaultTerms.HealthBelowFloor.selector);
        d.minOut = high;
        send(d);
        assertApproxEqRel(bookOf(ON_AAVE, Mainnet.USDC).healthWad, 1.2e18, 0.0001e18);
    }

    /// @dev A source in trouble may be relieved, not weakened.
    function test_sourceBelowItsFloor_mayOnlyGetBetter() public {
        setEthPrice(2450e8);
        _calmRounds(2450e8);
        assertLt(bookOf(ON_AAVE, Mainnet.USDC).healthWad, 1.2e18);
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, 2 ether, 1500e6);
        expectRefusalBy(d, IVaultTerms.HealthBelowFloor.selector);
        d.minOut = 4000e6;
        send(d);
    }

    /// @dev The promise that spares asking for health before: one wei less of it, and what stays is held to what it was.
    function test_floorOfTheSource_isPromisedForWhatStays_boundary() public {
        setEthPrice(2450e8);
        _calmRounds(2450e8);
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, 2 ether, 4000e6);
        uint256 state = vm.snapshotState();
        Outcome memory outcome = send(d);
        uint256 restWad = bookOf(ON_AAVE, Mainnet.USDC).healthWad;
        vm.revertToState(state);
        assertGt(restWad, outcome.healthBeforeWad, "better than before");
        assertLt(restWad, 1.2e18, "and below the owner's floor");
        d.healthFloorWad = 1.2e18;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.HealthBelowFloor.selector, restWad, 1.2e18));
        d.healthFloorWad--;
        uint256 thereWad = outcome.healthAfterWad;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.HealthBelowFloor.selector, thereWad, 1.2e18 - 1));
    }

    function test_floorOfTheSource_promised_asksNothingOfBefore() public {
        Decision memory d = part();
        d.healthFloorWad = vault.positionConfig(ON_AAVE).healthFloorWad;
        Outcome memory outcome = send(d);
        assertEq(outcome.healthBeforeWad, 0, "not asked");
        assertEq(outcome.healthAfterWad, bookOf(ON_COMET, Mainnet.USDC).healthWad);
        assertGe(bookOf(ON_AAVE, Mainnet.USDC).healthWad, d.healthFloorWad);
    }

    // ---------------------------------------------------------------- who, when, how

    function test_state_mustBeActive() public {
        VaultState[2] memory states = [VaultState.Reducing, VaultState.Halted];
        for (uint256 i; i < 2; i++) {
            vm.prank(guardian);
            vault.setState(states[i]);
            Decision memory d = part();
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.StateForbids.selector, states[i], d.kind));
        }
        vm.prank(owner);
        vault.setState(VaultState.Active);
        send(part());
    }

    function test_authority_isThatOfEveryDecision() public {
        Decision memory d = part();
        bytes memory signature = signWith(signerKey + 1, vault.hashDecision(d));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, signer));
        vault.execute(d, signature);
        d.version = 2;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.VersionUnsupported.selector, 2, 1));
        d = part();
        d.keeperFeeMaxWei = 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "keeperFeeMaxWei"));
        d = part();
        d.configEpoch--;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.EpochMismatch.selector, d.configEpoch, d.configEpoch + 1));
        d = part();
        d.modelId = keccak256("unknown");
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.ModelNotApproved.selector, d.modelId));
        d = part();
        d.validUntil = uint48(vm.getBlockTimestamp() - 1);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.Expired.selector, vm.getBlockTimestamp(), d.validUntil));
    }

    function test_route_isALoanWithoutAPath() public {
        Decision memory d = part();
        RouteKind[3] memory others = [RouteKind.None, RouteKind.UniswapV3FlashSwap, RouteKind.Aggregator];
        for (uint256 i; i < 3; i++) {
            d.route.kind = others[i];
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, others[i], 2));
        }
        d = part();
        d.route.flashSource = MakerMainnet.FLASH;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "flashSource"));
        d = part();
        d.route.path = hex"00";
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PathInvalid.selector, d.route.path));
    }

    function test_positions_areTheOwners_enabled_twoAndOfTheirVenues() public {
        Decision memory d = part();
        d.targetPositionId = ON_AAVE;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "targetPositionId"));
        d.targetPositionId = 99;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, 99));
        d = part();
        d.targetVenue = address(maker);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.VenueForbidden.selector, address(maker), address(comet)));
        d = part();
        d.venue = address(comet);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.VenueForbidden.selector, address(comet), address(adapter)));
        vm.prank(curator);
        vault.disablePosition(ON_COMET);
        expectRefusal(part(), abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, ON_COMET));
    }

    function test_tokens_needTheirRolesInBothPositions() public {
        Decision memory d = move(ON_AAVE, ON_MAKER, Mainnet.USDC, 10 ether, 10_000e6);
        expectRefusal(
            d, abi.encodeWithSelector(IVaultTerms.TokenForbidden.selector, Mainnet.USDC, TokenRole.None, TokenRole.Debt)
        );
        d = move(ON_COMET, ON_AAVE, Mainnet.DAI, 10 ether, 10_000e18);
        expectRefusal(
            d, abi.encodeWithSelector(IVaultTerms.TokenForbidden.selector, Mainnet.DAI, TokenRole.None, TokenRole.Debt)
        );
        d = part();
        (d.tokenIn, d.tokenOut) = (d.tokenOut, d.tokenIn);
        expectRefusalBy(d, IVaultTerms.TokenForbidden.selector);
    }

    // ---------------------------------------------------------------- oracle

    function test_bothVenues_mustAgreeWithTheFeed() public {
        transmit(Mainnet.AAVE_ETH_USD_FEED, int256(ethPrice8() * 103 / 100)); // the source's, 3 % off
        expectRefusalBy(part(), IVaultTerms.SourcesDisagree.selector);
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, 10 ether, 20_000e6); // the target's
        expectRefusalBy(d, IVaultTerms.SourcesDisagree.selector);
        transmit(Mainnet.AAVE_ETH_USD_FEED, int256(ethPrice8() * 101 / 100));
        send(part());
    }

    /// @dev The debt's price too: what is owed there is what is owed here.
    function test_targetsPriceOfTheDebt_boundary() public {
        (, uint256 priceOutWad, address spender) = comet.quote(Mainnet.USDC, Mainnet.WETH);
        bytes memory question = abi.encodeCall(comet.quote, (Mainnet.USDC, Mainnet.WETH));
        vm.mockCall(address(comet), question, abi.encode(1.02e18 + 1, priceOutWad, spender));
        expectRefusal(
            part(), abi.encodeWithSelector(IVaultTerms.SourcesDisagree.selector, Mainnet.USDC, 201, uint256(200))
        );
        vm.mockCall(address(comet), question, abi.encode(1.02e18, priceOutWad, spender));
        send(part());
    }

    function test_afterAJump_nothingMoves() public {
        uint256 price8 = ethPrice8();
        setEthPrice(price8 * 3 / 4);
        setEthPrice(price8);
        expectRefusalBy(part(), IVaultTerms.PriceJumped.selector);
        setEthPrice(price8);
        send(part());
    }

    function test_staleFeed_movesNothing() public {
        vm.warp(vm.getBlockTimestamp() + 4201);
        Decision memory d = part();
        expectRefusalBy(d, IVaultTerms.PriceStale.selector);
    }

    // ---------------------------------------------------------------- budgets and queue

    function test_loss_boundary_isTheSignedShare() public {
        Decision memory d = part();
        d.minOut = 36_000e6; // premium of 18 USD on a notional of 60,000: three basis points
        uint256 state = vm.snapshotState();
        Outcome memory outcome = send(d);
        vm.revertToState(state);
        d.maxLossBps = uint16(outcome.lossWad * 10_000 / outcome.notionalWad);
        expectRefusalBy(d, IVaultTerms.LossExceeded.selector);
        d.maxLossBps++;
        send(d);
    }

    function test_lossLimit_isTheOwners_andNeverNone() public {
        Decision memory d = part();
        d.maxLossBps = 151;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.LossLimitTooHigh.selector, 151, 150));
        d.maxLossBps = 0;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "maxLossBps", 0, 150));
        d.maxLossBps = 150;
        send(d);
    }

    function test_size_boundary_largeOnesWait_andExecuteQueued() public {
        uint256 fits = LARGE_WAD / ethPrice8() / 1e10 * 1 ether;
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, fits + 1 ether, 110_000e6);
        expectRefusalBy(d, IVaultTerms.MustQueue.selector);
        bytes memory signature = sign(d);
        vm.expectEmit(address(vault));
        emit IVaultTerms.Queued(ON_AAVE, vault.hashDecision(d), vm.getBlockTimestamp() + 1 days);
        vault.queue(d, signature);
        vm.expectPartialRevert(IVaultTerms.NotYetValid.selector);
        vault.executeQueued(d, signature);
        passDays(1);
        Book memory target = bookOf(ON_COMET, Mainnet.USDC);
        vault.executeQueued(d, signature);
        assertEq(bookOf(ON_COMET, Mainnet.USDC).held - target.held, fits + 1 ether);
        assertEq(vault.queuedDecisions().length, 0);
        _assertNothingLeft();
    }

    function test_queue_admitsOnlyWhatCouldEverPass() public {
        Decision memory d = part();
        d.route.path = hex"00";
        bytes memory signature = sign(d);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PathInvalid.selector, d.route.path));
        vault.queue(d, signature);
        d = part();
        signature = signWith(signerKey + 1, vault.hashDecision(d));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, signer));
        vault.queue(d, signature);
    }

    function test_queued_mayBeVetoed() public {
        Decision memory d = part();
        bytes memory signature = sign(d);
        vault.queue(d, signature);
        bytes32 digest = vault.hashDecision(d);
        vm.prank(guardian);
        vault.vetoDecision(digest);
        passDays(1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.DecisionNotQueued.selector, digest));
        vault.executeQueued(d, signature);
    }

    /// @dev Of the position that it leaves, whose nonce it uses; the target has nothing to do.
    function test_status_offersAQueuedMove_inItsTime_toTheSourceAlone() public {
        uint256 large = LARGE_WAD / ethPrice8() / 1e10 * 1 ether + 1 ether;
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, large, 110_000e6);
        bytes memory signature = sign(d);
        vault.queue(d, signature);
        passTime(1 days - 1);
        _expectUpkeep(ON_AAVE, Upkeep.NONE);
        passTime(1);
        transmit(Mainnet.DAI_USD_FEED, 1e8);
        _expectUpkeep(ON_AAVE, Upkeep.QUEUE_READY);
        _expectUpkeep(ON_COMET, Upkeep.NONE);
        bytes memory call = vault.status(ON_AAVE).upkeepCall;
        assertEq(call, abi.encodeCall(vault.executeQueued, (d, signature)));
        Book memory target = bookOf(ON_COMET, Mainnet.USDC);
        vm.prank(stranger);
        callVault(call);
        assertEq(bookOf(ON_COMET, Mainnet.USDC).held - target.held, large);
        _expectUpkeep(ON_AAVE, Upkeep.NONE);
        _assertNothingLeft();
    }

    function test_status_offersNoMoveThatIsDead() public {
        Decision memory d = part();
        vault.queue(d, sign(d));
        passDays(1);
        _expectUpkeep(ON_AAVE, Upkeep.QUEUE_READY);
        uint256 state = vm.snapshotState();
        vm.prank(guardian);
        vault.cancelNonces(ON_AAVE, 0, 2);
        _expectUpkeep(ON_AAVE, Upkeep.NONE);
        vm.revertToState(state);
        vm.prank(curator);
        vault.disablePosition(ON_COMET); // where it would go
        _expectUpkeep(ON_AAVE, Upkeep.NONE);
        vm.revertToState(state);
        passTime(2 hours);
        _expectUpkeep(ON_AAVE, Upkeep.QUEUE_READY);
        passTime(1);
        _expectUpkeep(ON_AAVE, Upkeep.NONE);
    }

    function test_riskBudget_isCumulative_overMovesToo() public {
        uint256 most = RISK_WAD / 2 / ethPrice8() / 1e10 * 1 ether;
        send(move(ON_AAVE, ON_COMET, Mainnet.USDC, most - 10 ether, 100_000e6));
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, 20 ether, 20_000e6);
        expectRefusalBy(d, IVaultTerms.RiskBudgetExceeded.selector);
        d.maxIn = 10 ether;
        send(d);
    }

    function test_withoutARiskBudget_everyMoveWaits() public {
        QueueTerms memory terms = queueTerms();
        terms.riskPerWindowWad = 0;
        configure(abi.encodeCall(vault.setQueue, (terms)));
        passDays(1);
        expectRefusalBy(part(), IVaultTerms.RiskBudgetExceeded.selector);
    }

    // ---------------------------------------------------------------- helpers

    function _expectUpkeep(uint256 positionId, Upkeep expected) private view {
        PositionStatus memory status = vault.status(positionId);
        assertEq(uint8(status.upkeep), uint8(expected), "upkeep");
        assertEq(status.upkeepCall.length == 0, expected == Upkeep.NONE, "call");
    }

    function _passes(Decision memory d) private returns (bool done) {
        uint256 state = vm.snapshotState();
        bytes memory signature = sign(d);
        (done,) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
        vm.revertToState(state);
    }

    /// @dev Two rounds at the same price, and a pool that says so too.
    function _calmRounds(uint256 price8) private {
        setEthPrice(price8);
        setEthPrice(price8);
        int56[] memory ticks = new int56[](2);
        ticks[1] = 600 * int56(_tickOf(price8));
        vm.mockCall(
            Mainnet.UNISWAP_USDC_WETH_POOL,
            abi.encodeWithSignature("observe(uint32[])"),
            abi.encode(ticks, new uint160[](2))
        );
    }

    /// @dev ln(10^20 / price8) / ln(1.0001), by repeated multiplication.
    function _tickOf(uint256 price8) private pure returns (int24 tick) {
        uint256 target = 1e20 * 1e18 / price8 / 1; // WETH wei per USDC unit, 18 more decimals
        uint256 value = 1e18;
        uint256 step = 1.01004966e18; // a hundred ticks
        while (value * step / 1e18 <= target) (value, tick) = (value * step / 1e18, tick + 100);
        while (value * 1.0001e18 / 1e18 <= target) (value, tick) = (value * 1.0001e18 / 1e18, tick + 1);
    }

    function _assertNothingLeft() private view {
        assertEq(usdc.balanceOf(address(vault)) + weth.balanceOf(address(vault)), 0, "idle");
        assertEq(dai.balanceOf(address(vault)), 0, "idle dai");
        address[6] memory spenders = [
            Mainnet.AAVE_POOL,
            comet.spenderOf(Mainnet.USDC),
            MakerMainnet.DAI_JOIN,
            MakerMainnet.ETH_A_JOIN,
            MakerMainnet.FLASH,
            address(this)
        ];
        for (uint256 i; i < spenders.length; i++) {
            assertEq(usdc.allowance(address(vault), spenders[i]), 0, "allowance of USDC");
            assertEq(weth.allowance(address(vault), spenders[i]), 0, "allowance of WETH");
            assertEq(dai.allowance(address(vault), spenders[i]), 0, "allowance of DAI");
        }
    }
}
