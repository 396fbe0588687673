// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {Test} from "forge-std/Test.sol";

interface IEModePool {
    function setUserEMode(uint8 category) external;
}

/// @notice What other suites rely on: forge can deal every token of the fork, and Aave takes each of them.
contract ReplicaTest is Test {
    using SafeERC20 for IERC20;

    IAaveV3Pool private constant pool = IAaveV3Pool(Mainnet.AAVE_POOL);
    address[6] private tokens = [Mainnet.WETH, Mainnet.WSTETH, Mainnet.WBTC, Mainnet.USDC, Mainnet.DAI, Mainnet.USDT];
    address[6] private aTokens = [
        Mainnet.AAVE_WETH_ATOKEN,
        Mainnet.AAVE_WSTETH_ATOKEN,
        Mainnet.AAVE_WBTC_ATOKEN,
        Mainnet.AAVE_USDC_ATOKEN,
        Mainnet.AAVE_DAI_ATOKEN,
        Mainnet.AAVE_USDT_ATOKEN
    ];

    function setUp() public {
        string memory upstream = vm.envOr("BALLAST_UPSTREAM", string(""));
        vm.skip(bytes(upstream).length == 0, "BALLAST_UPSTREAM is unset: run eval \"$(make env)\" first");
        vm.createSelectFork(upstream);
    }

    function test_EveryTokenCanBeDealtAndSupplied() external {
        for (uint256 i; i < tokens.length; i++) {
            uint256 amount = i == 2 ? 1e8 : 1e9;
            deal(tokens[i], address(this), amount);
            IERC20(tokens[i]).forceApprove(address(pool), amount);
            pool.supply(tokens[i], amount, address(this), 0);
            assertApproxEqAbs(IERC20(aTokens[i]).balanceOf(address(this)), amount, 2);
            assertEq(IERC20(tokens[i]).balanceOf(address(this)), 0);
        }
    }

    function test_EModeRaisesTheThresholdOfStakedEther() external {
        deal(Mainnet.WSTETH, address(this), 1e18);
        IERC20(Mainnet.WSTETH).forceApprove(address(pool), 1e18);
        pool.supply(Mainnet.WSTETH, 1e18, address(this), 0);
        (,,, uint256 before,,) = pool.getUserAccountData(address(this));
        IEModePool(address(pool)).setUserEMode(Mainnet.AAVE_ETH_EMODE);
        (,,, uint256 thresholdBps,,) = pool.getUserAccountData(address(this));
        assertGt(thresholdBps, before);
        pool.borrow(Mainnet.WETH, 1e18, 2, 0, address(this));
        assertEq(IERC20(Mainnet.WETH).balanceOf(address(this)), 1e18);
    }
}
