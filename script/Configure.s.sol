// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractWorldCheck} from "./AbstractWorldCheck.sol";
import {Parameters} from "./Parameters.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {AssetSetup, PositionSetup} from "ballast/types/Config.sol";
import {Script} from "forge-std/Script.sol";
import {console} from "forge-std/console.sol";

/// @title Submits changes of a vault's configuration from a file, and later executes them
/// @notice `forge script script/Configure.s.sol --sig 'submit(string)' FILE --rpc-url URL --account NAME --broadcast`, and with
/// `execute(string)` when the timelock is over. FILE has `chainId`, `vault` and any of `limits`, `assets`, `position`, `models` and
/// `timelockSeconds`, as script/input has them. Sent by curator or owner. The world is checked before the first transaction, what became
/// of it after the last; whoever sends from a Safe takes the printed calldata instead.
/// @dev The file says what the vault reads: on a rollup a feed in it is the wrapper, which has been deployed before.
contract Configure is Script, AbstractWorldCheck {
    /// @notice The sender is neither curator nor owner of the vault.
    error NotInCharge(address sender, address curator, address owner);
    /// @notice The call is already announced, or was not, or is not ripe.
    error NotReady(bytes32 callHash, uint256 executableAt, uint256 nowSeconds);
    /// @notice The file has no section that changes something.
    error NothingToChange();

    /// @notice Announces every call of the file.
    function submit(string calldata path) external {
        string memory json = vm.readFile(path);
        vm.startBroadcast();
        submitAll(json, msg.sender);
        vm.stopBroadcast();
    }

    /// @notice Makes every call of the file, each of which must be ripe.
    function execute(string calldata path) external {
        string memory json = vm.readFile(path);
        vm.startBroadcast();
        executeAll(json, msg.sender);
        vm.stopBroadcast();
    }

    /// @notice The same on a text, as `sender`.
    function submitAll(string memory json, address sender) public returns (bytes[] memory calls) {
        IRebalanceVault vault = requireWorld(json, sender);
        calls = callsOf(json, vault);
        for (uint256 i; i < calls.length; i++) {
            _requireAt(vault, calls[i], 0);
        }
        for (uint256 i; i < calls.length; i++) {
            vault.submit(calls[i]);
            console.logBytes(calls[i]);
        }
        uint256 ripeAt = block.timestamp + vault.timelockSeconds();
        for (uint256 i; i < calls.length; i++) {
            _requireAt(vault, calls[i], ripeAt);
        }
    }

    /// @notice The same on a text, as `sender`.
    function executeAll(string memory json, address sender) public {
        IRebalanceVault vault = requireWorld(json, sender);
        bytes[] memory calls = callsOf(json, vault);
        for (uint256 i; i < calls.length; i++) {
            uint256 ripeAt = vault.executableAt(keccak256(calls[i]));
            bool ripe = ripeAt != 0 && ripeAt <= block.timestamp;
            require(ripe, NotReady(keccak256(calls[i]), ripeAt, block.timestamp));
        }
        uint256 epoch = vault.configEpoch();
        for (uint256 i; i < calls.length; i++) {
            (bool done, bytes memory reason) = address(vault).call(calls[i]);
            if (!done) _bubble(reason);
        }
        _equal("configEpoch", vault.configEpoch(), epoch + calls.length);
        requireConfigured(json, vault);
    }

    /// @notice The chain and the vault are those of the file, the sender may change it, and every feed can value its token now.
    function requireWorld(string memory json, address sender) public view returns (IRebalanceVault vault) {
        _equal("chain id", block.chainid, Parameters.chainId(json));
        vault = IRebalanceVault(vm.parseJsonAddress(json, ".vault"));
        _requireCode("vault", address(vault));
        bool inCharge = sender == vault.curator() || sender == vault.owner();
        require(inCharge, NotInCharge(sender, vault.curator(), vault.owner()));
        AssetSetup[] memory assets = Parameters.assets(json);
        for (uint256 i; i < assets.length; i++) {
            _requireAsset(assets[i]);
        }
    }

    /// @notice Calldata of the file's changes, in the order in which they can be made: tokens before the positions that hold them.
    function callsOf(string memory json, IRebalanceVault vault) public view returns (bytes[] memory calls) {
        AssetSetup[] memory assets = Parameters.assets(json);
        bytes32[] memory models = _models(json);
        calls = new bytes[](assets.length + models.length + 3);
        uint256 count;
        if (Parameters.has(json, ".limits")) {
            calls[count++] = abi.encodeCall(vault.setLimits, (Parameters.limits(json)));
        }
        for (uint256 i; i < assets.length; i++) {
            calls[count++] = abi.encodeCall(vault.setAsset, (assets[i].token, assets[i].config));
        }
        if (Parameters.has(json, ".position")) {
            calls[count++] = abi.encodeCall(vault.setPosition, (_position(json, vault)));
        }
        for (uint256 i; i < models.length; i++) {
            calls[count++] = abi.encodeCall(vault.approveModel, (models[i]));
        }
        if (Parameters.has(json, ".timelockSeconds")) {
            calls[count++] = abi.encodeCall(vault.setTimelock, (Parameters.timelock(json)));
        }
        require(count != 0, NothingToChange());
        assembly ("memory-safe") {
            mstore(calls, count) // shorter than allocated
        }
    }

    /// @notice Every section of the file reads back as it says.
    function requireConfigured(string memory json, IRebalanceVault vault) public view {
        if (Parameters.has(json, ".limits")) {
            _same("limits", abi.encode(vault.limits()), abi.encode(Parameters.limits(json)));
        }
        AssetSetup[] memory assets = Parameters.assets(json);
        for (uint256 i; i < assets.length; i++) {
            _same("asset", abi.encode(vault.assetConfig(assets[i].token)), abi.encode(assets[i].config));
        }
        if (Parameters.has(json, ".position")) {
            PositionSetup memory setup = _position(json, vault);
            _same("position", abi.encode(vault.positionConfig(setup.positionId)), abi.encode(setup.config));
        }
        bytes32[] memory models = _models(json);
        for (uint256 i; i < models.length; i++) {
            _equal("model", vault.isModelApproved(models[i]) ? 1 : 0, 1);
        }
        if (Parameters.has(json, ".timelockSeconds")) {
            _equal("timelockSeconds", vault.timelockSeconds(), Parameters.timelock(json));
        }
    }

    /// @dev A known position keeps its venue; the vault lets none change it.
    function _position(string memory json, IRebalanceVault vault) private view returns (PositionSetup memory setup) {
        setup = Parameters.position(json);
        setup.config.adapter = vault.positionConfig(setup.positionId).adapter;
    }

    function _models(string memory json) private view returns (bytes32[] memory) {
        return Parameters.has(json, ".models") ? vm.parseJsonBytes32Array(json, ".models") : new bytes32[](0);
    }

    function _requireAt(IRebalanceVault vault, bytes memory call, uint256 expected) private view {
        uint256 observed = vault.executableAt(keccak256(call));
        require(observed == expected, NotReady(keccak256(call), observed, block.timestamp));
    }

    function _same(string memory what, bytes memory observed, bytes memory expected) private pure {
        _equal(what, keccak256(observed), keccak256(expected));
    }

    function _bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
