using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Watch;

/// <summary>Follows one boot, sample by sample and byte by byte, live or from the record.</summary>
/// <remarks>Pure: it has no clock. Feed it in order of time.</remarks>
public sealed class BootWatch
{
    private const long GlobalResetUs = 5_000_000, SettleAfterResetUs = 5_000_000, UsPerMinute = 60_000_000;

    // Long enough to see the supply go too, a sleeping board's current, and a board that starts again by itself.
    private const long SettleAfterLossUs = 15_000_000;

    private readonly BootSettings _settings;
    private readonly int _number;
    private readonly string _kind, _nonce;
    private readonly long _commandedUs;
    private readonly PowerTrace _power;
    private readonly List<int> _bytesPerMinute = [];
    private ConsoleTrace _console;
    private IReadOnlyList<RegisterSample> _samplesBefore = [];
    private string? _gap, _consoleHole;
    private long? _noiseUs, _restartAskedUs;
    private long? _lowAfterUs; // from the last start until the rail was low

    /// <summary>Starts following boot <paramref name="number"/>.</summary>
    /// <param name="settings">The numbers to judge by.</param>
    /// <param name="number">1-based number within the job.</param>
    /// <param name="begin">Kind and nonce of the boot.</param>
    /// <param name="commandedUs">When the relay was closed.</param>
    public BootWatch(BootSettings settings, int number, (string Kind, string Nonce) begin, long commandedUs)
    {
        (_settings, _number, _kind, _commandedUs) = (settings, number, begin.Kind, commandedUs);
        _power = new PowerTrace(settings, commandedUs);
        _nonce = begin.Nonce;
        _console = new ConsoleTrace(settings, begin.Nonce, () => _power.PowerGoodUs);
    }

    /// <summary>Main rail power-good; null so far.</summary>
    public long? PowerGoodUs => _power.PowerGoodUs;

    /// <summary>True while lines with another nonce than this boot's arrive.</summary>
    public bool NeedsChallenge => _console.StaleSinceSample > 0;

    /// <summary>True once the agent said anything, be it damaged or with another nonce.</summary>
    public bool AgentSpoke => _console.AgentSpoke;

    /// <summary>True once everything that the agent can say of the board has come.</summary>
    public bool FactsComplete => _console.Facts.IsComplete;

    /// <summary>Last sign of life; null so far.</summary>
    public long? LastSignUs => _console.Signs.LastUs;

    /// <summary>First sign of life; null so far.</summary>
    public long? FirstSignUs => _console.OsUpUs;

    /// <summary>Last intact FB1 line of this boot; null so far.</summary>
    public long? LastSampleUs => _console.Samples.Count > 0 ? _console.Samples[^1].AtUs : null;

    /// <summary>True once the board lost power or started again after its system was up.</summary>
    public bool HasFailed => _power.LostUs is not null || _console.ResetUs is not null;

    /// <summary>True if current flows into the board's supply input.</summary>
    public bool SupplySeen => _power.SupplySeen;

    /// <summary>Start of the time that counts: the latest of power-good, the last banner before the operating system,
    /// and the kernel's start by its own uptime. No reset of any kind lies after it.</summary>
    public long? ClockStartUs =>
        LastStartUs is long start ? Math.Max(start, _console.KernelStartUs ?? start) : null;

    /// <summary>Intact samples of this boot so far, in order.</summary>
    public IReadOnlyList<RegisterSample> Samples => _console.Samples;

    /// <summary>True once the console said anything at all.</summary>
    public bool ConsoleSpoke => _bytesPerMinute.Count > 0;

    /// <summary>Beginning of the last line of the console since the last start; null so far. Foreign text.</summary>
    public string? LastLine => _console.LastLine;

    /// <summary>True while a warm boot has not been asked for that this boot is about.</summary>
    public bool AwaitsRestart => _kind == BootKind.Warm && _restartAskedUs is null;

    // Of the platform, as far as the console lets it be known.
    private long? LastStartUs => _power.PowerGoodUs is long t0
        ? Math.Max(Math.Max(t0, _restartAskedUs ?? t0), _console.LastEarlyBannerUs ?? t0)
        : null;

    /// <summary>True while a warm boot may be asked for: the board has kept its power, and did not restart by itself.
    /// </summary>
    public bool CanRestart => AwaitsRestart && !HasFailed && _power.LowSinceUs is null;

    /// <summary>Takes a sensor sample.</summary>
    public void OnPower(long atUs, int millivolts, int milliamps)
    {
        long? lowSince = _power.LowSinceUs;
        _power.Add(atUs, millivolts, milliamps);
        if (lowSince is null)
            _lowAfterUs = _power.LowSinceUs - LastStartUs; // the next banner may come before the rail is seen again
        // Soon after a start and before the operating system, a short loss with the supply in place is a global reset
        // of the platform. Later it is a loss: a watchdog may have acted on a system that nobody heard.
        bool back = millivolts >= _settings.OnMillivolts && milliamps > _settings.OffMilliamps;
        bool early = _console.OsUpUs is null && _lowAfterUs <= _settings.BootLimitUs;
        if (!back || !early || atUs - lowSince > GlobalResetUs)
            return;
        _power.Restart(atUs);
        if (_restartAskedUs is not null)
            OnGap("the main rail went down with the restart: it was no warm boot");
    }

    /// <summary>Takes console bytes.</summary>
    public void OnConsole(long atUs, ReadOnlySpan<byte> data)
    {
        int minute = (int)Math.Clamp((atUs - _commandedUs) / UsPerMinute, 0, short.MaxValue);
        while (_bytesPerMinute.Count <= minute)
            _bytesPerMinute.Add(0);
        _bytesPerMinute[minute] += data.Length;
        _console.Add(atUs, data);
    }

    /// <summary>Notes that the bench pressed return at a login prompt.</summary>
    /// <param name="atUs">When.</param>
    public void OnProbe(long atUs) => _console.OnProbe(atUs);

    /// <summary>True if a login prompt is there that could answer such a probe now.</summary>
    /// <param name="nowUs">The present.</param>
    public bool CanProbeLogin(long nowUs) => _console.CanProbeLogin(nowUs);

    /// <summary>Notes that the record of this boot has a hole.</summary>
    /// <param name="reason">What happened, as a sentence without a full stop.</param>
    public void OnGap(string reason) => _gap ??= reason;

    /// <summary>Notes that what the console said has a hole.</summary>
    /// <param name="reason">What happened, as a sentence without a full stop.</param>
    public void OnConsoleHole(string reason) => _consoleHole ??= reason;

    /// <summary>Notes breaks or receive errors on the console.</summary>
    /// <param name="atUs">When they were noticed.</param>
    public void OnConsoleNoise(long atUs) => _noiseUs = atUs;

    /// <summary>Notes that the bench asked the board to restart warm: nothing before it counts any more.</summary>
    /// <param name="atUs">When.</param>
    public void OnRestartAsked(long atUs)
    {
        if (!AwaitsRestart)
        {
            OnGap("a restart was asked for in the middle of the boot");
            return;
        }

        if (!CanRestart)
            return; // what the board did by itself must not pass for what it was asked to do

        _restartAskedUs = atUs;
        _samplesBefore = _console.Samples;
        _console = new ConsoleTrace(
            _settings, _nonce, () => _power.PowerGoodUs is long t0 ? Math.Max(t0, atUs) : null);
    }

    /// <summary>Says whether watching on can still change the result.</summary>
    /// <param name="nowUs">The present.</param>
    /// <returns>Why to stop; null to go on.</returns>
    public string? StopReason(long nowUs)
    {
        if (_power.LostUs is long lost && nowUs >= lost + SettleAfterLossUs)
            return "power lost";
        if (_console.ResetUs is long reset && nowUs >= reset + SettleAfterResetUs)
            return "the board restarted";
        if (_console.OsUpUs is null && Math.Max(_console.EarlyStarts, _power.Restarts) > BootOutcome.EarlyStartsMax)
            return "the firmware starts again and again";
        if (_console.Excess is string excess)
            return excess;
        if (ClockStartUs is not long start)
            return null;
        if (FailFast.Alarm(_settings, _console.Samples, start) is not null)
            return "the ME is not disabled";
        if (AwaitsRestart)
            return nowUs >= start + _settings.BootLimitUs + _settings.GraceUs ? "no restart could be asked for" : null;
        long mark = start + _settings.MinimumUs;
        if (nowUs >= mark + _settings.GraceUs)
            return "end of the grace time";
        return LastSignUs > mark && LastSampleUs > mark && nowUs > mark ? "complete" : null;
    }

    /// <summary>The boot as measured so far.</summary>
    /// <param name="endUs">End of the watch.</param>
    public BootObservation Observe(long endUs)
    {
        var outcome = new BootOutcome(_settings, _power, _console)
        {
            Gap = _gap ?? _console.Excess ?? (AwaitsRestart ? "the board was not asked to restart" : null),
            ConsoleHole = _consoleHole,
            NoiseUs = _noiseUs,
            RestartAskedUs = _restartAskedUs,
            EndUs = endUs,
        };
        (BootClass kind, string explanation) = outcome.Classify(ClockStartUs);
        return new BootObservation
        {
            Number = _number,
            Kind = _kind,
            Class = kind,
            Explanation = explanation,
            CommandedUs = _commandedUs,
            PowerGoodUs = _power.PowerGoodUs,
            CountedFromUs = ClockStartUs,
            OsUpUs = _console.OsUpUs,
            ResetUs = _console.ResetUs,
            PowerLostUs = _power.LostUs,
            LossUncertaintyUs = _power.LossUncertaintyUs,
            Clock = _console.Clock,
            SignCounts = _console.Counts,
            EndUs = endUs,
            Banners = _console.Banners,
            LastSignUs = LastSignUs,
            LongestGapUs = _console.Signs.LongestSilenceUs(_power.LostUs ?? endUs),
            Samples = _console.Samples,
            SamplesBeforeRestart = _samplesBefore,
            DamagedSamples = _console.Damaged,
            StaleSamples = _console.Stale,
            Facts = _console.Facts,
            DamagedFacts = _console.DamagedFacts,
            FirmwareText = CorebootMeText.Read(_console.FirmwareLines),
            Power = _power.Samples,
            Signs = _console.Signs.Listed,
            BytesPerMinute = _bytesPerMinute,
        };
    }
}
