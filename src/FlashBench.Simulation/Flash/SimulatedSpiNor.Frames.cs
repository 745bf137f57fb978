// The chip's SPI pins: one chip-select frame after another. What is modelled stands in SimulatedSpiNor.cs.
using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Flash;

public sealed partial class SimulatedSpiNor
{
    private const int HeadBytesMax = 6;
    private const byte Floating = 0xFF; // nobody drives MISO: the pull-up wins

    private static readonly TimeSpan PowerUp = TimeSpan.FromMicroseconds(20);      // tVSL
    private static readonly TimeSpan ReleaseTime = TimeSpan.FromMicroseconds(3);   // tRES1
    private static readonly TimeSpan PowerDownTime = TimeSpan.FromMicroseconds(3); // tDP
    private static readonly TimeSpan ResetTime = TimeSpan.FromMicroseconds(30);    // tRST

    private readonly byte[] _head = new byte[HeadBytesMax];
    private readonly byte[] _page;
    private readonly byte[] _statusData = new byte[BenchStateFile.StatusRegisterCount];
    private SpiNorInstruction _instruction = SpiNorInstruction.Ignored;
    private ReadFlip? _readFlip;
    private uint _address;
    private int _headBytes; // opcode, address and dummy bytes of the instruction
    private int _headCount;
    private bool _lastMiso = true;
    private long _dataCount;
    private bool _selected;
    private bool _contended;
    private bool _misaligned;
    private int _bitCount; // of a byte that is clocked bit by bit
    private int _bitsIn;
    private byte _bitsOut;
    private bool _bitsTalk;

    /// <summary>Chip select falls: a frame begins.</summary>
    /// <param name="at">When, as a timestamp.</param>
    public void Select(long at)
    {
        lock (_gate)
        {
            Settle(at);
            (_selected, _contended, _misaligned) = (_powered && !Faults.Absent, false, false);
            (_headCount, _dataCount, _instruction) = (0, 0, SpiNorInstruction.Ignored);
            (_headBytes, _bitCount, _lastMiso) = (1, 0, true);
            if (_selected && _boardDrivesBus)
                Contend();
        }
    }

    /// <summary>Clocks whole bytes through the chip, most significant bit first, both ways at once.</summary>
    /// <param name="from">When the first bit is clocked.</param>
    /// <param name="until">When the last bit has been clocked.</param>
    /// <param name="mosi">Bytes to the chip.</param>
    /// <param name="miso">Filled with as many bytes from the chip; 0xFF where it does not drive the line.</param>
    public void Exchange(long from, long until, ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(miso.Length, mosi.Length, nameof(miso));
        lock (_gate)
        {
            if (_contended || (_misaligned && _selected))
                _noise.NextBytes(miso);
            else if (_bitCount > 0)
                ExchangeBits(until, mosi, miso);
            else
                ExchangeBytes(from, until, mosi, miso);
            SpoilMiso(miso);
        }
    }

    /// <summary>Clocks one bit through the chip, for programmers that end a frame or a byte in the middle.</summary>
    /// <param name="at">When.</param>
    /// <param name="mosi">The bit to the chip.</param>
    /// <returns>The bit from the chip; true where it does not drive the line.</returns>
    public bool ClockBit(long at, bool mosi)
    {
        lock (_gate)
        {
            if (_contended || (_misaligned && _selected))
                return _noise.Next(2) != 0;
            Span<byte> bit = [!_selected || Bit(at, mosi) ? (byte)0x80 : (byte)0x00];
            SpoilMiso(bit, bits: 1);
            return bit[0] >= 0x80;
        }
    }

    /// <summary>The clock pin moved by hand, outside a byte: the rest of the frame is out of step.</summary>
    public void ClockStrayBit()
    {
        lock (_gate)
            _misaligned = true;
    }

    /// <summary>Chip select rises: the frame ends, and what it asked for starts now.</summary>
    /// <param name="at">When, as a timestamp.</param>
    public void Deselect(long at)
    {
        lock (_gate)
        {
            bool whole = _selected && !_contended && !_misaligned && _bitCount == 0 && _headCount > 0;
            bool resetEnabled = _resetEnabled;
            if (whole)
            {
                _resetEnabled = false; // any instruction between 66h and 99h takes it back
                if (_headCount == _headBytes)
                    Execute(at, resetEnabled);
            }

            _selected = false;
        }
    }

    private void ExchangeBytes(long from, long until, ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        miso.Fill(Floating);
        if (!_selected)
            return;
        int head = TakeHead(from, mosi);
        if (head < mosi.Length)
            Stream(from + (until - from) * head / mosi.Length, until, mosi[head..], miso[head..]);
    }

    private void ExchangeBits(long at, ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        for (int i = 0; i < mosi.Length; i++)
        {
            int bits = 0;
            for (int bit = 7; bit >= 0; bit--)
                bits = bits << 1 | (Bit(at, (mosi[i] >> bit & 1) != 0) ? 1 : 0);
            miso[i] = (byte)bits;
        }
    }

    // What a byte brings is known before its first bit, what it tells the chip only after its last one.
    private bool Bit(long at, bool mosi)
    {
        if (_bitCount == 0)
        {
            _bitsTalk = DrivesMiso;
            _bitsOut = _bitsTalk ? StreamByte(at, Floating) : Floating;
        }

        _bitsIn = (_bitsIn << 1 | (mosi ? 1 : 0)) & 0xFF;
        bool miso = (_bitsOut >> (7 - _bitCount) & 1) != 0;
        _bitCount = (_bitCount + 1) % 8;
        if (_bitCount == 0 && !_bitsTalk && TakeHead(at, [(byte)_bitsIn]) == 0)
            StreamByte(at, (byte)_bitsIn);
        return miso;
    }

    private byte StreamByte(long at, byte mosi)
    {
        Span<byte> miso = [Floating];
        Stream(at, at, [mosi], miso);
        return miso[0];
    }

    private void Contend()
    {
        _contended = true;
        ContentionCount++;
    }

    // Takes opcode, address and dummy bytes; returns how many bytes of this exchange they were.
    private int TakeHead(long from, ReadOnlySpan<byte> mosi)
    {
        int taken = 0;
        if (_headCount == 0 && mosi.Length > 0)
        {
            _head[_headCount++] = mosi[taken++];
            _instruction = Accept(_head[0], from);
            _headBytes = 1 + _instruction.AddressBytes(_registers.FourByteMode) + _instruction.Dummies;
        }

        while (taken < mosi.Length && _headCount < _headBytes)
        {
            _head[_headCount++] = mosi[taken++];
            if (_headCount == _headBytes)
                BeginData();
        }

        return taken;
    }

    private void BeginData()
    {
        int count = _instruction.AddressBytes(_registers.FourByteMode);
        uint address = count == 3 ? _registers.ExtendedAddress : 0u;
        for (int i = 1; i <= count; i++)
            address = (address & 0xFF_FFFF) << 8 | _head[i];
        _address = _instruction.Action is SpiNorAction.ReadSfdp or SpiNorAction.ReadSecurity
            or SpiNorAction.EraseSecurity or SpiNorAction.ProgramSecurity
            ? address & 0xFF_FFFF
            : address % _part.SizeBytes;
        if (_instruction.Action is SpiNorAction.Program or SpiNorAction.ProgramSecurity)
            _page.AsSpan().Fill(0xFF);
    }

    // Deaf while busy, resetting or powered down: the whole frame is then ignored.
    private SpiNorInstruction Accept(byte opcode, long at)
    {
        Settle(at);
        SpiNorInstruction instruction = _instructions[opcode];
        bool hears = at >= _deafUntil
            && (!IsBusy(at) || instruction.Action == SpiNorAction.ReadStatus)
            && (!_poweredDown || instruction.Action == SpiNorAction.Release);
        return hears ? instruction : SpiNorInstruction.Ignored;
    }

    private void Stream(long from, long until, ReadOnlySpan<byte> mosi, Span<byte> miso)
    {
        switch (_instruction.Action)
        {
            case SpiNorAction.ReadData: ReadCells(miso); break;
            case SpiNorAction.ReadStatus: ReadStatus(from, until, miso); break;
            case SpiNorAction.ReadId: ReadId(miso); break;
            case SpiNorAction.ReadUniqueId: Repeat(miso, UniqueIdByte); break;
            case SpiNorAction.ReadSfdp: Repeat(miso, i => _sfdp[(int)((_address + i) % SfdpTable.SpaceBytes)]); break;
            case SpiNorAction.Release: Repeat(miso, i => i < 3 ? Floating : DeviceId); break;
            case SpiNorAction.ReadSecurity: Repeat(miso, i => _security.Read(_address, i)); break;
            case SpiNorAction.ReadExtendedAddress: miso.Fill(_registers.ExtendedAddress); break;
            case SpiNorAction.Program or SpiNorAction.ProgramSecurity: FillPage(mosi); break;
            case SpiNorAction.WriteStatus or SpiNorAction.WriteExtendedAddress: FillStatus(mosi); break;
            default: break;
        }

        _dataCount += mosi.Length;
    }

    // True if the next byte of the frame comes from the chip.
    private bool DrivesMiso => _headCount > 0 && _headCount == _headBytes && _instruction.Action is
        SpiNorAction.ReadData or SpiNorAction.ReadStatus or SpiNorAction.ReadId or SpiNorAction.ReadUniqueId
        or SpiNorAction.ReadSfdp or SpiNorAction.ReadSecurity or SpiNorAction.ReadExtendedAddress
        or SpiNorAction.Release;

    // ABh with three dummy bytes: one less than the capacity byte (W25Q128: 17h).
    private byte DeviceId => (byte)((_part.JedecId & 0xFF) - 1);

    private byte JedecIdByte(long index) => (byte)(_part.JedecId >> (16 - 8 * (int)(index % 3)) & 0xFF);

    private byte UniqueIdByte(long index) => (byte)(_uniqueId >> (56 - 8 * (int)(index % 8)) & 0xFF);

    private void Repeat(Span<byte> miso, Func<long, byte> value)
    {
        for (int i = 0; i < miso.Length; i++)
            miso[i] = value(_dataCount + i);
    }

    private void ReadCells(Span<byte> miso)
    {
        uint start = _address;
        ReadOnlySpan<byte> cells = _state.Cells.Span;
        for (int done = 0; done < miso.Length;)
        {
            int count = Math.Min(miso.Length - done, cells.Length - (int)_address);
            cells.Slice((int)_address, count).CopyTo(miso[done..]);
            _address = (uint)((_address + count) % cells.Length);
            done += count;
        }

        if (_readFlip is { } flip)
            FlipOnce(flip, start, miso);
        if (Faults.FlakyBit is { } flaky && OffsetOf(flaky.Address, start) is var offset && offset < miso.Length
            && _noise.NextDouble() < flaky.Probability)
        {
            miso[(int)offset] ^= (byte)(1 << flaky.Bit);
        }
    }

    private long OffsetOf(uint address, uint start) =>
        (address - (long)start + _part.SizeBytes) % _part.SizeBytes;

    private void ReadId(Span<byte> miso)
    {
        Repeat(miso, JedecIdByte);
        if (Faults.UnstableId && _noise.Next(2) != 0)
            miso[_noise.Next(Math.Min(3, miso.Length))] ^= (byte)(1 << _noise.Next(8));
    }

    // What a bad clip makes of the chip's answer, first bit on top.
    private void SpoilMiso(Span<byte> miso, int bits = 8)
    {
        for (int i = 0; Faults.LateMiso && i < miso.Length; i++)
        {
            int last = miso[i] >> (8 - bits) & 1;
            miso[i] = (byte)((_lastMiso ? 0x80 : 0) | miso[i] >> 1);
            _lastMiso = last != 0;
        }

        if (Faults.StuckMiso is { } level)
            miso.Fill(level);
    }

    private void FlipOnce(ReadFlip flip, uint start, Span<byte> miso)
    {
        long offset = OffsetOf(flip.Address, start);
        if (offset >= miso.Length)
            return;
        if (flip.Skip == 0)
            miso[(int)offset] ^= (byte)(1 << flip.Bit);
        _readFlip = flip.Skip == 0 ? null : flip with { Skip = flip.Skip - 1 };
    }

    // One fresh status a byte, taken when its first bit leaves.
    private void ReadStatus(long from, long until, Span<byte> miso)
    {
        for (int i = 0; i < miso.Length; i++)
        {
            long at = from + (until - from) * i / miso.Length;
            Settle(at);
            miso[i] = _registers.Read(_instruction.Register, IsBusy(at));
        }
    }

    private void FillPage(ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
            _page[(int)((_address + _dataCount + i) % _page.Length)] = data[i];
    }

    private void FillStatus(ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length && _dataCount + i < _statusData.Length; i++)
            _statusData[(int)_dataCount + i] = data[i];
    }
}
