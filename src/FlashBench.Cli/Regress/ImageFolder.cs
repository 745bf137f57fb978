using System.CommandLine;
using FlashBench.Bench.Regress;
using FlashBench.Cli.Image;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Regress;

/// <summary>The files of a regression's folder.</summary>
internal static class ImageFolder
{
    /// <summary>Reads every file below a folder, whatever it is.</summary>
    /// <param name="parse">The command line, for the progress.</param>
    /// <param name="folder">Absolute.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <param name="cancel">Stops between two files.</param>
    /// <returns>A file each, in order of their names.</returns>
    /// <exception cref="CommandFailure">It is no folder, or holds no file.</exception>
    public static RegressFile[] Read(ParseResult parse, string folder, KeyRing keys, CancellationToken cancel)
    {
        if (FileKinds.Of(folder) != FileKind.Folder)
            throw new CommandFailure(ExitCodes.BadInput, $"{folder}: there is no such folder, or it is out of reach");
        string[] paths = [.. ImagePaths.Expand([folder]).Order(StringComparer.Ordinal)];
        if (paths.Length == 0)
            throw new CommandFailure(ExitCodes.BadInput, $"{folder} holds no file");
        using var progress = new CheckProgress(parse, paths.Length);
        var check = new FolderCheck(paths, hash: true, keys)
        {
            HashesForeign = true,
        };
        CheckRow[] rows = check.Run(progress.Report, cancel);
        var first = new Dictionary<string, string>();
        return [.. rows.Select(row => FileOf(folder, row, first))];
    }

    /// <summary>Reads an image of the folder again.</summary>
    /// <returns>Null if it is not any more what it was.</returns>
    public static byte[]? Load(string folder, RegressFile file)
    {
        try
        {
            byte[] bytes = ImageFile.Load(Path.Combine(folder, file.Name)).Bytes;
            return ImageFile.HashOf(bytes) == file.Sha256 ? bytes : null;
        }
        catch (CommandFailure)
        {
            return null;
        }
    }

    private static RegressFile FileOf(string folder, CheckRow row, Dictionary<string, string> first)
    {
        string name = Path.GetRelativePath(folder, row.Path).Replace(Path.DirectorySeparatorChar, '/');
        RegressFileKind kind = row.Verdict switch
        {
            CheckVerdict.Unreadable => RegressFileKind.Unreadable,
            CheckVerdict.NoImage => row.IsForeign ? RegressFileKind.NoImage : RegressFileKind.Damaged,
            _ => row.Kind switch
            {
                "dump" => RegressFileKind.Dump,
                "descriptor" => RegressFileKind.Descriptor,
                _ => RegressFileKind.Region,
            },
        };
        string note = row.Verdict is CheckVerdict.Unreadable or CheckVerdict.NoImage ? row.Reason : "";
        if (row.Sha256 is { } sha256 && !first.TryAdd(sha256, name))
            (kind, note) = (RegressFileKind.Duplicate, $"the same content as {first[sha256]}");
        return new RegressFile(name, kind, note)
        {
            Sha256 = row.Sha256 ?? "",
            SizeBytes = row.SizeBytes,
            Me = row.Firmware,
            Major = row.Me is { Family: FirmwareFamily.Me } me ? me.Major : null,
            Generation = row.Me is { } found ? (int)found.Generation : null,
            Sku = row.Me?.Sku ?? "",
        };
    }
}
