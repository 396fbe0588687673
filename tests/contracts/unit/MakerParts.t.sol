// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractMakerTest} from "../mocks/maker/AbstractMakerTest.sol";
import {FlashModel, IFlashBorrower} from "../mocks/maker/FlashModel.sol";
import {GemJoin5Model} from "../mocks/maker/JoinsModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {MedianModel} from "../mocks/maker/RatesModel.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice The models of rates, prices, doors, flash mint and numbered positions.
contract MakerPartsTest is AbstractMakerTest, IFlashBorrower {
    FlashModel private constant FLASH = FlashModel(MakerMainnet.FLASH);
    bytes32 private constant RETURNED = keccak256("ERC3156FlashBorrower.onFlashLoan");

    // ---------------------------------------------------------------- Jug

    function test_drip_compoundsBySeconds() public {
        uint256 before = _rate(ETH);
        skip(365 days);
        uint256 rate = JUG.drip(ETH);
        assertApproxEqRel(rate, before * 105 / 100, 1e6); // 1e-12
        assertEq(JUG.drip(ETH), rate, "again in the same second");
    }

    function test_drip_paysTheVow() public {
        _open(alice, 10 ether, 8000e18);
        (uint256 dai, uint256 before) = (VAT.dai(address(VOW)), _rate(ETH));
        skip(1 days);
        uint256 rate = JUG.drip(ETH);
        assertEq(VAT.dai(address(VOW)) - dai, 8000e18 * (rate - before));
    }

    function test_drip_addsTheBaseRate() public {
        JUG.file("base", 1e18);
        uint256 before = _rate(ETH);
        skip(1);
        assertEq(JUG.drip(ETH), (1_000_000_001_547_125_957_863_212_448 + 1e18) * before / RAY);
    }

    function test_duty_changesOnlyAfterADrip() public {
        JUG.file(ETH, "duty", RAY);
        skip(1);
        vm.expectRevert("Jug/rho-not-updated");
        JUG.file(ETH, "duty", RAY);
        JUG.drip(ETH);
        JUG.file(ETH, "duty", RAY);
    }

    function test_drip_beforeTheLast_isRefused() public {
        (, uint256 rho) = JUG.ilks(ETH);
        vm.warp(rho - 1);
        vm.expectRevert("Jug/invalid-now");
        JUG.drip(ETH);
    }

    // ---------------------------------------------------------------- Spotter, OSM

    function test_poke_takesParAndMatOff() public {
        SPOTTER.file("par", 2 * RAY);
        SPOTTER.file(ETH, "mat", 1.5e27);
        _setPrice(3000e18);
        assertEq(_spot(ETH), 1000 * RAY);
    }

    function test_poke_withoutAPrice_writesZero() public {
        OSM.void();
        SPOTTER.poke(ETH);
        assertEq(_spot(ETH), 0);
    }

    function test_osm_holdsAPriceForAnHour() public {
        MedianModel median = MedianModel(OSM.src());
        OSM.kiss(address(this));
        vm.warp(uint256(OSM.zzz()) + 1 hours);
        median.poke(2000e18);
        OSM.poke();
        assertEq(uint256(OSM.read()), 3000e18, "still the old one");
        (bytes32 next, bool has) = OSM.peep();
        assertTrue(has);
        assertEq(uint256(next), 2000e18);
        median.poke(1000e18);
        vm.warp(uint256(OSM.zzz()) + 1 hours - 1);
        vm.expectRevert("OSM/not-passed");
        OSM.poke();
        skip(1);
        OSM.poke();
        assertEq(uint256(OSM.read()), 2000e18);
        assertEq(OSM.zzz() % 1 hours, 0, "on the hour");
    }

    function test_osm_withoutANewPrice_staysAsItIs() public {
        MedianModel(OSM.src()).void();
        uint64 zzz = OSM.zzz();
        vm.warp(uint256(zzz) + 1 hours);
        OSM.poke();
        assertEq(OSM.zzz(), zzz);
    }

    function test_osm_answersListedReadersOnly() public {
        vm.expectRevert("OSM/contract-not-whitelisted");
        OSM.peek();
        vm.expectRevert("OSM/contract-not-whitelisted");
        OSM.peep();
        OSM.kiss(address(this));
        OSM.peek();
        OSM.diss(address(this));
        vm.expectRevert("OSM/contract-not-whitelisted");
        OSM.read();
    }

    function test_osm_stoppedOrVoid() public {
        OSM.kiss(address(this));
        skip(2 hours);
        OSM.stop();
        vm.expectRevert("OSM/is-stopped");
        OSM.poke();
        OSM.start();
        OSM.poke();
        OSM.void();
        vm.expectRevert("OSM/no-current-value");
        OSM.read();
        assertEq(OSM.stopped(), 1);
    }

    // ---------------------------------------------------------------- doors

    function test_gemJoin_bringsGemInAndOut() public {
        deal(MakerMainnet.WETH, address(this), 5);
        IERC20(MakerMainnet.WETH).approve(address(ETH_JOIN), 5);
        ETH_JOIN.join(alice, 5);
        assertEq(VAT.gem(ETH, alice), 5);
        vm.startPrank(alice);
        vm.expectRevert(bytes(""));
        ETH_JOIN.exit(bob, 6);
        ETH_JOIN.exit(bob, 5);
        assertEq(IERC20(MakerMainnet.WETH).balanceOf(bob), 5);
    }

    function test_gemJoin_closed_stillLetsOut() public {
        VAT.slip(ETH, alice, 1);
        deal(MakerMainnet.WETH, address(ETH_JOIN), 1);
        vm.prank(address(0xdead));
        vm.expectRevert("GemJoin/not-authorized");
        ETH_JOIN.cage();
        vm.store(address(ETH_JOIN), bytes32(uint256(5)), 0);
        vm.expectRevert("GemJoin/not-live");
        ETH_JOIN.join(alice, 1);
        vm.prank(alice);
        ETH_JOIN.exit(alice, 1);
    }

    function test_gemJoin_refusesWhatIsNoInt() public {
        vm.expectRevert("GemJoin/overflow");
        ETH_JOIN.join(alice, 1 << 255);
        vm.expectRevert("GemJoin/overflow");
        ETH_JOIN.exit(alice, (1 << 255) + 1);
    }

    function test_gemJoin5_scalesToAWad() public {
        GemJoin5Model join = GemJoin5Model(MakerMainnet.WBTC_A_JOIN);
        deal(MakerMainnet.WBTC, address(this), 3);
        IERC20(MakerMainnet.WBTC).approve(address(join), 3);
        join.join(address(this), 3);
        assertEq(VAT.gem(WBTC, address(this)), 3e10);
        join.exit(bob, 2);
        assertEq(VAT.gem(WBTC, address(this)), 1e10);
        assertEq(IERC20(MakerMainnet.WBTC).balanceOf(bob), 2);
    }

    function test_daiJoin_keepsFractionsInside() public {
        VAT.suck(address(VOW), address(this), 2 * RAY - 1);
        vm.expectRevert("Vat/not-allowed");
        DAI_JOIN.exit(bob, 1);
        VAT.hope(address(DAI_JOIN));
        vm.expectRevert(bytes(""));
        DAI_JOIN.exit(bob, 2);
        DAI_JOIN.exit(bob, 1);
        assertEq(DAI.balanceOf(bob), 1);
        assertEq(VAT.dai(address(this)), RAY - 1);
    }

    function test_daiJoin_burnsWhatComesIn() public {
        deal(address(DAI), address(this), 2);
        vm.expectRevert("Dai/insufficient-allowance");
        DAI_JOIN.join(bob, 2);
        DAI.approve(address(DAI_JOIN), 3);
        vm.expectRevert("Dai/insufficient-balance");
        DAI_JOIN.join(bob, 3);
        DAI_JOIN.join(bob, 2);
        assertEq(VAT.dai(bob), 2 * RAY);
        assertEq(DAI.balanceOf(address(this)), 0);
        assertEq(DAI.allowance(address(this), address(DAI_JOIN)), 1);
    }

    function test_dai_mintsForWardsOnly() public {
        vm.prank(bob);
        vm.expectRevert("Dai/not-authorized");
        DAI.mint(bob, 1);
    }

    // ---------------------------------------------------------------- flash mint

    function test_flash_lendsUpToMax_forNothing() public {
        uint256 max = FLASH.maxFlashLoan(address(DAI));
        assertEq(FLASH.flashFee(address(DAI), max), 0);
        (uint256 supply, uint256 debt) = (DAI.totalSupply(), VAT.debt());
        assertTrue(FLASH.flashLoan(this, address(DAI), max, abi.encode(RETURNED, max)));
        assertEq(DAI.totalSupply(), supply);
        assertEq(VAT.debt(), debt);
        vm.expectRevert("DssFlash/ceiling-exceeded");
        FLASH.flashLoan(this, address(DAI), max + 1, abi.encode(RETURNED, max));
    }

    function test_flash_refusesOtherTokens() public {
        assertEq(FLASH.maxFlashLoan(MakerMainnet.WETH), 0);
        vm.expectRevert("DssFlash/token-unsupported");
        FLASH.flashFee(MakerMainnet.WETH, 1);
        vm.expectRevert("DssFlash/token-unsupported");
        FLASH.flashLoan(this, MakerMainnet.WETH, 1, "");
    }

    function test_flash_wantsItsWordAndItsDaiBack() public {
        vm.expectRevert("DssFlash/callback-failed");
        FLASH.flashLoan(this, address(DAI), 1, abi.encode(bytes32(0), 1));
        vm.expectRevert("Dai/insufficient-allowance");
        FLASH.flashLoan(this, address(DAI), 1, abi.encode(RETURNED, 0));
    }

    function test_flash_isNotReentered() public {
        vm.expectRevert("DssFlash/reentrancy-guard");
        FLASH.flashLoan(this, address(DAI), 1, "");
    }

    function onFlashLoan(address, address, uint256 amount, uint256, bytes calldata data) external returns (bytes32) {
        if (data.length == 0) FLASH.flashLoan(this, address(DAI), 1, "");
        assertGe(DAI.balanceOf(address(this)), amount);
        (bytes32 answer, uint256 approved) = abi.decode(data, (bytes32, uint256));
        DAI.approve(address(FLASH), approved);
        return answer;
    }

    // ---------------------------------------------------------------- numbered positions

    function test_manager_listsWhatSomebodyOwns() public {
        uint256 first = MANAGER.open(ETH, alice);
        uint256 second = MANAGER.open(WBTC, alice);
        uint256 third = MANAGER.open(ETH, alice);
        assertEq(MANAGER.count(alice), 3);
        vm.prank(alice);
        MANAGER.give(second, bob);
        (uint256 previous, uint256 next) = MANAGER.list(first);
        assertEq(previous, 0);
        assertEq(next, third);
        (previous, next) = MANAGER.list(third);
        assertEq(previous, first);
        assertEq(next, 0);
        assertEq(MANAGER.first(bob), second);
        assertEq(MANAGER.last(bob), second);
        assertEq(MANAGER.count(alice), 2);
        assertEq(MANAGER.owns(second), bob);
    }

    function test_manager_refusesStrangers_untilAllowed() public {
        (uint256 cdp,) = _open(alice, 1 ether, 0);
        vm.startPrank(bob);
        vm.expectRevert("cdp-not-allowed");
        MANAGER.frob(cdp, -1, 0);
        vm.expectRevert("cdp-not-allowed");
        MANAGER.give(cdp, bob);
        vm.stopPrank();
        vm.prank(alice);
        MANAGER.cdpAllow(cdp, bob, 1);
        vm.startPrank(bob);
        MANAGER.frob(cdp, -1, 0);
        MANAGER.flux(cdp, bob, 1);
        MANAGER.give(cdp, bob);
        assertEq(MANAGER.owns(cdp), bob);
        assertEq(VAT.gem(ETH, bob), 1);
    }

    function test_manager_giveEndsOldGrants() public {
        (uint256 cdp,) = _open(alice, 1 ether, 0);
        vm.startPrank(alice);
        MANAGER.cdpAllow(cdp, alice, 1);
        MANAGER.give(cdp, bob);
        vm.expectRevert("cdp-not-allowed");
        MANAGER.frob(cdp, -1, 0);
    }

    function test_manager_givesToSomebodyElse() public {
        uint256 cdp = MANAGER.open(ETH, alice);
        vm.startPrank(alice);
        vm.expectRevert("dst-address-0");
        MANAGER.give(cdp, address(0));
        vm.expectRevert("dst-already-owner");
        MANAGER.give(cdp, alice);
        vm.expectRevert("usr-address-0");
        MANAGER.open(ETH, address(0));
    }

    function test_manager_shiftMovesAllBetweenCdps() public {
        (uint256 from,) = _open(alice, 10 ether, 8000e18);
        (uint256 to, address urn) = _open(alice, 1 ether, 0);
        uint256 other = MANAGER.open(WBTC, alice);
        vm.startPrank(alice);
        vm.expectRevert("non-matching-cdps");
        MANAGER.shift(from, other);
        MANAGER.shift(from, to);
        (uint256 ink, uint256 art) = VAT.urns(ETH, urn);
        assertEq(ink, 11 ether);
        assertEq(art, 8000e18);
    }

    function test_manager_quitAndEnter_meetTheVatItself() public {
        (uint256 cdp, address urn) = _open(alice, 10 ether, 8000e18);
        vm.prank(alice);
        vm.expectRevert("urn-not-allowed");
        MANAGER.quit(cdp, bob);
        vm.startPrank(bob);
        MANAGER.urnAllow(alice, 1);
        VAT.hope(address(MANAGER));
        vm.stopPrank();
        vm.startPrank(alice);
        MANAGER.quit(cdp, bob);
        (uint256 ink,) = VAT.urns(ETH, bob);
        assertEq(ink, 10 ether);
        MANAGER.enter(bob, cdp);
        (ink,) = VAT.urns(ETH, urn);
        assertEq(ink, 10 ether);
    }
}
