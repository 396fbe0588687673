// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileLender} from "../fork/FlashLoan.t.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {MovesTest} from "../utils/MovesTest.sol";
import {HookedToken, Reentrant} from "./HostileCode.sol";
import {VaultMover} from "ballast/VaultMover.sol";
import {PortOrder} from "ballast/interfaces/IVaultPorts.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3FlashBorrower, IERC3156FlashBorrower} from "ballast/interfaces/external/IFlashLender.sol";
import {InitialConfig} from "ballast/types/Config.sol";
import {Decision, RouteKind} from "ballast/types/Decision.sol";
import {Wiring} from "ballast/types/Wiring.sol";

/// @notice What a thief of the agent's key, a lender and a token can do with a position that is on its way.
contract MovesAttackTest is MovesTest {
    uint256 private constant LOSS_BUDGET_WAD = 100e18; // half of it is the burst

    function initialConfig() internal view override returns (InitialConfig memory config) {
        config = super.initialConfig();
        config.limits.lossPerWindowWad = uint128(LOSS_BUDGET_WAD);
        config.limits.maxActionWad = 60_000e18;
        config.limits.notionalPerWindowWad = 10_000_000e18;
    }

    /// @notice Holds INV-09, INV-38: premiums of moves to and fro are losses, and add up to no more than the budget of a window.
    function test_attack_thiefMovesToAndFro_burnsTheLossBudgetAndNoMore() public {
        uint256 lost;
        uint256 nonce = 100;
        for (uint256 i; i < 20; i++) {
            Decision memory d = i % 2 == 0
                ? move(ON_AAVE, ON_COMET, Mainnet.USDC, 10 ether, 20_000e6)
                : move(ON_COMET, ON_AAVE, Mainnet.USDC, 10 ether, 20_000e6);
            (d.nonce, d.maxLossBps) = (nonce++, 4);
            bytes memory signature = sign(d);
            uint256 equity = _equityWad();
            (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
            if (done) lost += equity - _equityWad();
            else assertEq(bytes4(reason), IVaultTerms.LossBudgetExceeded.selector, "INV-09");
        }
        assertGt(lost, LOSS_BUDGET_WAD * 3 / 10, "he did burn some");
        assertLe(lost, LOSS_BUDGET_WAD / 2, "INV-09: the burst");
    }

    /// @notice Holds INV-06: he cannot park the position where it is about to be liquidated.
    function test_attack_thiefMovesDebtWithoutCollateral_endsUnderTheTargetsFloor() public {
        Decision memory d = move(ON_COMET, ON_AAVE, Mainnet.USDC, 0.1 ether, 36_000e6);
        expectRefusalBy(d, IVaultTerms.HealthBelowFloor.selector);
    }

    /// @notice Holds INV-06: nor leave the source bare.
    function test_attack_thiefMovesCollateralWithoutDebt_endsUnderTheSourcesFloor() public {
        Decision memory d = move(ON_AAVE, ON_COMET, Mainnet.USDC, 20 ether, 1000e6);
        d.maxLossBps = 5;
        expectRefusalBy(d, IVaultTerms.HealthBelowFloor.selector);
    }

    /// @notice Holds INV-01, INV-32: a lender who does not lend as agreed has the whole decision revert, nonce and all.
    function test_attack_lenderInFlightMisbehaves_wholeMoveReverts() public {
        for (uint8 trick; trick <= uint8(type(HostileLender.Trick).max); trick++) {
            uint256 snapshot = vm.snapshotState();
            Decision memory d = _cheap();
            Book memory source = bookOf(ON_AAVE, Mainnet.USDC);
            HostileLender hostile = new HostileLender(HostileLender.Trick(trick), _clone(Mainnet.AAVE_POOL));
            vm.etch(Mainnet.AAVE_POOL, address(hostile).code);
            address caller = trick == uint8(HostileLender.Trick.AnotherCaller)
                ? vm.computeCreateAddress(Mainnet.AAVE_POOL, vm.getNonce(Mainnet.AAVE_POOL))
                : Mainnet.AAVE_POOL;
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, caller));
            assertFalse(vault.isNonceUsed(ON_AAVE, d.nonce), "nonce");
            assertEq(bookOf(ON_AAVE, Mainnet.USDC).owed, source.owed, "debt");
            vm.revertToState(snapshot);
        }
    }

    /// @notice Holds INV-31: with the debt in the air, whoever gets a word in finds every door shut.
    function test_attack_reentryWhileThePositionIsOnItsWay_isLocked() public {
        Reentrant reentrant = new Reentrant();
        vm.startPrank(owner);
        vault.setRoles(address(reentrant), address(reentrant));
        vault.transferOwnership(address(reentrant));
        vm.stopPrank();
        vm.prank(address(reentrant));
        vault.acceptOwnership();
        Decision memory d = _cheap();
        d.nonce = 2;
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeCall(vault.execute, (d, sign(d)));
        calls[1] = abi.encodeCall(vault.queue, (d, sign(d)));
        calls[2] = abi.encodeCall(vault.preview, (d));
        PortOrder memory port = PortOrder(ON_AAVE, owner, Mainnet.WETH, 1, Mainnet.USDC, 0, 0, RouteKind.None);
        calls[3] = abi.encodeCall(vault.importPosition, (port));
        calls[4] = abi.encodeCall(vault.exportPosition, (port));
        calls[5] = abi.encodeCall(vault.status, (ON_COMET));
        reentrant.arm(vault, calls);
        address original = makeAddr("original USDC");
        vm.etch(original, Mainnet.USDC.code);
        vm.etch(Mainnet.USDC, address(new HookedToken(original, reentrant)).code);
        d.nonce = 1;
        send(d);
        assertEq(reentrant.count(), 6, "the hook must have been reached");
        for (uint256 i; i < 6; i++) {
            (, bool done, bytes4 reason) = reentrant.answers(i);
            assertFalse(done, "INV-31");
            assertEq(reason, IVaultTerms.Locked.selector, "INV-31");
        }
    }

    /// @notice Holds INV-01: outside of a move the mover answers no lender, and called directly it has no vault.
    function test_attack_callbackWithoutAMove_andThePlaneItself_areRefused() public {
        vm.startPrank(Mainnet.AAVE_POOL);
        bytes memory reason = abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, Mainnet.AAVE_POOL);
        vm.expectRevert(reason);
        IAaveV3FlashBorrower(address(vault)).executeOperation(Mainnet.USDC, 1, 0, address(vault), "");
        address plane = implementation.mover();
        vm.expectRevert(reason);
        IERC3156FlashBorrower(plane).onFlashLoan(address(vault), Mainnet.USDC, 1, 0, "");
        vm.stopPrank();
        Decision memory d = part();
        bytes memory signature = sign(d);
        VaultMover lenderless = new VaultMover(_wiringWithoutLenders());
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, d.route.kind, 2));
        lenderless.execute(d, signature);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignerUnset.selector));
        VaultMover(plane).execute(d, signature);
    }

    /// @notice Holds INV-03: a token that keeps a unit back on its way into the target leaves it idle, and that is no move.
    function test_attack_tokenKeepsAUnitBack_nothingIsLeftBehind() public {
        address original = makeAddr("original WETH");
        vm.etch(original, Mainnet.WETH.code);
        vm.etch(Mainnet.WETH, address(new StingyToken(original, address(vault))).code);
        expectRefusal(_cheap(), abi.encodeWithSelector(IVaultTerms.IdleChanged.selector, Mainnet.WETH, 1, 0));
    }

    // ---------------------------------------------------------------- helpers

    /// @dev Its greatest loss fits this vault's small budget.
    function _cheap() private view returns (Decision memory d) {
        d = part();
        (d.maxIn, d.maxLossBps) = (10 ether, 10);
        d.minOut = 20_000e6;
    }

    /// @dev Over both positions, at 1 USD a USDC, rounded to the feed's price of ether.
    function _equityWad() private view returns (uint256) {
        Book memory a = bookOf(ON_AAVE, Mainnet.USDC);
        Book memory c = bookOf(ON_COMET, Mainnet.USDC);
        return (a.held + c.held) * ethPrice8() / 1e8 - (a.owed + c.owed) * 1e12;
    }

    function _wiringWithoutLenders() private view returns (Wiring memory wiring) {
        wiring.adapters = new address[](1);
        (wiring.adapters[0], wiring.uniswapV3Factory) = (address(adapter), Mainnet.UNISWAP_FACTORY);
    }

    function _clone(address contract_) private returns (address copy) {
        copy = makeAddr("original pool");
        vm.etch(copy, contract_.code);
    }
}

/// @notice Takes a unit less from the vault than it is told to: the token's own code over its own storage otherwise.
contract StingyToken {
    address private immutable _token;
    address private immutable _vault;

    constructor(address token, address vault) {
        (_token, _vault) = (token, vault);
    }

    fallback() external payable {
        bytes memory call = msg.data;
        if (msg.sig == 0x23b872dd) {
            (address from, address to, uint256 amount) = abi.decode(msg.data[4:], (address, address, uint256));
            if (from == _vault) call = abi.encodeWithSelector(msg.sig, from, to, amount - 1);
        }
        (bool done, bytes memory answer) = _token.delegatecall(call);
        assembly ("memory-safe") {
            switch done
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }
}
