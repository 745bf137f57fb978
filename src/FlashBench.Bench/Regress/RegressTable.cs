using FlashBench.Bench.Journal;
using FlashBench.Bench.Runs;

namespace FlashBench.Bench.Regress;

/// <summary>What a regression came to, by its log.</summary>
/// <param name="Start">What was asked.</param>
/// <param name="Order">Of the matrix.</param>
/// <param name="Files">The folder.</param>
/// <param name="Cells">Everything that is settled, in the order of files, board types, benches and policies.</param>
/// <param name="IsEnded">True if it came to its end.</param>
public sealed record RegressTable(
    RunEvent.Started Start, RegressOrder Order, IReadOnlyList<RegressFile> Files, IReadOnlyList<CellResult> Cells,
    bool IsEnded)
{
    /// <summary>The named benches as the run left them; none if it made virtual boards of its own.</summary>
    public IReadOnlyList<BenchCourse> Benches { get; private init; } = [];

    /// <summary>Benches that a person must look after, and why.</summary>
    public IEnumerable<RunEvent.Left> NeedHands =>
        Benches.Select(bench => bench.HasLeft).OfType<RunEvent.Left>().Where(left => left.NeedsHands);

    /// <summary>What of it is simulated (rule I7), in words; null if nothing is.</summary>
    public string? Simulated => RunWords.Simulated(
    [
        .. Cells.Where(cell => cell.Policy.Length > 0).Select(cell => (cell.Bench, cell.IsSimulated)).Distinct(),
    ]);

    /// <summary>True if at least one cell was taken over from an earlier run.</summary>
    public bool HasEarlier => Cells.Any(IsEarlier);

    /// <summary>True if a cell was taken over from an earlier run.</summary>
    public bool IsEarlier(CellResult cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return cell.Run != Start.Run;
    }

    /// <summary>Reads a log.</summary>
    /// <param name="events">As <see cref="RunLog.Read"/> gives them.</param>
    /// <exception cref="EvidenceException">It is not that of a regression.</exception>
    public static RegressTable Of(IReadOnlyList<RunEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events is not [RunEvent.Started { Regress: { } order } start, ..])
            throw new EvidenceException(RunLog.FileName, 0, "the run is no regression");
        RegressFile[] files = events.OfType<RunEvent.Listed>().LastOrDefault()?.Files ?? [];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < files.Length; i++)
            places.TryAdd(files[i].Name, i);
        var cells = new Dictionary<(string, string, string, string), CellResult>();
        foreach (RunEvent.Settled settled in events.OfType<RunEvent.Settled>())
            cells[settled.Result.Place] = settled.Result;
        return new RegressTable(
            start, order, files,
            [
                .. cells.Values.OrderBy(cell => places.GetValueOrDefault(cell.File, int.MaxValue))
                    .ThenBy(cell => Place(order.Profiles, cell.Profile)).ThenBy(cell => cell.Profile)
                    .ThenBy(cell => cell.Bench, StringComparer.Ordinal)
                    .ThenBy(cell => Place(order.Policies, cell.Policy)),
            ],
            events[^1] is RunEvent.Ended)
        {
            Benches = order.OnBenches ? [.. RunCourse.Of(events).Benches] : [],
        };
    }

    private static int Place(string[] names, string name) =>
        Array.IndexOf(names, name) is >= 0 and int at ? at : names.Length;
}
