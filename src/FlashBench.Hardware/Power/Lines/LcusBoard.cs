using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>A USB-serial relay board with the LCUS protocol: frames A0, channel, state, sum; 9600 baud, 8N1.</summary>
/// <remarks>
/// Source: S-33. Some boards answer the request 0xFF with a line for each channel ("CH1: ON"); then a command is
/// confirmed by it. The others say nothing at all: nothing is known of their relays but what was sent. Relays keep
/// their state as long as the board has power, whatever becomes of this process.
/// </remarks>
/// <param name="line">The board's serial port.</param>
/// <param name="place">"relay board at /dev/ttyUSB0", for messages.</param>
/// <param name="time">For limits.</param>
internal sealed partial class LcusBoard(Stream line, string place, TimeProvider time) : IDisposable
{
    internal const int BaudRate = 9600, ChannelMax = 8;

    private const byte FrameStart = 0xA0, StatusRequest = 0xFF;
    private const int AnswerBytesMax = 512;

    // Eight lines of ten characters take 83 ms at 9600 baud; the rest is for the adapter and a busy host.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StaleLimit = TimeSpan.FromMilliseconds(1);

    private readonly SemaphoreSlim _owner = new(1, 1);
    private bool? _answers;

    /// <summary>Opens the serial port of a board.</summary>
    /// <exception cref="PowerException">It cannot be opened.</exception>
    public static LcusBoard Open(string path, TimeProvider time)
    {
        try
        {
            return new LcusBoard(SerialLine.Open(path, BaudRate), $"the relay board at {path}", time);
        }
        catch (ProgrammerException failure)
        {
            throw new PowerException($"relay board: {failure.Message}", failure)
            {
                IsPartGone = failure.Cause == PartCause.Unavailable,
                Cause = failure.Cause,
            };
        }
    }

    /// <summary>State of a relay as the board tells it; null if the board does not speak.</summary>
    public async ValueTask<bool?> ReadAsync(int channel, CancellationToken cancel)
    {
        await _owner.WaitAsync(cancel);
        try
        {
            return await AskAsync(channel, cancel);
        }
        finally
        {
            _owner.Release();
        }
    }

    /// <summary>Switches a relay; a board that speaks has confirmed it on return.</summary>
    public async ValueTask DriveAsync(int channel, bool closed, CancellationToken cancel)
    {
        await _owner.WaitAsync(cancel);
        try
        {
            _answers ??= await AskAsync(channel, cancel) is not null;
            byte state = (byte)(closed ? 1 : 0);
            // From here on there is no way back: a command is sent and confirmed whole.
            await SendAsync([FrameStart, (byte)channel, state, (byte)(FrameStart + channel + state)]);
            if (await AskAsync(channel, CancellationToken.None) is { } now && now != closed)
            {
                throw new PowerException(
                    $"{place}: channel {channel} was switched {Word(closed)} and the board says {Word(now)}");
            }
        }
        finally
        {
            _owner.Release();
        }
    }

    public void Dispose()
    {
        line.Dispose();
    }

    private static string Word(bool closed) => closed ? "on" : "off";

    private async Task<bool?> AskAsync(int channel, CancellationToken cancel)
    {
        if (_answers == false)
            return null;
        await ReceiveAsync(channel: null, StaleLimit, cancel);
        await SendAsync([StatusRequest]);
        bool? state = await ReceiveAsync(channel, AnswerLimit, cancel);
        if (state is null && _answers == true)
            throw new PowerException($"{place} no longer tells the state of channel {channel}");
        _answers = state is not null;
        return state;
    }

    // Until the channel's line is there, or nothing more comes; with no channel: what is left of old answers.
    private async Task<bool?> ReceiveAsync(int? channel, TimeSpan limit, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        byte[] answer = new byte[AnswerBytesMax];
        int length = 0;
        try
        {
            while (length < answer.Length)
            {
                int count = await line.ReadAsync(answer.AsMemory(length), either.Token);
                if (count == 0)
                    throw Gone(null);
                length += count;
                if (channel is { } wanted && StateOf(wanted, answer.AsSpan(0, length)) is { } state)
                    return state;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // It has said all it had to say.
        }
        catch (IOException failure)
        {
            throw Gone(failure);
        }

        return null;
    }

    private static bool? StateOf(int channel, ReadOnlySpan<byte> answer)
    {
        foreach (Match match in StatusLine().Matches(Encoding.Latin1.GetString(answer)))
        {
            if (int.Parse(match.Groups["channel"].ValueSpan, CultureInfo.InvariantCulture) == channel)
                return match.Groups["state"].ValueSpan is "ON";
        }

        return null;
    }

    private async Task SendAsync(byte[] frame)
    {
        using var late = new CancellationTokenSource(WriteLimit, time);
        try
        {
            await line.WriteAsync(frame, late.Token);
        }
        catch (IOException failure)
        {
            throw Gone(failure);
        }
        catch (OperationCanceledException)
        {
            throw new PowerException($"{place} takes no more data");
        }
    }

    private PowerException Gone(IOException? failure) => new($"{place} is gone", failure) { IsPartGone = true };

    [GeneratedRegex(@"CH(?<channel>\d): *(?<state>ON|OFF) *[\r\n]", RegexOptions.CultureInvariant)]
    private static partial Regex StatusLine();
}

/// <summary>One channel of an LCUS relay board as an output line.</summary>
/// <param name="board">Its board.</param>
/// <param name="channel">1 to 8.</param>
/// <param name="inverted">True if the relay at rest is the active level.</param>
/// <param name="identity">What and where.</param>
internal sealed class LcusRelay(LcusBoard board, int channel, bool inverted, PartIdentity identity) : IOutputLine
{
    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    public async ValueTask<bool?> ReadAsync(CancellationToken cancel) =>
        await board.ReadAsync(channel, cancel) ^ inverted;

    /// <inheritdoc/>
    public ValueTask DriveAsync(bool active, CancellationToken cancel) =>
        board.DriveAsync(channel, active ^ inverted, cancel);
}
