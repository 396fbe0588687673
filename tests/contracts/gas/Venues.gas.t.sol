// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CdpManagerModel} from "../mocks/maker/CdpManagerModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VenuesTest} from "../utils/VenuesTest.sol";
import {BareComet, BareLeverage, BareMaker} from "./BareVenues.sol";
import {GasTable} from "./GasTable.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {IUniswapV3Factory} from "ballast/interfaces/external/IUniswapV3Pool.sol";
import {QueueTerms} from "ballast/types/Config.sol";
import {ActionKind, Decision} from "ballast/types/Decision.sol";

/// @notice Whole transactions of the second decision of a vault, beside the same route without a guard. Compound and Maker are our models: the
/// guards' part is theirs too, the venue's part is not mainnet's.
contract VenuesGasTest is VenuesTest, GasTable {
    uint256 private constant AMOUNT = 5 ether;
    /// @dev The pipeline that compiles tests costs about this much more in computation.
    uint256 private constant UNSHIPPED = 15_000;

    function setUp() public override {
        super.setUp();
        QueueTerms memory terms = QueueTerms(120_000e18, 100_000e18, 1 days, 2 hours, 2);
        configure(abi.encodeCall(vault.setQueue, (terms)));
        passTime(1 days);
        transmit(Mainnet.DAI_USD_FEED, 1e8);
    }

    /// forge-config: default.isolate = true
    function test_gas_comet() public {
        BareComet bare = BareComet(deployBare("BareVenues", "BareComet", abi.encode(comet.comet())));
        deal(Mainnet.WETH, address(bare), 50 ether);
        bare.open(50 ether, 100_000e6);
        uint256 overhead = _compare("comet_deleverage", deleverageOn(ON_COMET, AMOUNT), address(bare), _sale());
        _bound(overhead, 90_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_maker() public {
        address pool = IUniswapV3Factory(Mainnet.UNISWAP_FACTORY).getPool(Mainnet.DAI, Mainnet.WETH, DAI_FEE);
        BareMaker bare = BareMaker(deployBare("BareVenues", "BareMaker", abi.encode(pool)));
        uint256 bares = CdpManagerModel(MakerMainnet.CDP_MANAGER).open("ETH-A", address(bare));
        deal(Mainnet.WETH, address(bare), 50 ether);
        bare.open(bares, 50 ether, 100_000e18);
        uint256 overhead = _compare("maker_deleverage", deleverageOn(ON_MAKER, AMOUNT), address(bare), _sale());
        _bound(overhead, 110_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_leverage() public {
        BareLeverage bare = BareLeverage(deployBare("BareVenues", "BareLeverage", ""));
        deal(Mainnet.WETH, address(bare), 100 ether);
        bare.open(100 ether, 100_000e6);
        bytes memory route = abi.encodeCall(bare.leverage, (10_000e6));
        _bound(_compare("leverage", _leverage(), address(bare), route), 132_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_queue_andStatus() public {
        Decision memory d = deleverage(AMOUNT);
        bytes memory signature = sign(d);
        vault.queue(d, signature);
        record("queue", vm.lastCallGas().gasTotalUsed, 0);
        vault.status(d.positionId);
        record("status_view", lastViewGas(), 0);
    }

    function _leverage() private view returns (Decision memory d) {
        d = deleverage(AMOUNT);
        d.kind = ActionKind.Leverage;
        (d.tokenIn, d.tokenOut) = (Mainnet.USDC, Mainnet.WETH);
        d.route.path = abi.encodePacked(d.tokenIn, Mainnet.UNISWAP_FEE, d.tokenOut);
        (d.maxIn, d.minOut) = (10_000e6, 1);
    }

    function _sale() private pure returns (bytes memory) {
        return abi.encodeCall(BareComet.deleverage, (AMOUNT));
    }

    /// @param most of the bytes that are deployed
    function _bound(uint256 overhead, uint256 most) private view {
        assertLe(overhead, shipped() ? most : most + UNSHIPPED, "overhead of the guards");
    }

    /// @dev The second action of each; see `GasTable`.
    function _compare(string memory name, Decision memory d, address bare, bytes memory route)
        private
        returns (uint256 overhead)
    {
        call(bare, route);
        d.minOut = 1;
        send(d);
        passTime(1 hours);
        transmit(Mainnet.DAI_USD_FEED, 1e8);
        uint256 bareGas = gasOf(bare, route);
        d.nonce = 2;
        (d.snapshotBlock, d.validAfter) = (uint64(vm.getBlockNumber()), uint48(vm.getBlockTimestamp()));
        d.validUntil = d.validAfter + 300;
        bytes memory signature = sign(d);
        vm.prank(keeper);
        vault.execute(d, signature);
        overhead = vm.lastCallGas().gasTotalUsed - bareGas;
        record(name, bareGas + overhead, bareGas);
    }
}
