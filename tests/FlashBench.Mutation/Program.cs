using System.Globalization;
using FlashBench.Tests.Firmware.Mutation;

const string Usage = """
    Usage: scripts/mutate [--seed N] [--count M] [--jobs J]    run M damaged structures (1,000,000; all cores)
           scripts/mutate --seed N --only I                    run structure I of a seed once more
    """;

long seed = 1, count = 1_000_000, first = 0, jobs = Environment.ProcessorCount;
for (int i = 0; i < args.Length; i += 2)
{
    string? text = args.ElementAtOrDefault(i + 1);
    bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
    switch (args[i])
    {
        case "--seed" when isNumber:
            seed = value;
            break;
        case "--count" when isNumber:
            count = value;
            break;
        case "--jobs" when isNumber && value is > 0 and <= 1024:
            jobs = value;
            break;
        case "--only" when isNumber:
            (first, count, jobs) = (value, 1, 1);
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 64;
    }
}

TimeProvider time = TimeProvider.System;
long start = time.GetTimestamp(), shown = 0;
CampaignResult result = new Campaign(new(seed, first, count, (int)jobs), time).Run(done =>
{
    if (done - shown < 100_000)
        return;
    shown = done;
    Console.Error.WriteLine($"{done:N0} of {count:N0} structures");
});
double seconds = time.GetElapsedTime(start).TotalSeconds;

foreach (CampaignFailure failure in result.Failures)
{
    Console.WriteLine($"FAILED: {failure.Target}: {failure.Text}");
    Console.WriteLine($"        scripts/mutate --seed {seed} --only {failure.Number}");
}

foreach (string target in MutationTarget.All.Select(t => t.Name))
{
    Console.WriteLine(
        $"{target,-22} {result.Count(target, TrialEnd.Refused),10:N0} refused " +
        $"{result.Count(target, TrialEnd.Read),10:N0} read {result.Count(target, TrialEnd.Planned),10:N0} planned");
}

Console.WriteLine(
    $"seed {seed}: {result.Total:N0} structures, {result.Failed:N0} failed, " +
    $"{result.Total / Math.Max(seconds, 0.001):N0} a second, slowest {result.Slowest.TotalMilliseconds:0} ms");
return result.Failed == 0 && result.Total == count ? 0 : 1;
