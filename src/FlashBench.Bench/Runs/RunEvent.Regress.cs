using FlashBench.Bench.Regress;

namespace FlashBench.Bench.Runs;

// What only a regression writes down.
public abstract partial record RunEvent
{
    /// <summary>The files of the folder, as they were when the regression began.</summary>
    /// <param name="Files">In order of their names.</param>
    public sealed record Listed(RegressFile[] Files) : RunEvent
    {
        /// <summary>Number of cells of the matrix.</summary>
        public int Cells { get; init; }
    }

    /// <summary>A cell is done: it was examined, or its result was taken over from an earlier run.</summary>
    /// <param name="Result">What came out; it names the run, and in it the jobs, behind it.</param>
    public sealed record Settled(CellResult Result) : RunEvent;
}
