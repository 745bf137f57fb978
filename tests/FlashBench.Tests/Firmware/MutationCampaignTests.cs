using FlashBench.Tests.Firmware.Mutation;

namespace FlashBench.Tests.Firmware;

/// <summary>The mutation campaign, bounded: scripts/mutate runs a million and more.</summary>
public class MutationCampaignTests
{
    private const long Count = 60_000;

    [Fact]
    public void Damaged_structures_end_in_the_two_declared_refusals_or_in_a_sound_plan()
    {
        CampaignResult result = new Campaign(new(Seed: 20, First: 0, Count, Jobs: 1), TimeProvider.System).Run();

        Assert.True(result.Failures.Count == 0, string.Join('\n', result.Failures));
        Assert.Equal(Count, result.Total);
        foreach (MutationTarget target in MutationTarget.All) // or else the above would show nothing
        {
            Assert.True(result.Count(target.Name, TrialEnd.Read) > 0, $"{target.Name} was never read");
            if (target.CanBePlanned)
                Assert.True(result.Count(target.Name, TrialEnd.Planned) > 0, $"{target.Name} was never planned");
        }
    }

    [Fact]
    public void A_structure_is_damaged_in_the_same_way_on_any_thread()
    {
        CampaignResult alone = new Campaign(new(Seed: 21, First: 0, Count: 600, Jobs: 1), TimeProvider.System).Run();
        CampaignResult together = new Campaign(new(Seed: 21, First: 0, Count: 600, Jobs: 3), TimeProvider.System).Run();

        Assert.Equal(alone.Ends.OrderBy(e => e.Key), together.Ends.OrderBy(e => e.Key));
    }

    [Fact]
    public void Reading_that_allocates_more_than_the_bound_is_a_fault()
    {
        Assert.Equal(100_000, Allocation.Limit(10_000, () => new byte[100_000].Length));
        Assert.Throws<MutationFault>(() => Allocation.Limit(10_000, () => new byte[110_000].Length));
    }
}
