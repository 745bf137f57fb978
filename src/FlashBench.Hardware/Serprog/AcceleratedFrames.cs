// A serprog client that programs a page says WREN, program, read status, each in a round trip of its own; with a USB
// programmer below, each costs a USB round trip, too. Here WREN waits for what follows it, and a program or erase takes
// it along, and a look at the status behind it: one USB batch for three commands. Clients poll an erase every 10 to
// 100 ms; here it is waited for as long as a block takes, so that their first look finds it done.
//
// What stays true: nothing is answered that the chip did not say. The status that the client reads next is the one that
// the chip gave last; it is handed out once if the chip was busy, and while nothing else is sent if it was ready,
// because a chip that is ready stays so. Everything that is not the plain sequence goes to the chip at once, a waiting
// WREN before it. A batch that fails fails the program or erase.
namespace FlashBench.Hardware.Serprog;

/// <summary>Spares USB round trips while a client programs and erases.</summary>
/// <param name="bus">The chip; owned by the caller.</param>
public sealed class AcceleratedFrames(ISpiBus bus) : ISerprogFrames
{
    private const byte WriteEnable = 0x06;
    private const byte ReadStatus = 0x05;
    private const byte Busy = 0x01;
    private const int StatusBytes = 8;
    private const double Shorter = 0.95;
    private const double Longer = 1.25;

    private static readonly TimeSpan WaitMin = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan PageWaitMax = TimeSpan.FromMilliseconds(3); // the slowest of common parts
    private static readonly TimeSpan EraseWaitMax = TimeSpan.FromMilliseconds(500); // beyond it the client polls itself

    private static readonly byte[] WriteEnableCommand = [WriteEnable];
    private static readonly byte[] ReadStatusCommand = [ReadStatus];

    private readonly byte[] _statuses = new byte[StatusBytes];
    private readonly Dictionary<byte, TimeSpan> _waits = []; // what operations took lately
    private bool _writeEnabled; // promised to the client, not sent
    private byte? _status;      // what the chip said last, and has not been handed out

    /// <summary>Frames that the bus did not see in a batch of their own.</summary>
    public long Spared { get; private set; }

    /// <inheritdoc/>
    public async ValueTask ExecuteAsync(
        ReadOnlyMemory<byte> command, Memory<byte> response, CancellationToken cancel)
    {
        byte opcode = command.Span[0];
        if (_status is { } known && opcode == ReadStatus && command.Length == 1 && response.Length == 1)
        {
            response.Span[0] = known;
            if ((known & Busy) != 0)
                _status = null;
            Spared++;
            return;
        }

        _status = null;
        if (opcode == WriteEnable && command.Length == 1 && response.IsEmpty && !_writeEnabled)
        {
            _writeEnabled = true;
            Spared++;
            return;
        }

        bool enable = _writeEnabled;
        _writeEnabled = false;
        if (enable && response.IsEmpty && IsChange(command.Span))
            _status = IsProgram(opcode) ? await ProgramAsync(command, cancel) : await EraseAsync(command, cancel);
        else if (enable)
            await bus.ExecuteAsync([new(WriteEnableCommand), new(command, response)], cancel);
        else
            await bus.ExecuteAsync([new(command, response)], cancel);
    }

    // The wait is part of the batch, and the statuses behind it tell whether it was right.
    private async ValueTask<byte> ProgramAsync(ReadOnlyMemory<byte> command, CancellationToken cancel)
    {
        byte opcode = command.Span[0];
        TimeSpan wait = WaitOf(opcode);
        await bus.ExecuteAsync(
            [new(WriteEnableCommand), new(command, default, wait), new(ReadStatusCommand, _statuses)], cancel);
        bool wasReady = (_statuses[0] & Busy) == 0, isBusy = (_statuses[^1] & Busy) != 0;
        Learn(opcode, wasReady ? wait * Shorter : isBusy ? wait * Longer : wait, PageWaitMax);
        return _statuses[^1];
    }

    // Once begun, an erase is looked at every sixteenth of the time it took lately.
    private async ValueTask<byte> EraseAsync(ReadOnlyMemory<byte> command, CancellationToken cancel)
    {
        byte opcode = command.Span[0];
        Memory<byte> status = _statuses.AsMemory(0, 1);
        TimeSpan wait = WaitOf(opcode), waited = wait, step = wait / 16;
        await bus.ExecuteAsync(
            [new(WriteEnableCommand), new(command, default, wait), new(ReadStatusCommand, status)], cancel);
        bool wasReady = (status.Span[0] & Busy) == 0;
        while ((status.Span[0] & Busy) != 0 && step > TimeSpan.Zero && waited < EraseWaitMax)
        {
            // The pause stands behind a frame, so that the look comes after it.
            await bus.ExecuteAsync(
                [new(ReadStatusCommand, status, step), new(ReadStatusCommand, status)], cancel);
            waited += step;
        }

        Learn(opcode, wasReady ? wait * Shorter : waited, EraseWaitMax);
        return status.Span[0];
    }

    // Typical times to begin with: page, 4 KiB, 32 KiB, 64 KiB. A whole chip is the client's affair.
    private TimeSpan WaitOf(byte opcode) => _waits.TryGetValue(opcode, out TimeSpan wait) ? wait : opcode switch
    {
        0x02 or 0x12 => TimeSpan.FromMicroseconds(400),
        0x20 or 0x21 => TimeSpan.FromMilliseconds(40),
        0x52 or 0x5C => TimeSpan.FromMilliseconds(100),
        0xD8 or 0xDC => TimeSpan.FromMilliseconds(130),
        _ => TimeSpan.Zero,
    };

    private void Learn(byte opcode, TimeSpan wait, TimeSpan max)
    {
        if (wait > TimeSpan.Zero)
            _waits[opcode] = wait < WaitMin ? WaitMin : wait > max ? max : wait;
    }

    private static bool IsProgram(byte opcode) => opcode is 0x02 or 0x12;

    private static bool IsChange(ReadOnlySpan<byte> command) => command[0] switch
    {
        0x02 => command.Length > 4,
        0x12 => command.Length > 5,
        0x20 or 0x52 or 0xD8 => command.Length is 4 or 5, // 5 in 4-byte mode
        0x21 or 0x5C or 0xDC => command.Length == 5,
        0xC7 or 0x60 => command.Length == 1,
        _ => false,
    };
}
