using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Fleet;

/// <summary>The list of what is quarantined cannot be read; the message is one sentence that names the file.</summary>
/// <remarks>Whoever wanted to know whether something is in it must stop: nobody knows.</remarks>
public sealed class QuarantineException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What is quarantined on this host: one file in the state folder.</summary>
/// <remarks>For use by any threads and processes: each change sees the one before.</remarks>
/// <param name="folder">State folder.</param>
public sealed class QuarantineStore(string folder)
{
    /// <summary>Longest value and reason, in characters.</summary>
    public const int TextLengthMax = 500;

    private const int EntriesMax = 1000;

    /// <summary>Where the list is.</summary>
    public string FilePath { get; } = Path.Combine(folder, "quarantine.json");

    /// <summary>All entries, oldest first; those that have ended too.</summary>
    /// <exception cref="QuarantineException">The list cannot be read.</exception>
    public IReadOnlyList<QuarantineEntry> Read()
    {
        try
        {
            return Parse(GuardedFile.Read(FilePath)).Entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QuarantineException($"{FilePath} cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>The entries that keep something from running now.</summary>
    /// <exception cref="QuarantineException">The list cannot be read.</exception>
    public IReadOnlyList<QuarantineEntry> Find(QuarantineSubject wanted, HostMoment now)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return [.. Read().Where(entry => entry.CountsAt(now) && wanted.IsMeantBy(entry))];
    }

    /// <summary>Adds an entry; on return it is on disk.</summary>
    /// <param name="entry">Its id does not matter.</param>
    /// <returns>The entry with its id.</returns>
    /// <exception cref="QuarantineException">The list cannot be read, or is full.</exception>
    /// <exception cref="JournalWriteException">It could not be kept.</exception>
    public QuarantineEntry Add(QuarantineEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        QuarantineEntry added = entry;
        Change(list =>
        {
            if (list.Entries.Count >= EntriesMax)
                throw new QuarantineException($"{FilePath} has {EntriesMax} entries: lift some");
            added = entry with
            {
                Id = $"q{list.Next}",
            };
            return new QuarantineFile(1, list.Next + 1, [.. list.Entries, added]);
        });
        return added;
    }

    /// <summary>Takes an entry away; on return that is on disk.</summary>
    /// <returns>The entry; null if there is none with that id.</returns>
    /// <exception cref="QuarantineException">The list cannot be read.</exception>
    /// <exception cref="JournalWriteException">That could not be kept.</exception>
    public QuarantineEntry? Lift(string id)
    {
        QuarantineEntry? lifted = null;
        Change(list =>
        {
            lifted = list.Entries.FirstOrDefault(entry => entry.Id == id);
            return lifted is null ? null : list with
            {
                Entries = [.. list.Entries.Where(entry => entry != lifted)],
            };
        });
        return lifted;
    }

    private void Change(Func<QuarantineFile, QuarantineFile?> change) => GuardedFile.Change(
        FilePath,
        found => change(Parse(found)) is { } list
            ? JsonSerializer.SerializeToUtf8Bytes(list, QuarantineFileContext.Default.QuarantineFile)
            : null);

    private QuarantineFile Parse(byte[]? content)
    {
        if (content is null)
            return new QuarantineFile(1, 1, []);
        try
        {
            QuarantineFile? list = JsonSerializer.Deserialize(
                content, QuarantineFileContext.Default.QuarantineFile);
            return list is { Version: 1, Next: > 0 and < int.MaxValue } && list.Entries.All(IsSound)
                ? list
                : throw new QuarantineException($"{FilePath} is damaged: mend it or take it away");
        }
        catch (JsonException e)
        {
            throw new QuarantineException($"{FilePath} is damaged, or not written by this program: {e.Message}", e);
        }
    }

    private static bool IsSound(QuarantineEntry entry) =>
        entry is { Id.Length: > 0, Value.Length: > 0, Reason.Length: > 0, By: not null, Made.BootId: not null };
}

internal sealed record QuarantineFile(int Version, int Next, IReadOnlyList<QuarantineEntry> Entries);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(QuarantineFile))]
internal sealed partial class QuarantineFileContext : JsonSerializerContext;
