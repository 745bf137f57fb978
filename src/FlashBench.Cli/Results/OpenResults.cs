using System.CommandLine;
using FlashBench.Bench.Config;
using FlashBench.Cli.Output;
using FlashBench.Results.Catalog;
using FlashBench.Results.Store;

namespace FlashBench.Cli.Results;

/// <summary>The results store that a command line means, brought up to date and open.</summary>
internal static class OpenResults
{
    private const int ShownFrom = 200; // rows to read: fewer take no time that anybody notices

    /// <summary>The folder with job directories, when it is not the configured one.</summary>
    public static Option<string?> EvidenceOption() => new("--evidence")
    {
        Description = "Folder with the job directories, when it is not the configured one",
        HelpName = "DIR",
    };

    /// <summary>Reads from the store.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="evidence">Evidence folder; null for the configured one.</param>
    /// <param name="read">What to do with the open store.</param>
    /// <param name="cancel">Stops while it is brought up to date.</param>
    /// <exception cref="CommandFailure">It cannot be used.</exception>
    public static int Read(
        ParseResult parse, string? evidence, Func<EvidenceCatalog, ResultsStore, int> read, CancellationToken cancel) =>
        Explained(() =>
        {
            EvidenceCatalog catalog = Catalog(parse, evidence);
            using ResultsStore store = Open(catalog, parse.InvocationConfiguration.Error, cancel);
            return read(catalog, store);
        });

    /// <summary>The catalog that a command line means.</summary>
    public static EvidenceCatalog Catalog(ParseResult parse, string? evidence)
    {
        if (evidence is { Length: 0 } || File.Exists(evidence))
            throw new UsageException($"--evidence \"{PlainText.Of(evidence)}\" is no folder");
        BenchPaths paths = ConfigSource.Paths(ConfigSource.Load(parse));
        TextWriter error = parse.InvocationConfiguration.Error;
        bool quiet = parse.GetValue(GlobalOptions.Quiet);
        return new EvidenceCatalog(evidence ?? paths.Evidence, paths.State, TimeProvider.System)
        {
            Progress = done =>
            {
                if (!quiet && done % ShownFrom == 0)
                    error.WriteLine($"{done} jobs read");
            },
        };
    }

    /// <summary>Gives what keeps the store from being used an exit code.</summary>
    public static T Explained<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (ResultsException e)
        {
            throw new CommandFailure(CodeOf(e.Trouble), e.Message);
        }
        catch (AggregateException e) when (e.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.CannotWrite, e.InnerException.Message);
        }
    }

    private static int CodeOf(StoreTrouble trouble) => trouble switch
    {
        StoreTrouble.Busy => ExitCodes.Unavailable,
        StoreTrouble.Unusable => ExitCodes.CannotWrite,
        _ => ExitCodes.BadInput,
    };

    // What cannot be brought up to date can be read as it is, and says so.
    private static ResultsStore Open(EvidenceCatalog catalog, TextWriter error, CancellationToken cancel)
    {
        try
        {
            ResultsStore store = ResultsStore.Open(catalog.StoreFile, EvidenceCatalog.Patience);
            try
            {
                catalog.Update(store, cancel);
                return store;
            }
            catch
            {
                store.Dispose();
                throw;
            }
        }
        catch (ResultsException e) when (
            e.Trouble is StoreTrouble.Busy or StoreTrouble.Unusable && File.Exists(catalog.StoreFile))
        {
            error.WriteLine(
                $"flashbench: the results may not be up to date: {PlainText.Of(e.Message)}.");
            return ResultsStore.OpenToRead(catalog.StoreFile, EvidenceCatalog.Patience);
        }
    }
}
