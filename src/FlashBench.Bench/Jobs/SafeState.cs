using FlashBench.Bench.Journal;
using FlashBench.Hardware;

namespace FlashBench.Bench.Jobs;

/// <summary>What every job leaves behind: released SPI pins, and a board without power.</summary>
internal static class SafeState
{
    /// <summary>Enters it. Pins and power are let go each for itself: one that fails or hangs must not keep the other.
    /// </summary>
    public static async Task EnterAsync(JobContext job)
    {
        try
        {
            await TryAsync(job, job.Power.ReleaseSpiAsync, "programmer pins could not be released");
        }
        finally
        {
            await TryAsync(job, job.Power.CutAsync, "power could not be cut");
        }
    }

    private static async Task TryAsync(JobContext job, Func<Task> let, string otherwise)
    {
        try
        {
            await let().WaitAsync(PhaseLimits.SafeState, job.Clock.Time);
        }
        catch (BenchException e)
        {
            TryDeviate(job, $"{otherwise}: {e.Message}");
        }
        catch (TimeoutException)
        {
            TryDeviate(job, $"{otherwise} within {PhaseLimits.SafeState.TotalSeconds:0} s");
        }
    }

    private static void TryDeviate(JobContext job, string text)
    {
        try
        {
            job.Deviate(text);
        }
        catch (JournalWriteException)
        {
            // The journal refuses every further record, so the job ends without a certificate; the board comes first.
        }
    }
}
