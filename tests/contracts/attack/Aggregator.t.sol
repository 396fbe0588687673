// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileRouter} from "../mocks/aggregator/HostileRouter.sol";
import {AggregatorTest} from "../utils/AggregatorTest.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISwapProxy} from "ballast/interfaces/ISwapProxy.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {
    IAaveV3FlashBorrower,
    IAaveV3FlashLender,
    IERC3156FlashBorrower
} from "ballast/interfaces/external/IFlashLender.sol";
import {IUniswapV3SwapCallback} from "ballast/interfaces/external/IUniswapV3Pool.sol";
import {SwapProxy} from "ballast/swap/SwapProxy.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

/// @title A contract that says it is a vault
/// @notice Whoever relays may name it; asks the proxy, or somebody else, as often as it was told.
contract FalseVault {
    address private immutable _target;
    uint256 private immutable _times;
    bytes private _ask;

    constructor(address target, uint256 times, bytes memory ask) {
        (_target, _times, _ask) = (target, times, ask);
    }

    function execute(Decision calldata, bytes calldata) external returns (Outcome memory) {
        _askAll();
        Outcome memory outcome;
        return outcome;
    }

    /// @dev A vault's preview always reverts; this one need not.
    function preview(Decision calldata) external {
        _askAll();
    }

    function _askAll() private {
        for (uint256 i; i < _times; i++) {
            (bool done, bytes memory reason) = _target.call(_ask);
            if (done) continue;
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}

/// @title Knows what to ask at the right time, and is the wrong caller
contract Messenger {
    function knock(address target, bytes calldata call) external {
        (bool done, bytes memory reason) = target.call(call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}

/// @title A router that only writes down what it was called with
contract NotingRouter {
    bytes public noted;

    fallback() external {
        noted = msg.data;
    }
}

/// @notice Routers taken over, calldata exchanged, strangers at the proxy, gifts left in it.
contract AggregatorAttackTest is AggregatorTest {
    uint256 private constant PAID = 29_900e6;

    function setUp() public override {
        super.setUp();
        deal(Mainnet.USDC, address(hostile), 1_000_000e6);
    }

    function _hostileDecision(HostileRouter.Deal memory d) private view returns (Decision memory, bytes memory) {
        bytes memory data = abi.encodeCall(HostileRouter.trade, (d));
        return (byRouter(AMOUNT, address(hostile), data), data);
    }

    // ---------------------------------------------------------------- a router taken over

    function test_attack_routerKeepsTheTokens_loanCannotBePaid() public {
        (Decision memory d, bytes memory data) = _hostileDecision(deal_(AMOUNT, 0, address(0)));
        expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, 0, d.minOut));
        (d, data) = _hostileDecision(deal_(AMOUNT, PAID, address(proxy)));
        relay(d, data);
    }

    function test_attack_routerReturnsLess_belowTheLoan_andBelowTheFeed() public {
        (Decision memory d, bytes memory data) = _hostileDecision(deal_(AMOUNT, 29_000e6, address(proxy)));
        expectNoRelayBy(d, data, IVaultTerms.OutputTooLow.selector);
        d.minOut = 20_000e6; // a thief of the key signs what he likes
        expectNoRelayBy(d, data, IVaultTerms.SlippageExceeded.selector);
    }

    function test_attack_routerKeepsTheTokens_idleOnesDoNotPayForIt() public {
        fundIdle(Mainnet.USDC, 1_000_000e6);
        (Decision memory d, bytes memory data) = _hostileDecision(deal_(AMOUNT, 0, address(0)));
        expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, 0, d.minOut));
    }

    function test_attack_routerPaysSomebodyElse_countsAsNothing() public {
        (Decision memory d, bytes memory data) = _hostileDecision(deal_(AMOUNT, PAID, stranger));
        expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, 0, d.minOut));
        assertEq(usdc.balanceOf(stranger), 0);
    }

    function test_attack_routerPullsMoreThanTheSale_isStoppedByTheAllowance() public {
        deal(Mainnet.WETH, address(proxy), 5 ether);
        (Decision memory d, bytes memory data) = _hostileDecision(deal_(AMOUNT + 1, PAID, address(proxy)));
        bytes memory signature = sign(d);
        vm.expectRevert();
        proxy.execute(address(vault), d, signature, data);
        (d, data) = _hostileDecision(deal_(AMOUNT, PAID, address(proxy)));
        relay(d, data);
        assertEq(weth.balanceOf(address(proxy)), 5 ether, "what lay there still does");
    }

    function test_attack_routerLeavesTheInput_itIsNotSold() public {
        (Decision memory d, bytes memory data) = _hostileDecision(deal_(AMOUNT / 2, PAID, address(proxy)));
        expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "sold", AMOUNT / 2, AMOUNT));
    }

    function test_attack_routerComesBackLater_noAllowanceStands() public {
        (Decision memory d, bytes memory data) = _hostileDecision(deal_(AMOUNT, PAID, address(proxy)));
        relay(d, data);
        deal(Mainnet.WETH, address(proxy), 1 ether);
        vm.expectRevert();
        hostile.pullLater(weth, address(proxy), 1);
        // nor one that it did not use up
        (d, data) = _hostileDecision(deal_(0, 0, address(0)));
        bytes memory ask =
            abi.encodeCall(proxy.swap, (address(hostile), keccak256(data), Mainnet.WETH, 1 ether, Mainnet.USDC));
        proxy.execute(address(new FalseVault(address(proxy), 1, ask)), d, "", data);
        assertEq(weth.allowance(address(proxy), address(hostile)), 0);
    }

    function test_attack_routerReenters_everyDoorIsShut() public {
        HostileRouter.Door[] memory doors = _doors();
        HostileRouter.Deal memory terms = deal_(AMOUNT, PAID, address(proxy));
        bytes memory data = abi.encodeCall(HostileRouter.knockAndTrade, (doors, terms));
        Decision memory d = byRouter(AMOUNT, address(hostile), data);
        relay(d, data);
        assertEq(hostile.count(), doors.length);
        bytes4[10] memory expected = [
            IVaultTerms.Locked.selector,
            IVaultTerms.Locked.selector,
            IVaultTerms.Locked.selector,
            IVaultTerms.Locked.selector,
            IVaultTerms.CallbackUnexpected.selector,
            IVaultTerms.CallbackUnexpected.selector,
            IVaultTerms.CallbackUnexpected.selector,
            ISwapProxy.RelayInFlight.selector,
            ISwapProxy.NotRelayed.selector,
            IVaultTerms.CallbackUnexpected.selector
        ];
        for (uint256 i; i < expected.length; i++) {
            assertEq(hostile.reasons(i), expected[i], vm.toString(i));
        }
    }

    /// @dev Vault, its callbacks, proxy, and the lender that the vault owes in this moment.
    function _doors() private view returns (HostileRouter.Door[] memory doors) {
        Decision memory other = deleverage(1 ether);
        other.nonce = 2;
        bytes memory signature = sign(other);
        (address v, address p) = (address(vault), address(proxy));
        doors = new HostileRouter.Door[](10);
        doors[0] = HostileRouter.Door(v, abi.encodeCall(vault.execute, (other, signature)));
        doors[1] = HostileRouter.Door(v, abi.encodeCall(vault.preview, (other)));
        doors[2] = HostileRouter.Door(v, abi.encodeCall(vault.status, (Defaults.POSITION)));
        doors[3] = HostileRouter.Door(v, abi.encodeCall(vault.getPortfolioValue, ()));
        doors[4] =
            HostileRouter.Door(v, abi.encodeCall(IAaveV3FlashBorrower.executeOperation, (Mainnet.USDC, 1, 0, v, "")));
        doors[5] = HostileRouter.Door(v, abi.encodeCall(IERC3156FlashBorrower.onFlashLoan, (v, Mainnet.USDC, 1, 0, "")));
        doors[6] = HostileRouter.Door(v, abi.encodeCall(IUniswapV3SwapCallback.uniswapV3SwapCallback, (1, -1, "")));
        doors[7] = HostileRouter.Door(p, abi.encodeCall(proxy.execute, (v, other, signature, "")));
        doors[8] =
            HostileRouter.Door(p, abi.encodeCall(proxy.swap, (address(hostile), 0, Mainnet.WETH, 1, Mainnet.USDC)));
        doors[9] = HostileRouter.Door(
            Mainnet.AAVE_POOL, abi.encodeCall(IAaveV3FlashLender.flashLoanSimple, (v, Mainnet.USDC, 1e6, "", 0))
        );
    }

    // ---------------------------------------------------------------- calldata and routers exchanged

    function test_attack_oneByteOfTheCalldataIsChanged_isRefused() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        bytes32 signed = keccak256(data);
        data[data.length - 1] ^= 0x01;
        expectNoRelay(d, data, abi.encodeWithSelector(ISwapProxy.CalldataMismatch.selector, keccak256(data), signed));
        bytes memory longer = bytes.concat(split(AMOUNT, address(proxy)), hex"00");
        expectNoRelay(
            d, longer, abi.encodeWithSelector(ISwapProxy.CalldataMismatch.selector, keccak256(longer), signed)
        );
    }

    function test_attack_thiefSignsARouterOfHisOwn_isRefused() public {
        HostileRouter own = new HostileRouter();
        bytes memory data = abi.encodeCall(HostileRouter.trade, (deal_(AMOUNT, PAID, address(proxy))));
        deal(Mainnet.USDC, address(own), PAID);
        address[4] memory others = [address(own), address(0), Mainnet.WETH, Mainnet.UNISWAP_USDC_WETH_POOL];
        for (uint256 i; i < others.length; i++) {
            Decision memory d = byRouter(AMOUNT, others[i], data);
            expectNoRelay(d, data, abi.encodeWithSelector(ISwapProxy.RouterForbidden.selector, others[i]));
        }
    }

    // ---------------------------------------------------------------- strangers and gifts

    function test_attack_strangerAsksForASale_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ISwapProxy.NotRelayed.selector, stranger, address(0)));
        vm.prank(stranger);
        proxy.swap(ONE_INCH, 0, Mainnet.WETH, 1, Mainnet.USDC);
    }

    /// @dev While calldata is at hand for somebody else.
    function test_attack_strangerAsksInsideAForeignRelay_isRefused() public {
        bytes memory data = abi.encodeCall(HostileRouter.trade, (deal_(1 ether, 0, address(0))));
        deal(Mainnet.WETH, address(proxy), 1 ether);
        bytes memory ask =
            abi.encodeCall(proxy.swap, (address(hostile), keccak256(data), Mainnet.WETH, 1 ether, Mainnet.USDC));
        address messenger = address(new Messenger());
        address named = address(new FalseVault(messenger, 1, abi.encodeCall(Messenger.knock, (address(proxy), ask))));
        Decision memory any = deleverage(1);
        vm.expectRevert(abi.encodeWithSelector(ISwapProxy.NotRelayed.selector, messenger, named));
        proxy.execute(named, any, "", data);
    }

    /// @dev What it was sent it may sell, as anybody may; what it does not ask for is not dropped in silence, and nothing stays in flight.
    function test_previewOfAFalseVault_sellsItsOwnOrIsRefused() public {
        bytes memory data = abi.encodeCall(HostileRouter.trade, (deal_(1 ether, 0, address(0))));
        Decision memory any = deleverage(1);
        address silent = address(new FalseVault(address(0), 0, ""));
        vm.expectRevert(abi.encodeWithSelector(ISwapProxy.CalldataUnused.selector, silent));
        proxy.preview(silent, any, data);
        deal(Mainnet.WETH, address(proxy), 1 ether);
        bytes memory ask =
            abi.encodeCall(proxy.swap, (address(hostile), keccak256(data), Mainnet.WETH, 1 ether, Mainnet.USDC));
        address asking = address(new FalseVault(address(proxy), 1, ask));
        proxy.preview(asking, any, data);
        vm.expectRevert(abi.encodeWithSelector(ISwapProxy.CalldataUnused.selector, silent));
        proxy.preview(silent, any, data);
    }

    function test_decisionSentToTheVaultWithoutTheProxy_saysSo() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        expectRefusal(d, abi.encodeWithSelector(ISwapProxy.NotRelayed.selector, address(vault), address(0)));
        relay(d, data);
    }

    function test_decisionThatNeedsNoRouter_isNotRelayed() public {
        Decision memory d = deleverage(AMOUNT);
        expectNoRelay(d, "", abi.encodeWithSelector(ISwapProxy.CalldataUnused.selector, address(vault)));
        send(d);
    }

    function test_attack_giftsInTheProxy_neitherHelpNorHurt() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        uint256 snapshot = vm.snapshotState();
        uint256 obtained = relay(d, data).obtained;
        vm.revertToState(snapshot);
        deal(Mainnet.WETH, address(proxy), 3 ether);
        deal(Mainnet.USDC, address(proxy), 7000e6);
        assertEq(relay(d, data).obtained, obtained);
        assertEq(weth.balanceOf(address(proxy)), 3 ether);
        assertEq(usdc.balanceOf(address(proxy)), 7000e6);
    }

    function test_attack_falseVaultSellsWhatItDidNotSend_isRefused() public {
        bytes memory data = abi.encodeCall(HostileRouter.trade, (deal_(1, 0, address(0))));
        bytes memory ask =
            abi.encodeCall(proxy.swap, (address(hostile), keccak256(data), Mainnet.WETH, 1 ether, Mainnet.USDC));
        Decision memory any = deleverage(1);
        FalseVault vault_ = new FalseVault(address(proxy), 1, ask);
        vm.expectRevert(abi.encodeWithSelector(ISwapProxy.InputMissing.selector, 0, 1 ether));
        proxy.execute(address(vault_), any, "", data);
    }

    function test_attack_vaultAsksTwice_calldataIsUsedOnce() public {
        bytes memory data = abi.encodeCall(HostileRouter.trade, (deal_(0, 0, address(0))));
        bytes memory ask =
            abi.encodeCall(proxy.swap, (address(hostile), keccak256(data), Mainnet.WETH, 0, Mainnet.USDC));
        Decision memory any = deleverage(1);
        address twice = address(new FalseVault(address(proxy), 2, ask));
        vm.expectRevert(abi.encodeWithSelector(ISwapProxy.NotRelayed.selector, twice, twice));
        proxy.execute(twice, any, "", data);
        proxy.execute(address(new FalseVault(address(proxy), 1, ask)), any, "", data);
    }

    /// @dev Through transient storage and back: whatever the length, and whatever a longer one left behind.
    function testFuzz_calldata_reachesTheRouterToTheByte(bytes calldata first, bytes calldata second) public {
        NotingRouter router = new NotingRouter();
        address[] memory list = new address[](1);
        list[0] = address(router);
        proxy = SwapProxy(deployProduct("SwapProxy", abi.encode(list)));
        _note(router, bytes.concat(first, second, hex"ff"));
        _note(router, first);
        _note(router, "");
    }

    function _note(NotingRouter router, bytes memory data) private {
        bytes memory ask = abi.encodeCall(proxy.swap, (address(router), keccak256(data), Mainnet.WETH, 0, Mainnet.USDC));
        proxy.execute(address(new FalseVault(address(proxy), 1, ask)), deleverage(1), "", data);
        assertEq(router.noted(), data);
    }
}
