using System.Globalization;
using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Evidence;

/// <summary>A station whose signatures count here.</summary>
/// <param name="Key">Its public key.</param>
/// <param name="Name">What it is called here.</param>
/// <remarks>A file of the trusted folder is the key as PEM with lines above it, "Name: ", "Added: ", "Retired: ",
/// "Note: ", each at most once; all other text is skipped, so that a file made by hand needs the PEM block alone.
/// </remarks>
public sealed record TrustedStation(StationPublicKey Key, string Name)
{
    /// <summary>Longest name or note, in characters.</summary>
    public const int LengthMax = 200;

    private const int FileMax = 64 << 10, IdShown = 16;

    /// <summary>When it was added; null if nobody wrote that down.</summary>
    public DateTimeOffset? Added { get; init; }

    /// <summary>When this key was replaced by another; null for a key in use.</summary>
    public DateTimeOffset? Retired { get; init; }

    /// <summary>What is known of it; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Reads a file with one public key.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="StationKeyException">It is no P-256 public key.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static TrustedStation Read(string file)
    {
        if (FileKinds.Of(file) != FileKind.Regular)
            throw new StationKeyException(file, "is missing, or no regular file");
        if (new FileInfo(file).Length > FileMax)
            throw new StationKeyException(file, $"is larger than {FileMax} bytes");
        string text = File.ReadAllText(file);
        string head = text[..Math.Max(0, text.IndexOf("-----BEGIN", StringComparison.Ordinal))];
        return new TrustedStation(
            StationPublicKey.Parse(text, file),
            Line(head, "Name") is { Length: > 0 } name ? name : Path.GetFileNameWithoutExtension(file))
        {
            Added = Day(head, "Added"),
            Retired = Day(head, "Retired"),
            Note = Line(head, "Note"),
        };
    }

    /// <summary>Puts a station into the trusted folder.</summary>
    /// <param name="folder">The keys folder.</param>
    /// <param name="station">The station; name and note have no control characters.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static void Write(string folder, TrustedStation station)
    {
        string trusted = Path.Combine(folder, TrustedStations.FolderName);
        DurableFile.CreateDirectory(trusted);
        var text = new StringBuilder($"Name: {station.Name}\n");
        if (station.Added is { } added)
            text.Append(CultureInfo.InvariantCulture, $"Added: {CertificateText.Utc(added)}\n");
        if (station.Retired is { } retired)
            text.Append(CultureInfo.InvariantCulture, $"Retired: {CertificateText.Utc(retired)}\n");
        if (station.Note.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"Note: {station.Note}\n");
        text.Append(station.Key.Pem);
        DurableFile.WriteText(Path.Combine(trusted, $"{station.Key.KeyId[..IdShown]}.pem"), text.ToString());
    }

    private static string Line(string head, string name)
    {
        string? line = head.Split('\n').FirstOrDefault(
            text => text.StartsWith($"{name}: ", StringComparison.Ordinal))?[(name.Length + 2)..].Trim();
        return line is null || line.Length <= LengthMax ? line ?? "" : line[..LengthMax];
    }

    private static DateTimeOffset? Day(string head, string name) => DateTimeOffset.TryParse(
        Line(head, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset day)
        ? day
        : null;
}
