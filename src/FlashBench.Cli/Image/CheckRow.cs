using System.Collections.Immutable;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;

namespace FlashBench.Cli.Image;

/// <summary>What became of a file that was checked.</summary>
internal enum CheckVerdict
{
    /// <summary>An image without an error.</summary>
    Sound,

    /// <summary>An image with an error.</summary>
    Unsound,

    /// <summary>No image, or one that is broken where it begins.</summary>
    NoImage,

    /// <summary>It could not be read.</summary>
    Unreadable,
}

/// <summary>The result of one file; holds nothing of its content.</summary>
/// <param name="Path">The file.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Reason">The first error, or "".</param>
/// <param name="ExitCode">What the file alone would end the process with.</param>
internal sealed record CheckRow(string Path, CheckVerdict Verdict, string Reason, int ExitCode)
{
    /// <summary>"dump", "descriptor", "region", or "".</summary>
    public string Kind { get; private init; } = "";

    /// <summary>Firmware with version, or "".</summary>
    public string Firmware { get; private init; } = "";

    /// <summary>Firmware without minor version, for totals.</summary>
    public string Line { get; private init; } = "";

    /// <summary>State of the signature with the key's name, or "".</summary>
    public string Signature { get; private init; } = "";

    /// <summary>State of the disable bit, or "".</summary>
    public string DisableBit { get; private init; } = "";

    /// <summary>True when the ME region holds only what must stay.</summary>
    public bool IsNeutralized { get; private init; }

    /// <summary>All findings.</summary>
    public ImmutableArray<Finding> Findings { get; private init; } = [];

    /// <summary>SHA-256 of the content, lower-case hex, or null when not asked for.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Bytes of the content, unpacked.</summary>
    public long SizeBytes { get; init; }

    /// <summary>What the ME region holds; null if nothing that can be read.</summary>
    public (MeGeneration Generation, FirmwareFamily Family, int Major, string Sku)? Me { get; private init; }

    /// <summary>True for a file in which nothing of an image was found, not even a broken one.</summary>
    public bool IsForeign { get; private init; }

    /// <summary>The row of an image.</summary>
    public static CheckRow Of(string path, ImageAnalysis image)
    {
        Finding? error = image.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error);
        return new CheckRow(
            path, error is null ? CheckVerdict.Sound : CheckVerdict.Unsound,
            error is null ? "" : $"at 0x{error.Offset:X6}: {error.Text}",
            error is null ? ExitCodes.Ok : ExitCodes.BadInput)
        {
            Kind = image.Kind switch
            {
                ImageKind.FullDump => "dump",
                ImageKind.DescriptorOnly => "descriptor",
                _ => "region",
            },
            Firmware = image.Me?.Title ?? "",
            Line = image.Me is { } me ? $"{me.Family.ToString().ToUpperInvariant()} {me.Version.Major}" : "",
            Signature = image.Me is { Code.Manifest: var manifest } ? Describe(manifest) : "",
            Me = image.Me is { } found
                ? (found.Generation, found.Family, found.Version.Major, found.Sku.Text) : null,
            DisableBit = image.DisableBit is { } bit ? $"{bit.Name} {(bit.IsSet ? "set" : "clear")}" : "",
            IsNeutralized = image.Me?.AlreadyNeutralized == true,
            Findings = image.Findings,
        };
    }

    /// <summary>The row of a file that holds no image.</summary>
    public static CheckRow NoImage(string path, ImageFormatException damage) => new(
        path, CheckVerdict.NoImage, $"at 0x{damage.Offset:X6}: {damage.Reason}", ExitCodes.BadInput)
    {
        IsForeign = damage.Reason == ImageAnalysis.NothingFound,
    };

    /// <summary>The row of a file that cannot be read.</summary>
    public static CheckRow Unreadable(string path, int exitCode, string reason) =>
        new(path, CheckVerdict.Unreadable, reason, exitCode);

    private static string Describe(Manifest manifest) => manifest.Signature switch
    {
        SignatureStatus.Valid => $"valid, {manifest.Key!.Name}",
        SignatureStatus.UnknownKey => "unknown key",
        SignatureStatus.Invalid => "WRONG",
        _ => "not checked",
    };
}
