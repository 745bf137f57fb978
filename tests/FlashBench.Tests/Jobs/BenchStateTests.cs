using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>What a bench remembers between jobs, and what a job does about it.</summary>
public sealed class BenchStateTests
{
    [Fact]
    public void A_board_that_another_job_left_half_written_is_refused_before_anything_touches_it()
    {
        int opened = 0;
        using var bench = new JobBench
        {
            Equip = (parts, _) => parts with
            {
                OpenProgrammer = cancel =>
                {
                    opened++;
                    return parts.OpenProgrammer(cancel);
                },
            },
        };
        bench.State.MarkDirty("me8", "FBJ-EARLIER");

        (int code, JobResult result) = bench.Run();

        Assert.Equal((60, true, Verdict.Error), (code, result.Dirty, result.Judgement.Verdict));
        Assert.Contains("FBJ-EARLIER", bench.Verify().Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal("FBJ-EARLIER", bench.State.DirtyJob("me8"));
        Assert.Equal(0, opened);
        Assert.DoesNotContain(bench.Records, record => record.Data is JournalData.PowerCommand);
        Assert.False(bench.HalfWritten); // not by this job
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void Jobs_that_begin_and_end_on_other_benches_meanwhile_hide_and_break_nothing()
    {
        using var folder = new TemporaryFolder();
        var state = new BenchState(folder.Path);
        state.Open("b00", folder.Path);
        Thread[] others =
        [
            .. Enumerable.Range(1, 4).Select(i => new Thread(() =>
            {
                for (int job = 0; job < 100; job++)
                {
                    state.Open($"b{i:00}", folder.Path);
                    state.Close($"b{i:00}");
                }
            })),
        ];
        Array.ForEach(others, other => other.Start());

        do
        {
            Assert.Equal(folder.Path, state.OpenJob("b00"));
            Assert.Contains(("b00", folder.Path), state.OpenJobs());
        }
        while (Array.Exists(others, other => other.IsAlive));

        Assert.Single(state.OpenJobs());
    }

    [Fact]
    public void A_mark_that_was_cut_to_nothing_still_counts()
    {
        using var folder = new TemporaryFolder();
        var state = new BenchState(folder.Path);
        state.MarkDirty("me8", "");

        Assert.NotNull(state.DirtyJob("me8"));
        state.ClearDirty("me8");
        Assert.Null(state.DirtyJob("me8"));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(4000)]
    public void A_serial_of_any_length_can_be_bound(int length)
    {
        using var folder = new TemporaryFolder();
        var state = new BenchState(folder.Path);
        var binding = new DutBinding("EF4017", "0123456789ABCDEF", "", "virtual-me8");

        state.Bind(new string('/', length), binding);

        Assert.Equal(binding, state.Binding(new string('/', length)));
        Assert.Null(state.Binding(new string('/', length + 1)));
    }

    [Fact]
    public void A_level_below_the_profile_s_is_told_by_the_record()
    {
        using var bench = new JobBench { Require = EvidenceLevel.L2, DryRun = true };

        bench.Run();

        Assert.Contains("L2 was asked for", Assert.Single(bench.Verify().Facts.Deviations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_third_backup_pass_is_told_by_the_record()
    {
        using var bench = new JobBench
        {
            Arrange = b => b.Chip.ReadFlipOnce = new FlashBench.Simulation.Flash.ReadFlip(0x123456, 3),
        };

        bench.Run();

        Assert.Contains("third time", Assert.Single(bench.Verify().Facts.Deviations), StringComparison.Ordinal);
    }

    [Fact]
    public void The_board_s_own_data_that_drifted_since_the_backup_is_kept_and_told_by_the_record()
    {
        const uint InBios = 0x7F_0000;
        using var bench = new JobBench
        {
            Watch = (happened, b, _) =>
            {
                if (happened is JobEvent.PhaseStarted { Name: "write" })
                    b.Chip.WriteAsBoard(InBios, [0x12]);
            },
        };

        (int code, _) = bench.Run();

        Assert.Equal(0, code);
        Assert.Equal(0x12, bench.FlashAfter[InBios]);
        Assert.Contains("its own data", Assert.Single(bench.Verify().Facts.Deviations), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bit_that_flickers_before_the_write_is_not_taken_for_the_board_s_own_data()
    {
        const uint InBios = 0x7F_0000;
        using var bench = new JobBench
        {
            Watch = (happened, b, _) =>
            {
                if (happened is JobEvent.PhaseStarted { Name: "write" })
                    b.Chip.ReadFlipOnce = new FlashBench.Simulation.Flash.ReadFlip(InBios, 3);
            },
        };

        (int code, _) = bench.Run();

        Assert.Equal(20, code);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.False(bench.HalfWritten);
    }

    [Theory]
    [InlineData(0x7F_0000u)] // BIOS: what the board may write itself
    [InlineData(0x12_3456u)] // ME: what must stay as it was written
    public void A_bit_that_flickers_after_the_run_is_no_change_of_the_chip_and_no_pass_either(uint at)
    {
        using var bench = new JobBench
        {
            Watch = (happened, b, _) =>
            {
                if (happened is JobEvent.PhaseStarted { Name: "re-read" })
                    b.Chip.ReadFlipOnce = new FlashBench.Simulation.Flash.ReadFlip(at, 3);
            },
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(20, code);
        Assert.Contains("two reads after the run differ", result.Judgement.Reason, StringComparison.Ordinal);
    }
}
