using FlashBench.Bench;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Tests.Results;

/// <summary>Rows by hand.</summary>
internal static class SampleRows
{
    /// <summary>Text that means something to every format that it may end up in.</summary>
    public const string Hostile =
        "=cmd|' /C calc'!A0\",;\r\n# SKIP \\ <b>&\"'</b> ]]> \u001b[2J\u202e\0\ud800 --- '; DROP TABLE job; --";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A decided job.</summary>
    /// <param name="number">Tells it from others; it begins so many hours after the first.</param>
    /// <param name="verdict">How it ended.</param>
    public static JobRow Row(int number, Verdict verdict = Verdict.Pass) => new()
    {
        Directory = $"job-{number}",
        State = RowState.Decided,
        Job = $"FBJ-{number}",
        Kind = "certify",
        Bench = "desk1",
        Host = "host",
        Dut = "board-1",
        Profile = "x230",
        MeVersion = "8.1.30.1350",
        Image = new string('a', 64),
        Policy = "purism",
        Verdict = verdict,
        Level = verdict == Verdict.Pass ? "L3" : "L1",
        Required = "L3",
        Reason = verdict == Verdict.Pass ? "every mandatory check passed" : "B2 failed",
        OpenChecks = verdict == Verdict.Pass ? "" : "B2",
        ErrorClass = verdict == Verdict.Pass ? ErrorClass.None : ErrorClass.Dut,
        Started = Start.AddHours(number),
        Ended = Start.AddHours(number + 1),
        DurationUs = 3_600_000_000,
        Programmer = "CH341A, USB 1-4.2",
        Simulated = false,
        OsUpUs = 9_000_000,
    };

    /// <summary>A row with hostile text wherever a journal may have put it.</summary>
    public static JobRow HostileRow() => Row(7, Verdict.Fail) with
    {
        Directory = Hostile.Replace("/", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal)
            .Replace("\ud800", "", StringComparison.Ordinal),
        Job = Hostile,
        Bench = Hostile,
        Host = Hostile,
        Dut = Hostile,
        Board = Hostile,
        Profile = Hostile,
        MeVersion = Hostile,
        MeSku = Hostile,
        Policy = Hostile,
        Control = null,
        Reason = Hostile,
        Programmer = Hostile,
        Place = new RunPlace(Hostile, 1, 2),
        Software = Hostile,
    };

    /// <summary>A store that holds these rows.</summary>
    public static ResultsStore Store(TemporaryFolder folder, params IEnumerable<JobRow> rows)
    {
        ResultsStore store = ResultsStore.Open(folder.At("results.db"), TimeSpan.FromSeconds(5));
        store.Put(rows);
        return store;
    }
}
