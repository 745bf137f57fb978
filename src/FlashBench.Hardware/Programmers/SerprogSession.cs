using System.Buffers.Binary;

namespace FlashBench.Hardware.Programmers;

/// <summary>What a serprog programmer said of itself.</summary>
/// <param name="Name">Its name, printable; at most 16 characters.</param>
/// <param name="CommandBytesMax">Longest SPI command it takes.</param>
/// <param name="ResponseBytesMax">Longest SPI response it gives.</param>
/// <param name="Clocks">Its clocks, fastest first; empty if it does not say.</param>
/// <param name="SwitchesPins">True if its pins can be released.</param>
internal sealed record SerprogFacts(
    string Name, int CommandBytesMax, int ResponseBytesMax, IReadOnlyList<SpiClock> Clocks, bool SwitchesPins);

/// <summary>One conversation with a serprog programmer: a command, its answer, the next.</summary>
/// <remarks>
/// Never more than one command is on its way, as flashrom does it: there are programmers that cannot take more. The
/// answers come from a foreign program; each has a length that the question fixed.
/// </remarks>
internal sealed class SerprogSession(SerprogLink link)
{
    private const int AttemptsMax = 8, NoOperations = 8;
    private const int MapLength = 32, NameLength = 16;
    private const int CommandMin = 5; // an opcode and a 4-byte address; less is of no use
    private const int ClocksMax = 9, LowestHz = 500_000, HighestHz = 200_000_000;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SyncLimit = TimeSpan.FromMilliseconds(500);

    private readonly byte[] _map = new byte[MapLength];

    /// <summary>Gets into step with the programmer, whatever it was doing.</summary>
    public async Task<string?> SynchronizeAsync()
    {
        string? fault = "the connection is closed";
        for (int attempt = 0; attempt < AttemptsMax && !link.IsBroken; attempt++)
        {
            fault = await TrySynchronizeAsync(finishFirst: attempt > 0);
            if (fault is null)
                return null;
        }

        return fault;
    }

    /// <summary>Asks for everything that matters, and selects the SPI bus with its pins driven.</summary>
    public async Task<(SerprogFacts? Facts, string? Fault)> IntroduceAsync()
    {
        byte[] version = new byte[2];
        if (await AskAsync([SerprogProtocol.QueryInterface], version) is string silent)
            return (null, silent);
        if (version[0] != 1)
            return (null, $"it speaks version {version[0]} of the protocol, not 1");
        if (await AskAsync([SerprogProtocol.QueryCommands], _map) is string mapless)
            return (null, mapless);
        if (!Knows(SerprogProtocol.SpiOperation))
            return (null, "it has no SPI bus");
        if (await SelectBusAsync() is string busless)
            return (null, busless);
        return await DescribeAsync();
    }

    /// <summary>Asks for a clock.</summary>
    /// <returns>What it became, 0 if it was refused; or what went wrong.</returns>
    public async Task<(int Hz, string? Fault)> SetClockAsync(int hz)
    {
        byte[] answer = new byte[4];
        (bool refused, string? fault) = await CommandAsync(
            SerprogProtocol.EncodeFrequency(hz).AsMemory(), answer, AnswerLimit);
        if (refused || fault is not null)
            return (0, refused ? null : fault);
        uint actual = BinaryPrimitives.ReadUInt32LittleEndian(answer);
        return actual is > 0 and <= int.MaxValue ? ((int)actual, null) : (0, $"it sets a clock of {actual} Hz");
    }

    /// <summary>Drives the pins or lets them go.</summary>
    public Task<string?> SetPinsAsync(bool driven) =>
        AskAsync(SerprogProtocol.EncodePins(driven).AsMemory(), Memory<byte>.Empty);

    /// <summary>Executes one chip-select frame.</summary>
    public async Task<string?> TransferAsync(ReadOnlyMemory<byte> command, Memory<byte> response, TimeSpan limit)
    {
        byte[] request =
            [.. SerprogProtocol.EncodeSpiHeader(command.Length, response.Length), .. command.Span];
        (bool refused, string? fault) = await CommandAsync(request, response, limit);
        return refused ? "it refused an SPI operation" : fault;
    }

    private async Task<string?> TrySynchronizeAsync(bool finishFirst)
    {
        byte[] idle = new byte[NoOperations]; // they end a short command that was half sent
        if (finishFirst && await link.SendAsync(idle, AnswerLimit) is string deaf)
            return deaf;
        if (await link.DrainAsync() is string noisy)
            return noisy;
        for (int i = 0; i < 2; i++) // the second answer is not left over from somebody else
        {
            if (await link.SendAsync(new[] { SerprogProtocol.Synchronize }, AnswerLimit) is string broken)
                return broken;
            byte[] answer = new byte[SerprogProtocol.InStep.Length];
            if (await link.ReceiveAsync(answer, SyncLimit) is string silent)
                return silent;
            if (!answer.AsSpan().SequenceEqual(SerprogProtocol.InStep))
                return "it does not speak serprog";
        }

        return null;
    }

    private async Task<string?> SelectBusAsync()
    {
        byte[] bus = [SerprogProtocol.SpiBus];
        if (Knows(SerprogProtocol.QueryBus) && await AskAsync([SerprogProtocol.QueryBus], bus) is string fault)
            return fault;
        if ((bus[0] & SerprogProtocol.SpiBus) == 0)
            return "it has no SPI bus";
        return Knows(SerprogProtocol.SetBus)
            ? await AskAsync(new byte[] { SerprogProtocol.SetBus, SerprogProtocol.SpiBus }, Memory<byte>.Empty)
            : null;
    }

    private async Task<(SerprogFacts? Facts, string? Fault)> DescribeAsync()
    {
        byte[] name = new byte[NameLength], buffer = [0xFF, 0xFF], writeMax = new byte[3], readMax = new byte[3];
        string? fault = await AskIfKnownAsync(SerprogProtocol.QueryName, name)
            ?? await AskIfKnownAsync(SerprogProtocol.QueryBuffer, buffer)
            ?? await AskIfKnownAsync(SerprogProtocol.QueryWriteMax, writeMax)
            ?? await AskIfKnownAsync(SerprogProtocol.QueryReadMax, readMax);
        if (fault is not null)
            return (null, fault);
        int commandMax = Math.Min(Length(writeMax), BufferRoom(BinaryPrimitives.ReadUInt16LittleEndian(buffer)));
        if (commandMax < CommandMin)
            return (null, $"it takes SPI commands of {Math.Max(commandMax, 0)} bytes only");
        (List<SpiClock> clocks, fault) = await FindClocksAsync();
        bool pins = Knows(SerprogProtocol.SetPins);
        fault ??= pins ? await SetPinsAsync(driven: true) : null;
        return fault is null
            ? (new SerprogFacts(Printable(name), commandMax, Length(readMax), clocks, pins), null)
            : (null, fault);
    }

    // From the fastest down by halves, as far as it goes; each is what the programmer made of the question. One that
    // has a single clock may name it whatever is asked.
    private async Task<(List<SpiClock> Clocks, string? Fault)> FindClocksAsync()
    {
        var clocks = new List<SpiClock>();
        if (!Knows(SerprogProtocol.SetFrequency))
            return (clocks, null);
        for (int ask = HighestHz; clocks.Count < ClocksMax && ask >= LowestHz;)
        {
            (int hz, string? fault) = await SetClockAsync(ask);
            if (fault is not null)
                return (clocks, fault);
            if (hz == 0 || clocks.Exists(clock => clock.Hz <= hz))
                break;
            clocks.Add(new SpiClock(hz));
            ask = hz / 2;
        }

        return (clocks, null);
    }

    private Task<string?> AskIfKnownAsync(byte command, Memory<byte> answer) =>
        Knows(command) ? AskAsync(new[] { command }, answer) : Task.FromResult<string?>(null);

    private async Task<string?> AskAsync(ReadOnlyMemory<byte> command, Memory<byte> answer)
    {
        (bool refused, string? fault) = await CommandAsync(command, answer, AnswerLimit);
        return refused ? $"it refused the command 0x{command.Span[0]:X2}" : fault;
    }

    private Task<string?> AskAsync(byte[] command, Memory<byte> answer) => AskAsync(command.AsMemory(), answer);

    private async Task<(bool Refused, string? Fault)> CommandAsync(
        ReadOnlyMemory<byte> command, Memory<byte> answer, TimeSpan limit)
    {
        byte[] verdict = new byte[1];
        string? fault = await link.SendAsync(command, limit) ?? await link.ReceiveAsync(verdict, limit);
        if (fault is not null)
            return (false, fault);
        return verdict[0] switch
        {
            SerprogProtocol.Ack => (false, await link.ReceiveAsync(answer, limit)),
            SerprogProtocol.Nak => (true, null),
            _ => (false, $"it is out of step: it answered 0x{verdict[0]:X2} to the command 0x{command.Span[0]:X2}"),
        };
    }

    private bool Knows(byte command) => SerprogProtocol.Knows(_map, command);

    private static int BufferRoom(ushort buffer) =>
        buffer == 0xFFFF ? SerprogProtocol.LengthMax : buffer - SerprogProtocol.SpiHeaderLength; // FFFF: flow control

    private static int Length(ReadOnlySpan<byte> answer)
    {
        int length = answer[0] | answer[1] << 8 | answer[2] << 16;
        return length == 0 ? SerprogProtocol.LengthMax : length; // 0 means 2^24, one more than a length can say
    }

    private static string Printable(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOf((byte)0);
        var text = new char[end < 0 ? name.Length : end];
        for (int i = 0; i < text.Length; i++)
            text[i] = name[i] is >= 0x20 and <= 0x7E ? (char)name[i] : '?';
        return new string(text).Trim();
    }
}
