// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IPoolMaker} from "../utils/VenuesTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {LoanOrder, VaultBorrower} from "ballast/VaultBorrower.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3FlashBorrower, IERC3156FlashBorrower} from "ballast/interfaces/external/IFlashLender.sol";
import {IUniswapV3Pool} from "ballast/interfaces/external/IUniswapV3Pool.sol";
import {AssetConfig, AssetSetup, InitialConfig, SecondSource} from "ballast/types/Config.sol";
import {ActionKind, Decision, Outcome, RouteKind} from "ballast/types/Decision.sol";

/// @notice Deleverage that Aave's pool lends for: premium, boundaries, paths, and everybody who is not the lender.
contract FlashLoanTest is VaultTest {
    uint256 private constant PREMIUM_BPS = 5;
    uint256 private constant AMOUNT = 10 ether;

    function initialConfig() internal view override returns (InitialConfig memory initial) {
        initial = super.initialConfig();
        initial.positions[0].config.healthCeilingWad = type(uint128).max;
        AssetSetup[] memory assets = new AssetSetup[](3);
        (assets[0], assets[1]) = (initial.assets[0], initial.assets[1]);
        assets[2] = AssetSetup(Mainnet.USDT, _stable(initial.assets[0].config, Mainnet.USDT_USD_FEED));
        initial.assets = assets;
    }

    function _stable(AssetConfig memory like, address feed) private pure returns (AssetConfig memory asset) {
        asset = like;
        asset.feed = feed;
        asset.secondSource = SecondSource.Absent;
    }

    function financed(uint256 maxIn) internal view returns (Decision memory d) {
        d = deleverage(maxIn);
        (d.route.kind, d.route.flashSource) = (RouteKind.AaveV3FlashLoan, Mainnet.AAVE_POOL);
    }

    /// @dev Greatest amount that can be lent on a sale that gives `sold`: premium is rounded up by the pool.
    function _most(uint256 sold) private pure returns (uint256 loan) {
        loan = sold * 10_000 / (10_000 + PREMIUM_BPS) + 1;
        while (loan + _premium(loan) > sold) loan--;
    }

    function _premium(uint256 loan) private pure returns (uint256) {
        return (loan * PREMIUM_BPS + 9999) / 10_000;
    }

    /// @dev What the sale gives before the premium.
    function _sold(Decision memory d) private returns (uint256 sold) {
        uint256 snapshot = vm.snapshotState();
        d.minOut = d.minOut * 99 / 100;
        sold = send(d).obtained + _premium(d.minOut);
        vm.revertToState(snapshot);
    }

    // ---------------------------------------------------------------- what it does

    function test_repaysTheLoanedAmount_andTheSurplusStaysIdle() public {
        Decision memory d = financed(AMOUNT);
        uint256 debtBefore = usdcDebt.balanceOf(address(vault));
        Outcome memory outcome = send(d);
        assertEq(outcome.spent, AMOUNT);
        assertApproxEqAbs(aWeth.balanceOf(address(vault)), 90 ether, 2, "collateral");
        assertApproxEqAbs(debtBefore - usdcDebt.balanceOf(address(vault)), d.minOut, 2, "debt falls by the loan");
        assertEq(usdc.balanceOf(address(vault)), outcome.obtained - d.minOut, "surplus");
        assertGt(outcome.obtained, d.minOut);
        assertEq(weth.balanceOf(address(vault)), 0, "nothing of the collateral is idle");
        assertEq(usdc.allowance(address(vault), Mainnet.AAVE_POOL), 0, "allowance");
        assertEq(outcome.healthAfterWad, health());
    }

    /// @dev A pool with 15,000 USDC in all: what it does not take would lie idle, sold by nobody.
    function test_poolThatRunsDry_isRefused() public {
        IPoolMaker pool = IPoolMaker(IPoolMaker(Mainnet.UNISWAP_FACTORY).createPool(Mainnet.USDC, Mainnet.WETH, 10_000));
        (uint160 sqrtPriceX96, int24 tick,,,,,) = IUniswapV3Pool(Mainnet.UNISWAP_USDC_WETH_POOL).slot0();
        pool.initialize(sqrtPriceX96);
        pool.mint(address(this), tick / 200 * 200, tick / 200 * 200 + 400, 1.4e16, "");
        Decision memory d = financed(AMOUNT);
        d.route.path = abi.encodePacked(Mainnet.WETH, uint24(10_000), Mainnet.USDC);
        d.minOut = 5000e6;
        expectRefusalBy(d, IVaultTerms.ValueForbidden.selector);
    }

    function uniswapV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        deal(Mainnet.USDC, address(this), owed0);
        deal(Mainnet.WETH, address(this), owed1);
        usdc.transfer(msg.sender, owed0);
        weth.transfer(msg.sender, owed1);
    }

    function test_premium_isLoss() public {
        uint256 budget = vault.lossBudget();
        uint256 snapshot = vm.snapshotState();
        Outcome memory unlent = send(deleverage(AMOUNT));
        vm.revertToState(snapshot);
        Decision memory d = financed(AMOUNT);
        Outcome memory outcome = send(d);
        assertEq(unlent.obtained - outcome.obtained, _premium(d.minOut), "obtained is less by the premium");
        assertApproxEqAbs(outcome.lossWad - unlent.lossWad, _premium(d.minOut) * 1e12, 1e12, "and so is equity");
        assertEq(vault.lossBudget(), budget - outcome.lossWad);
    }

    function test_repairFromBelow_booksAreWholeAndPremiumIsCountedOnce() public {
        Decision memory d = financed(AMOUNT);
        d.healthFloorWad = 1e18;
        Outcome memory outcome = send(d);
        uint256 valueLoss = outcome.notionalWad - outcome.obtained * 1e12;
        assertApproxEqAbs(outcome.lossWad, valueLoss, 1e13, "no more than the trade and the premium");
    }

    function test_preview_tellsWhatExecutionDoes() public {
        Decision memory d = financed(AMOUNT);
        (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.preview, (d)));
        assertFalse(done);
        assertEq(bytes4(reason), IVaultTerms.PreviewResult.selector);
        send(d);
    }

    // ---------------------------------------------------------------- boundaries

    function test_minOut_boundary_isTheSaleLessThePremium() public {
        Decision memory d = financed(AMOUNT);
        uint256 most = _most(_sold(financed(AMOUNT)));
        d.minOut = most + 1;
        expectRefusalBy(d, IVaultTerms.OutputTooLow.selector);
        d.minOut = most;
        assertGe(send(d).obtained, most);
    }

    function test_idleTokens_neverPayForTheSale() public {
        fundIdle(Mainnet.USDC, 1_000_000e6);
        Decision memory d = financed(AMOUNT);
        d.minOut = _most(_sold(financed(AMOUNT))) + 1;
        expectRefusalBy(d, IVaultTerms.OutputTooLow.selector);
        d.minOut--;
        send(d);
        assertGe(usdc.balanceOf(address(vault)), 1_000_000e6);
    }

    function test_noLoan_isNothingToDo() public {
        Decision memory d = financed(AMOUNT);
        d.minOut = 0;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.NothingToDo.selector));
        d.minOut = 1e6;
        send(d);
    }

    function test_maxIn_boundary_isWhatIsSold() public {
        Decision memory d = financed(50 ether + 1); // 150,000 USD are allowed at once
        expectRefusalBy(d, IVaultTerms.ActionTooLarge.selector);
        d.maxIn = 50 ether;
        assertEq(send(d).spent, 50 ether);
        assertEq(weth.balanceOf(address(vault)), 0, "and nothing else was withdrawn");
    }

    function test_slippage_boundary_premiumCounts() public {
        Decision memory d = financed(AMOUNT);
        d.minOut = 20_000e6; // premium 10 USD
        uint256 snapshot = vm.snapshotState();
        uint256 obtainedWad = send(d).obtained * 1e12;
        vm.revertToState(snapshot);
        // the price at which this sale is exactly one per cent below the feed, and a little above
        uint256 limit8 = obtainedWad * 100 / 99 / 10 / 1e10;
        setEthPrice(limit8 + 1e6);
        expectRefusalBy(d, IVaultTerms.SlippageExceeded.selector);
        setEthPrice(limit8 - 1e6);
        send(d);
    }

    function test_loss_boundary_isTheSignedShare() public {
        Decision memory d = financed(AMOUNT);
        uint256 snapshot = vm.snapshotState();
        Outcome memory outcome = send(d);
        vm.revertToState(snapshot);
        uint256 bps = outcome.lossWad * 10_000 / outcome.notionalWad;
        d.maxLossBps = uint16(bps);
        expectRefusalBy(d, IVaultTerms.LossExceeded.selector);
        d.maxLossBps++;
        send(d);
    }

    // ---------------------------------------------------------------- route

    function test_flashSource_isTheLenderOfTheCode() public {
        Decision memory d = financed(AMOUNT);
        address[3] memory others = [address(0), stranger, Mainnet.UNISWAP_USDC_WETH_POOL];
        for (uint256 i; i < others.length; i++) {
            d.route.flashSource = others[i];
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "flashSource"));
        }
    }

    function test_routeWithoutALender_isForbidden() public {
        Decision memory d = financed(AMOUNT);
        (d.route.kind, d.route.flashSource) = (RouteKind.FreeFlashLoan, address(0));
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, 3, 1));
    }

    function test_otherKinds_borrowNothing() public {
        ActionKind[2] memory kinds = [ActionKind.Leverage, ActionKind.SwapCollateral];
        for (uint256 i; i < kinds.length; i++) {
            Decision memory d = financed(AMOUNT);
            (d.kind, d.route.flashSource) = (kinds[i], address(0));
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, 2, 1));
        }
    }

    function test_twoHops_sellOverAListedToken() public {
        Decision memory d = financed(AMOUNT);
        d.route.path = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDT, uint24(100), Mainnet.USDC);
        fundIdle(Mainnet.USDT, 5e6);
        uint256 idle = IERC20(Mainnet.USDT).balanceOf(address(vault));
        d.minOut = d.minOut * 998 / 1000;
        assertGe(send(d).obtained, d.minOut);
        assertEq(IERC20(Mainnet.USDT).balanceOf(address(vault)), idle, "what is idle on the way stays");
    }

    function test_hopOverATokenThatIsNotListed_isRefused() public {
        Decision memory d = financed(AMOUNT);
        d.route.path = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.WBTC, uint24(3000), Mainnet.USDC);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FeedUnset.selector, Mainnet.WBTC));
    }

    function test_paths_ofOtherShapes_areInvalid() public {
        bytes memory good = financed(AMOUNT).route.path;
        bytes memory round = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDT, uint24(500), Mainnet.WETH);
        bytes[7] memory bad = [
            bytes(""),
            bytes.concat(good, hex"00"),
            abi.encodePacked(Mainnet.USDC, Mainnet.UNISWAP_FEE, Mainnet.WETH),
            abi.encodePacked(round, uint24(500), Mainnet.USDC), // three hops, one token twice
            abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDT), // ends elsewhere
            abi.encodePacked(Mainnet.WETH, uint24(123), Mainnet.USDC), // no such pool
            abi.encodePacked(
                Mainnet.WETH,
                uint24(1),
                Mainnet.USDT,
                uint24(1),
                Mainnet.DAI,
                uint24(1),
                stranger,
                uint24(1),
                Mainnet.USDC
            ) // four hops
        ];
        for (uint256 i; i < bad.length; i++) {
            Decision memory d = financed(AMOUNT);
            d.route.path = bad[i];
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PathInvalid.selector, bad[i]));
        }
    }

    // ---------------------------------------------------------------- who is not the lender

    function test_attack_strangerAndLenderOutOfFlight_areRefused() public {
        address[4] memory callers = [stranger, Mainnet.AAVE_POOL, Mainnet.UNISWAP_USDC_WETH_POOL, address(0)];
        bytes memory data = abi.encode(_order());
        for (uint256 i; i < callers.length; i++) {
            vm.startPrank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, callers[i]));
            IAaveV3FlashBorrower(address(vault)).executeOperation(Mainnet.USDC, 1, 0, address(vault), data);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, callers[i]));
            IERC3156FlashBorrower(address(vault)).onFlashLoan(address(vault), Mainnet.USDC, 1, 0, data);
            vm.stopPrank();
        }
    }

    /// @dev Anyone may ask Aave to lend to the vault, with any bytes; the vault takes no loan that it did not ask for.
    function test_attack_loanThatSomebodyElseAskedFor_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, Mainnet.AAVE_POOL));
        vm.prank(stranger);
        ILends(Mainnet.AAVE_POOL).flashLoanSimple(address(vault), Mainnet.USDC, 1e6, abi.encode(_order()), 0);
    }

    /// @dev Nobody reaches the plane's entrance through the vault, and called directly it finds its lock open.
    function test_attack_entrance_isNotReachableFromOutside() public {
        bytes memory path = deleverage(1).route.path;
        bytes memory call = abi.encodeCall(VaultBorrower.sellWithLoan, (_order(), path));
        (bool done,) = address(vault).call(call);
        assertFalse(done, "through the vault");
        VaultBorrower plane = VaultBorrower(implementation.borrower());
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, stranger));
        vm.prank(stranger);
        plane.sellWithLoan(_order(), path);
    }

    function test_attack_lenderInFlightMisbehaves_wholeDecisionReverts() public {
        for (uint8 trick; trick <= uint8(type(HostileLender.Trick).max); trick++) {
            uint256 snapshot = vm.snapshotState();
            uint256 collateral = aWeth.balanceOf(address(vault));
            uint256 debt = usdcDebt.balanceOf(address(vault));
            Decision memory d = financed(AMOUNT);
            HostileLender hostile = new HostileLender(HostileLender.Trick(trick), _clone(Mainnet.AAVE_POOL));
            vm.etch(Mainnet.AAVE_POOL, address(hostile).code);
            address caller = trick == uint8(HostileLender.Trick.AnotherCaller)
                ? vm.computeCreateAddress(Mainnet.AAVE_POOL, vm.getNonce(Mainnet.AAVE_POOL))
                : Mainnet.AAVE_POOL;
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, caller));
            assertFalse(vault.isNonceUsed(d.positionId, d.nonce), "nonce");
            assertEq(aWeth.balanceOf(address(vault)), collateral, "collateral");
            assertEq(usdcDebt.balanceOf(address(vault)), debt, "debt");
            vm.revertToState(snapshot);
        }
    }

    function _clone(address contract_) private returns (address copy) {
        copy = makeAddr("original pool");
        vm.etch(copy, contract_.code);
    }

    function _order() private view returns (LoanOrder memory) {
        return LoanOrder(
            RouteKind.AaveV3FlashLoan,
            Mainnet.AAVE_POOL,
            address(adapter),
            0,
            Mainnet.WETH,
            Mainnet.USDC,
            10 ether,
            20_000e6
        );
    }
}

interface ILends {
    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16 code)
        external;
}

/// @notice Put over the lender: everything else is the lender's own code over its own storage.
contract HostileLender {
    enum Trick {
        NeverCallsBack,
        CallsBackTwice,
        OtherBytes,
        ForgedInitiator,
        OtherAmount,
        OtherToken,
        AnotherCaller
    }

    Trick private immutable _trick;
    address private immutable _pool;

    constructor(Trick trick, address pool) {
        (_trick, _pool) = (trick, pool);
    }

    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16) external {
        IAaveV3FlashBorrower borrower = IAaveV3FlashBorrower(receiver);
        if (_trick == Trick.NeverCallsBack) return;
        if (_trick == Trick.OtherBytes) {
            borrower.executeOperation(asset, amount, 0, receiver, bytes.concat(params, hex"00"));
        } else if (_trick == Trick.ForgedInitiator) {
            borrower.executeOperation(asset, amount, 0, address(this), params);
        } else if (_trick == Trick.OtherAmount) {
            borrower.executeOperation(asset, amount + 1, 0, receiver, params);
        } else if (_trick == Trick.OtherToken) {
            borrower.executeOperation(Mainnet.WETH, amount, 0, receiver, params);
        } else if (_trick == Trick.AnotherCaller) {
            new LenderStranger().knock(borrower, asset, amount, params);
        } else {
            // lends for true once, then asks again in the same call
            (bool lent,) = _pool.delegatecall(msg.data);
            require(lent, "the first callback must be accepted");
            borrower.executeOperation(asset, amount, 0, receiver, params);
        }
    }

    fallback() external payable {
        (bool done, bytes memory answer) = _pool.delegatecall(msg.data);
        assembly ("memory-safe") {
            switch done
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }
}

/// @notice Knows the right bytes at the right time, and is the wrong caller.
contract LenderStranger {
    function knock(IAaveV3FlashBorrower borrower, address asset, uint256 amount, bytes calldata params) external {
        borrower.executeOperation(asset, amount, 0, address(borrower), params);
    }
}
