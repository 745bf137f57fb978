using FlashBench.Bench.Config;
using FlashBench.Cli.Certify;

namespace FlashBench.Cli.Soak;

/// <summary>Plays the benches of a run.</summary>
internal static class BenchThreads
{
    // Set-ups one behind the other: at once, each would wait for all, the first time for the just-in-time compiler too.
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(25);

    /// <summary>Runs every bench to its end: on virtual time one thread plays all; in real time each has its own.
    /// </summary>
    /// <param name="floor">What they share.</param>
    /// <param name="benches">The benches.</param>
    /// <param name="cancel">Stops every job at its next known state.</param>
    public static void Run(SoakFloor floor, IReadOnlyList<BenchEntry> benches, CancellationToken cancel)
    {
        if (floor.Shared is not null)
        {
            floor.Shared.Run(
                async stop =>
                {
                    await Task.WhenAll(benches.Select(bench => new SoakActor(floor, bench).RunAsync(stop)));
                    return true;
                },
                cancel);
            return;
        }

        Thread[] threads =
        [
            .. benches.Select(bench => new Thread(() => SingleThread.Run(
                async stop =>
                {
                    await new SoakActor(floor, bench).RunAsync(stop);
                    return true;
                },
                cancel))
            {
                Name = bench.Id,
            }),
        ];
        foreach (Thread thread in threads)
        {
            thread.Start();
            cancel.WaitHandle.WaitOne(Stagger);
        }

        foreach (Thread thread in threads)
            thread.Join();
    }
}
