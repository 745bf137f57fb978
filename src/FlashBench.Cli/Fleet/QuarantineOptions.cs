using System.CommandLine;
using System.Text.RegularExpressions;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;
using FlashBench.Cli.Certify;
using FlashBench.Cli.Image;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Fleet;

/// <summary>What `quarantine add` is told.</summary>
internal static partial class QuarantineOptions
{
    private static readonly (QuarantineKind Kind, Option<string?> Option)[] Subjects =
    [
        (QuarantineKind.Bench, Text("--bench", "ID", "A bench")),
        (QuarantineKind.Dut, Text("--dut", "SERIAL", "One board, by its serial or asset id")),
        (QuarantineKind.Profile, Text("--profile", "ID", "A type of board, by its profile")),
        (QuarantineKind.Me, Text("--me", "VERSION", "An ME version, or how several begin: 11.8 is also 11.8.50")),
        (QuarantineKind.Image, Text("--image", "FILE", "An image: the file, plain or .gz, or its SHA-256")),
    ];

    private static readonly Option<string?> Until = Text(
        "--until", "DAY", "Last day, or day and minute, of this host's clock: 2026-12-01, \"2026-12-01 07:00\"");

    private static readonly Option<string?> For = Text("--for", "TIME", "How long: 90m, 12h, 7d, 2w");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } =
    [
        .. Subjects.Select(subject => subject.Option), WhoAndWhy.ReasonOption, Until, For, WhoAndWhy.OperatorOption,
    ];

    /// <summary>The entry that they ask for, without an id.</summary>
    /// <exception cref="UsageException">They contradict each other, or name what is not there.</exception>
    /// <exception cref="CommandFailure">The image cannot be read.</exception>
    public static QuarantineEntry Read(ParseResult parse, BenchConfig config, HostMoment now, TimeZoneInfo zone)
    {
        (QuarantineKind Kind, Option<string?> Option)[] given =
            [.. Subjects.Where(subject => parse.GetValue(subject.Option) is not null)];
        if (given.Length != 1)
        {
            string names = string.Join(", ", Subjects.Select(subject => subject.Option.Name));
            throw new UsageException($"say what is quarantined, by one of {names}");
        }

        string value = WhoAndWhy.Text(JobOptions.NonEmpty(parse, given[0].Option)!, given[0].Option.Name);
        WhoAndWhy why = WhoAndWhy.Of(parse);
        return new QuarantineEntry(
            "", given[0].Kind, ValueOf(given[0].Kind, value, config), why.Reason, why.By, now, EndOf(parse, now, zone));
    }

    private static string ValueOf(QuarantineKind kind, string value, BenchConfig config) => kind switch
    {
        QuarantineKind.Bench => ConfigSource.Bench(config, value).Id,
        QuarantineKind.Profile when !DutProfiles.Ids.Contains(value) => throw new UsageException(
            $"unknown profile \"{PlainText.Of(value, 60)}\"; known are {string.Join(", ", DutProfiles.Ids)}"),
        QuarantineKind.Me when !VersionForm().IsMatch(value) => throw new UsageException(
            $"--me \"{PlainText.Of(value, 60)}\" is no version: up to four numbers with dots between them"),
        QuarantineKind.Image => HashForm().IsMatch(value) ? value.ToLowerInvariant() : ImageFile.Load(value).Sha256,
        _ => value,
    };

    private static DateTimeOffset? EndOf(ParseResult parse, HostMoment now, TimeZoneInfo zone)
    {
        string? until = JobOptions.NonEmpty(parse, Until), lasts = JobOptions.NonEmpty(parse, For);
        if (until is not null && lasts is not null)
            throw new UsageException("--until and --for contradict each other: one or the other");
        if (until is null && lasts is null)
            return null;
        DateTimeOffset? end = until is not null
            ? QuarantineTerm.At(until, zone)
            : QuarantineTerm.After(lasts!, now.Utc);
        if (end is null)
        {
            throw new UsageException(until is not null
                ? $"--until \"{PlainText.Of(until, 60)}\" is no day: 2026-12-01, or \"2026-12-01 07:00\""
                : $"--for \"{PlainText.Of(lasts!, 60)}\" is no time: 90m, 12h, 7d or 2w, up to ten years");
        }

        return end > now.Utc ? end : throw new UsageException($"--until {PlainText.Of(until!, 60)} is over already");
    }

    private static Option<string?> Text(string name, string what, string description) => new(name)
    {
        Description = description,
        HelpName = what,
    };

    [GeneratedRegex(@"^[0-9]{1,5}(\.[0-9]{1,5}){0,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionForm();

    [GeneratedRegex(@"^[0-9a-fA-F]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex HashForm();
}
