using FlashBench.Results.Store;

namespace FlashBench.Results.Queries;

/// <summary>What one side of a comparison is.</summary>
public enum SideKind
{
    /// <summary>A soak or regression.</summary>
    Run,

    /// <summary>Jobs of one image.</summary>
    Image,

    /// <summary>Jobs of one ME version.</summary>
    Me,
}

/// <summary>One side of a comparison.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Id of the run, first digits of the hash, or version.</param>
public sealed record ComparedSide(SideKind Kind, string Name)
{
    private const int HashDigitsMin = 6;

    /// <summary>The rows.</summary>
    public ResultsFilter Filter => Kind switch
    {
        SideKind.Run => new ResultsFilter
        {
            Run = Name
        },
        SideKind.Image => new ResultsFilter
        {
            Image = Name
        },
        _ => new ResultsFilter
        {
            Me = Name
        },
    };

    /// <summary>What a word means: "run:ID", "image:HASH", "me:VERSION", or the name alone where one of these has jobs.
    /// </summary>
    /// <returns>Null if nothing of that name has jobs.</returns>
    /// <exception cref="ResultsException">The store cannot be read.</exception>
    public static ComparedSide? Find(ResultsStore store, string word)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(word);
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        string name = word[(colon + 1)..];
        SideKind[] kinds = (colon < 0 ? "" : word[..colon]) switch
        {
            "" => [SideKind.Run, SideKind.Me, SideKind.Image],
            "run" => [SideKind.Run],
            "me" => [SideKind.Me],
            "image" => [SideKind.Image],
            _ => [],
        };
        return kinds.Where(kind => kind != SideKind.Image || IsHash(name))
            .Select(kind => new ComparedSide(kind, name))
            .FirstOrDefault(side => JobList.Read(store, side.Filter, limit: 1).Count > 0);
    }

    private static bool IsHash(string name) => name.Length >= HashDigitsMin && name.All(char.IsAsciiHexDigit);
}
