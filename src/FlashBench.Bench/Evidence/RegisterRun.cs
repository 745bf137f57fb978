using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>Samples in a row that show the same registers.</summary>
/// <param name="FirstUs">Time of the first one, on the job's clock.</param>
/// <param name="LastUs">Time of the last one.</param>
/// <param name="Count">How many.</param>
/// <param name="Registers">What all of them show.</param>
internal sealed record RegisterRun(long FirstUs, long LastUs, int Count, MeRegisters Registers)
{
    public static List<RegisterRun> Of(IReadOnlyList<RegisterSample> samples)
    {
        var runs = new List<RegisterRun>();
        foreach (RegisterSample sample in samples)
        {
            if (runs.Count > 0 && runs[^1].Registers == sample.Registers)
                runs[^1] = runs[^1] with { LastUs = sample.AtUs, Count = runs[^1].Count + 1 };
            else
                runs.Add(new RegisterRun(sample.AtUs, sample.AtUs, 1, sample.Registers));
        }

        return runs;
    }

    /// <summary>HFSTS1 to HFSTS6 in order.</summary>
    public static uint?[] Values(MeRegisters r) => [r.Hfsts1, r.Hfsts2, r.Hfsts3, r.Hfsts4, r.Hfsts5, r.Hfsts6];
}
