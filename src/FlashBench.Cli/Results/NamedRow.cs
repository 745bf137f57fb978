using FlashBench.Cli.Output;
using FlashBench.Results.Catalog;
using FlashBench.Results.Rows;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>The one job that the operator means.</summary>
internal static class NamedRow
{
    /// <summary>Finds it.</summary>
    /// <param name="catalog">The evidence folder.</param>
    /// <param name="store">Its results.</param>
    /// <param name="name">A job directory (absolute, or relative to the working or the evidence folder), or a job id.
    /// </param>
    /// <exception cref="UsageException">There is none, or more than one.</exception>
    public static JobRow Find(EvidenceCatalog catalog, ResultsStore store, string name)
    {
        if (name.Length == 0)
            throw new UsageException("the job has an empty name");
        string relative = Path.GetRelativePath(catalog.Evidence, Path.GetFullPath(name));
        string[] directories = [name.TrimEnd('/'), relative];
        if (directories.Select(store.Find).FirstOrDefault(row => row is not null) is { } found)
            return found;
        IReadOnlyList<string> same = store.WithJob(name);
        return same.Count switch
        {
            1 => store.Find(same[0])!,
            0 => throw new UsageException(
                $"no job \"{PlainText.Of(name)}\" among the results of {PlainText.Of(catalog.Evidence)}"),
            _ => throw new UsageException($"several jobs have this id, name a directory: "
                + string.Join(", ", same.Take(10).Select(directory => PlainText.Of(directory)))),
        };
    }
}
