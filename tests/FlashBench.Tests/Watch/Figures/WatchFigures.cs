using System.Globalization;

namespace FlashBench.Tests.Watch.Figures;

/// <summary>How large a figure is, and where its rows go: small in the ordinary suite, large in scripts/watch-figures.
/// </summary>
/// <remarks>FLASHBENCH_WATCH_BOOTS: boots of each row. FLASHBENCH_WATCH_SEED: first seed. FLASHBENCH_WATCH_TABLES: an
/// absolute folder for the rows.</remarks>
internal static class WatchFigures
{
    public static int Seed => Number("FLASHBENCH_WATCH_SEED", 1);

    public static int Boots(int otherwise) => Number("FLASHBENCH_WATCH_BOOTS", otherwise);

    /// <summary>Plays so many boots with seeds of their own, on two threads.</summary>
    public static T[] Play<T>(int boots, Func<int, T> play)
    {
        var seen = new T[boots];
        Parallel.For(
            0, boots, new ParallelOptions
            {
                MaxDegreeOfParallelism = 2
            },
            i => seen[i] = play(Seed * 100_000 + i));
        return seen;
    }

    public static async Task KeepAsync(string name, IEnumerable<string> rows)
    {
        if (Environment.GetEnvironmentVariable("FLASHBENCH_WATCH_TABLES") is { Length: > 0 } folder)
        {
            await File.WriteAllLinesAsync(
                Path.Combine(folder, name), rows, TestContext.Current.CancellationToken);
        }
    }

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
