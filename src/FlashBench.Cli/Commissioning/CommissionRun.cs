using System.CommandLine;
using System.Security.Cryptography;
using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Commissioning;

/// <summary>Runs the jobs of one commissioning, recomputes each of them from its journal, and signs what they showed.
/// </summary>
internal sealed class CommissionRun
{
    private readonly ParseResult _parse;
    private readonly CommissionRequest _request;
    private readonly BenchEntry _bench;
    private readonly DutProfile _profile;
    private readonly BenchPaths _paths;
    private readonly CommissioningStore _store;
    private readonly List<JournalData.CommissionedRun> _runs = [];

    private CommissionRun(ParseResult parse, CommissionRequest request)
    {
        (_parse, _request) = (parse, request);
        BenchConfig config = ConfigSource.Load(parse);
        _bench = ConfigSource.Bench(config, request.Bench);
        _profile = DutProfiles.Load(_bench.DutProfile);
        _paths = ConfigSource.Paths(config);
        _store = new CommissioningStore(_paths.State);
    }

    /// <summary>Runs the commissioning.</summary>
    /// <returns>The exit code of the process: 0 if the bench is commissioned.</returns>
    public static int Execute(ParseResult parse, CommissionRequest request, CancellationToken cancel) =>
        new CommissionRun(parse, request).Run(cancel);

    private int Run(CancellationToken cancel)
    {
        var chosen = CommissionPlan.Of(_request.Controls, _bench, _profile);
        if (!chosen.Run.Contains(NegativeControl.DamagedManifest))
            RefuseToForget();
        DisplaySettings settings = DisplaySettings.From(_parse);
        int count = chosen.Run.Count + 1;
        Announce(settings, 1, count, CommissioningChecks.Baseline);
        CertifiedJob baseline = Certify(null, cancel);
        if (Broke(baseline))
            return baseline.ExitCode;
        VerifiedRecord stock = Recompute(baseline);
        if (stock.Facts.Audit is { Stock: false })
        {
            throw new CommandFailure(ExitCodes.BadInput,
                "commissioning needs a board with its stock image, and this one came neutralized");
        }

        Add(CommissioningChecks.Baseline, baseline, CommissioningChecks.SeenInBaseline(stock.Judgement, stock.Facts));
        if (_runs[0].Seen != _runs[0].Expected || stock.Facts.Audit is not { } audit)
            return Conclude(settings, stock, []); // no control says anything about a board that does not live
        for (int i = 0; i < chosen.Run.Count; i++)
        {
            string name = NegativeControls.NameOf(chosen.Run[i]);
            Announce(settings, i + 2, count, name);
            CertifiedJob job = Certify(chosen.Run[i], cancel);
            if (Broke(job))
                return job.ExitCode;
            VerifiedRecord record = Recompute(job);
            Add(name, job, ControlExpectation.For(name, audit.Generation)!.Seen(
                record.Facts, record.Judgement.Verdict), audit.Generation);
        }

        return Conclude(settings, stock, chosen.NotRun);
    }

    private void RefuseToForget()
    {
        var scope = new CommissioningScope(
            _bench.Id, _profile.Id, _profile.Sha256, _bench.IsSimulated);
        if (_store.Has(_bench.Id, _profile.Id)
            && _store.SaysUptimeIsVoid(scope, CertificateCommand.Trusted(_paths.Keys, null)))
        {
            throw new UsageException(
                $"the record of bench {_bench.Id} says that boards of {_profile.Id} stay on without their ME, and one "
                + "without the control damaged-manifest would forget it: run that one too");
        }
    }

    private CertifiedJob Certify(NegativeControl? control, CancellationToken cancel) => CertifyRun.Perform(
        _parse, new CertifyRequest
        {
            Bench = _bench.Id,
            Dut = _request.Dut,
            Operator = _request.Operator,
            Evidence = _request.Evidence,
            Seed = _request.Seed,
            Control = control,
            DryRun = control is null,
            BaselineMinimum = control is null ? BaselineMinimum : null,
            CommissioningRun = control is { } known ? NegativeControls.NameOf(known) : CommissioningChecks.Baseline,
        },
        cancel);

    // A board without an ME has no watchdog that could come a little late.
    private TimeSpan BaselineMinimum
    {
        get
        {
            TimeSpan own = _profile.Watch.BaselineMinimum;
            var floor = TimeSpan.FromSeconds(WatchLimits.CommissionedSecondsMin);
            return _profile.Me.Silicon && own < floor ? floor : own;
        }
    }

    // Neither a broken bench nor an operator's stop says anything about the bench's sight.
    private static bool Broke(CertifiedJob job) =>
        job.Result.Dirty || job.Result.Judgement.Verdict is Verdict.Aborted or Verdict.Error;

    private VerifiedRecord Recompute(CertifiedJob job)
    {
        try
        {
            return new EvidenceVerifier(job.Directory, CertificateCommand.Trusted(_paths.Keys, null)).Verify();
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(
                ExitCodes.CannotWrite, $"the record of {job.Job} cannot be read back: {e.Message}");
        }
    }

    private void Add(string name, CertifiedJob job, string seen, int generation = 0)
    {
        using FileStream journal = File.OpenRead(Path.Combine(job.Directory, JournalWriter.FileName));
        _runs.Add(new JournalData.CommissionedRun(
            name, job.Job, Convert.ToHexStringLower(SHA256.HashData(journal)),
            CommissioningChecks.Expected(name, generation)!, seen));
    }

    private int Conclude(
        DisplaySettings settings, VerifiedRecord stock, IReadOnlyList<JournalData.ControlNotRun> notRun)
    {
        JobFacts facts = stock.Facts;
        var record = new JournalData.Commissioned(
            _bench.Id, _profile.Id, _profile.Sha256, facts.IsSimulated, facts.Start.Operator, facts.Start.Host,
            facts.Start.Software, CommissioningLimits.Text(facts.StartedUtc), _request.Days,
            facts.Audit?.Generation ?? 0, facts.Audit?.Version ?? "", facts.Start.Watch.BaselineSeconds,
            Visible(facts), [.. _runs], [.. notRun]);
        string? fault = CommissioningChecks.FaultOf(record);
        if (fault is null)
        {
            using StationKey key = StationKey.LoadOrCreate(_paths.Keys);
            _store.Save(record, key);
        }
        else
        {
            _store.Remove(_bench.Id, _profile.Id);
        }

        CommissionText.Write(settings, record, fault, _store.PathOf(_bench.Id, _profile.Id));
        return fault is null ? ExitCodes.Ok
            : _runs[0].Seen.StartsWith("FAIL", StringComparison.Ordinal) ? ExitCodes.Fail : ExitCodes.Inconclusive;
    }

    private static string Visible(JobFacts facts)
    {
        if (MeObserved.BaselineShowsDevice(facts))
            return "yes";
        return facts.Boots.Any(boot => boot.Kind == BootKind.Baseline && boot.Samples.Count > 0) ? "no" : "unknown";
    }

    private static void Announce(DisplaySettings settings, int number, int count, string name)
    {
        if (!settings.Quiet && !settings.Json)
            settings.Output.WriteLine($"commissioning, run {number} of {count}: {name}");
    }
}
