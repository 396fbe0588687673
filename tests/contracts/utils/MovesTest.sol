// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {Defaults} from "./Defaults.sol";
import {Mainnet} from "./Mainnet.sol";
import {VenuesTest} from "./VenuesTest.sol";
import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";
import {InitialConfig, PositionToken, QueueTerms, TokenRole} from "ballast/types/Config.sol";
import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";

/// @notice The vault of three venues, with a queue, room for moves, and DAI as a second debt of its Aave position.
abstract contract MovesTest is VenuesTest {
    uint256 internal constant ON_AAVE = Defaults.POSITION;
    uint256 internal constant ALL = type(uint256).max;
    uint256 internal constant PREMIUM_BPS = 5; // Aave's
    uint256 internal constant LARGE_WAD = 200_000e18;
    uint256 internal constant RISK_WAD = 400_000e18; // half of it is the burst

    /// @dev One position as its venue sees it.
    struct Book {
        uint256 held; // WETH
        uint256 owed;
        uint256 healthWad;
    }

    function setUp() public virtual override {
        super.setUp();
        configure(abi.encodeCall(vault.setQueue, (queueTerms())));
        passDays(1); // a risk budget begins empty and fills within a window
    }

    function freeFlashLender() internal view virtual override returns (address) {
        return MakerMainnet.FLASH.code.length == 0 ? address(0) : MakerMainnet.FLASH;
    }

    function initialConfig() internal view virtual override returns (InitialConfig memory config) {
        config = super.initialConfig();
        (config.limits.maxActionWad, config.limits.notionalPerWindowWad) = (320_000e18, 1_300_000e18);
        PositionToken[] memory tokens = new PositionToken[](3);
        (tokens[0], tokens[1]) = (config.positions[0].tokens[0], config.positions[0].tokens[1]);
        tokens[2] = PositionToken(Mainnet.DAI, TokenRole.Debt);
        config.positions[0].tokens = tokens;
    }

    function queueTerms() internal pure virtual returns (QueueTerms memory) {
        return QueueTerms({
            largeActionWad: uint128(LARGE_WAD),
            riskPerWindowWad: uint128(RISK_WAD),
            delaySeconds: 1 days,
            graceSeconds: 2 hours,
            maxQueued: 2
        });
    }

    /// @dev As `passTime`, with DAI's feed too.
    function passDays(uint256 count) internal {
        passTime(count * 1 days);
        transmit(Mainnet.DAI_USD_FEED, 1e8);
    }

    /// @dev DAI is lent by Maker for nothing, everything else by Aave.
    function move(uint256 from, uint256 to, address debtToken, uint256 collateral, uint256 debt)
        internal
        view
        returns (Decision memory d)
    {
        d = baseDecision();
        d.kind = ActionKind.Move;
        (d.positionId, d.venue) = (from, venueOf(from));
        (d.targetPositionId, d.targetVenue) = (to, venueOf(to));
        (d.tokenIn, d.tokenOut, d.maxIn, d.minOut) = (Mainnet.WETH, debtToken, collateral, debt);
        bool free = debtToken == Mainnet.DAI;
        d.route.kind = free ? RouteKind.FreeFlashLoan : RouteKind.AaveV3FlashLoan;
        d.route.flashSource = free ? MakerMainnet.FLASH : Mainnet.AAVE_POOL;
        d.healthFloorWad = vault.positionConfig(to).healthFloorWad;
    }

    /// @dev The move that most tests start from: a fifth of the Aave position, to Compound.
    function part() internal view returns (Decision memory) {
        return move(ON_AAVE, ON_COMET, Mainnet.USDC, 20 ether, 30_000e6);
    }

    function premiumOf(uint256 loan) internal pure returns (uint256) {
        return (loan * PREMIUM_BPS + 9999) / 10_000;
    }

    function venueOf(uint256 id) internal view returns (address) {
        return id == ON_COMET ? address(comet) : id == ON_MAKER ? address(maker) : address(adapter);
    }

    function refOf(uint256 id) internal view returns (bytes32) {
        return id == ON_MAKER ? bytes32(cdp) : bytes32(0);
    }

    function bookOf(uint256 id, address debtToken) internal view returns (Book memory book) {
        return bookOf(id, debtToken, address(vault));
    }

    function bookOf(uint256 id, address debtToken, address account) internal view returns (Book memory book) {
        ILendingAdapter venue = ILendingAdapter(venueOf(id));
        book.held = venue.collateralOf(account, refOf(id), Mainnet.WETH);
        book.owed = venue.debtOf(account, refOf(id), debtToken);
        book.healthWad = venue.health(account, refOf(id)).healthWad;
    }

    /// @dev The owner has `amount` of his USDC debt on Aave in DAI instead.
    function oweDai(uint256 amount) internal {
        deal(Mainnet.USDC, owner, amount / 1e12);
        vm.startPrank(owner);
        usdc.approve(address(vault), amount / 1e12);
        vault.repay(ON_AAVE, Mainnet.USDC, amount / 1e12);
        vault.borrow(ON_AAVE, Mainnet.DAI, amount, owner);
        vm.stopPrank();
    }
}
