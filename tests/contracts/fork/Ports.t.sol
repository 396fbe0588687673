// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CdpManagerModel} from "../mocks/maker/CdpManagerModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {MovesTest} from "../utils/MovesTest.sol";
import {ISafe, SafeAccount} from "../utils/SafeAccount.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {PortOrder} from "ballast/interfaces/IVaultPorts.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {VaultState} from "ballast/types/Config.sol";
import {RouteKind} from "ballast/types/Decision.sol";

interface IDelegates {
    function approveDelegation(address delegatee, uint256 amount) external;
    function borrowAllowance(address from, address to) external view returns (uint256);
}

interface IAllows {
    function allow(address manager, bool allowed) external;
    function hasPermission(address owner, address manager) external view returns (bool);
}

/// @notice An owner's position comes into the vault, and goes back, with its debt, in one transaction: of a key and of a Safe, on every venue.
contract PortsForkTest is MovesTest, SafeAccount {
    ISafe private safe;

    function setUp() public override {
        super.setUp();
        safe = createSafe(1);
    }

    // ---------------------------------------------------------------- Aave

    function test_import_ofAKey_onAave() public {
        _openOnAave(owner);
        _asOwner(Mainnet.AAVE_WETH_ATOKEN, abi.encodeCall(IERC20.approve, (address(vault), ALL)));
        Book memory his = bookOf(ON_AAVE, Mainnet.USDC, owner);
        Book memory before = bookOf(ON_AAVE, Mainnet.USDC);
        PortOrder memory order = _order(ON_AAVE, owner, 20_100e6);
        vm.expectEmit(address(vault));
        emit IVaultTerms.OwnerExit(vault.importPosition.selector, Mainnet.USDC, his.owed, address(vault));
        _asOwner(address(vault), abi.encodeCall(vault.importPosition, (order)));
        _assertBrought(ON_AAVE, his, before, premiumOf(his.owed));
        assertEq(bookOf(ON_AAVE, Mainnet.USDC, owner).held + bookOf(ON_AAVE, Mainnet.USDC, owner).owed, 0);
    }

    function test_import_ofASafe_onAave() public {
        _ownedBySafe();
        _openOnAave(address(safe));
        bySafe(safe, Mainnet.AAVE_WETH_ATOKEN, abi.encodeCall(IERC20.approve, (address(vault), ALL)));
        Book memory his = bookOf(ON_AAVE, Mainnet.USDC, address(safe));
        Book memory before = bookOf(ON_AAVE, Mainnet.USDC);
        PortOrder memory order = _order(ON_AAVE, address(safe), 20_100e6);
        bySafe(safe, address(vault), abi.encodeCall(vault.importPosition, (order)));
        _assertBrought(ON_AAVE, his, before, premiumOf(his.owed));
    }

    function test_export_toAKey_onAave_takesTheDebtAlong_andTheGrantIsUsedUp() public {
        Book memory before = bookOf(ON_AAVE, Mainnet.USDC);
        uint256 due = before.owed + premiumOf(before.owed);
        _asOwner(Mainnet.AAVE_USDC_DEBT_TOKEN, abi.encodeCall(IDelegates.approveDelegation, (address(vault), due)));
        _asOwner(address(vault), abi.encodeCall(vault.exportPosition, (_order(ON_AAVE, owner, due))));
        _assertGone(ON_AAVE, owner, before, premiumOf(before.owed));
        assertLe(IDelegates(Mainnet.AAVE_USDC_DEBT_TOKEN).borrowAllowance(owner, address(vault)), 1, "used up");
        assertEq(IDelegates(Mainnet.AAVE_USDC_DEBT_TOKEN).borrowAllowance(address(vault), owner), 0, "INV-04");
    }

    function test_export_toASafe_onAave_inPart() public {
        _ownedBySafe();
        Book memory before = bookOf(ON_AAVE, Mainnet.USDC);
        PortOrder memory order = _order(ON_AAVE, address(safe), 50_100e6);
        (order.amount, order.debt) = (40 ether, 50_000e6);
        bySafe(
            safe,
            Mainnet.AAVE_USDC_DEBT_TOKEN,
            abi.encodeCall(IDelegates.approveDelegation, (address(vault), order.maxBorrow))
        );
        bySafe(safe, address(vault), abi.encodeCall(vault.exportPosition, (order)));
        Book memory his = bookOf(ON_AAVE, Mainnet.USDC, address(safe));
        assertApproxEqAbs(his.held, 40 ether, 2);
        assertApproxEqAbs(his.owed, 50_000e6 + premiumOf(50_000e6), 2);
        assertApproxEqAbs(before.held - bookOf(ON_AAVE, Mainnet.USDC).held, 40 ether, 2);
        assertApproxEqAbs(before.owed - bookOf(ON_AAVE, Mainnet.USDC).owed, 50_000e6, 2);
    }

    // ---------------------------------------------------------------- Compound

    function test_import_ofAKey_onComet_andBack_thenThePermissionIsRevoked() public {
        _openOnComet(owner);
        address market = address(comet.comet());
        _asOwner(market, abi.encodeCall(IAllows.allow, (address(vault), true)));
        Book memory his = bookOf(ON_COMET, Mainnet.USDC, owner);
        Book memory before = bookOf(ON_COMET, Mainnet.USDC);
        _asOwner(address(vault), abi.encodeCall(vault.importPosition, (_order(ON_COMET, owner, 20_100e6))));
        _assertBrought(ON_COMET, his, before, premiumOf(his.owed));
        before = bookOf(ON_COMET, Mainnet.USDC);
        _asOwner(address(vault), abi.encodeCall(vault.exportPosition, (_order(ON_COMET, owner, 200_000e6))));
        _assertGone(ON_COMET, owner, before, premiumOf(before.owed));
        _asOwner(market, abi.encodeCall(IAllows.allow, (address(vault), false)));
        assertFalse(IAllows(market).hasPermission(address(vault), owner), "INV-04");
    }

    function test_import_ofASafe_onComet_andBack() public {
        _ownedBySafe();
        _openOnComet(address(safe));
        bySafe(safe, address(comet.comet()), abi.encodeCall(IAllows.allow, (address(vault), true)));
        Book memory his = bookOf(ON_COMET, Mainnet.USDC, address(safe));
        Book memory before = bookOf(ON_COMET, Mainnet.USDC);
        PortOrder memory order = _order(ON_COMET, address(safe), 20_100e6);
        bySafe(safe, address(vault), abi.encodeCall(vault.importPosition, (order)));
        _assertBrought(ON_COMET, his, before, premiumOf(his.owed));
        before = bookOf(ON_COMET, Mainnet.USDC);
        order.maxBorrow = 200_000e6;
        bySafe(safe, address(vault), abi.encodeCall(vault.exportPosition, (order)));
        _assertGone(ON_COMET, address(safe), before, premiumOf(before.owed));
    }

    // ---------------------------------------------------------------- Maker

    function test_cdp_isGivenToAKey_debtAndAll_andComesBack_withoutALoan() public {
        Book memory before = bookOf(ON_MAKER, Mainnet.DAI);
        _asOwner(address(vault), abi.encodeCall(vault.exportPosition, (_whole(owner))));
        Book memory his = bookOf(ON_MAKER, Mainnet.DAI, owner);
        assertEq(his.held, before.held);
        assertEq(his.owed, before.owed);
        assertEq(bookOf(ON_MAKER, Mainnet.DAI).held, 0);
        _asOwner(MakerMainnet.CDP_MANAGER, abi.encodeCall(CdpManagerModel.cdpAllow, (cdp, address(vault), 1)));
        _asOwner(address(vault), abi.encodeCall(vault.importPosition, (_whole(owner))));
        assertEq(bookOf(ON_MAKER, Mainnet.DAI).held, before.held);
        assertEq(bookOf(ON_MAKER, Mainnet.DAI).owed, before.owed);
    }

    function test_cdp_isGivenToASafe_andComesBack() public {
        _ownedBySafe();
        Book memory before = bookOf(ON_MAKER, Mainnet.DAI);
        bySafe(safe, address(vault), abi.encodeCall(vault.exportPosition, (_whole(address(safe)))));
        assertEq(bookOf(ON_MAKER, Mainnet.DAI, address(safe)).owed, before.owed);
        bytes memory consent = abi.encodeCall(CdpManagerModel.cdpAllow, (cdp, address(vault), 1));
        bySafe(safe, MakerMainnet.CDP_MANAGER, consent);
        bySafe(safe, address(vault), abi.encodeCall(vault.importPosition, (_whole(address(safe)))));
        assertEq(bookOf(ON_MAKER, Mainnet.DAI).owed, before.owed);
    }

    // ---------------------------------------------------------------- limits

    function test_maxBorrow_boundary_isDebtAndPremium() public {
        _openOnAave(owner);
        _asOwner(Mainnet.AAVE_WETH_ATOKEN, abi.encodeCall(IERC20.approve, (address(vault), ALL)));
        uint256 owed = bookOf(ON_AAVE, Mainnet.USDC, owner).owed;
        uint256 due = owed + premiumOf(owed);
        _expectNoImport(
            _order(ON_AAVE, owner, due - 1), abi.encodeWithSelector(IVaultTerms.InputTooHigh.selector, due, due - 1)
        );
        _asOwner(address(vault), abi.encodeCall(vault.importPosition, (_order(ON_AAVE, owner, due))));
    }

    function test_withoutConsent_nothingComesIn() public {
        _openOnAave(owner);
        vm.expectRevert();
        vm.prank(owner);
        vault.importPosition(_order(ON_AAVE, owner, 20_100e6));
        assertGt(bookOf(ON_AAVE, Mainnet.USDC, owner).held, 0);
    }

    /// @dev The pool lends on nobody's name who has not allowed it, and never more than he allowed.
    function test_export_withoutCreditOfTheHeir_isRefusedByTheVenue() public {
        Book memory before = bookOf(ON_AAVE, Mainnet.USDC);
        PortOrder memory order = _order(ON_AAVE, owner, ALL);
        _asOwner(
            Mainnet.AAVE_USDC_DEBT_TOKEN, abi.encodeCall(IDelegates.approveDelegation, (address(vault), before.owed))
        );
        vm.expectRevert();
        vm.prank(owner);
        vault.exportPosition(order);
        assertEq(bookOf(ON_AAVE, Mainnet.USDC).owed, before.owed);
    }

    function test_withoutARoute_noDebtMayBeNamed() public {
        PortOrder memory order = _order(ON_AAVE, owner, ALL);
        (order.route, order.debt) = (RouteKind.None, 1);
        _expectNoImport(order, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "debt", 1, 0));
    }

    function test_routeWithoutALender_isRefused() public {
        PortOrder memory order = _order(ON_AAVE, owner, ALL);
        _openOnAave(owner);
        order.route = RouteKind.UniswapV3FlashSwap;
        _expectNoImport(order, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, 1, 2));
    }

    function test_positionAndHeir_mustBeThere() public {
        PortOrder memory order = _order(99, owner, ALL);
        _expectNoImport(order, abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, 99));
        order = _order(ON_AAVE, address(0), ALL);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "account"));
        vm.prank(owner);
        vault.exportPosition(order);
    }

    function test_nobodyButTheOwner_portsAnything() public {
        PortOrder memory order = _order(ON_AAVE, owner, ALL);
        address[5] memory others = [curator, guardian, signer, keeper, stranger];
        for (uint256 i; i < 5; i++) {
            vm.startPrank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, others[i]));
            vault.importPosition(order);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, others[i]));
            vault.exportPosition(order);
            vm.stopPrank();
        }
    }

    function test_owner_ports_whileHalted() public {
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        _asOwner(address(vault), abi.encodeCall(vault.exportPosition, (_whole(owner))));
        assertGt(bookOf(ON_MAKER, Mainnet.DAI, owner).held, 0);
    }

    // ---------------------------------------------------------------- helpers

    /// @dev All of it.
    function _order(uint256 id, address account, uint256 maxBorrow) private pure returns (PortOrder memory) {
        return PortOrder(id, account, Mainnet.WETH, ALL, Mainnet.USDC, ALL, maxBorrow, RouteKind.AaveV3FlashLoan);
    }

    /// @dev A cdp, which needs no loan.
    function _whole(address account) private pure returns (PortOrder memory) {
        return PortOrder(ON_MAKER, account, Mainnet.WETH, ALL, Mainnet.DAI, 0, 0, RouteKind.None);
    }

    function _expectNoImport(PortOrder memory order, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(owner);
        vault.importPosition(order);
    }

    function _asOwner(address to, bytes memory data) private {
        vm.prank(owner);
        (bool done, bytes memory reason) = to.call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }

    function _ownedBySafe() private {
        vm.prank(owner);
        vault.transferOwnership(address(safe));
        bySafe(safe, address(vault), abi.encodeCall(vault.acceptOwnership, ()));
    }

    function _openOnAave(address account) private {
        deal(Mainnet.WETH, account, 10 ether);
        vm.startPrank(account);
        weth.approve(Mainnet.AAVE_POOL, 10 ether);
        IAaveV3Pool(Mainnet.AAVE_POOL).supply(Mainnet.WETH, 10 ether, account, 0);
        IAaveV3Pool(Mainnet.AAVE_POOL).borrow(Mainnet.USDC, 20_000e6, 2, 0, account);
        vm.stopPrank();
    }

    function _openOnComet(address account) private {
        IComet market = IComet(comet.comet());
        deal(Mainnet.WETH, account, 10 ether);
        vm.startPrank(account);
        weth.approve(address(market), 10 ether);
        market.supply(Mainnet.WETH, 10 ether);
        market.withdraw(Mainnet.USDC, 20_000e6);
        vm.stopPrank();
    }

    function _assertBrought(uint256 id, Book memory his, Book memory before, uint256 premium) private view {
        Book memory now_ = bookOf(id, Mainnet.USDC);
        assertApproxEqAbs(now_.held - before.held, his.held, 2, "collateral");
        assertApproxEqAbs(now_.owed - before.owed, his.owed + premium, 2, "debt and premium");
        assertGt(now_.healthWad, 1e18);
        assertEq(usdc.balanceOf(address(vault)) + weth.balanceOf(address(vault)), 0, "nothing idle");
        assertEq(usdc.allowance(address(vault), Mainnet.AAVE_POOL), 0, "no allowance");
    }

    function _assertGone(uint256 id, address heir, Book memory before, uint256 premium) private view {
        Book memory left = bookOf(id, Mainnet.USDC);
        assertEq(left.held + left.owed, 0, "nothing stays");
        Book memory his = bookOf(id, Mainnet.USDC, heir);
        assertApproxEqAbs(his.held, before.held, 2, "collateral");
        assertApproxEqAbs(his.owed, before.owed + premium, 2, "debt and premium");
        assertEq(usdc.balanceOf(address(vault)) + weth.balanceOf(address(vault)), 0, "nothing idle");
        assertEq(weth.allowance(address(vault), Mainnet.AAVE_POOL), 0, "no allowance");
    }
}
