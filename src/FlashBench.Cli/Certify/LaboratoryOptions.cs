using System.CommandLine;
using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Bench.Journal;

namespace FlashBench.Cli.Certify;

/// <summary>Options of a job that say what only the laboratory knows of an item; the rest is in the configuration.
/// </summary>
internal static class LaboratoryOptions
{
    private const string DateForm = "yyyy-MM-dd";

    private static readonly Option<string?> Customer = new("--customer")
    {
        Description = "For whom: name and contact; goes into the record",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> Received = new("--received")
    {
        Description = "Day on which the board was received, as YYYY-MM-DD; goes into the record",
        HelpName = "DATE",
    };

    private static readonly Option<string?> Condition = new("--condition")
    {
        Description = "Condition in which the board was received; goes into the record",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> ApprovedBy = new("--approved-by")
    {
        Description = "Who authorizes the report; goes into the record",
        HelpName = "NAME",
    };

    /// <summary>All of them.</summary>
    public static IEnumerable<Option> All => [Customer, Received, Condition, ApprovedBy];

    /// <summary>What the command line states.</summary>
    /// <exception cref="UsageException">A text is empty, too long or has control characters, or the date is none.
    /// </exception>
    public static StatedItems Read(ParseResult parse) => new(
        Text(parse, Customer), Date(parse, Received), Text(parse, Condition), Text(parse, ApprovedBy));

    private static string? Text(ParseResult parse, Option<string?> option)
    {
        string? text = parse.GetValue(option);
        if (text?.Length > LabEntry.LengthMax)
            throw new UsageException($"{option.Name} has {text.Length} characters, more than {LabEntry.LengthMax}");
        if (text is not null && (string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl)))
            throw new UsageException($"{option.Name} is blank or has control characters");
        return text;
    }

    private static string? Date(ParseResult parse, Option<string?> option)
    {
        string? text = Text(parse, option);
        return text is null || DateOnly.TryParseExact(
            text, DateForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? text
            : throw new UsageException($"{option.Name} takes a day as YYYY-MM-DD");
    }
}

/// <summary>What the command line states of an item; null for what it does not.</summary>
/// <param name="Customer">For whom.</param>
/// <param name="Received">Day of receipt.</param>
/// <param name="Condition">Condition on that day.</param>
/// <param name="ApprovedBy">Who authorizes the report.</param>
internal sealed record StatedItems(string? Customer, string? Received, string? Condition, string? ApprovedBy)
{
    /// <summary>What the record says, command line first; null if nothing is stated anywhere.</summary>
    public JournalData.Laboratory? Over(LabEntry lab)
    {
        var all = new JournalData.Laboratory(
            lab.Name ?? "", lab.Address ?? "", lab.Location ?? "", lab.Accreditation ?? "",
            Customer ?? lab.Customer ?? "", Received ?? "", Condition ?? "", ApprovedBy ?? lab.ApprovedBy ?? "");
        return all == JournalData.Laboratory.NotStated ? null : all;
    }
}
