using System.Text;

namespace FlashBench.Tests.Hardware.Programmers;

internal enum SerprogFault
{
    None,
    Silent,
    Refuse,
    Close,
    Half,
    Garbage,
}

// A serprog programmer behind a stream, from its specification; every byte that it does not know is refused as the
// specification says, and recorded. The SPI chip answers by what it has heard in the frame.
internal sealed class ScriptedSerprog : Stream
{
    private readonly List<byte> _heard = [];
    private readonly Queue<byte> _answers = new();
    private TaskCompletionSource _answered = new();
    private bool _closed;
    private int _operations;

    public string Name { get; init; } = "scripted";

    public int Version { get; init; } = 1;

    public byte Buses { get; init; } = 0x08;

    public ushort Buffer { get; init; } = 0xFFFF;

    public int WriteMax { get; init; }

    public int ReadMax { get; init; }

    public uint[] Frequencies { get; init; } = [60_000_000, 30_000_000, 12_000_000];

    public bool NamesItsOnlyClock { get; init; }

    public byte[] Missing { get; init; } = [];

    public byte[] Leftover { get; init; } = [];

    public Func<IReadOnlyList<byte>, byte> Chip { get; set; } = _ => 0xFF;

    public SerprogFault Fault { get; set; }

    public int FaultAt { get; set; } = -1;

    public List<string> Log { get; } = [];

    public List<byte[]> Frames { get; } = [];

    public uint Frequency { get; private set; }

    public bool Disposed { get; private set; }

    public bool EndlessJunk { get; init; }

    public int InFlightMax { get; private set; }

    public bool HasAnswers => _answers.Count > 0;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get; set; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        InFlightMax = Math.Max(InFlightMax, _answers.Count);
        _heard.AddRange(buffer.Span);
        while (_heard.Count > 0 && TakeCommand())
        {
        }

        TaskCompletionSource answered = _answered;
        _answered = new TaskCompletionSource();
        answered.SetResult();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_answers.Count == 0 && !_closed && !EndlessJunk)
            await _answered.Task.WaitAsync(cancellationToken);
        int count = 0;
        for (; count < buffer.Length && (_answers.Count > 0 || EndlessJunk); count++)
            buffer.Span[count] = EndlessJunk ? (byte)0x55 : _answers.Dequeue();
        return count;
    }

    public void Preload()
    {
        foreach (byte left in Leftover)
            _answers.Enqueue(left);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Disposed = true;
        base.Dispose(disposing);
    }

    // False if the rest of a command is still to come.
    private bool TakeCommand()
    {
        byte op = _heard[0];
        int length = op switch
        {
            0x12 or 0x15 => 2,
            0x14 => 5,
            0x13 when _heard.Count >= 7 => 7 + Number(1, 3),
            0x13 => 7,
            _ => 1,
        };
        if (_heard.Count < length)
            return false;
        byte[] command = [.. _heard[..length]];
        _heard.RemoveRange(0, length);
        Log.Add(Convert.ToHexString(command));
        if (_closed)
            return true;
        if (Missing.Contains(op))
            Answer(0x15);
        else
            Execute(command);
        return true;
    }

    private void Execute(byte[] command)
    {
        switch (command[0])
        {
            case 0x00:
                Answer(0x06);
                break;
            case 0x01:
                Answer(0x06, (byte)Version, 0);
                break;
            case 0x02:
                Answer([0x06, .. Map()]);
                break;
            case 0x03:
                Answer([0x06, .. Encoding.Latin1.GetBytes(Name.PadRight(16, '\0'))]);
                break;
            case 0x04:
                Answer(0x06, (byte)(Buffer & 0xFF), (byte)(Buffer >> 8));
                break;
            case 0x05:
                Answer(0x06, Buses);
                break;
            case 0x08:
                Answer([0x06, .. BitConverter.GetBytes(WriteMax)[..3]]);
                break;
            case 0x10:
                Answer(0x15, 0x06);
                break;
            case 0x11:
                Answer([0x06, .. BitConverter.GetBytes(ReadMax)[..3]]);
                break;
            case 0x12:
                Answer(command[1] == 0x08 ? (byte)0x06 : (byte)0x15);
                break;
            case 0x13:
                Spi(command);
                break;
            case 0x14:
                SetFrequency(BitConverter.ToUInt32(command, 1));
                break;
            case 0x15:
                Answer(0x06);
                break;
            default:
                Answer(0x15);
                break;
        }
    }

    private void SetFrequency(uint asked)
    {
        uint actual = NamesItsOnlyClock ? Frequencies[0] : Frequencies.FirstOrDefault(f => f <= asked);
        if (actual == 0)
        {
            Answer(0x15);
            return;
        }

        Frequency = actual;
        Answer([0x06, .. BitConverter.GetBytes(actual)]);
    }

    private void Spi(byte[] command)
    {
        List<byte> heard = [.. command[7..]];
        int answers = command[4] | command[5] << 8 | command[6] << 16;
        byte[] reply = new byte[1 + answers];
        reply[0] = 0x06;
        for (int i = 1; i < reply.Length; i++)
        {
            reply[i] = Chip(heard);
            heard.Add(0xFF);
        }

        switch (_operations++ == FaultAt ? Fault : SerprogFault.None)
        {
            case SerprogFault.Silent:
                return;
            case SerprogFault.Refuse:
                Answer(0x15);
                return;
            case SerprogFault.Close:
                _closed = true;
                return;
            case SerprogFault.Half:
                Answer(reply.AsSpan(0, reply.Length / 2));
                _closed = true;
                break;
            case SerprogFault.Garbage:
                Answer([0x42, .. reply]);
                break;
            default:
                Answer(reply);
                break;
        }

        Frames.Add([.. heard]);
    }

    private byte[] Map()
    {
        byte[] map = new byte[32];
        byte[] known = [0, 1, 2, 3, 4, 5, 8, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15];
        foreach (byte op in known.Except(Missing))
            map[op / 8] |= (byte)(1 << op % 8);
        return map;
    }

    private int Number(int start, int length) =>
        Enumerable.Range(0, length).Sum(i => _heard[start + i] << 8 * i);

    private void Answer(params ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            _answers.Enqueue(b);
    }
}
