// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CometWorld} from "../conformance/worlds/CometWorld.sol";
import {CollateralParameters, CometParameters} from "../mocks/comet/CometTypes.sol";
import {CdpManagerModel} from "../mocks/maker/CdpManagerModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {MakerWorld} from "../mocks/maker/MakerWorld.sol";
import {Defaults} from "./Defaults.sol";
import {Mainnet} from "./Mainnet.sol";
import {VaultTest} from "./VaultTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {CompoundV3Adapter} from "ballast/adapters/CompoundV3Adapter.sol";
import {MakerAdapter, MakerAddresses} from "ballast/adapters/MakerAdapter.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {
    IMakerCdpManager,
    IMakerDaiJoin,
    IMakerGemJoin,
    IMakerJug,
    IMakerSpotter,
    IMakerVat
} from "ballast/interfaces/external/IMaker.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    PositionSetup,
    PositionToken,
    SecondSource,
    TokenRole
} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";

interface IPoolMaker {
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
    function initialize(uint160 sqrtPriceX96) external;
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
}

/// @notice One vault with three positions: Aave on the replica's real code, Compound III and Maker on our models of them, at their mainnet
/// addresses and over the replica's real tokens, feeds and pools.
abstract contract VenuesTest is VaultTest {
    uint256 internal constant ON_COMET = 8;
    uint256 internal constant ON_MAKER = 9;
    uint24 internal constant DAI_FEE = 3000;
    uint128 private constant DAI_DEPTH = 2_000_000e18; // liquidity over all prices: about 36,000 WETH at 3,000 USD

    CompoundV3Adapter internal comet;
    MakerAdapter internal maker;
    uint256 internal cdp;

    function setUp() public virtual override {
        super.setUp();
        cdp = CdpManagerModel(MakerMainnet.CDP_MANAGER).open("ETH-A", address(vault));
        configure(abi.encodeCall(vault.setPosition, (_position(ON_MAKER, address(maker), bytes32(cdp), Mainnet.DAI))));
        transmit(Mainnet.DAI_USD_FEED, 1e8);
        _openDaiPool();
        _fund(ON_COMET, Mainnet.USDC, 100_000e6);
        _fund(ON_MAKER, Mainnet.DAI, 100_000e18);
    }

    function deploy() internal virtual override {
        super.deploy();
        deployCodeTo("CometModel.sol:CometModel", abi.encode(_cometParameters()), _comet());
        deal(Mainnet.USDC, address(this), 10_000_000e6);
        IERC20(Mainnet.USDC).approve(_comet(), 10_000_000e6);
        IComet(_comet()).supply(Mainnet.USDC, 10_000_000e6);
        MakerWorld(deployCode("MakerWorld.sol:MakerWorld")).build();
        deal(Mainnet.WETH, MakerMainnet.ETH_A_JOIN, 1000 ether);
        comet = CompoundV3Adapter(deployProduct("CompoundV3Adapter", abi.encode(_comet())));
        maker = MakerAdapter(deployProduct("MakerAdapter", abi.encode(_makerAddresses())));
        address[] memory venues = new address[](3);
        (venues[0], venues[1], venues[2]) = (address(adapter), address(comet), address(maker));
        implementation = implement(venues);
        factory = VaultFactory(deployProduct("VaultFactory", abi.encode(implementation)));
    }

    function initialConfig() internal view virtual override returns (InitialConfig memory config) {
        config = super.initialConfig();
        AssetSetup[] memory assets = new AssetSetup[](3);
        (assets[0], assets[1]) = (config.assets[0], config.assets[1]);
        assets[2] = AssetSetup(Mainnet.DAI, _daiConfig());
        config.assets = assets;
        PositionSetup[] memory positions = new PositionSetup[](2);
        positions[0] = config.positions[0];
        positions[1] = _position(ON_COMET, address(comet), 0, Mainnet.USDC);
        config.positions = positions;
        config.limits.lossPerWindowWad = 60_000e18;
    }

    /// @dev As `deleverage`, on another position.
    function deleverageOn(uint256 positionId, uint256 amount) internal view returns (Decision memory d) {
        d = deleverage(amount);
        d.positionId = positionId;
        d.venue = positionId == ON_COMET ? address(comet) : positionId == ON_MAKER ? address(maker) : address(adapter);
        d.healthFloorWad = 1.05e18;
        if (positionId != ON_MAKER) return d;
        d.tokenOut = Mainnet.DAI;
        d.route.path = abi.encodePacked(d.tokenIn, DAI_FEE, d.tokenOut);
        d.minOut = amount * ethPrice8() / 1e8 * 99 / 100;
    }

    function uniswapV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        deal(Mainnet.DAI, address(this), owed0);
        deal(Mainnet.WETH, address(this), owed1);
        IERC20(Mainnet.DAI).transfer(msg.sender, owed0);
        IERC20(Mainnet.WETH).transfer(msg.sender, owed1);
    }

    function _fund(uint256 positionId, address debtToken, uint256 debt) private {
        deal(Mainnet.WETH, owner, 50 ether);
        vm.startPrank(owner);
        weth.approve(address(vault), 50 ether);
        vault.supply(positionId, Mainnet.WETH, 50 ether);
        vault.borrow(positionId, debtToken, debt, owner);
        vm.stopPrank();
    }

    function _position(uint256 id, address venue, bytes32 ref, address debtToken)
        private
        pure
        returns (PositionSetup memory setup)
    {
        setup = Defaults.position(venue);
        setup.positionId = id;
        setup.config.venueRef = ref;
        setup.config.healthFloorWad = 1.05e18;
        setup.config.emergencyHealthWad = 1.02e18;
        setup.tokens[1] = PositionToken(debtToken, TokenRole.Debt);
    }

    function _daiConfig() private pure returns (AssetConfig memory dai) {
        dai = Defaults.usdc();
        (dai.feed, dai.tokenDecimals, dai.idlePerWindow) = (Mainnet.DAI_USD_FEED, 18, 200_000e18);
        dai.secondSource = SecondSource.Absent;
    }

    /// @dev Without wstETH, whose feed is the world's own.
    function _cometParameters() private returns (CometParameters memory parameters) {
        parameters = CometWorld(deployCode("CometWorld.sol:CometWorld")).parameters();
        CollateralParameters[] memory collaterals = new CollateralParameters[](2);
        (collaterals[0], collaterals[1]) = (parameters.collaterals[0], parameters.collaterals[1]);
        parameters.collaterals = collaterals;
    }

    function _comet() private pure returns (address) {
        return 0xc3d688B66703497DAA19211EEdff47f25384cdc3;
    }

    function _makerAddresses() private pure returns (MakerAddresses memory) {
        return MakerAddresses({
            manager: IMakerCdpManager(MakerMainnet.CDP_MANAGER),
            vat: IMakerVat(MakerMainnet.VAT),
            jug: IMakerJug(MakerMainnet.JUG),
            spotter: IMakerSpotter(MakerMainnet.SPOTTER),
            gemJoin: IMakerGemJoin(MakerMainnet.ETH_A_JOIN),
            daiJoin: IMakerDaiJoin(MakerMainnet.DAI_JOIN)
        });
    }

    /// @dev DAI is token0: the price is WETH per DAI.
    function _openDaiPool() private {
        IPoolMaker pool = IPoolMaker(IPoolMaker(Mainnet.UNISWAP_FACTORY).createPool(Mainnet.DAI, Mainnet.WETH, DAI_FEE));
        pool.initialize(uint160((1 << 96) * 1e4 / _sqrt(ethPrice8())));
        pool.mint(address(this), -887_220, 887_220, DAI_DEPTH, "");
    }

    function _sqrt(uint256 x) private pure returns (uint256 root) {
        root = x;
        for (uint256 next = (x + 1) / 2; next < root; next = (x / next + next) / 2) {
            root = next;
        }
    }
}
