// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregationRouterModel, ExecutorModel} from "../mocks/aggregator/AggregationRouterModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {AggregatorTest, ISwapRouter02} from "../utils/AggregatorTest.sol";
import {DaiDebtTest} from "../utils/DaiDebtTest.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {VaultConfigurator} from "ballast/VaultConfigurator.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {ISwapProxy} from "ballast/interfaces/ISwapProxy.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {SwapProxy} from "ballast/swap/SwapProxy.sol";
import {InitialConfig, QueueTerms} from "ballast/types/Config.sol";
import {ActionKind, Decision, Outcome} from "ballast/types/Decision.sol";
import {Wiring} from "ballast/types/Wiring.sol";

/// @notice Deleverage whose collateral a router sells: what it does, its boundaries, and what is no such decision.
contract AggregatorForkTest is AggregatorTest {
    uint256 private constant PREMIUM_BPS = 5;

    function _premium(uint256 loan) private pure returns (uint256) {
        return (loan * PREMIUM_BPS + 9999) / 10_000;
    }

    // ---------------------------------------------------------------- what it does

    function test_model_hasTheSelectorsThatItsPublisherGaveThem() public pure {
        assertEq(AggregationRouterModel.swap.selector, bytes4(0x07ed2379));
        assertEq(ExecutorModel.execute.selector, bytes4(0x4b64e492));
        assertEq(ISwapRouter02.exactInput.selector, bytes4(0xb858183f));
    }

    function test_split_sellsOverSeveralPools_repays_andNothingStaysInBetween() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        uint256 debtBefore = usdcDebt.balanceOf(address(vault));
        uint256 direct = usdc.balanceOf(Mainnet.UNISWAP_USDC_WETH_POOL);
        Outcome memory outcome = relay(d, data);
        assertLt(usdc.balanceOf(Mainnet.UNISWAP_USDC_WETH_POOL), direct, "the direct pool sold");
        assertEq(outcome.spent, AMOUNT);
        assertApproxEqAbs(aWeth.balanceOf(address(vault)), 90 ether, 2, "collateral");
        assertApproxEqAbs(debtBefore - usdcDebt.balanceOf(address(vault)), d.minOut, 2, "debt falls by the loan");
        assertEq(usdc.balanceOf(address(vault)), outcome.obtained - d.minOut, "surplus stays idle");
        assertEq(outcome.healthAfterWad, health());
        assertNothingStays();
    }

    function test_uniswapsOwnRouter_sellsTheSame() public {
        bytes memory data = viaUniswap(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, Mainnet.UNISWAP_SWAP_ROUTER_02, data);
        assertGt(relay(d, data).obtained, d.minOut);
        assertNothingStays();
    }

    function test_routerMayPayTheVaultItself() public {
        bytes memory data = viaUniswap(AMOUNT, address(vault));
        Decision memory d = byRouter(AMOUNT, Mainnet.UNISWAP_SWAP_ROUTER_02, data);
        assertGt(relay(d, data).obtained, d.minOut);
        assertNothingStays();
    }

    function test_repairFromBelow_booksAreWhole() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        d.healthFloorWad = 1e18;
        Outcome memory outcome = relay(d, data);
        uint256 valueLoss = outcome.notionalWad - outcome.obtained * 1e12;
        assertApproxEqAbs(outcome.lossWad, valueLoss, 1e13, "no more than the trade and the premium");
    }

    function test_preview_tellsWhatExecutionDoes() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        (bool done, bytes memory reason) = address(proxy).call(abi.encodeCall(proxy.preview, (address(vault), d, data)));
        assertFalse(done);
        assertEq(bytes4(reason), IVaultTerms.PreviewResult.selector);
        Outcome memory foretold = abi.decode(_tail(reason), (Outcome));
        Outcome memory outcome = relay(d, data);
        assertEq(foretold.obtained, outcome.obtained);
        assertEq(foretold.healthAfterWad, outcome.healthAfterWad);
    }

    function test_queuedDecision_isRelayedWithItsCalldata() public {
        configure(abi.encodeCall(vault.setQueue, (QueueTerms(20_000e18, 0, 1 days, 2 hours, 2))));
        bytes memory data = viaUniswap(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, Mainnet.UNISWAP_SWAP_ROUTER_02, data);
        bytes memory signature = sign(d);
        vault.queue(d, signature);
        passTime(1 days);
        proxy.executeQueued(address(vault), d, signature, data);
        assertApproxEqAbs(aWeth.balanceOf(address(vault)), 90 ether, 0.1 ether, "sold, with a day's interest");
        assertTrue(vault.isNonceUsed(d.positionId, d.nonce));
    }

    // ---------------------------------------------------------------- boundaries

    function test_minOut_boundary_isTheSaleLessThePremium() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        uint256 snapshot = vm.snapshotState();
        uint256 sold = relay(d, data).obtained + _premium(d.minOut);
        vm.revertToState(snapshot);
        uint256 most = sold * 10_000 / (10_000 + PREMIUM_BPS) + 1;
        while (most + _premium(most) > sold) most--;
        d.minOut = most + 1;
        expectNoRelayBy(d, data, IVaultTerms.OutputTooLow.selector);
        d.minOut = most;
        assertGe(relay(d, data).obtained, most);
    }

    /// @dev The price at which the sale is one per cent below the feed, and a little above.
    function test_slippage_boundary_holdsForRoutersToo() public {
        bytes memory data = viaUniswap(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, Mainnet.UNISWAP_SWAP_ROUTER_02, data);
        d.minOut = 20_000e6;
        uint256 snapshot = vm.snapshotState();
        uint256 limit8 = relay(d, data).obtained * 100 / 99 * 10;
        vm.revertToState(snapshot);
        setEthPrice(limit8 + 1e6);
        expectNoRelayBy(d, data, IVaultTerms.SlippageExceeded.selector);
        setEthPrice(limit8 - 1e6);
        relay(d, data);
    }

    function test_routerThatTakesLess_isRefused() public {
        bytes memory data = split(AMOUNT - 1, address(proxy));
        bytes memory reason = abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "sold", AMOUNT - 1, AMOUNT);
        expectNoRelay(byRouter(AMOUNT, ONE_INCH, data), data, reason);
        data = split(AMOUNT, address(proxy));
        relay(byRouter(AMOUNT, ONE_INCH, data), data);
    }

    // ---------------------------------------------------------------- what is no such decision

    function test_flashSource_isOneOfTheLendersOfTheCode() public {
        bytes memory data = split(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
        d.route.flashSource = stranger;
        expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "flashSource"));
        d.route.flashSource = address(0);
        expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, 4, 1));
        d.route.flashSource = Mainnet.AAVE_POOL;
        relay(d, data);
    }

    function test_otherKinds_haveNoRouter() public {
        ActionKind[2] memory kinds = [ActionKind.Leverage, ActionKind.SwapCollateral];
        bytes memory data = split(AMOUNT, address(proxy));
        for (uint256 i; i < kinds.length; i++) {
            Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
            (d.kind, d.route.flashSource) = (kinds[i], address(0));
            expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, 4, 1));
        }
    }

    function test_path_isARouterAndAHash() public {
        bytes memory data = split(AMOUNT, address(proxy));
        bytes memory good = byRouter(AMOUNT, ONE_INCH, data).route.path;
        bytes[4] memory bad =
            [bytes(""), bytes.concat(good, hex"00"), abi.encodePacked(ONE_INCH), abi.encodePacked(keccak256(data))];
        for (uint256 i; i < bad.length; i++) {
            Decision memory d = byRouter(AMOUNT, ONE_INCH, data);
            d.route.path = bad[i];
            expectNoRelay(d, data, abi.encodeWithSelector(IVaultTerms.PathInvalid.selector, bad[i]));
        }
    }

    function test_vaultWithoutAProxy_hasNoSuchRoute() public {
        assertEq(vault.swapProxy(), address(proxy));
        address[] memory venues = new address[](1);
        venues[0] = address(adapter);
        Wiring memory wiring = Wiring(venues, Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, address(0), address(0));
        address configurator = deployProduct("VaultConfigurator", abi.encode(wiring));
        address rescuer = deployProduct("VaultRescuer", abi.encode(configurator, wiring));
        address custodian = deployProduct("VaultCustodian", abi.encode(rescuer, wiring));
        address borrower = deployProduct("VaultBorrower", abi.encode(wiring));
        address mover = deployProduct("VaultMover", abi.encode(wiring));
        factory = new VaultFactory(deployProduct("RebalanceVault", abi.encode(custodian, borrower, mover, wiring)));
        vault = createVault("no proxy");
        openPosition(100 ether, 1.45e18);
        bytes memory data = split(AMOUNT, address(proxy));
        expectNoRelay(
            byRouter(AMOUNT, ONE_INCH, data), data, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, 4, 1)
        );
        assertEq(vault.swapProxy(), address(0));
    }

    // ---------------------------------------------------------------- the list

    function test_list_isOneToFourContracts_noneTwice() public {
        assertEq(proxy.routers(), _list());
        address[] memory list = new address[](0);
        _expectInvalid(list, address(0), 0, 4);
        list = new address[](5);
        _expectInvalid(list, address(0), 5, 4);
        list = _list();
        list[2] = stranger;
        _expectInvalid(list, stranger, 0, 1);
        list[2] = list[0];
        _expectInvalid(list, list[0], 2, 1);
        list = new address[](4);
        (list[0], list[1], list[2], list[3]) = (ONE_INCH, address(hostile), address(executor), address(proxy));
        assertEq(new SwapProxy(list).routers(), list);
    }

    function test_wiring_proxyIsAContractOrNotThere() public {
        address[] memory venues = new address[](1);
        venues[0] = address(adapter);
        Wiring memory wiring = Wiring(venues, Mainnet.UNISWAP_FACTORY, address(0), address(0), stranger);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "swapProxy"));
        new VaultConfigurator(wiring);
    }

    function _expectInvalid(address[] memory list, address router, uint256 observed, uint256 allowed) private {
        vm.expectRevert(abi.encodeWithSelector(ISwapProxy.RouterListInvalid.selector, router, observed, allowed));
        new SwapProxy(list);
    }

    function _tail(bytes memory reason) private pure returns (bytes memory tail) {
        tail = new bytes(reason.length - 4);
        for (uint256 i; i < tail.length; i++) {
            tail[i] = reason[i + 4];
        }
    }
}

/// @notice The same with a lender that takes nothing: our model of Maker's DssFlash, which lends DAI.
contract AggregatorFreeLenderTest is AggregatorTest, DaiDebtTest {
    function setUp() public override(VaultTest, DaiDebtTest) {
        super.setUp();
    }

    function swapProxy() internal override(AggregatorTest, VaultTest) returns (address) {
        return super.swapProxy();
    }

    function freeFlashLender() internal override(VaultTest, DaiDebtTest) returns (address) {
        return super.freeFlashLender();
    }

    function initialConfig() internal view override(AggregatorTest, DaiDebtTest) returns (InitialConfig memory) {
        return super.initialConfig();
    }

    function _financedBy(address lender) private view returns (Decision memory d, bytes memory data) {
        bytes memory path = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDC, uint24(100), Mainnet.DAI);
        data =
            abi.encodeCall(ISwapRouter02.exactInput, (ISwapRouter02.ExactInputParams(path, address(proxy), AMOUNT, 1)));
        d = byRouter(AMOUNT, Mainnet.UNISWAP_SWAP_ROUTER_02, data);
        (d.tokenOut, d.minOut, d.route.flashSource) = (Mainnet.DAI, 29_500e18, lender);
    }

    function test_eitherLenderFinancesTheSale_andOnlyOneTakesAPremium() public {
        uint256 owed = daiDebt.balanceOf(address(vault));
        uint256 state = vm.snapshotState();
        (Decision memory d, bytes memory data) = _financedBy(MakerMainnet.FLASH);
        uint256 free = relay(d, data).obtained;
        assertApproxEqAbs(owed - daiDebt.balanceOf(address(vault)), d.minOut, 2, "debt falls by the loan");
        assertEq(IERC20(Mainnet.DAI).allowance(address(vault), MakerMainnet.FLASH), 0, "allowance");
        vm.revertToState(state);
        (d, data) = _financedBy(Mainnet.AAVE_POOL);
        uint256 lent = relay(d, data).obtained;
        assertEq(free - lent, d.minOut * 5 / 10_000, "the premium");
    }
}
