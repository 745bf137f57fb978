using System.Collections.Concurrent;
using System.Security.Cryptography;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Campaigns;

/// <summary>Plays cases: the job, its kill, and the processes that find what it left.</summary>
internal sealed class CampaignRun : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("flashbench-campaign-").FullName;
    private readonly TrustedStations _stations;
    private readonly StationKey _key;
    private readonly ConcurrentDictionary<string, Undisturbed> _undisturbed = new();

    public CampaignRun()
    {
        string keys = Path.Combine(_root, "keys");
        _key = StationKey.LoadOrCreate(keys);
        _stations = TrustedStations.Load(keys);
    }

    /// <summary>Where the evidence of broken cases stays.</summary>
    public string Root => _root;

    /// <summary>Plays a case with its own plan.</summary>
    public CaseOutcome Play(CampaignCase @case) => Play(@case, @case.Plan, keep: true);

    /// <summary>The least faults of the plan that break the same invariant.</summary>
    public FaultPlan Minimise(CampaignCase @case, IReadOnlyList<string> broken)
    {
        var left = @case.Plan.Faults.ToList();
        for (int size = Math.Max(1, left.Count / 2); size >= 1; size /= 2)
        {
            for (int at = 0; at < left.Count;)
            {
                List<PlannedFault> fewer = [.. left.Take(at), .. left.Skip(at + size)];
                if (IsSame(Play(@case, @case.Plan with { Faults = fewer }, keep: false).Broken, broken))
                    left = fewer;
                else
                    at += size;
            }
        }

        return @case.Plan with { Faults = left };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        if (Directory.GetDirectories(_root).Length == 1) // the keys; broken cases stay
            Directory.Delete(_root, recursive: true);
    }

    private static bool IsSame(IReadOnlyList<string> broken, IReadOnlyList<string> wanted) =>
        broken.Select(NameOf).Intersect(wanted.Select(NameOf)).Any();

    private static string NameOf(string fault) => fault[..fault.IndexOf(':', StringComparison.Ordinal)];

    private CaseOutcome Play(CampaignCase @case, FaultPlan plan, bool keep)
    {
        @case = @case with { Plan = plan };
        string root = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        ProcessEnd first = First(@case, root);
        bool marked = first.Left.State.DirtyJob(CampaignJob.Bench) is not null;
        var broken = CaseRules.Broken(first, relayLeft: null, _stations).ToList();
        var after = new Aftermath(@case, _key, _stations, root);
        after.Play(first);
        broken.AddRange(after.Broken);
        bool disturbed = after.Done.Count > 0 && plan.Faults.Count > 0 && Interruptions.Only(plan);
        if (disturbed && Different(@case, after) is { } different)
            broken.Add($"I4: {different} ({string.Join(", ", after.Done)})");
        CaseOutcome outcome = CaseOutcome.Of(first, broken, marked) with
        {
            After = after.Done,
            SameAsUndisturbed = disturbed && after.WentOn,
        };
        if (broken.Count == 0 || !keep)
            Directory.Delete(root, recursive: true);
        return outcome;
    }

    private ProcessEnd First(CampaignCase @case, string root)
    {
        var folders = new CampaignFolders(Path.Combine(root, "first"));
        Directory.CreateDirectory(folders.Root);
        return new CampaignJob(@case, _key).Run(
            new CampaignProcess(folders, @case.Plan, Path.Combine(root, "killed"))
            {
                Image = @case.Image(),
                Kill = @case.Plan.Find(FaultKinds.ProcessKill) is { } kill
                    ? new CampaignKill(@case.KillUnit, kill["moment"]) : null,
            });
    }

    // A job that went on, or that was put back and run anew, ends like the one that nobody disturbed. A new job on what
    // an interrupted one had written is another job; the rules hold for it and no more.
    private string? Different(CampaignCase @case, Aftermath after)
    {
        bool comparable = after.WentOn || after.Done.Contains("restore") || after.Last.Before.AsSpan()
            .SequenceEqual(@case.Image());
        if (!comparable || after.Last.Killed is not null)
            return null;
        Undisturbed expected = UndisturbedOf(@case);
        (Verdict Verdict, EvidenceLevel Level)? ended = after.Last.Result is { Judgement: var judgement }
            ? (judgement.Verdict, judgement.Level) : PassInvariant.RecordOf(after.Last.DirectoryLeft, _stations);
        if (ended != (expected.Verdict, expected.Level))
        {
            return $"the job ends {ended?.ToString() ?? "without a record"} instead of "
                + $"{(expected.Verdict, expected.Level)}: {after.Last.Result?.Judgement.Reason}"
                + after.Last.Escaped?.Message;
        }

        return HashOf(after.Last.After) == expected.FlashSha256 ? null : "the chip holds something else in the end";
    }

    private Undisturbed UndisturbedOf(CampaignCase @case)
    {
        CampaignCase sound = @case with
        {
            Plan = new FaultPlan(0, []),
            KillUnit = KillUnit.Moment,
            Recovery = Recovery.Resume,
            SecondKill = null,
            KeepsFaults = false,
        };
        return _undisturbed.GetOrAdd(sound.ToString(), _ => // whatever the seed
        {
            string root = Path.Combine(_root, Guid.NewGuid().ToString("N"));
            ProcessEnd end = First(sound, root);
            Directory.Delete(root, recursive: true);
            Judgement judgement = end.Result!.Judgement;
            return new Undisturbed(judgement.Verdict, judgement.Level, HashOf(end.After));
        });
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed record Undisturbed(Verdict Verdict, EvidenceLevel Level, string FlashSha256);
}
