using System.Globalization;
using System.Text.Json.Serialization;

namespace FlashBench.Bench.Fleet;

/// <summary>What a quarantine is about.</summary>
[JsonConverter(typeof(EnumNameConverter<QuarantineKind>))]
public enum QuarantineKind
{
    /// <summary>A bench, by its id.</summary>
    Bench,

    /// <summary>One board, by its serial or asset id.</summary>
    Dut,

    /// <summary>A type of board, by the id of its profile.</summary>
    Profile,

    /// <summary>An ME version, or all that begin with it: "11.8" is also 11.8.50.3399.</summary>
    Me,

    /// <summary>An image, by its SHA-256 in lower-case hex.</summary>
    Image,
}

/// <summary>One moment by the clocks of a host.</summary>
/// <param name="Utc">Calendar; anybody can set it.</param>
/// <param name="BootId">This start of the host.</param>
/// <param name="SinceBoot">Time since then, time asleep included; nobody can set it.</param>
public sealed record HostMoment(DateTimeOffset Utc, string BootId, TimeSpan SinceBoot);

/// <summary>One thing that fleet runs skip.</summary>
/// <param name="Id">"q1", unique among all that were ever made on this host.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Value">Which one; text of a person, so hostile.</param>
/// <param name="Reason">Why, in a sentence without a full stop; text of a person, so hostile.</param>
/// <param name="By">Who said so.</param>
/// <param name="Made">When.</param>
/// <param name="Until">When it ends by the calendar; null: when it is lifted.</param>
public sealed record QuarantineEntry(
    string Id, QuarantineKind Kind, string Value, string Reason, string By, HostMoment Made, DateTimeOffset? Until)
{
    /// <summary>True if it still counts.</summary>
    /// <remarks>
    /// It ends when the calendar says so. As long as the host has not been restarted since it was made, as much time
    /// must really have passed too: setting the calendar forward ends nothing early. It is not forgotten when it ends:
    /// when the calendar is set back, it counts again.
    /// </remarks>
    public bool CountsAt(HostMoment now)
    {
        ArgumentNullException.ThrowIfNull(now);
        if (Until is not { } until || now.Utc < until)
            return true;
        return now.BootId == Made.BootId && now.SinceBoot - Made.SinceBoot < until - Made.Utc;
    }

    /// <summary>"bench b03", "image 0123456789ab...".</summary>
    public string Subject => $"{NameOf(Kind)} {Value}";

    /// <summary>"bench b03 is quarantined (q1) until 2026-03-01 08:00Z: clip is worn (by ada)".</summary>
    public override string ToString()
    {
        string until = Until is { } end
            ? string.Create(CultureInfo.InvariantCulture, $" until {end:yyyy-MM-dd HH:mm}Z")
            : "";
        return $"{Subject} is quarantined ({Id}){until}: {Reason} (by {By})";
    }

    /// <summary>"bench", "dut", "profile", "me", "image".</summary>
    public static string NameOf(QuarantineKind kind) => kind.ToString().ToLowerInvariant();
}

/// <summary>What somebody wants to run; null for what is not known, or not there.</summary>
/// <param name="Bench">Bench id.</param>
/// <param name="Dut">Serial or asset id of the board.</param>
/// <param name="Profile">Id of the board's profile.</param>
/// <param name="MeVersion">ME version of the image: "11.8.50.3399".</param>
/// <param name="ImageSha256">SHA-256 of the image, lower-case hex.</param>
public sealed record QuarantineSubject(
    string? Bench, string? Dut, string? Profile, string? MeVersion = null, string? ImageSha256 = null)
{
    /// <summary>True if an entry is about this.</summary>
    public bool IsMeantBy(QuarantineEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Kind switch
        {
            QuarantineKind.Bench => Bench == entry.Value,
            QuarantineKind.Dut => Dut == entry.Value,
            QuarantineKind.Profile => Profile == entry.Value,
            QuarantineKind.Me => MeVersion is { } version && $"{version}.".StartsWith(
                $"{entry.Value}.", StringComparison.Ordinal),
            _ => ImageSha256 == entry.Value,
        };
    }
}
