// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {DaiDebtTest} from "../utils/DaiDebtTest.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IERC3156FlashBorrower} from "ballast/interfaces/external/IFlashLender.sol";
import {Decision, Outcome, RouteKind} from "ballast/types/Decision.sol";

/// @notice A debt of DAI on Aave, repaid with DAI that the model of Maker's DssFlash lends for nothing, over two pools.
contract FreeFlashLoanTest is DaiDebtTest {
    IERC20 private constant dai = IERC20(Mainnet.DAI);

    function financed() private view returns (Decision memory d) {
        d = deleverage(10 ether);
        (d.route.kind, d.route.flashSource, d.tokenOut) = (RouteKind.FreeFlashLoan, MakerMainnet.FLASH, Mainnet.DAI);
        d.route.path = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDC, uint24(100), Mainnet.DAI);
        d.minOut = 29_500e18;
    }

    function test_repaysWithLentDai_withoutPremium() public {
        uint256 owed = daiDebt.balanceOf(address(vault));
        Outcome memory outcome = send(financed());
        assertApproxEqAbs(owed - daiDebt.balanceOf(address(vault)), 29_500e18, 2, "debt falls by the loan");
        assertEq(dai.balanceOf(address(vault)), outcome.obtained - 29_500e18, "the rest is idle");
        assertEq(usdc.balanceOf(address(vault)), 0, "nothing stays on the way");
        assertEq(dai.allowance(address(vault), MakerMainnet.FLASH), 0, "allowance");
    }

    function test_minOut_boundary_isTheWholeSale() public {
        Decision memory d = financed();
        uint256 snapshot = vm.snapshotState();
        uint256 sold = send(d).obtained;
        vm.revertToState(snapshot);
        d.minOut = sold + 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, sold, sold + 1));
        d.minOut = sold;
        assertEq(send(d).obtained, sold);
        assertEq(dai.balanceOf(address(vault)), 0);
    }

    function test_lenderThatTakesAFee_isRefused() public {
        Decision memory d = financed();
        vm.etch(MakerMainnet.FLASH, address(new FeeLender()).code);
        deal(Mainnet.DAI, MakerMainnet.FLASH, 29_500e18);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "premium", 1, 0));
    }

    function test_otherLendersName_isRefused() public {
        Decision memory d = financed();
        d.route.flashSource = Mainnet.AAVE_POOL;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "flashSource"));
    }

    function test_attack_loanThatSomebodyElseAskedFor_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, MakerMainnet.FLASH));
        vm.prank(stranger);
        IFreeLender(MakerMainnet.FLASH).flashLoan(address(vault), Mainnet.DAI, 1e18, "");
    }
}

interface IFreeLender {
    function flashLoan(address receiver, address token, uint256 amount, bytes calldata data) external returns (bool);
}

/// @notice Lends what it has and asks for a unit more.
contract FeeLender {
    function flashLoan(address receiver, address token, uint256 amount, bytes calldata data) external returns (bool) {
        IERC20(token).transfer(receiver, amount);
        IERC3156FlashBorrower(receiver).onFlashLoan(msg.sender, token, amount, 1, data);
        return IERC20(token).transferFrom(receiver, address(this), amount + 1);
    }
}
