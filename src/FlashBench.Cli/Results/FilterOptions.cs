using System.CommandLine;
using System.Globalization;
using FlashBench.Results.Queries;

namespace FlashBench.Cli.Results;

/// <summary>Options that say which jobs are meant; the same for every verb that reads results.</summary>
internal sealed class FilterOptions
{
    private static readonly string[] Verdicts =
        ["pass", "flaky", "inconclusive", "fail", "aborted", "error", "none"];

    private readonly Option<string?> _bench = Text("--bench", "ID", "Jobs of this bench");
    private readonly Option<string?> _board = Text("--board", "SERIAL", "Jobs of this board");
    private readonly Option<string?> _profile = Text("--profile", "ID", "Jobs of boards of this profile");
    private readonly Option<string?> _me = Text("--me", "VERSION", "Jobs of this ME version: 8.1.65.1586, 8.1 or 8");

    private readonly Option<string?> _image =
        Text("--image", "SHA256", "Jobs of the image with this hash; its first digits do");

    private readonly Option<string?> _run = Text("--run", "ID", "Jobs of this soak or regression");

    private readonly Option<string?> _since = Text("--since", "WHEN", "Jobs that began then or later: a UTC date "
        + "(2026-03-09), a time (2026-03-09T21:00) or an age (12h, 7d)");

    private readonly Option<string?> _verdict = new("--verdict")
    {
        Description = "Jobs that ended so; none: without a verdict",
        HelpName = string.Join('|', Verdicts),
    };

    private readonly Option<bool> _real = new("--real")
    {
        Description = "Jobs of real boards only",
    };

    /// <summary>Adds them to a verb.</summary>
    public void AddTo(Command verb)
    {
        _verdict.AcceptOnlyFromAmong(Verdicts);
        Option[] all = [_bench, _board, _profile, _me, _image, _verdict, _run, _since, _real];
        foreach (Option option in all)
            verb.Options.Add(option);
    }

    /// <summary>What the command line asks for.</summary>
    /// <exception cref="UsageException">A value cannot be meant.</exception>
    public ResultsFilter Of(ParseResult parse, DateTimeOffset now) => new()
    {
        Bench = Value(parse, _bench),
        Board = Value(parse, _board),
        Profile = Value(parse, _profile),
        Me = Value(parse, _me),
        Image = Value(parse, _image) is not { } image ? null : image.All(char.IsAsciiHexDigit)
            ? image
            : throw new UsageException("--image wants hexadecimal digits of a SHA-256"),
        Run = Value(parse, _run),
        Verdict = Value(parse, _verdict)?.ToUpperInvariant(),
        Since = Value(parse, _since) is { } since ? When(since, now) : null,
        Real = parse.GetValue(_real) ? true : null,
    };

    private static Option<string?> Text(string name, string value, string description) => new(name)
    {
        Description = description,
        HelpName = value,
    };

    private static string? Value(ParseResult parse, Option<string?> option) => parse.GetValue(option) is not { } value
        ? null
        : value.Length > 0 ? value : throw new UsageException($"{option.Name} has an empty value");

    private static DateTimeOffset When(string text, DateTimeOffset now)
    {
        if (text.Length > 1 && text[^1] is 'h' or 'd'
            && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int age)
            && age < 1_000_000)
        {
            TimeSpan back = text[^1] == 'h' ? TimeSpan.FromHours(age) : TimeSpan.FromDays(age);
            return now - DateTimeOffset.UnixEpoch > back ? now - back : DateTimeOffset.UnixEpoch;
        }

        string[] forms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ"];
        return DateTimeOffset.TryParseExact(
            text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset when)
            ? when
            : throw new UsageException($"--since \"{Output.PlainText.Of(text, 40)}\" is no UTC date, time or age");
    }
}
