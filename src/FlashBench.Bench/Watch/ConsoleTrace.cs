using System.Text;
using System.Text.RegularExpressions;

namespace FlashBench.Bench.Watch;

/// <summary>What the console said during one boot.</summary>
/// <remarks>
/// Only intact lines count, and an agent or heartbeat line counts only if its counter and uptime go on from the lines
/// before it and agree with the bench's clock: a replay of another boot does not.
/// </remarks>
internal sealed class ConsoleTrace(BootSettings settings, string nonce, Func<long?> powerGoodUs)
{
    private const long UsPerSecond = 1_000_000, ClockSlackUs = UsPerSecond;
    private const int ClockPercent = 1, FirmwareLinesMax = 400;

    private readonly ConsoleLines _lines = new();
    private readonly Regex _banner = new(settings.Banner, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    private readonly List<RegisterSample> _samples = [];
    private readonly List<long> _signs = [];
    private readonly List<string> _firmwareLines = [];
    private (long Number, TimeSpan Uptime) _lastHeartbeat, _lastSample;
    private long? _bootOffsetUs; // bench time minus board uptime: constant as long as the board does not restart

    public IReadOnlyList<RegisterSample> Samples => _samples;

    public IReadOnlyList<long> Signs => _signs;

    public IReadOnlyList<string> FirmwareLines => _firmwareLines;

    public int Banners { get; private set; }

    public long? LastBannerUs { get; private set; }

    public int Damaged { get; private set; }

    public int Stale { get; private set; }

    /// <summary>First sign of the operating system.</summary>
    public long? OsUpUs => _signs.Count > 0 ? _signs[0] : null;

    /// <summary>When the board started again after its OS was up.</summary>
    public long? ResetUs { get; private set; }

    /// <summary>Last line by which the OS says that it powers down.</summary>
    public long? ShutdownTextUs { get; private set; }

    /// <summary>Last line of a panic or a thermal trip.</summary>
    public long? CrashTextUs { get; private set; }

    public void Add(long atUs, ReadOnlySpan<byte> data) => _lines.Feed(data, line => OnLine(atUs, line));

    private void OnLine(long atUs, ReadOnlySpan<byte> bytes)
    {
        if (AgentLine.Parse(bytes) is AgentLine line)
            OnAgent(atUs, line);
        else if (AgentLine.ClaimsSample(bytes))
            Damaged++;
        else
            OnText(atUs, Printable(bytes));
    }

    private void OnAgent(long atUs, AgentLine line)
    {
        if (line.IsSample && line.Nonce != nonce)
        {
            Stale++;
            return;
        }

        ref (long Number, TimeSpan Uptime) last = ref line.IsSample ? ref _lastSample : ref _lastHeartbeat;
        if (line.Number <= last.Number || line.Uptime < last.Uptime || !AgreesWithClock(atUs, line.Uptime))
        {
            Stale++;
            return;
        }

        last = (line.Number, line.Uptime);
        _signs.Add(atUs);
        if (line.IsSample)
            _samples.Add(new RegisterSample(atUs, line.Number, line.Uptime, line.Registers));
    }

    private bool AgreesWithClock(long atUs, TimeSpan uptime)
    {
        if (powerGoodUs() is not long t0)
            return false;
        long offset = atUs - t0 - (long)uptime.TotalMicroseconds;
        _bootOffsetUs ??= offset;
        long slack = ClockSlackUs + (atUs - t0) * ClockPercent / 100;
        return offset >= -ClockSlackUs && Math.Abs(offset - _bootOffsetUs.Value) <= slack;
    }

    private void OnText(long atUs, string text)
    {
        if (_banner.IsMatch(text))
        {
            Banners++;
            LastBannerUs = atUs;
            if (OsUpUs is not null)
                ResetUs ??= atUs;
        }
        else if (text.Contains("reboot: Power down", StringComparison.Ordinal)
            || text.Contains("System halted", StringComparison.Ordinal))
        {
            ShutdownTextUs = atUs;
        }
        else if (text.Contains("Kernel panic", StringComparison.Ordinal)
            || text.Contains("Machine check", StringComparison.OrdinalIgnoreCase)
            || text.Contains("critical temperature", StringComparison.OrdinalIgnoreCase))
        {
            CrashTextUs = atUs;
        }

        if (OsUpUs is null && _firmwareLines.Count < FirmwareLinesMax)
            _firmwareLines.Add(text);
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (byte b in bytes)
            text.Append(b is >= 0x20 and < 0x7F or (byte)'\t' ? (char)b : '\uFFFD');
        return text.ToString();
    }
}
