using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;

namespace FlashBench.Bench.Jobs;

/// <summary>What a bench remembers between jobs: whose chip is half-written, and which chip belongs to which
/// board.</summary>
/// <param name="folder">State folder; created when first needed.</param>
/// <param name="chipFolder">Where chips are remembered; null: below the state folder. A virtual bench has its own,
/// since its chip has no serial number that is unique in the world.</param>
public sealed class BenchState(string folder, string? chipFolder = null)
{
    /// <summary>What is remembered of the chips that were on this host's benches.</summary>
    public ChipMemory Chips { get; } = new(chipFolder ?? Path.Combine(folder, "chips"));

    /// <summary>The job that left the bench's board half-written; null if none did.</summary>
    /// <exception cref="JournalWriteException">The mark is there and cannot be read.</exception>
    public string? DirtyJob(string bench)
    {
        try
        {
            return Mark(DirtyPath(bench));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"the mark of a half-written board cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Marks the bench's board as half-written; on return the mark is on disk.</summary>
    public void MarkDirty(string bench, string job) => Write(DirtyPath(bench), job + "\n");

    /// <summary>Takes the mark away; on return that is on disk.</summary>
    /// <exception cref="JournalWriteException">It cannot be taken away.</exception>
    public void ClearDirty(string bench) => Delete(DirtyPath(bench));

    /// <summary>Marks the bench's board as half-written, and its chip, which may be taken to another bench; on return
    /// both marks are on disk.</summary>
    /// <param name="bench">Bench id.</param>
    /// <param name="chip">The chip; null if it cannot be told from others of its kind.</param>
    /// <param name="job">Who leaves it so.</param>
    public void MarkDirty(string bench, ChipKey? chip, string job)
    {
        MarkDirty(bench, job);
        if (chip is not null)
            Chips.MarkDirty(chip, job);
    }

    /// <summary>Takes both marks away; on return that is on disk.</summary>
    /// <exception cref="JournalWriteException">One cannot be taken away.</exception>
    public void ClearDirty(string bench, ChipKey? chip)
    {
        if (chip is not null)
            Chips.ClearDirty(chip);
        ClearDirty(bench); // last, as it is set first: while one is left, this bench refuses
    }

    /// <summary>Remembers the job that begins on a bench until <see cref="Close"/>; on return that is on
    /// disk.</summary>
    /// <param name="bench">Bench id.</param>
    /// <param name="directory">The job directory, absolute.</param>
    /// <exception cref="JournalWriteException">It cannot be written.</exception>
    public void Open(string bench, string directory) => Write(OpenPath(bench), directory + "\n");

    /// <summary>Forgets the job of a bench: it has ended for good.</summary>
    /// <exception cref="JournalWriteException">It cannot be forgotten.</exception>
    public void Close(string bench) => Delete(OpenPath(bench));

    /// <summary>The directory of the job that began last on a bench and did not end for good; null if there is none.
    /// </summary>
    /// <exception cref="JournalWriteException">What is remembered cannot be read.</exception>
    public string? OpenJob(string bench)
    {
        try
        {
            return Mark(OpenPath(bench)) is { } directory && Directory.Exists(directory) ? directory : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{OpenPath(bench)} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>All such jobs of this host, by bench.</summary>
    public IReadOnlyList<(string Bench, string Directory)> OpenJobs()
    {
        try
        {
            return [.. Marks(OpenFolder).Where(open => Directory.Exists(open.Content))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{OpenFolder} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>All jobs that left a bench's board half-written, by bench.</summary>
    /// <exception cref="JournalWriteException">The marks cannot be read.</exception>
    public IReadOnlyList<(string Bench, string Job)> DirtyJobs()
    {
        try
        {
            return [.. Marks(Path.GetDirectoryName(DirtyPath("any"))!)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"the marks of half-written boards cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The chip that was bound to a board; null for a new board.</summary>
    /// <exception cref="JournalWriteException">The binding cannot be read.</exception>
    public DutBinding? Binding(string dut)
    {
        try
        {
            return File.Exists(BindingPath(dut))
                ? JsonSerializer.Deserialize(File.ReadAllBytes(BindingPath(dut)), BenchStateContext.Default.DutBinding)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new JournalWriteException($"the binding of board {dut} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Binds a chip to a board.</summary>
    public void Bind(string dut, DutBinding binding) =>
        Write(BindingPath(dut), JsonSerializer.Serialize(binding, BenchStateContext.Default.DutBinding) + "\n");

    // Other benches, also of other processes, begin and end jobs meanwhile: a mark that goes is none.
    private static IEnumerable<(string Bench, string Content)> Marks(string folder)
    {
        if (!Directory.Exists(folder))
            yield break;
        IEnumerable<string> files = Directory.GetFiles(folder)
            .Where(file => !Path.GetFileName(file).StartsWith('.')) // one that is being written
            .Order(StringComparer.Ordinal);
        foreach (string file in files)
        {
            if (Mark(file) is { } content)
                yield return (Path.GetFileName(file), content);
        }
    }

    // Null if it is not there.
    private static string? Mark(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string OpenFolder => Path.Combine(folder, "open");

    private string OpenPath(string bench) => Path.Combine(OpenFolder, bench);

    private static void Delete(string path)
    {
        try
        {
            DurableFile.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be deleted: {e.Message}", e);
        }
    }

    private string DirtyPath(string bench) => Path.Combine(folder, "dirty", bench);

    // The serial is free text of any length: its hash is a safe file name.
    private string BindingPath(string dut) => Path.Combine(
        folder, "duts", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dut))) + ".json");

    private static void Write(string path, string content)
    {
        try
        {
            DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.WriteText(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalWriteException($"{path} cannot be written: {e.Message}", e);
        }
    }
}

/// <summary>The chip that belongs to a board.</summary>
/// <param name="JedecId">Six hex digits.</param>
/// <param name="UniqueId">Unique id of the chip; empty if it has none.</param>
/// <param name="GbeSha256">Hash of the GbE region, which carries the board's MAC; empty if there is none.</param>
/// <param name="Profile">Id of the board's profile.</param>
public sealed record DutBinding(string JedecId, string UniqueId, string GbeSha256, string Profile)
{
    /// <summary>Hash of the last backup that was found stock; null if none was.</summary>
    public string? BackupSha256 { get; init; }

    /// <summary>Hash of the GbE region that a job put there with a whole image, on the operator's typed word; null if
    /// none did since the board's own was last seen.</summary>
    public string? PlacedGbeSha256 { get; init; }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(DutBinding))]
internal sealed partial class BenchStateContext : System.Text.Json.Serialization.JsonSerializerContext;
