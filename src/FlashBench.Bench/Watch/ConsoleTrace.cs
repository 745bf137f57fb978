namespace FlashBench.Bench.Watch;

/// <summary>What the console said during one boot.</summary>
/// <remarks>
/// Only intact lines count, and an agent or heartbeat line counts only if its counter and uptime go on from the lines
/// before it and agree with the bench's clock: a replay of another boot does not.
/// </remarks>
/// <param name="settings">The numbers of the boot.</param>
/// <param name="nonce">The boot's nonce.</param>
/// <param name="powerGoodUs">Before this the system cannot have started: power-good, or when a warm boot was asked for.
/// </param>
internal sealed class ConsoleTrace(BootSettings settings, string nonce, Func<long?> powerGoodUs)
{
    /// <summary>So many samples of one boot are kept: one each 30 s makes 2,880 in the longest watch.</summary>
    public const int SamplesMax = 8192;

    private const long UsPerSecond = 1_000_000, ClockSlackUs = UsPerSecond;
    private const string NoNonce = "00000000"; // of an agent that was not asked yet
    private const int HeartbeatsThatAgree = 3, ClockPercent = 1, FirmwareLinesMax = 400, LineShownMax = 200;

    private readonly ConsoleLines _lines = new();
    private readonly TellingLines _telling = new(settings.Banner);
    private readonly List<RegisterSample> _samples = [];
    private readonly List<string> _firmwareLines = [];
    private readonly LoginPrompt _login = new();
    private readonly AgentLine?[] _last = new AgentLine?[3]; // by kind
    private TimeSpan _kernelUptime; // of the last line of the kernel's log
    private readonly ClockTrace _checkedClock = new(), _heartbeatClock = new();
    private SignCounts _counts;
    private readonly byte[] _lastLine = new byte[ConsoleLines.LengthMax];
    private int _lastLength;
    private long _atUs; // of the piece that is being cut into lines
    private bool _pieceMayTell;
    private bool _promptStands;
    private (long Start, TimeSpan Uptime)? _restarted; // the last line that looked so, see TellsRestart
    private long? _kernelStartUs; // bench time minus board uptime: constant as long as the board does not restart
    private bool _kernelStartChecked; // true once a line with a checksum said so

    public IReadOnlyList<RegisterSample> Samples => _samples;

    public SignTrace Signs { get; } = new();

    /// <summary>Why the samples are not all there; null while they are.</summary>
    public string? Excess => _samples.Count < SamplesMax ? null
        : $"the agent sent {SamplesMax} samples, more than any boot needs: later ones are not kept";

    public IReadOnlyList<string> FirmwareLines => _firmwareLines;

    public int Banners { get; private set; }

    /// <summary>Banners before the operating system showed itself.</summary>
    public int EarlyStarts { get; private set; }

    /// <summary>The last of them.</summary>
    public long? LastEarlyBannerUs { get; private set; }

    /// <summary>The first of them that came later after the start before it than a system may take to show itself;
    /// null if none did.</summary>
    public (long From, long AtUs)? LateStart { get; private set; }

    /// <summary>When the kernel started, by the bench's clock and the board's uptime; the first sign of life of a
    /// system that tells no uptime.</summary>
    public long? KernelStartUs => OsUpUs is null ? null : _kernelStartUs ?? OsUpUs;

    /// <summary>Stale samples since the last counted one.</summary>
    public int StaleSinceSample { get; private set; }

    public int Damaged { get; private set; }

    public int Stale { get; private set; }

    /// <summary>True once any line of the agent came, be it damaged or of another nonce.</summary>
    public bool AgentSpoke { get; private set; }

    /// <summary>True once a heartbeat counted.</summary>
    public bool HasHeartbeat => _last[(int)AgentLineKind.Heartbeat] is not null;

    /// <summary>What the agent said of the board.</summary>
    public BoardFacts Facts { get; } = new();

    /// <summary>Lines that look like FB2 but are damaged.</summary>
    public int DamagedFacts { get; private set; }

    /// <summary>First sign of the operating system.</summary>
    public long? OsUpUs => Signs.FirstUs;

    /// <summary>When the board started again after its OS was up.</summary>
    public long? ResetUs { get; private set; }

    /// <summary>Telling words of firmware and kernel.</summary>
    public ConsoleTexts Texts { get; } = new();

    /// <summary>Signs of life by what gave them.</summary>
    public SignCounts Counts => _counts;

    /// <summary>The board's clock against the bench's, by lines with a checksum, else by heartbeats.</summary>
    public ClockComparison? Clock => _checkedClock.Result ?? _heartbeatClock.Result;

    /// <summary>True once any line came.</summary>
    public bool SaidAnything => _lastLength > 0;

    /// <summary>The beginning of the last line that was not empty; null so far.</summary>
    public string? LastLine => _lastLength == 0 ? null
        : System.Text.Encoding.UTF8.GetString(_lastLine, 0, Math.Min(_lastLength, LineShownMax));

    /// <summary>Last time that a line came again just as it had come before.</summary>
    public long? RepeatedUs { get; private set; }

    public void Add(long atUs, ReadOnlySpan<byte> data)
    {
        (_atUs, _pieceMayTell) = (atUs, _telling.MayHave(data, beforeSystem: OsUpUs is null));
        _lines.Feed(data, OnLine);
        bool stands = LoginPrompt.IsPrompt(_lines.Pending);
        bool isNew = stands && (!_promptStands || data.Contains((byte)'\n'));
        if (isNew && _login.OnPrompt(atUs) && powerGoodUs() is not null)
        {
            Signs.Add(atUs);
            _counts = _counts with { Logins = _counts.Logins + 1 };
        }

        _promptStands = stands;
    }

    /// <summary>The bench pressed return at a login prompt.</summary>
    public void OnProbe(long atUs) => _login.OnProbe(atUs);

    /// <summary>True if a login prompt is there and could answer.</summary>
    public bool CanProbeLogin(long nowUs) => _login.IsQuiet(nowUs);

    private void OnLine(ReadOnlySpan<byte> bytes, bool whole)
    {
        long atUs = _atUs;
        if (!bytes.IsEmpty)
        {
            RepeatedUs = bytes.SequenceEqual(_lastLine.AsSpan(0, _lastLength)) ? atUs : RepeatedUs;
            bytes.CopyTo(_lastLine);
            _lastLength = bytes.Length;
        }

        bool sample = AgentLine.ClaimsSample(bytes), facts = AgentLine.ClaimsFacts(bytes);
        AgentSpoke |= sample || facts;
        if (AgentLine.Parse(bytes) is AgentLine line)
            OnAgent(atUs, line);
        else if (sample)
            Damaged++;
        else if (facts)
            DamagedFacts++;
        else
            OnOther(atUs, bytes, mayTell: _pieceMayTell || !whole);
    }

    // Most lines of a flooded console end here, and none of them may cost much.
    private void OnOther(long atUs, ReadOnlySpan<byte> line, bool mayTell)
    {
        if (!mayTell && (OsUpUs is null || !KernelLine.Begins(line)))
            return;
        ReadOnlySpan<char> text = _telling.Printable(line);
        if (mayTell && _telling.MayTell(text, beforeSystem: OsUpUs is null))
            OnText(atUs, text.ToString());
        else if (OsUpUs is not null && KernelLine.Uptime(text) is TimeSpan uptime)
            OnKernel(atUs, uptime);
    }

    private void OnAgent(long atUs, AgentLine line)
    {
        if (!GoesOn(atUs, line))
        {
            if (_last[(int)line.Kind] is { } last && last.Uptime == line.Uptime && last.Nonce == line.Nonce)
                RepeatedUs = atUs;
            Stale++;
            StaleSinceSample += line.IsSample ? 1 : 0;
            if (TellsRestart(atUs, line) is long restartUs)
                ResetUs ??= restartUs;
            return;
        }

        _last[(int)line.Kind] = line;
        Signs.Add(atUs);
        (line.IsChecked ? _checkedClock : _heartbeatClock).Add(atUs, line.Uptime);
        _counts = line.IsChecked
            ? _counts with { Agent = _counts.Agent + 1 }
            : _counts with { Heartbeats = _counts.Heartbeats + 1 };
        Facts.Add(line.Facts);
        if (!line.IsSample)
            return;
        StaleSinceSample = 0;
        if (_samples.Count < SamplesMax)
            _samples.Add(new RegisterSample(atUs, line.Number, line.Uptime, line.Registers));
    }

    // A line is held against lines of its kind only: a heartbeat carries neither nonce nor checksum, and a damaged one
    // must not make true samples look old. Its counter is not used, since one damaged digit would make all later ones
    // look old; a heartbeat that repeats itself shows in its uptime.
    private bool GoesOn(long atUs, AgentLine line)
    {
        AgentLine? last = _last[(int)line.Kind];
        bool goesOn = line.IsChecked
            ? line.Nonce == nonce && (last is null || (line.Number > last.Number && line.Uptime >= last.Uptime))
            : last is null || line.Uptime > last.Uptime;
        return goesOn && AgreesWithClock(atUs, line.Uptime, line.IsChecked);
    }

    // Many boards print nothing before their agent: only the uptime of lines that damage cannot have made shows that
    // the system started again. Two that count anew and go on with the clock: one alone may be an old line that came
    // again. When it started, by the bench's clock; null if they do not show it.
    private long? TellsRestart(long atUs, AgentLine line)
    {
        if (!line.IsChecked || !_kernelStartChecked || _kernelStartUs is not long known || OsUpUs is not long up
            || (line.Nonce != nonce && line.Nonce != NoNonce) || powerGoodUs() is not long t0)
        {
            return null; // of another boot, or nothing to hold it against
        }

        long kernelStart = atUs - (long)line.Uptime.TotalMicroseconds;
        long slack = 2 * ClockSlackUs + (atUs - t0) * ClockPercent / 100;
        long numberBefore = _last[(int)line.Kind]?.Number ?? long.MaxValue;
        bool isNew = kernelStart > known + slack && line.Number < numberBefore;
        if (!isNew)
            return null;
        (long Start, TimeSpan Uptime)? before = _restarted;
        _restarted = (kernelStart, line.Uptime);
        bool goesOn = before is { } first && line.Uptime > first.Uptime
            && Math.Abs(kernelStart - first.Start) <= ClockSlackUs;
        return goesOn ? Math.Max(kernelStart, up) : null;
    }

    private bool AgreesWithClock(long atUs, TimeSpan uptime, bool isChecked)
    {
        if (powerGoodUs() is not long t0)
            return false;
        long kernelStart = atUs - (long)uptime.TotalMicroseconds;
        if (kernelStart < t0 - ClockSlackUs)
            return false; // it claims to be up for longer than the board has power
        bool overrules = isChecked && !_kernelStartChecked && Signs.Count < HeartbeatsThatAgree;
        if (_kernelStartUs is null || overrules)
            (_kernelStartUs, _kernelStartChecked) = (kernelStart, isChecked);
        long slack = ClockSlackUs + (atUs - t0) * ClockPercent / 100;
        return Math.Abs(kernelStart - _kernelStartUs.Value) <= slack;
    }

    private void OnText(long atUs, string text)
    {
        if (_telling.IsBanner(text))
        {
            Banners++;
            OnStart(atUs);
        }
        else if (Texts.Take(atUs, text))
        {
            // It says how the boot ends, not that it goes on.
        }
        else if (OsUpUs is not null && KernelLine.Uptime(text) is TimeSpan uptime)
        {
            OnKernel(atUs, uptime);
        }

        if (OsUpUs is null && _firmwareLines.Count < FirmwareLinesMax && SpeaksOfMe(text))
            _firmwareLines.Add(text);
    }

    // A passive heartbeat: it fills pauses once the system is up, and must go on and fit the clock as a heartbeat must.
    private void OnKernel(long atUs, TimeSpan uptime)
    {
        if (uptime <= _kernelUptime || !AgreesWithClock(atUs, uptime, isChecked: false))
            return;
        _kernelUptime = uptime;
        Signs.Add(atUs);
        _counts = _counts with { Kernel = _counts.Kernel + 1 };
    }

    private void OnStart(long atUs)
    {
        if (OsUpUs is not null)
        {
            ResetUs ??= atUs;
            return;
        }

        if (powerGoodUs() is long t0 && Math.Max(t0, LastEarlyBannerUs ?? t0) is var from
            && atUs - from > settings.BootLimitUs)
        {
            LateStart ??= (from, atUs);
        }

        (EarlyStarts, LastEarlyBannerUs) = (EarlyStarts + 1, atUs);
    }

    // A boot log at debug level has thousands of lines; only these can say something of the ME.
    private static bool SpeaksOfMe(string text) => text.Contains("ME:", StringComparison.Ordinal)
        || text.Contains("HFS", StringComparison.Ordinal) || text.Contains("CSE", StringComparison.Ordinal);
}
