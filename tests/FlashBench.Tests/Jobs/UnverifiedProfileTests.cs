namespace FlashBench.Tests.Jobs;

/// <summary>A record says when nobody has run the board's profile yet.</summary>
public sealed class UnverifiedProfileTests
{
    [Fact]
    public void A_record_by_an_unverified_profile_says_so_and_names_guessed_thresholds()
    {
        using var bench = new JobBench
        {
            DryRun = true,
            Describe = profile => profile with
            {
                Unverified = true,
                Power = profile.Power with { ToBeCommissioned = true },
            },
        };

        bench.Run();

        Assert.Equal(
            [
                "the profile virtual-me8 is unverified: from documents; not run on this board yet",
                "the power thresholds of profile virtual-me8 were not commissioned on a board",
            ],
            bench.Deviations);
    }

    [Fact]
    public void A_record_by_a_profile_that_ran_says_nothing_of_it()
    {
        using var bench = new JobBench { DryRun = true };

        bench.Run();

        Assert.Empty(bench.Deviations);
    }
}
