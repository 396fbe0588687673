// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CdpManagerModel} from "../mocks/maker/CdpManagerModel.sol";
import {DaiJoinModel, DaiModel, GemJoinModel} from "../mocks/maker/JoinsModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {GemModel, MakerWorld} from "../mocks/maker/MakerWorld.sol";
import {JugModel, OsmModel, SpotterModel} from "../mocks/maker/RatesModel.sol";
import {VatModel} from "../mocks/maker/VatModel.sol";
import {MakerAdapter, MakerAddresses} from "ballast/adapters/MakerAdapter.sol";
import {
    IMakerCdpManager,
    IMakerDaiJoin,
    IMakerGemJoin,
    IMakerJug,
    IMakerSpotter,
    IMakerVat
} from "ballast/interfaces/external/IMaker.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

/// @title The Maker model against what mainnet recorded
/// @notice Maker's first contracts log whole calls. Each recorded transaction is played on the model, call by call, and must leave the same
/// logs: emitters, topics, data and order. Needs build/recorded, which script/tools/unpack_recorded.py makes.
contract MakerRecordedTest is Test {
    /// @dev Fields in the order of the alphabet, as forge decodes JSON.
    struct RecordedLog {
        bytes data;
        address emitter;
        bytes32[] topics;
    }

    address private constant SAI = 0x89d24A6b4CcB1B6fAA2625fE562bDD9a23260359;
    address private constant SAI_JOIN = 0xad37fd42185Ba63009177058208dd1be4b136e6b;
    address private constant MIGRATION = 0xc73e0383F3Aff3215E6f04B0331D58CeCf0Ab849;
    address private constant POT = 0x197E90f9FAD81970bA7976f33CbD77088E5D7cf7;
    uint256 private constant PLENTY = 1e27;

    VatModel private constant VAT = VatModel(MakerMainnet.VAT);
    CdpManagerModel private constant MANAGER = CdpManagerModel(MakerMainnet.CDP_MANAGER);

    RecordedLog[] private _waiting; // the Vat's calls that belong to a call of which the log comes later, or to nobody known

    function setUp() public {
        MakerWorld(deployCode("MakerWorld.sol:MakerWorld")).build();
        deployCodeTo("MakerWorld.sol:GemModel", abi.encode("SAI", uint8(18)), SAI);
        deployCodeTo("JoinsModel.sol:GemJoinModel", abi.encode(VAT, bytes32("SAI"), SAI), SAI_JOIN);
        VAT.rely(SAI_JOIN);
        VAT.init("SAI");
        VAT.file("SAI", "spot", 1e27);
        VAT.file("SAI", "line", PLENTY * 1e27);
        VAT.file("ETH-A", "dust", 20e45);
    }

    // ---------------------------------------------------------------- transactions

    function test_recorded_saiBecomesDai() public {
        RecordedLog[] memory recorded = _recorded("test_sai_dai_migration");
        _tokens(SAI, MIGRATION, SAI_JOIN);
        _hope(MIGRATION, MakerMainnet.DAI_JOIN);
        _assertReplays(recorded, 6);
    }

    /// @dev Opens a cdp, locks ETH, draws, moves the dai, gives the cdp away; its new owner frees a part.
    function test_recorded_cdpMigration() public {
        RecordedLog[] memory recorded = _recorded("test_makerdao_sai_cdp_migration");
        VAT.slip("SAI", MIGRATION, int256(PLENTY));
        vm.prank(MIGRATION);
        VAT.frob("SAI", MIGRATION, MIGRATION, MIGRATION, int256(PLENTY), int256(PLENTY / 2));
        deal(SAI, SAI_JOIN, PLENTY);
        _tokens(MakerMainnet.WETH, MIGRATION, MakerMainnet.ETH_A_JOIN);
        deal(MakerMainnet.WETH, MakerMainnet.ETH_A_JOIN, PLENTY);
        _setRate(_rateOfDraw(recorded));
        _setNextCdp(0xeb8);
        _assertReplays(recorded, 18);
    }

    function test_recorded_wipeAndFree() public {
        RecordedLog[] memory recorded = _recorded("test_makerdao_simple_transaction");
        address proxy = 0x809aade1B623d8cDAeb86484d3366A03F8841FBc;
        _tokens(MakerMainnet.DAI, proxy, MakerMainnet.DAI_JOIN);
        _openLocked(0x2672, "ETH-A", proxy, MakerMainnet.WETH, MakerMainnet.ETH_A_JOIN);
        _assertReplays(recorded, 9);
    }

    /// @dev WBTC: 8 decimals at the door, a wad inside.
    function test_recorded_freeWbtc() public {
        RecordedLog[] memory recorded = _recorded("test_withdraw_with_transfer_after");
        address proxy = 0xa4aF35efa3b56d0C4F864B6484Af0C5FCD0B13e2;
        _openLocked(0x70e8, "WBTC-A", proxy, MakerMainnet.WBTC, MakerMainnet.WBTC_A_JOIN);
        _assertReplays(recorded, 6);
    }

    /// @dev A deposit of Compound V2: the Pot's mint of interest, dai in, dai on to the Pot.
    function test_recorded_savings() public {
        RecordedLog[] memory recorded = _recorded("test_compound_deposit_with_comp_claim");
        address cDai = 0x5d3a536E4D6DbD6114cc1Ead35777bAB948E3643;
        _tokens(MakerMainnet.DAI, cDai, MakerMainnet.DAI_JOIN);
        VAT.suck(MakerMainnet.VOW, cDai, 1e45); // what earlier deposits left over
        VAT.rely(POT);
        _assertReplays(recorded, 5);
    }

    // ---------------------------------------------------------------- storage

    /// @dev Eight kinds of collateral, three price sources: the spots that mainnet's Spotter wrote on 2024-03-24, to the last digit.
    function test_recorded_spots() public {
        _load("19505152", MakerMainnet.VAT);
        _load("19505152", MakerMainnet.SPOTTER);
        SpotterModel spotter = SpotterModel(MakerMainnet.SPOTTER);
        bytes32[8] memory ilks =
            [bytes32("ETH-A"), "ETH-B", "ETH-C", "WBTC-A", "WBTC-B", "WBTC-C", "WSTETH-A", "WSTETH-B"];
        vm.startPrank(address(this));
        VAT.rely(MakerMainnet.SPOTTER);
        for (uint256 i; i < ilks.length; i++) {
            (,, uint256 recorded,,) = VAT.ilks(ilks[i]);
            (address pip, uint256 mat) = _terms(spotter, ilks[i]);
            uint256 priceWad = (recorded * mat / 1e27 + 5e8) / 1e9;
            assertGt(priceWad, 1000e18);
            vm.mockCall(pip, abi.encodeWithSignature("peek()"), abi.encode(priceWad, true));
            spotter.poke(ilks[i]);
            (,, uint256 spot,,) = VAT.ilks(ilks[i]);
            assertEq(spot, recorded, string(abi.encodePacked(ilks[i])));
        }
    }

    /// @dev The adapter's price, back from the spot, is the very price that the module held; its next price is the module's.
    function test_recorded_prices_asTheAdapterTellsThem() public {
        _load("19505152", MakerMainnet.VAT);
        _load("19505152", MakerMainnet.SPOTTER);
        _load("19505152", MakerMainnet.ETH_PIP);
        OsmModel osm = OsmModel(MakerMainnet.ETH_PIP);
        MakerAdapter adapter = _adapter();
        vm.startPrank(address(adapter));
        vm.store(MakerMainnet.ETH_PIP, keccak256(abi.encode(adapter, uint256(5))), bytes32(uint256(1)));
        (bytes32 current,) = osm.peek();
        (bytes32 next,) = osm.peep();
        assertEq(osm.hop(), 1 hours);
        assertEq(osm.zzz() % 1 hours, 0);
        assertEq(adapter.venuePriceWad(MakerMainnet.WETH), uint256(current));
        (uint256 priceWad, uint256 fromSeconds, bool known) = adapter.nextPrice();
        assertTrue(known);
        assertEq(priceWad, uint256(next));
        assertEq(fromSeconds, uint256(osm.zzz()) + 1 hours);
    }

    /// @dev Rates of 2021-08-05: what a drip makes of them is what the adapter saw before it.
    function test_recorded_rate_dripsToWhatTheAdapterSaw() public {
        _load("12965000", MakerMainnet.VAT);
        _load("12965000", MakerMainnet.JUG);
        JugModel jug = JugModel(MakerMainnet.JUG);
        (uint256 duty, uint256 rho) = jug.ilks("ETH-A");
        (, uint256 before,,, uint256 dust) = VAT.ilks("ETH-A");
        assertEq(jug.vow(), MakerMainnet.VOW);
        assertEq(dust, 10_000e45);
        assertGt(duty, 1e27);
        vm.store(MakerMainnet.VAT, keccak256(abi.encode(jug, uint256(0))), bytes32(uint256(1)));
        vm.warp(rho + 1 days + 7);
        (uint256 cdp, uint256 owed) = _owedOnDay(1e22);
        uint256 rate = jug.drip("ETH-A");
        assertGt(rate, before);
        assertEq(owed, (1e22 * rate + 1e27 - 1) / 1e27, vm.toString(cdp));
    }

    /// @dev What the doors and the manager hold on mainnet reads the same here: the slots are the same.
    function test_recorded_doors_readTheSame() public {
        address[4] memory parts =
            [MakerMainnet.ETH_A_JOIN, MakerMainnet.WBTC_A_JOIN, MakerMainnet.DAI_JOIN, MakerMainnet.CDP_MANAGER];
        for (uint256 i; i < parts.length; i++) {
            for (uint256 slot; slot < 6; slot++) {
                vm.store(parts[i], bytes32(slot), 0);
            }
            _load("12965000", parts[i]);
        }
        GemJoinModel eth = GemJoinModel(MakerMainnet.ETH_A_JOIN);
        assertEq(address(eth.vat()), MakerMainnet.VAT);
        assertEq(eth.ilk(), "ETH-A");
        assertEq(address(eth.gem()), MakerMainnet.WETH);
        assertEq(eth.live(), 1);
        GemJoinModel wbtc = GemJoinModel(MakerMainnet.WBTC_A_JOIN);
        assertEq(wbtc.ilk(), "WBTC-A");
        assertEq(address(wbtc.gem()), MakerMainnet.WBTC);
        assertEq(wbtc.dec(), 8);
        DaiJoinModel dai = DaiJoinModel(MakerMainnet.DAI_JOIN);
        assertEq(address(dai.vat()), MakerMainnet.VAT);
        assertEq(address(dai.dai()), MakerMainnet.DAI);
        assertEq(dai.live(), 1);
        assertEq(address(MANAGER.vat()), MakerMainnet.VAT);
    }

    // ---------------------------------------------------------------- replay

    function _assertReplays(RecordedLog[] memory recorded, uint256 atLeast) private {
        assertGe(recorded.length, atLeast, "logs of Maker");
        vm.recordLogs();
        for (uint256 i; i < recorded.length; i++) {
            _play(recorded[i]);
        }
        _playWaiting(_waiting.length);
        RecordedLog[] memory replayed = _makers(vm.getRecordedLogs());
        assertEq(replayed.length, recorded.length, "number of logs");
        for (uint256 i; i < recorded.length; i++) {
            assertEq(replayed[i].emitter, recorded[i].emitter, vm.toString(i));
            assertEq(abi.encode(replayed[i].topics), abi.encode(recorded[i].topics), vm.toString(i));
            assertEq(replayed[i].data, recorded[i].data, vm.toString(i));
        }
    }

    /// @dev A log comes after the logs of the calls that its call made; so calls of the Vat wait for the next call from outside.
    function _play(RecordedLog memory log) private {
        if (log.emitter == MakerMainnet.VAT) {
            _waiting.push(log);
            return;
        }
        if (log.data.length != 288) return; // an event of a call that has a log of its own: NewCdp, a transfer of dai
        bool callsTheVat = bytes4(log.topics[0]) != CdpManagerModel.give.selector;
        _playWaiting(_waiting.length - (callsTheVat ? 1 : 0));
        delete _waiting;
        _call(log, address(uint160(uint256(log.topics[1]))));
    }

    function _playWaiting(uint256 n) private {
        for (uint256 i; i < n; i++) {
            RecordedLog memory log = _waiting[i];
            bytes4 selector = bytes4(log.topics[0]);
            // the Vat does not log its caller: a frob of SAI is of the urn itself, suck is the Pot's, dai moves from who consents
            uint256 who = selector == VatModel.frob.selector ? 2 : 1;
            _call(log, selector == VatModel.suck.selector ? POT : address(uint160(uint256(log.topics[who]))));
        }
    }

    function _call(RecordedLog memory log, address from) private {
        bytes memory head = new bytes(224);
        for (uint256 i; i < 224; i++) {
            head[i] = log.data[64 + i];
        }
        vm.prank(from);
        (bool done, bytes memory reason) = log.emitter.call(head);
        assertTrue(done, string.concat(vm.toString(log.emitter), " ", string(reason)));
    }

    /// @dev Of the model's logs those that mainnet's would be.
    function _makers(Vm.Log[] memory logs) private pure returns (RecordedLog[] memory kept) {
        kept = new RecordedLog[](logs.length);
        for (uint256 i; i < logs.length; i++) {
            kept[i] = RecordedLog(logs[i].data, logs[i].emitter, logs[i].topics);
        }
        return _makers(kept);
    }

    /// @dev Of Dai only what the join mints and burns: the rest is the users' own.
    function _makers(RecordedLog[] memory logs) private pure returns (RecordedLog[] memory kept) {
        uint256 n;
        kept = new RecordedLog[](logs.length);
        for (uint256 i; i < logs.length; i++) {
            bool kept_ = logs[i].emitter == MakerMainnet.VAT || logs[i].emitter == MakerMainnet.CDP_MANAGER
                || logs[i].emitter == MakerMainnet.DAI_JOIN || logs[i].emitter == MakerMainnet.ETH_A_JOIN
                || logs[i].emitter == MakerMainnet.WBTC_A_JOIN || logs[i].emitter == SAI_JOIN;
            bool mintsOrBurns = logs[i].emitter == MakerMainnet.DAI && logs[i].topics.length == 3
                && (logs[i].topics[1] == 0 || logs[i].topics[2] == 0);
            if (kept_ || mintsOrBurns) kept[n++] = logs[i];
        }
        assembly ("memory-safe") {
            mstore(kept, n)
        }
    }

    // ---------------------------------------------------------------- the state before

    function _recorded(string memory name) private returns (RecordedLog[] memory) {
        string memory json = _read(string.concat("build/recorded/receipts/", name, ".json"));
        bytes memory logs =
            vm.parseJsonTypeArray(json, ".logs", "RecordedLog(bytes data,address emitter,bytes32[] topics)");
        return _makers(abi.decode(logs, (RecordedLog[])));
    }

    function _load(string memory blockNumber, address account) private {
        string memory json = _read(string.concat("build/recorded/state/", blockNumber, ".json"));
        string memory path = string.concat(".", vm.toLowercase(vm.toString(account)));
        bytes32[] memory slots = vm.parseJsonBytes32Array(json, string.concat(path, ".slots"));
        bytes32[] memory values = vm.parseJsonBytes32Array(json, string.concat(path, ".values"));
        assertGt(slots.length, 0);
        for (uint256 i; i < slots.length; i++) {
            vm.store(account, slots[i], values[i]);
        }
    }

    function _read(string memory path) private returns (string memory) {
        vm.skip(!vm.exists(path), "no recorded mainnet data: run script/tools/unpack_recorded.py");
        return vm.readFile(path);
    }

    function _terms(SpotterModel spotter, bytes32 ilk) private view returns (address pip, uint256 mat) {
        (bool done, bytes memory answer) = address(spotter).staticcall(abi.encodeCall(spotter.ilks, (ilk)));
        assertTrue(done);
        return abi.decode(answer, (address, uint256));
    }

    function _tokens(address token, address holder, address spender) private {
        deal(token, holder, PLENTY);
        vm.prank(holder);
        DaiModel(token).approve(spender, type(uint256).max);
    }

    function _hope(address from, address to) private {
        vm.prank(from);
        VAT.hope(to);
    }

    /// @dev The next cdp gets this number, and its account the address that it has on mainnet.
    function _setNextCdp(uint64 cdp) private {
        vm.setNonceUnsafe(MakerMainnet.CDP_MANAGER, cdp);
        vm.store(MakerMainnet.CDP_MANAGER, bytes32(uint256(1)), bytes32(uint256(cdp) - 1));
    }

    function _openLocked(uint64 cdp, bytes32 ilk, address owner, address gem, address join) private {
        _setNextCdp(cdp);
        vm.prank(owner);
        assertEq(MANAGER.open(ilk, owner), cdp);
        VAT.slip(ilk, MANAGER.urns(cdp), 1000e18);
        vm.prank(owner);
        MANAGER.frob(cdp, 1000e18, 0);
        deal(gem, join, 1000e18);
    }

    function _setRate(uint256 rate) private {
        (, uint256 before,,,) = VAT.ilks("ETH-A");
        VAT.fold("ETH-A", MakerMainnet.VOW, int256(rate) - int256(before));
    }

    /// @dev No receipt tells a rate; the least one that covers the drawn dai is what the draw was rounded up for.
    function _rateOfDraw(RecordedLog[] memory logs) private pure returns (uint256 rate) {
        uint256 dart;
        for (uint256 i; i < logs.length; i++) {
            bytes4 selector = bytes4(logs[i].topics[0]);
            if (logs[i].emitter != MakerMainnet.CDP_MANAGER) continue;
            if (selector == CdpManagerModel.frob.selector && dart == 0) dart = _argument(logs[i], 2);
            if (selector == CdpManagerModel.move.selector) rate = _argument(logs[i], 2) / dart + 1;
        }
    }

    function _argument(RecordedLog memory log, uint256 index) private pure returns (uint256 word) {
        bytes memory data = log.data;
        assembly ("memory-safe") {
            word := mload(add(add(data, 100), mul(32, index)))
        }
    }

    function _adapter() private returns (MakerAdapter) {
        return new MakerAdapter(
            MakerAddresses(
                IMakerCdpManager(MakerMainnet.CDP_MANAGER),
                IMakerVat(MakerMainnet.VAT),
                IMakerJug(MakerMainnet.JUG),
                IMakerSpotter(MakerMainnet.SPOTTER),
                IMakerGemJoin(MakerMainnet.ETH_A_JOIN),
                IMakerDaiJoin(MakerMainnet.DAI_JOIN)
            )
        );
    }

    /// @dev A cdp with so many shares, written into the Vat, and what the adapter says of its debt.
    function _owedOnDay(uint256 art) private returns (uint256 cdp, uint256 owed) {
        cdp = MANAGER.open("ETH-A", address(this));
        bytes32 urn = keccak256(abi.encode(MANAGER.urns(cdp), keccak256(abi.encode(bytes32("ETH-A"), uint256(3)))));
        vm.store(MakerMainnet.VAT, bytes32(uint256(urn) + 1), bytes32(art));
        owed = _adapter().debtOf(address(this), bytes32(cdp), MakerMainnet.DAI);
    }
}
