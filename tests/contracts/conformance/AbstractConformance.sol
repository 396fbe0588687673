// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractSteps, IWorld} from "./AbstractSteps.sol";
import {AdapterHost} from "./AdapterHost.sol";
import {Fixture, FixtureAsset, FixtureReader} from "./Fixture.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingAdapter, VenueHealth} from "ballast/interfaces/ILendingAdapter.sol";

/// @title A venue as a fixture describes it, and the few moves that the suite is written in
/// @notice Two hosts hold positions through the adapter: the vault, and an owner with a position of his own.
abstract contract AbstractConformance is AbstractSteps {
    using FixtureReader for string;

    Fixture internal fixture;
    ILendingAdapter internal adapter;
    AdapterHost internal vault;
    AdapterHost internal owner;
    bytes32 internal vaultRef;
    bytes32 internal ownerRef;
    bytes32 internal unknownRef;

    /// @notice The node is of another chain than the fixture.
    error ChainMismatch(uint256 observed, uint256 allowed);
    /// @notice A fixture without a world describes contracts on a chain; a node is needed to reach them.
    error NodeNeeded(string fixture);
    /// @notice Neither a liquidation nor the refusal that the fixture names.
    error LiquidationUnclear(bytes answer, bytes refusal);

    /// @dev Opens the fixture. An empty `url` is right for a world of models only.
    function _open(string memory text, string memory url) internal {
        json = text;
        fixture = json.read();
        if (bytes(url).length != 0) vm.createSelectFork(url);
        else if (bytes(fixture.world).length == 0) revert NodeNeeded(fixture.name);
        else vm.chainId(fixture.chainId);
        if (block.chainid != fixture.chainId) revert ChainMismatch(block.chainid, fixture.chainId);
        if (bytes(fixture.world).length != 0) IWorld(vm.deployCode(fixture.world)).build();
        _checkCode(".collateral.token", fixture.collateral.token);
        _checkCode(".debt.token", fixture.debt.token);
        _bindNames();
        _deployAdapter();
        vaultRef = _openAccount(vault);
        ownerRef = _openAccount(owner);
        unknownRef = _textWord(".subAccount.unknown");
        _setPrice(fixture.priceValue);
    }

    function _checkCode(string memory field, address target) private view {
        if (target.code.length == 0) {
            revert FixtureReader.FixtureInvalid(field, "an address without code on this chain", "a contract");
        }
    }

    function _bindNames() private {
        (vault, owner) = (new AdapterHost(), new AdapterHost());
        _bind("$suite", address(this));
        _bind("$vault", address(vault));
        _bind("$owner", address(owner));
        _bind("$collateral", fixture.collateral.token);
        _bind("$debt", fixture.debt.token);
    }

    function _deployAdapter() private {
        if (fixture.adapter != address(0)) {
            _checkCode(".adapter.address", fixture.adapter);
            adapter = ILendingAdapter(fixture.adapter);
            return;
        }
        bytes memory arguments;
        for (uint256 i; i < fixture.arguments.length; i++) {
            arguments = abi.encodePacked(arguments, _word(".adapter.arguments", fixture.arguments[i]));
        }
        adapter = ILendingAdapter(vm.deployCode(fixture.artifact, arguments));
    }

    function _openAccount(AdapterHost host) private returns (bytes32) {
        _bind("$account", address(host));
        _runSteps(".subAccount.open");
        return _textWord(".subAccount.ref");
    }

    // ---------------------------------------------------------------- moves

    function _run(AdapterHost host, bytes memory call) internal {
        host.run(address(adapter), call);
    }

    function _supply(AdapterHost host, uint256 amount) internal {
        _fundCollateral(address(host), amount);
        _run(host, abi.encodeCall(ILendingAdapter.supply, (_ref(host), fixture.collateral.token, amount)));
    }

    function _borrow(AdapterHost host, uint256 amount) internal {
        _run(host, abi.encodeCall(ILendingAdapter.borrow, (_ref(host), fixture.debt.token, amount)));
    }

    function _repay(uint256 amount) internal {
        _run(vault, abi.encodeCall(ILendingAdapter.repay, (vaultRef, fixture.debt.token, amount)));
    }

    function _withdraw(uint256 amount) internal {
        _run(vault, abi.encodeCall(ILendingAdapter.withdraw, (vaultRef, fixture.collateral.token, amount)));
    }

    function _repayAndWithdraw(uint256 repaid, uint256 withdrawn) internal {
        bytes memory call = abi.encodeCall(
            ILendingAdapter.repayAndWithdraw,
            (vaultRef, fixture.debt.token, repaid, fixture.collateral.token, withdrawn)
        );
        _run(vault, call);
    }

    /// @dev The position that most tests start from.
    function _position() internal {
        _supply(vault, fixture.collateral.amount);
        _borrow(vault, fixture.debt.amount);
    }

    function _fundCollateral(address to, uint256 amount) internal {
        _fund(".collateral", fixture.collateral, to, amount);
    }

    function _fundDebt(address to, uint256 amount) internal {
        _fund(".debt", fixture.debt, to, amount);
    }

    /// @dev Adds to what `to` has.
    function _fund(string memory path, FixtureAsset memory asset, address to, uint256 amount) private {
        if (!asset.hasFund) {
            deal(asset.token, to, IERC20(asset.token).balanceOf(to) + amount);
            return;
        }
        _bind("$to", to);
        _bind("$amount", amount);
        _runSteps(string.concat(path, ".fund"));
    }

    function _setPrice(uint256 price) internal {
        _bind("$price", price);
        _runSteps(".price.set");
    }

    /// @dev Whether the venue lets anyone liquidate the vault's position now. Leaves no trace.
    function _isLiquidatable() internal returns (bool done) {
        uint256 state = vm.snapshotState();
        _fundDebt(address(this), fixture.debt.amount);
        _bindAccount(address(vault));
        bytes memory answer;
        (done, answer) = _tryLast(".liquidation.steps");
        vm.revertToState(state);
        bytes memory refusal = json.blob(".liquidation.refusal");
        if (!done && !_startsWith(answer, refusal)) revert LiquidationUnclear(answer, refusal);
    }

    function _startsWith(bytes memory all, bytes memory start) internal pure returns (bool) {
        if (all.length < start.length) return false;
        for (uint256 i; i < start.length; i++) {
            if (all[i] != start[i]) return false;
        }
        return true;
    }

    // ---------------------------------------------------------------- views

    function _truth(string memory path, address account) internal returns (uint256) {
        _bindAccount(account);
        return _read(path);
    }

    function _bindAccount(address account) internal {
        _bind("$account", account);
        _bind("$ref", account == address(owner) ? ownerRef : vaultRef);
    }

    function _ref(AdapterHost host) internal view returns (bytes32) {
        return host == owner ? ownerRef : vaultRef;
    }

    function _idle(address token) internal view returns (uint256) {
        return IERC20(token).balanceOf(address(vault));
    }

    function _collateral(AdapterHost host) internal view returns (uint256) {
        return adapter.collateralOf(address(host), _ref(host), fixture.collateral.token);
    }

    function _debt(AdapterHost host) internal view returns (uint256) {
        return adapter.debtOf(address(host), _ref(host), fixture.debt.token);
    }

    function _health() internal view returns (VenueHealth memory) {
        return adapter.health(address(vault), vaultRef);
    }

    function _assertRounded(uint256 observed, uint256 expected, string memory what) internal view {
        assertApproxEqAbs(observed, expected, fixture.roundingUnits, what);
    }

    function _assertNoAllowance(address token) internal view {
        assertEq(IERC20(token).allowance(address(vault), adapter.spenderOf(token)), 0, "allowance left behind");
    }
}
