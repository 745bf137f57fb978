namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>What to run.</summary>
/// <param name="Seed">Everything follows from it and from a structure's number.</param>
/// <param name="First">Number of the first structure.</param>
/// <param name="Count">How many structures.</param>
/// <param name="Jobs">Threads.</param>
internal sealed record CampaignOptions(long Seed, long First, long Count, int Jobs);

/// <summary>One structure for which a promise did not hold.</summary>
/// <param name="Number">The structure's number; with the seed it replays.</param>
/// <param name="Target">Which original was damaged.</param>
/// <param name="Text">What went wrong.</param>
internal sealed record CampaignFailure(long Number, string Target, string Text);

/// <summary>What came out.</summary>
/// <param name="Ends">How many structures ended how, by target.</param>
/// <param name="Failures">The first failures, by number.</param>
/// <param name="Failed">How many there were in all.</param>
/// <param name="Slowest">The longest time that one structure took.</param>
internal sealed record CampaignResult(
    IReadOnlyDictionary<(string Target, TrialEnd End), long> Ends, IReadOnlyList<CampaignFailure> Failures, long Failed,
    TimeSpan Slowest)
{
    /// <summary>Structures that were run.</summary>
    public long Total => Ends.Values.Sum() + Failed;

    /// <summary>How many of a target's structures ended like this.</summary>
    public long Count(string target, TrialEnd end) => Ends.GetValueOrDefault((target, end));
}

/// <summary>Damages images and texts by the thousand and gives them to every parser of the firmware core.</summary>
/// <remarks>A structure's damage depends on the seed and its number alone, never on the thread that runs it.</remarks>
internal sealed class Campaign(CampaignOptions options, TimeProvider time)
{
    /// <summary>Longest that one structure may take.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);

    // When a structure counts as endless. Longer than the above, which is measured again on a busy machine.
    private static readonly TimeSpan HangMax = TimeSpan.FromSeconds(20);
    private const int RepeatsMax = 5;
    private const int ShownFailures = 20;
    private const int BlockLength = 64; // structures that a thread takes at a time

    private readonly Lock _lock = new();
    private readonly Dictionary<(string, TrialEnd), long> _ends = [];
    private readonly SortedDictionary<long, CampaignFailure> _failures = [];
    private readonly MutationTarget[] _byWeight =
        [.. MutationTarget.All.SelectMany(target => Enumerable.Repeat(target, target.Weight))];

    private long _next = options.First, _failed;
    private TimeSpan _slowest;

    /// <summary>Runs all structures.</summary>
    /// <param name="progress">Told from time to time how many are done; may be null.</param>
    public CampaignResult Run(Action<long>? progress = null)
    {
        foreach (MutationTarget target in MutationTarget.All)
            BuildTables(target);
        Worker[] workers = [.. Enumerable.Range(0, options.Jobs).Select(_ => new Worker(this))];
        foreach (Worker worker in workers)
            worker.Start();
        while (workers.Any(w => !w.IsDone(TimeSpan.FromMilliseconds(250))))
        {
            progress?.Invoke(Math.Min(Interlocked.Read(ref _next) - options.First, options.Count));
            if (workers.FirstOrDefault(w => w.IsStuck) is { } stuck)
            {
                Fail(stuck.Number, $"does not end within {HangMax.TotalSeconds:0} s");
                break; // the thread cannot be stopped; it ends with the process
            }
        }

        lock (_lock)
        {
            return new(
                new Dictionary<(string, TrialEnd), long>(_ends), [.. _failures.Values], _failed, _slowest);
        }
    }

    // What a parser builds once, at its first use, is not the input's doing.
    private static void BuildTables(MutationTarget target)
    {
        try
        {
            target.Run(target.Original);
        }
        catch (MutationFault)
        {
            // counted again, for every damaged copy
        }
    }

    private MutationTarget TargetOf(Random random) => _byWeight[random.Next(_byWeight.Length)];

    // SplitMix64: neighbouring numbers give unrelated damage.
    private Random RandomOf(long number)
    {
        unchecked
        {
            ulong z = (ulong)options.Seed * 0x9E3779B97F4A7C15 + (ulong)number * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            return new Random((int)(z ^ z >> 31));
        }
    }

    private void Fail(long number, string text)
    {
        lock (_lock)
        {
            _failed++;
            if (_failures.Count < ShownFailures || number < _failures.Keys.Last())
                _failures[number] = new(number, TargetOf(RandomOf(number)).Name, text);
            if (_failures.Count > ShownFailures)
                _failures.Remove(_failures.Keys.Last());
        }
    }

    private bool Take(out long first, out long end)
    {
        first = Interlocked.Add(ref _next, BlockLength) - BlockLength;
        end = Math.Min(first + BlockLength, options.First + options.Count);
        return first < end;
    }

    /// <summary>One thread, with a copy of each original to damage.</summary>
    private sealed class Worker(Campaign campaign)
    {
        private readonly Dictionary<string, (byte[] Damaged, byte[] Untouched)> _copies =
            MutationTarget.All.ToDictionary(t => t.Name, t => (t.Original.ToArray(), t.Original.ToArray()));

        private readonly Dictionary<(string, TrialEnd), long> _ends = [];
        private Thread? _thread;
        private long _number, _startedAt;
        private TimeSpan _slowest;

        /// <summary>The structure that is run now.</summary>
        public long Number => Interlocked.Read(ref _number);

        /// <summary>True when that takes longer than anything may.</summary>
        public bool IsStuck => campaign.TimeSince(Interlocked.Read(ref _startedAt)) > HangMax;

        public void Start()
        {
            Interlocked.Exchange(ref _startedAt, campaign.Timestamp);
            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        /// <summary>Waits a while for the thread's end.</summary>
        public bool IsDone(TimeSpan wait) => _thread!.Join(wait);

        private void Run()
        {
            while (campaign.Take(out long number, out long end))
            {
                for (; number < end; number++)
                    RunOne(number);
            }

            campaign.Add(_ends, _slowest);
        }

        private void RunOne(long number)
        {
            Interlocked.Exchange(ref _number, number);
            try
            {
                (TimeSpan elapsed, var end) = Measure(number);
                for (int again = 0; again < RepeatsMax && elapsed > TimeMax; again++)
                    (elapsed, end) = Measure(number); // the machine may have been busy with something else
                if (elapsed > TimeMax)
                    campaign.Fail(number, $"took {elapsed.TotalSeconds:0.0} s");
                else
                    _ends[end] = _ends.GetValueOrDefault(end) + 1;
                _slowest = elapsed > _slowest ? elapsed : _slowest;
            }
            catch (Exception fault) when (fault is not ThreadInterruptedException) // any other is a finding
            {
                campaign.Fail(number, fault is MutationFault ? fault.Message : fault.ToString());
            }
        }

        private (TimeSpan Elapsed, (string, TrialEnd) End) Measure(long number)
        {
            Random random = campaign.RandomOf(number);
            MutationTarget target = campaign.TargetOf(random);
            (byte[] damaged, byte[] untouched) = _copies[target.Name];
            target.Original.CopyTo(damaged, 0);
            int length = target.Damage(damaged, random);
            damaged.CopyTo(untouched, 0);

            long startedAt = campaign.Timestamp;
            Interlocked.Exchange(ref _startedAt, startedAt);
            TrialEnd end = target.Run(damaged.AsMemory(0, length));
            TimeSpan elapsed = campaign.TimeSince(startedAt);
            if (!damaged.AsSpan().SequenceEqual(untouched))
                throw new MutationFault("the input was changed");
            return (elapsed, (target.Name, end));
        }
    }

    private long Timestamp => time.GetTimestamp();

    private TimeSpan TimeSince(long timestamp) => time.GetElapsedTime(timestamp);

    private void Add(Dictionary<(string, TrialEnd), long> ends, TimeSpan slowest)
    {
        lock (_lock)
        {
            foreach (var (key, count) in ends)
                _ends[key] = _ends.GetValueOrDefault(key) + count;
            _slowest = slowest > _slowest ? slowest : _slowest;
        }
    }
}
