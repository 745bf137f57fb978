using FlashBench.Bench.Config;
using FlashBench.Cli.Benches;

namespace FlashBench.Cli.Soak;

/// <summary>Benches that this process has for a whole run.</summary>
internal sealed class HeldBenches : IDisposable
{
    private readonly List<BenchLock> _locks = [];

    private HeldBenches()
    {
    }

    /// <summary>Takes a run, so that no other process goes on with it, and its benches; all or nothing.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="stateFolder">State folder.</param>
    /// <param name="benches">Its benches; none for a run on virtual boards of its own.</param>
    /// <param name="work">What for: "soak SOAK-1".</param>
    /// <exception cref="CommandFailure">Another process has one of them; the message names it and the process.
    /// </exception>
    public static HeldBenches TakeRun(string folder, string stateFolder, IEnumerable<BenchEntry> benches, string work)
    {
        HeldBenches held = Take(stateFolder, benches, work);
        try
        {
            held.TakeRun(folder, work);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Takes all of them, or none.</summary>
    /// <exception cref="CommandFailure">Another process has one; the message names it and the process.</exception>
    public static HeldBenches Take(string stateFolder, IEnumerable<BenchEntry> benches, string work)
    {
        var held = new HeldBenches();
        try
        {
            foreach (BenchEntry bench in benches)
                held._locks.Add(BenchLock.Take(stateFolder, bench.Id, work));
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Takes the run as well.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="work">As for the benches.</param>
    /// <exception cref="CommandFailure">Another process plays it.</exception>
    public void TakeRun(string folder, string work) => _locks.Add(BenchLock.TakeRun(folder, work));

    /// <inheritdoc/>
    public void Dispose() => _locks.ForEach(one => one.DisposeAsync().AsTask().GetAwaiter().GetResult());
}
