using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Firmware;

namespace FlashBench.Bench.Programming;

/// <summary>What this host remembers of chips: their content, the backup that was taken of them, and which of them are
/// half-written.</summary>
/// <param name="folder">Created when first needed.</param>
public sealed class ChipMemory(string folder)
{
    private const int Sha256Digits = 64;
    private const string Dirty = "dirty";

    /// <summary>What the chip is known to hold.</summary>
    /// <returns>A record that knows nothing if there is none, or if the file is damaged.</returns>
    /// <exception cref="JournalWriteException">It is there and cannot be read.</exception>
    public ContentRecord Content(ChipKey chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        byte[]? file = Read(PathOf(chip, "content"));
        return file is not null && ContentRecord.Parse(file, chip.SizeBytes) is { } record
            ? record
            : new ContentRecord(chip.SizeBytes);
    }

    /// <summary>Remembers the content; on return it is on disk.</summary>
    /// <exception cref="JournalWriteException">It cannot be written.</exception>
    public void Save(ChipKey chip, ContentRecord content)
    {
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentNullException.ThrowIfNull(content);
        Write(PathOf(chip, "content"), content.ToBytes());
    }

    /// <summary>Compares what was read with what is remembered, and forgets what is not so; on return that is on disk.
    /// </summary>
    /// <param name="chip">The chip.</param>
    /// <param name="ranges">What was read.</param>
    /// <param name="content">As long as the chip.</param>
    /// <exception cref="JournalWriteException">It cannot be written.</exception>
    public void Correct(ChipKey chip, IReadOnlyList<FlashRange> ranges, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ContentRecord record = Content(chip);
        bool wrong = false;
        for (int i = 0; i < record.Sectors; i++)
        {
            FlashRange sector = FlashRange.At((long)i * ContentRecord.SectorBytes, ContentRecord.SectorBytes);
            if (!record.IsKnown(i) || !ranges.Any(range => range.Contains(sector))
                || record.Holds(i, sector.Of(content)))
            {
                continue;
            }

            record.Forget(i);
            wrong = true;
        }

        if (wrong)
            Save(chip, record);
    }

    /// <summary>From now on nothing is known of the chip's content; on return that is on disk.</summary>
    /// <exception cref="JournalWriteException">It cannot be written.</exception>
    public void Forget(ChipKey chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        if (File.Exists(PathOf(chip, "content")))
            Save(chip, new ContentRecord(chip.SizeBytes));
    }

    /// <summary>SHA-256 of the vault's whole, twice-read backup of this chip; null if none was taken.</summary>
    /// <exception cref="JournalWriteException">It is there and cannot be read.</exception>
    public string? Backup(ChipKey chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        string? text = Read(PathOf(chip, "backup")) is { } file ? Encoding.ASCII.GetString(file).Trim() : null;
        return text is { Length: Sha256Digits } && text.All(char.IsAsciiHexDigitLower) ? text : null;
    }

    /// <summary>Remembers that the vault holds a backup of this chip; an older one stays in the vault.</summary>
    /// <exception cref="JournalWriteException">It cannot be written.</exception>
    public void SaveBackup(ChipKey chip, string sha256)
    {
        ArgumentNullException.ThrowIfNull(chip);
        Write(PathOf(chip, "backup"), Encoding.ASCII.GetBytes(sha256 + "\n"));
    }

    /// <summary>The job that left this chip half-written, on whatever bench; null if none did.</summary>
    /// <exception cref="JournalWriteException">The mark is there and cannot be read.</exception>
    public string? DirtyJob(ChipKey chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        return Read(PathOf(chip, Dirty)) is { } file ? Encoding.UTF8.GetString(file).Trim() : null;
    }

    /// <summary>True if a chip carries the mark of this job.</summary>
    /// <exception cref="JournalWriteException">The marks cannot be read.</exception>
    public bool IsAnyDirtyBy(string job)
    {
        try
        {
            return Directory.Exists(folder) && Directory.EnumerateFiles(folder, $"*.{Dirty}")
                .Any(file => File.ReadAllText(file).Trim() == job);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{folder} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Marks the chip as half-written, wherever it goes; on return the mark is on disk.</summary>
    /// <exception cref="JournalWriteException">It cannot be written.</exception>
    public void MarkDirty(ChipKey chip, string job)
    {
        ArgumentNullException.ThrowIfNull(chip);
        Write(PathOf(chip, Dirty), Encoding.UTF8.GetBytes(job + "\n"));
    }

    /// <summary>Takes the mark away; on return that is on disk.</summary>
    /// <exception cref="JournalWriteException">It cannot be taken away.</exception>
    public void ClearDirty(ChipKey chip)
    {
        ArgumentNullException.ThrowIfNull(chip);
        string path = PathOf(chip, Dirty);
        try
        {
            DurableFile.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be deleted: {e.Message}", e);
        }
    }

    /// <summary>Forgets every chip: those that were here are gone.</summary>
    /// <exception cref="JournalWriteException">The folder cannot be deleted.</exception>
    public void Clear()
    {
        try
        {
            if (!Directory.Exists(folder))
                return;
            Directory.Delete(folder, recursive: true);
            DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(folder))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{folder} cannot be deleted: {e.Message}", e);
        }
    }

    private string PathOf(ChipKey chip, string kind) => Path.Combine(folder, $"{chip.FileName}.{kind}");

    private static byte[]? Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static void Write(string path, byte[] content)
    {
        try
        {
            DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(path, content, ownerOnly: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
