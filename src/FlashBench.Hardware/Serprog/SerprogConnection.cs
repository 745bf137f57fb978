using System.Net.Sockets;

namespace FlashBench.Hardware.Serprog;

/// <summary>One serprog client: takes its commands one after another, as the protocol wants.</summary>
/// <remarks>
/// The programmer is opened when the client drives the pins or wants a frame, and not before: a client that only asks
/// gets its answers at once (flashrom gives the first ones a second). It is closed when the client lets the pins go.
/// </remarks>
/// <param name="open">Opens the programmer.</param>
/// <param name="framesOf">How frames are executed on it.</param>
/// <param name="socket">The client; owned by the caller.</param>
internal sealed class SerprogConnection(
    Func<CancellationToken, Task<ISpiBus>> open, Func<ISpiBus, ISerprogFrames> framesOf, Socket socket)
    : IAsyncDisposable
{
    private const int ChunkBytes = SerprogCodec.AdvertisedBytes;
    private readonly byte[] _in = new byte[SerprogCodec.HeaderBytesMax + SerprogCodec.AdvertisedBytes + 4096];
    private byte[] _out = new byte[1 + ChunkBytes];
    private ISpiBus? _bus;
    private ISerprogFrames? _frames;
    private int _start;
    private int _end;

    /// <summary>What was asked for.</summary>
    public SerprogTraffic Traffic { get; private set; }

    /// <summary>What the programmer calls itself; 16 characters count.</summary>
    public string Name { get; init; } = SerprogServer.RealName;

    /// <summary>Called when <see cref="Traffic"/> has changed.</summary>
    public Action<SerprogTraffic>? Moved { get; init; }

    /// <summary>Called with the reason when the programmer cannot be opened, or fails.</summary>
    public Action<string>? Failed { get; init; }

    /// <summary>Serves the client until it goes.</summary>
    /// <param name="cancel">Ends the connection between two commands, or in a read.</param>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="ProgrammerException">The programmer failed in the middle of a long answer.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        do
        {
            while (SerprogCodec.Read(Waiting, out SerprogRequest request) is > 0 and int length)
            {
                _start += length;
                if (request.Opcode != SerprogOpcode.SpiOperation)
                    await SendAsync(await AnswerAsync(request, cancel), cancel);
                else if (!await FrameAsync(request, cancel))
                    return;
            }
        }
        while (await ReceiveAsync(cancel));
    }

    /// <summary>Closes the programmer.</summary>
    public async ValueTask DisposeAsync()
    {
        ISpiBus? bus = _bus;
        (_bus, _frames) = (null, null);
        if (bus is not null)
            await bus.DisposeAsync();
    }

    private ReadOnlySpan<byte> Waiting => _in.AsSpan(_start, _end - _start);

    private async ValueTask<byte[]> AnswerAsync(SerprogRequest request, CancellationToken cancel) =>
        request.Opcode switch
        {
            SerprogOpcode.SetBusType => Done((request.Value & SerprogCodec.SpiBus) != 0),
            SerprogOpcode.SetSpiFrequency => await SetFrequencyAsync(request.Value, cancel),
            SerprogOpcode.SetPinState => await SetPinsAsync(request.Value != 0, cancel),
            SerprogOpcode.SetChipSelect or SerprogOpcode.SetSpiMode or SerprogOpcode.SetChipSelectMode =>
                Done(request.Value == 0),
            _ => SerprogCodec.AnswerOf(request.Opcode, Name) ?? Done(false),
        };

    private static byte[] Done(bool done) => [done ? SerprogCodec.Ack : SerprogCodec.Nak];

    private async ValueTask<byte[]> SetPinsAsync(bool driven, CancellationToken cancel)
    {
        if (driven)
            return Done(await BusAsync(cancel) is not null);
        await DisposeAsync();
        return Done(true);
    }

    // The programmer, opened if it is not; null if that failed.
    private async ValueTask<ISpiBus?> BusAsync(CancellationToken cancel)
    {
        if (_bus is not null)
            return _bus;
        try
        {
            _bus = await open(cancel);
            _frames = framesOf(_bus);
        }
        catch (BenchException failure) // the programmer, or a sensor that was asked first
        {
            Failed?.Invoke(failure.Message.TrimEnd('.'));
        }

        return _bus;
    }

    // The fastest setting that is not above what was asked, else the slowest there is.
    private async ValueTask<byte[]> SetFrequencyAsync(uint hz, CancellationToken cancel)
    {
        if (hz == 0 || await BusAsync(cancel) is not { } bus)
            return Done(false);
        SpiClock slowest = bus.Clocks.MinBy(one => one.Hz);
        SpiClock clock = bus.Clocks.Where(one => !one.LateSample && one.Hz <= hz).DefaultIfEmpty(slowest)
            .MaxBy(one => one.Hz);
        await bus.SetClockAsync(clock, cancel);
        return
        [
            SerprogCodec.Ack, (byte)(clock.Hz & 0xFF), (byte)(clock.Hz >> 8 & 0xFF), (byte)(clock.Hz >> 16 & 0xFF),
            (byte)(clock.Hz >> 24 & 0xFF),
        ];
    }

    // False if the client has gone.
    private async ValueTask<bool> FrameAsync(SerprogRequest request, CancellationToken cancel)
    {
        if (request.SendBytes is 0 or > SerprogCodec.AdvertisedBytes)
            return await RefuseAsync(request.SendBytes, cancel);
        while (_end - _start < request.SendBytes)
        {
            if (!await ReceiveAsync(cancel))
                return false;
        }

        ReadOnlyMemory<byte> command = _in.AsMemory(_start, request.SendBytes);
        _start += request.SendBytes;
        if (await BusAsync(cancel) is null)
            await SendAsync(Done(false), cancel);
        else
            await ExecuteAsync(command, (int)request.Value, cancel);
        return true;
    }

    // More than was advertised, or nothing at all: the data is read over, so that the next command is found.
    private async ValueTask<bool> RefuseAsync(int bytes, CancellationToken cancel)
    {
        for (int left = bytes; left > 0;)
        {
            if (_start == _end && !await ReceiveAsync(cancel))
                return false;
            int count = Math.Min(left, _end - _start);
            (_start, left) = (_start + count, left - count);
        }

        await SendAsync(Done(false), cancel);
        return true;
    }

    private async ValueTask ExecuteAsync(ReadOnlyMemory<byte> command, int bytes, CancellationToken cancel)
    {
        int chunk = bytes > ChunkBytes && SerprogReads.CanSplit(command.Span) ? ChunkBytes : bytes;
        if (_out.Length < 1 + chunk)
            _out = new byte[1 + chunk];
        int done = 0;
        do
        {
            int count = Math.Min(chunk, bytes - done);
            int head = done == 0 ? 1 : 0; // ACK, when the first bytes are there
            _out[0] = SerprogCodec.Ack;
            ReadOnlyMemory<byte> part = done == 0 ? command : SerprogReads.Advance(command, done);
            if (await TryAsync(part, _out.AsMemory(head, count), done == 0, cancel))
                await SendAsync(_out.AsMemory(0, head + count), cancel);
            else
                bytes = 0;
            done += count;
        }
        while (done < bytes);
    }

    // False if the frame failed and the client has been told.
    private async ValueTask<bool> TryAsync(
        ReadOnlyMemory<byte> command, Memory<byte> response, bool first, CancellationToken cancel)
    {
        try
        {
            await _frames!.ExecuteAsync(command, response, cancel);
            Count(command.Length, response.Length, 0);
            return true;
        }
        catch (ProgrammerException failure) when (first)
        {
            Failed?.Invoke(failure.Message.TrimEnd('.'));
            Count(command.Length, 0, 1);
            await SendAsync(Done(false), cancel);
            return false;
        }
    }

    private void Count(int sent, int read, int failures)
    {
        Traffic = new SerprogTraffic(
            Traffic.Frames + 1, Traffic.SentBytes + sent, Traffic.ReadBytes + read, Traffic.Failures + failures);
        Moved?.Invoke(Traffic);
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            (_start, _end) = (0, _end - _start);
        }

        int count = await socket.ReceiveAsync(_in.AsMemory(_end), SocketFlags.None, cancel);
        _end += count;
        return count > 0;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        for (int sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes[sent..], SocketFlags.None, cancel);
    }
}
