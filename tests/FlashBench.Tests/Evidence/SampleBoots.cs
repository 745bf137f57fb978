using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Evidence;

/// <summary>Boots as a bench would measure them: sensor noise, a heartbeat every 5 s, FB1 every 30 s.</summary>
internal static class SampleBoots
{
    private const long Second = 1_000_000, OsUp = 14 * Second, Length = 1892 * Second;

    public static BootObservation Alive(int number, string kind, MeRegisters registers) =>
        Build(number, kind, registers, null) with
        {
            Class = BootClass.Alive,
            Explanation = "power and signs of life held until 31:29.0 after power-good, past the mark at 31:00.0",
        };

    public static BootObservation Lost(int number, MeRegisters registers, long lostAfter) =>
        Build(number, BootKind.Watch, registers, lostAfter) with
        {
            Class = BootClass.WatchdogConsistent,
            Explanation = "power was lost 30:00.0 after power-good without a shutdown text: consistent with the ME "
                + "watchdog",
        };

    private static BootObservation Build(int number, string kind, MeRegisters registers, long? lostAfter)
    {
        long commanded = number * 2000 * Second, good = commanded + 1_200_000;
        long lived = lostAfter ?? Length - 3 * Second;
        long[] signs = Every(good + OsUp, good + lived, 5 * Second);
        return new BootObservation
        {
            Number = number,
            Kind = kind,
            Class = BootClass.Alive,
            Explanation = "",
            CommandedUs = commanded,
            PowerGoodUs = good,
            CountedFromUs = good,
            OsUpUs = signs[0],
            PowerLostUs = lostAfter is long lost ? good + lost : null,
            EndUs = lostAfter is long end ? good + end + 10 * Second : good + Length,
            Banners = 1,
            LastSignUs = signs[^1],
            LongestGapUs = 5 * Second,
            Samples = [.. Every(good + OsUp + Second, good + lived, 30 * Second).Select((at, i) => new RegisterSample(
                at, i + 1, TimeSpan.FromMicroseconds(at - good), registers))],
            DamagedSamples = 0,
            StaleSamples = 1,
            FirmwareText = new CorebootMeReport(5, 0, 0, new MeRegisters(null), false, false),
            Power = Power(number, commanded, good, lostAfter is long cut ? good + cut : null),
            Signs = signs,
            SignCounts = new SignCounts(0, signs.Length, 0, 0),
            BytesPerMinute = [9_800, .. Enumerable.Repeat(612, (int)(lived / (60 * Second)))],
        };
    }

    private static long[] Every(long from, long to, long step) =>
        [.. Enumerable.Range(0, (int)((to - from) / step)).Select(i => from + i * step)];

    private static List<(long AtUs, int Millivolts, int Milliamps)> Power(
        int seed, long commanded, long good, long? lost)
    {
        var random = new Random(seed);
        var samples = new List<(long AtUs, int Millivolts, int Milliamps)>();
        long end = lost is long at ? at + 10 * Second : good + Length;
        for (long now = commanded - 2 * Second; now <= end; now += Second / 2)
        {
            bool on = now >= good && (lost is null || now < lost);
            int load = now < good + OsUp ? 1900 : 820;
            samples.Add(on
                ? (now, 3312 + random.Next(-9, 10), load + random.Next(-60, 61))
                : (now, random.Next(0, 12), now < commanded ? 0 : 38 + random.Next(0, 3)));
        }

        return samples;
    }
}
