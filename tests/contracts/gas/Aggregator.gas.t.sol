// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregatorTest} from "../utils/AggregatorTest.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {BareRouterLoan} from "./BareRouterLoan.sol";
import {GasTable} from "./GasTable.sol";
import {Decision} from "ballast/types/Decision.sol";

/// @notice What a sale by Uniswap's own router costs, relayed by the proxy, beside the same loan and the same router called by a contract without a
/// guard and without a proxy: the difference holds guards and proxy.
/// @dev Isolated, as in Deleverage.gas.t.sol.
/// forge-config: default.isolate = true
contract AggregatorGasTest is AggregatorTest, GasTable {
    /// @dev Of the bytes that are deployed: the guards of a flash loan, and up to 30,000 for the proxy and what it is sent.
    uint256 private constant MAX_OVERHEAD = 154_000;
    /// @dev The pipeline that compiles tests costs about this much more in computation.
    uint256 private constant UNSHIPPED = 20_000;

    /// forge-config: default.isolate = true
    function test_gas_aggregatorDeleverage_overheadIsBounded() public {
        BareRouterLoan bare = BareRouterLoan(deployBare("BareRouterLoan", "BareRouterLoan", ""));
        deal(Mainnet.WETH, address(bare), Defaults.COLLATERAL);
        bare.open(Defaults.COLLATERAL, usdcDebt.balanceOf(address(vault)));
        address router = Mainnet.UNISWAP_SWAP_ROUTER_02;
        bytes memory data = viaUniswap(AMOUNT, address(bare));
        bytes memory route = abi.encodeCall(bare.deleverage, (AMOUNT, deleverage(AMOUNT).minOut, router, data));
        call(address(bare), route);
        _vaultGas(1);
        passTime(1 hours);
        uint256 bareGas = gasOf(address(bare), route);
        uint256 later = _vaultGas(2);
        record("aave_aggregator", later, bareGas);
        assertLe(later - bareGas, shipped() ? MAX_OVERHEAD : MAX_OVERHEAD + UNSHIPPED, "overhead");
    }

    function _vaultGas(uint256 nonce) private returns (uint256) {
        bytes memory data = viaUniswap(AMOUNT, address(proxy));
        Decision memory d = byRouter(AMOUNT, Mainnet.UNISWAP_SWAP_ROUTER_02, data);
        d.nonce = nonce;
        bytes memory signature = sign(d);
        vm.prank(keeper);
        proxy.execute(address(vault), d, signature, data);
        return vm.lastCallGas().gasTotalUsed;
    }
}
