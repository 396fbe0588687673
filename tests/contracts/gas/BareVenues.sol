// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractBareAave} from "./AbstractBareAave.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {
    IMakerCdpManager,
    IMakerDaiJoin,
    IMakerGemJoin,
    IMakerJug,
    IMakerVat
} from "ballast/interfaces/external/IMaker.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "ballast/interfaces/external/IUniswapV3Pool.sol";

/// @notice A route without a guard; to be measured against. Anyone could empty it.
abstract contract AbstractBare is IUniswapV3SwapCallback {
    uint160 private constant LOWEST = 4_295_128_740;
    uint160 private constant HIGHEST = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341;
    bool private transient _zeroForOne;

    function _sell(address pool, bool zeroForOne, uint256 amount) internal {
        _zeroForOne = zeroForOne;
        IUniswapV3Pool(pool).swap(address(this), zeroForOne, int256(amount), zeroForOne ? LOWEST : HIGHEST, hex"");
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        (int256 due, int256 got) = _zeroForOne ? (amount0, amount1) : (amount1, amount0);
        _settle(uint256(-got), uint256(due));
    }

    function _settle(uint256 obtained, uint256 due) internal virtual;
}

/// @notice Borrow USDC, buy WETH, supply it to Aave.
contract BareLeverage is AbstractBare, AbstractBareAave {
    function leverage(uint256 amount) external {
        _sell(Mainnet.UNISWAP_USDC_WETH_POOL, true, amount);
    }

    function _settle(uint256 obtained, uint256 due) internal override {
        IERC20(Mainnet.WETH).approve(address(LENDER), obtained);
        LENDER.supply(Mainnet.WETH, obtained, address(this), 0);
        LENDER.borrow(Mainnet.USDC, due, 2, 0, address(this));
        IERC20(Mainnet.USDC).transfer(msg.sender, due);
    }
}

/// @notice Sell WETH of a Comet position, repay its USDC.
contract BareComet is AbstractBare {
    IComet private immutable _comet;

    constructor(IComet comet) {
        _comet = comet;
    }

    function open(uint256 collateral, uint256 debt) external {
        IERC20(Mainnet.WETH).approve(address(_comet), collateral);
        _comet.supply(Mainnet.WETH, collateral);
        _comet.withdraw(Mainnet.USDC, debt);
        IERC20(Mainnet.USDC).transfer(msg.sender, debt);
    }

    function deleverage(uint256 amount) external {
        _sell(Mainnet.UNISWAP_USDC_WETH_POOL, false, amount);
    }

    function _settle(uint256 obtained, uint256 due) internal override {
        IERC20(Mainnet.USDC).approve(address(_comet), obtained);
        _comet.supply(Mainnet.USDC, obtained);
        _comet.withdraw(Mainnet.WETH, due);
        IERC20(Mainnet.WETH).transfer(msg.sender, due);
    }
}

/// @notice Sell WETH of a cdp, wipe its DAI.
contract BareMaker is AbstractBare {
    IMakerCdpManager private constant MANAGER = IMakerCdpManager(MakerMainnet.CDP_MANAGER);
    IMakerVat private constant VAT = IMakerVat(MakerMainnet.VAT);
    bytes32 private constant ILK = "ETH-A";

    address private immutable _pool;
    uint256 private _cdp;
    address private _urn;

    constructor(address pool) {
        _pool = pool;
    }

    function open(uint256 cdp, uint256 collateral, uint256 debt) external {
        (_cdp, _urn) = (cdp, MANAGER.urns(cdp));
        IERC20(Mainnet.WETH).approve(MakerMainnet.ETH_A_JOIN, collateral);
        IMakerGemJoin(MakerMainnet.ETH_A_JOIN).join(_urn, collateral);
        uint256 rate = IMakerJug(MakerMainnet.JUG).drip(ILK);
        MANAGER.frob(cdp, int256(collateral), int256(debt * 1e27 / rate));
        MANAGER.move(cdp, address(this), VAT.dai(_urn));
        VAT.hope(MakerMainnet.DAI_JOIN);
        IMakerDaiJoin(MakerMainnet.DAI_JOIN).exit(msg.sender, VAT.dai(address(this)) / 1e27);
    }

    function deleverage(uint256 amount) external {
        _sell(_pool, false, amount);
    }

    function _settle(uint256 obtained, uint256 due) internal override {
        IERC20(Mainnet.DAI).approve(MakerMainnet.DAI_JOIN, obtained);
        IMakerDaiJoin(MakerMainnet.DAI_JOIN).join(_urn, obtained);
        uint256 rate = IMakerJug(MakerMainnet.JUG).drip(ILK);
        MANAGER.frob(_cdp, -int256(due), -int256(VAT.dai(_urn) / rate));
        MANAGER.flux(_cdp, address(this), due);
        IMakerGemJoin(MakerMainnet.ETH_A_JOIN).exit(address(this), due);
        IERC20(Mainnet.WETH).transfer(msg.sender, due);
    }
}
