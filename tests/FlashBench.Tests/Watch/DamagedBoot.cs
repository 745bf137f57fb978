using System.Globalization;
using System.Text;
using FlashBench.Bench.Watch;
using FlashBench.Simulation.Board;

namespace FlashBench.Tests.Watch;

/// <summary>A boot of 31 minutes over a console that damages bytes both ways, asked as the bench asks.</summary>
/// <remarks>Every register word that is sent is another one, so that a sample that nobody sent shows.</remarks>
internal sealed class DamagedBoot(LineDamage toBench, LineDamage toBoard, int seed)
{
    private const string Nonce = "1a2b3c4d";
    private const double Kernel = 20, SystemUp = 30, Step = 0.5, Limit = 2200;
    private const long Us = 1_000_000;

    private readonly Random _random = new(seed);
    private readonly DutAgent _agent = new();
    private readonly HashSet<(long Number, TimeSpan Uptime, uint Word)> _sent = [];
    private readonly Queue<string> _answers = new();

    private static readonly (string Key, string Text)[][] Parts =
    [
        [("cpu", "Intel(R) Core(TM) i5-3320M CPU @ 2.60GHz"), ("cpuflags", "smx,vmx")],
        [("pch", "8086:1e55"), ("me", "00:16.0/8086:1e3a"), ("meifw", "none")],
        [("nic", "00:19.0/8086:1502/0200")],
        [("msr13a", "000000010000006f"), ("kernel", "6.1.0-28-amd64")],
    ];

    /// <summary>False: the bench asks for a new nonce only, and never again.</summary>
    public bool AsksAgain { get; init; } = true;

    /// <summary>What the watch saw.</summary>
    public BootObservation Seen { get; private set; } = null!;

    /// <summary>FB1 lines that the agent sent.</summary>
    public int SamplesSent => _sent.Count;

    /// <summary>Samples and facts that nobody sent, but were counted.</summary>
    public int FalseClaims { get; private set; }

    /// <summary>True if the boot has an intact sample early, midway and past the mark.</summary>
    public bool HasThreeSamples { get; private set; }

    /// <summary>Plays the boot.</summary>
    public DamagedBoot Run()
    {
        BootSettings settings = new BootScript().Settings;
        var watch = new BootWatch(settings, 1, (BootKind.Watch, Nonce), 0);
        var plan = new ProbePlan(watch, settings, Nonce);
        double end = 0;
        for (double at = 0; at < Limit; at += Step)
        {
            end = at;
            watch.OnPower((long)(at * Us), at < 1 ? 0 : 3290 + _random.Next(9), 800 + _random.Next(40));
            Print(watch, at);
            if (watch.StopReason((long)(at * Us)) is not null)
                break;
            string? question = AsksAgain ? plan.Next((long)(at * Us))
                : watch.NeedsChallenge && at % 5 == 0 ? $"FBQ {Nonce}\n" : null;
            if (question is not null && at >= SystemUp)
                Ask(question, at);
        }

        Seen = watch.Observe((long)(end * Us));
        Judge();
        return this;
    }

    private void Print(BootWatch watch, double at)
    {
        if (at == 2)
            Send(watch, at, "coreboot-4.22 x86_64 bootblock starting (log level: 7)...");
        if (at < SystemUp)
            return;
        while (_answers.TryDequeue(out string? answer))
            Send(watch, at + 0.01, answer);
        if (at % 5 == 0)
            Send(watch, at, BootScript.HeartbeatLine((long)((at - SystemUp) / 5) + 1, at - Kernel));
        if ((at - SystemUp) % 30 == 2)
            Send(watch, at + 0.02, Sample(at + 0.02));
    }

    private void Ask(string question, double at)
    {
        AgentAnswers wanted = _agent.Receive(toBoard.Pass(Encoding.ASCII.GetBytes(question)));
        if (wanted.HasFlag(AgentAnswers.Sample))
            _answers.Enqueue(Sample(at));
        if (!wanted.HasFlag(AgentAnswers.Facts))
            return;
        foreach ((string Key, string Text)[] facts in Parts)
            _answers.Enqueue(_agent.NextFacts(Uptime(at), facts));
    }

    private string Sample(double at)
    {
        uint[] words = new uint[6];
        for (int i = 0; i < words.Length; i++)
            words[i] = (uint)_random.NextInt64(1L << 32);
        string line = _agent.NextSample(Uptime(at), words);
        _sent.Add((_agent.SampleCount, Parsed(line), words[0]));
        return line;
    }

    private static TimeSpan Uptime(double at) => TimeSpan.FromSeconds(at - Kernel);

    private static TimeSpan Parsed(string line) =>
        TimeSpan.FromSeconds(double.Parse(line.Split(' ')[3], CultureInfo.InvariantCulture));

    private void Send(BootWatch watch, double at, string line) =>
        watch.OnConsole((long)(at * Us), toBench.Pass(Encoding.ASCII.GetBytes(line + "\r\n")));

    private void Judge()
    {
        var told = Parts.SelectMany(facts => facts)
            .ToDictionary(fact => fact.Key, fact => fact.Text.Replace(" ", "%20", StringComparison.Ordinal));
        FalseClaims = Seen.Samples.Count(sample =>
            !_sent.Contains((sample.Number, sample.Uptime, sample.Registers.Hfsts1 ?? 0)))
            + Seen.Facts.All.Count(fact => told.GetValueOrDefault(fact.Key) != fact.Value)
            + (Seen.FirmwareText?.IsEmpty == false ? 1 : 0);
        if (Seen.CountedFromUs is not long start)
            return;
        (double From, double To)[] windows = [(0, 8), (12, 20), (31, 99)];
        HasThreeSamples = windows.All(window => Seen.Samples.Any(sample => (sample.AtUs - start) / 6e7 is double minute
            && minute >= window.From && minute < window.To));
    }
}
