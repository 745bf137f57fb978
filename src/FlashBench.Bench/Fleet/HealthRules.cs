namespace FlashBench.Bench.Fleet;

/// <summary>How the health of a bench changes: a table.</summary>
public static class HealthRules
{
    // Columns in the order of BenchHealth: good, unknown, looping, bad, maintenance, retired.
    private const BenchHealth
        G = BenchHealth.Good, U = BenchHealth.Unknown, L = BenchHealth.Looping, B = BenchHealth.Bad,
        M = BenchHealth.Maintenance, R = BenchHealth.Retired;

    private static readonly Dictionary<HealthEvent, BenchHealth[]> Table = new()
    {
        [HealthEvent.JobWorked] = [G, U, L, B, M, R],
        [HealthEvent.JobFailed] = [G, U, L, B, M, R], // and see the breaker
        [HealthEvent.Bug] = [M, M, M, M, M, R],
        [HealthEvent.CheckPassed] = [G, G, L, G, M, R],
        [HealthEvent.CheckFailed] = [B, B, L, B, M, R],
        [HealthEvent.SetGood] = [G, G, G, G, G, G],
        [HealthEvent.SetUnknown] = [U, U, U, U, U, U],
        [HealthEvent.SetLooping] = [L, L, L, L, L, L],
        [HealthEvent.SetMaintenance] = [M, M, M, M, M, M],
        [HealthEvent.SetRetired] = [R, R, R, R, R, R],
    };

    /// <summary>The health after an event.</summary>
    /// <param name="before">The health before.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="why">The reason, in a sentence without a full stop, and who says so.</param>
    /// <param name="now">When, by the calendar of the host.</param>
    /// <param name="breakerFailures">After how many failed jobs in a row a bench that takes jobs becomes bad.</param>
    /// <returns><paramref name="before"/> itself if nothing changes.</returns>
    public static HealthRecord After(
        HealthRecord before, HealthEvent happened, (string Reason, string By) why, DateTimeOffset now,
        int breakerFailures)
    {
        ArgumentNullException.ThrowIfNull(before);
        bool isSet = happened is HealthEvent.SetGood or HealthEvent.SetUnknown or HealthEvent.SetLooping
            or HealthEvent.SetMaintenance or HealthEvent.SetRetired;
        int failures = happened switch
        {
            HealthEvent.JobFailed => before.Failures < int.MaxValue ? before.Failures + 1 : before.Failures,
            HealthEvent.JobWorked or HealthEvent.CheckPassed or HealthEvent.SetGood or HealthEvent.SetUnknown => 0,
            _ => before.Failures,
        };
        BenchHealth health = Table[happened][(int)before.Health];
        if (happened == HealthEvent.JobFailed && before.TakesJobs && failures >= breakerFailures)
        {
            health = BenchHealth.Bad;
            string jobs = failures == 1 ? "a job" : $"{failures} jobs in a row";
            why.Reason = $"{jobs} failed by the bench's fault, the last: {why.Reason}";
        }

        if (health == before.Health && !isSet)
            return failures == before.Failures ? before : before with { Failures = failures };
        return new HealthRecord(health, why.Reason, now, why.By, failures);
    }
}
