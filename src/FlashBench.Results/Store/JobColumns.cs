using FlashBench.Bench;
using FlashBench.Results.Rows;
using Microsoft.Data.Sqlite;

namespace FlashBench.Results.Store;

/// <summary>One column of the table `job`, and the member of the same name of every machine output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Get">Its value: text, long, double, or null.</param>
public sealed record JobColumn(string Name, Func<JobRow, object?> Get);

/// <summary>The columns of the table `job`, in order.</summary>
public static class JobColumns
{
    /// <summary>All but the row's number.</summary>
    public static IReadOnlyList<JobColumn> All { get; } =
    [
        new("directory", row => row.Directory),
        new("state", row => row.State.ToString().ToLowerInvariant()),
        new("job", row => row.Job),
        new("kind", row => row.Kind),
        new("bench", row => row.Bench),
        new("host", row => row.Host),
        new("dut", row => row.Dut),
        new("board", row => row.Board),
        new("profile", row => row.Profile),
        new("me_family", row => row.MeFamily),
        new("me_generation", row => (long?)row.MeGeneration),
        new("me_version", row => row.MeVersion),
        new("me_sku", row => row.MeSku),
        new("stock", row => Bit(row.Stock)),
        new("image", row => row.Image),
        new("backup", row => row.Backup),
        new("written", row => row.Written),
        new("policy", row => row.Policy),
        new("control", row => row.Control),
        new("verdict", row => row.Verdict?.ToString().ToUpperInvariant()),
        new("level", row => row.Level),
        new("required", row => row.Required),
        new("reason", row => row.Reason),
        new("error_class", row => row.ErrorClass?.ToString()),
        new("open_checks", row => row.OpenChecks),
        new("started", row => row.Started?.ToUnixTimeSeconds()),
        new("ended", row => row.Ended?.ToUnixTimeSeconds()),
        new("duration_us", row => row.DurationUs),
        new("programmer", row => row.Programmer),
        new("simulated", row => Bit(row.Simulated)),
        new("dirty", row => Bit(row.Dirty)),
        new("resumes", row => (long)row.Resumes),
        new("observed_us", row => row.ObservedUs),
        new("os_up_us", row => row.OsUpUs),
        new("longest_gap_us", row => row.LongestGapUs),
        new("power_min_mw", row => row.Power?.MinMilliwatts),
        new("power_max_mw", row => row.Power?.MaxMilliwatts),
        new("clock_ppm", row => row.ClockPpm),
        new("run", row => row.Place?.Run),
        new("cycle", row => (long?)row.Place?.Cycle),
        new("attempt", row => (long?)row.Place?.Attempt),
        new("flaky", row => Bit(row.IsFlaky)),
        new("counted", row => Bit(row.IsCounted)),
        new("settled", row => Bit(row.IsSettled)),
        new("software", row => row.Software),
        new("records", row => row.Records),
        new("journal_bytes", row => row.JournalBytes),
        new("journal_sha256", row => row.JournalSha256),
        new("chain_head", row => row.ChainHead),
    ];

    internal static string Names { get; } = string.Join(", ", All.Select(column => column.Name));

    /// <summary>Reads a row whose columns stand in the order of <see cref="All"/> from <paramref name="from"/> on.
    /// </summary>
    internal static JobRow Read(SqliteDataReader reader, int from)
    {
        var cell = new Cells(reader, from);
        return new JobRow
        {
            Directory = cell.Text("directory")!,
            State = Enum.Parse<RowState>(cell.Text("state")!, ignoreCase: true),
            Job = cell.Text("job")!,
            Kind = cell.Text("kind"),
            Bench = cell.Text("bench"),
            Host = cell.Text("host"),
            Dut = cell.Text("dut"),
            Board = cell.Text("board"),
            Profile = cell.Text("profile"),
            MeFamily = cell.Text("me_family"),
            MeGeneration = (int?)cell.Number("me_generation"),
            MeVersion = cell.Text("me_version"),
            MeSku = cell.Text("me_sku"),
            Stock = cell.Flag("stock"),
            Image = cell.Text("image"),
            Backup = cell.Text("backup"),
            Written = cell.Text("written"),
            Policy = cell.Text("policy"),
            Control = cell.Text("control"),
            Verdict = cell.Text("verdict") is { } verdict ? Enum.Parse<Verdict>(verdict, ignoreCase: true) : null,
            Level = cell.Text("level"),
            Required = cell.Text("required"),
            Reason = cell.Text("reason")!,
            ErrorClass = cell.Text("error_class") is { } named ? Enum.Parse<ErrorClass>(named) : null,
            OpenChecks = cell.Text("open_checks")!,
            Started = cell.Time("started"),
            Ended = cell.Time("ended"),
            DurationUs = cell.Number("duration_us"),
            Programmer = cell.Text("programmer"),
            Simulated = cell.Flag("simulated"),
            Dirty = cell.Flag("dirty") == true,
            Resumes = (int)cell.Number("resumes")!,
            ObservedUs = cell.Number("observed_us"),
            OsUpUs = cell.Number("os_up_us"),
            LongestGapUs = cell.Number("longest_gap_us"),
            Power = cell.Power("power_min_mw", "power_max_mw"),
            ClockPpm = cell.Fraction("clock_ppm"),
            Place = cell.Text("run") is { } run
                ? new RunPlace(run, (int?)cell.Number("cycle"), (int)cell.Number("attempt")!)
                : null,
            Software = cell.Text("software"),
            Records = cell.Number("records")!.Value,
            JournalBytes = cell.Number("journal_bytes")!.Value,
            JournalSha256 = cell.Text("journal_sha256"),
            ChainHead = cell.Text("chain_head"),
        };
    }

    private static long? Bit(bool? value) => value is bool bit ? (bit ? 1 : 0) : null;

    private readonly struct Cells(SqliteDataReader reader, int from)
    {
        private static readonly Dictionary<string, int> Places =
            All.Select((column, index) => (column.Name, index)).ToDictionary(StringComparer.Ordinal);

        public string? Text(string name) => At(name) is int at ? reader.GetString(at) : null;

        public long? Number(string name) => At(name) is int at ? reader.GetInt64(at) : null;

        public double? Fraction(string name) => At(name) is int at ? reader.GetDouble(at) : null;

        public bool? Flag(string name) => Number(name) is long bit ? bit != 0 : null;

        public DateTimeOffset? Time(string name) =>
            Number(name) is long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

        public PowerSpan? Power(string min, string max) =>
            Number(min) is long low && Number(max) is long high ? new PowerSpan(low, high) : null;

        private int? At(string name) => from + Places[name] is var at && reader.IsDBNull(at) ? null : at;
    }
}
