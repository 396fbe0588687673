// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

/// @title ReplicaUSDT
/// @notice Tether with what makes it hard to handle: no return values, an allowance must be zero before it is set anew,
///         a fee on transfers (switched off, as on mainnet), a blacklist, a pause, and all gas gone when funds are short.
/// @dev Refusals carry no reason, as on mainnet.
contract ReplicaUSDT {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    string public constant name = "Tether USD";
    string public constant symbol = "USDT";
    uint256 public constant decimals = 6;
    uint256 private constant BPS = 10_000;
    uint256 private constant FEE_LIMIT_BPS = 20;
    uint256 private constant FEE_LIMIT_TOKENS = 50;

    address public immutable owner;

    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;
    mapping(address account => bool) public isBlackListed;
    bool public paused;
    /// @notice Fee on every transfer in basis points, paid to the owner, at most `maximumFee` (6 decimals).
    uint256 public basisPointsRate;
    uint256 public maximumFee;

    constructor(address owner_) {
        owner = owner_;
    }

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    /// @notice Let `spender` take up to `value`; from one allowance to another it goes through zero.
    function approve(address spender, uint256 value) external {
        require(value == 0 || allowance[msg.sender][spender] == 0);
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
    }

    /// @notice Move `value` from the caller to `to`, less the fee.
    function transfer(address to, uint256 value) external {
        _transfer(msg.sender, to, value);
    }

    /// @notice Move `value` from `from` to `to`, less the fee, against the caller's allowance.
    function transferFrom(address from, address to, uint256 value) external {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) allowance[from][msg.sender] = _minus(allowed, value);
        _transfer(from, to, value);
    }

    /// @notice Create `value` for the owner.
    function issue(uint256 value) external onlyOwner {
        totalSupply += value;
        balanceOf[owner] += value;
        emit Transfer(address(0), owner, value);
    }

    /// @notice Switch the fee on or off: below 20 basis points, at most `maxFee` (below 50) whole tokens a transfer.
    function setParams(uint256 newBasisPoints, uint256 newMaxFee) external onlyOwner {
        require(newBasisPoints < FEE_LIMIT_BPS && newMaxFee < FEE_LIMIT_TOKENS);
        basisPointsRate = newBasisPoints;
        maximumFee = newMaxFee * 10 ** decimals;
    }

    /// @notice Freeze what `account` holds.
    function addBlackList(address account) external onlyOwner {
        isBlackListed[account] = true;
    }

    /// @notice Release what `account` holds.
    function removeBlackList(address account) external onlyOwner {
        isBlackListed[account] = false;
    }

    /// @notice Stop all transfers.
    function pause() external onlyOwner {
        paused = true;
    }

    /// @notice Let transfers through again.
    function unpause() external onlyOwner {
        paused = false;
    }

    /// @dev The receiver may be on the blacklist, the sender may not.
    function _transfer(address from, address to, uint256 value) private {
        require(!paused && !isBlackListed[from]);
        uint256 fee = value * basisPointsRate / BPS;
        if (fee > maximumFee) fee = maximumFee;
        balanceOf[from] = _minus(balanceOf[from], value);
        balanceOf[to] += value - fee;
        if (fee > 0) {
            balanceOf[owner] += fee;
            emit Transfer(from, owner, fee);
        }
        emit Transfer(from, to, value - fee);
    }

    /// @dev The compiler of its time made an invalid opcode of a failed assertion: all gas of the call is gone.
    function _minus(uint256 a, uint256 b) private pure returns (uint256) {
        if (b > a) {
            assembly {
                invalid()
            }
        }
        return a - b;
    }
}
