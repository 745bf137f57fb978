
namespace FlashBench.Results.Queries;

/// <summary>Which rows are meant; null or empty asks nothing.</summary>
public sealed record ResultsFilter
{
    /// <summary>Bench id.</summary>
    public string? Bench { get; init; }

    /// <summary>Serial of the board.</summary>
    public string? Board { get; init; }

    /// <summary>Id of the board's profile.</summary>
    public string? Profile { get; init; }

    /// <summary>ME version, or the first numbers of it: "8" or "8.1".</summary>
    public string? Me { get; init; }

    /// <summary>SHA-256 of the image, or its first digits.</summary>
    public string? Image { get; init; }

    /// <summary>The programmer's description.</summary>
    public string? Programmer { get; init; }

    /// <summary>"PASS", "FAIL" and so on; "FLAKY"; "NONE" for jobs without a verdict.</summary>
    public string? Verdict { get; init; }

    /// <summary>Id of a run.</summary>
    public string? Run { get; init; }

    /// <summary>Jobs that began then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>True for real boards only, false for simulated ones only.</summary>
    public bool? Real { get; init; }

    /// <summary>The condition in SQL, with values as parameters; "1" for all rows.</summary>
    internal (string Sql, List<(string Name, object Value)> Values) Where()
    {
        var (terms, values) = (new List<string>(), new List<(string, object)>());
        void Add(string term, params ReadOnlySpan<(string, object)> with)
        {
            terms.Add(term);
            values.AddRange(with);
        }

        foreach ((string column, string? wanted) in new[]
        {
            ("bench", Bench), ("dut", Board), ("profile", Profile), ("programmer", Programmer), ("run", Run),
        })
        {
            if (wanted is not null)
                Add($"{column} = ${column}", ("$" + column, wanted));
        }

        if (Me is { } me) // '/' follows '.'
            Add("(me_version = $me OR (me_version >= $me || '.' AND me_version < $me || '/'))", ("$me", me));
        if (Image is { } image) // 'g' follows the last hex digit
            Add("(image >= $image AND image < $image || 'g')", ("$image", image.ToLowerInvariant()));
        if (Verdict is { } verdict)
            AddVerdict(verdict, Add);
        if (Since is { } since)
            Add("started >= $since", ("$since", since.ToUnixTimeSeconds()));
        if (Real is { } real)
            Add("simulated = $simulated", ("$simulated", real ? 0L : 1L));
        return (terms.Count == 0 ? "1" : string.Join(" AND ", terms), values);
    }

    private delegate void AddTerm(string term, params ReadOnlySpan<(string, object)> with);

    private static void AddVerdict(string verdict, AddTerm add)
    {
        switch (verdict)
        {
            case "FLAKY":
                add("verdict = 'PASS' AND flaky = 1");
                break;
            case "PASS":
                add("verdict = 'PASS' AND flaky = 0");
                break;
            case "NONE":
                add("verdict IS NULL");
                break;
            default:
                add("verdict = $verdict", ("$verdict", verdict));
                break;
        }
    }
}
