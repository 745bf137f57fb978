using FlashBench.Bench;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

public sealed class CertifyJobTests
{
    private static readonly string[] NinePhases =
        ["identify", "backup", "audit", "baseline", "plan", "write", "watch", "re-read", "certify"];

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    [InlineData("me11")]
    public void A_generated_board_passes_all_nine_phases_at_level_3(string kind)
    {
        using var bench = new JobBench { Kind = kind };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, Verdict.Pass, EvidenceLevel.L3), (code, result.Judgement.Verdict, result.Judgement.Level));
        Assert.Equal(NinePhases, bench.Events.OfType<JobEvent.PhaseStarted>().Select(phase => phase.Name));
        Assert.Equal(0, bench.Contentions);
        Assert.NotEqual(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void The_vault_holds_the_original_byte_for_byte_and_for_its_owner_only()
    {
        using var bench = new JobBench();

        bench.Run();

        string sha256 = bench.Records.Select(record => record.Data).OfType<JournalData.Backup>().Single().Sha256;
        string path = bench.Vault.PathOf(sha256);
        Assert.Equal(bench.FlashBefore, File.ReadAllBytes(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Nothing_is_erased_before_two_identical_reads_are_in_the_vault()
    {
        using var bench = new JobBench();

        bench.Run();

        var order = bench.Records.Select(record => record.Data).ToList();
        int backup = order.FindIndex(data => data is JournalData.Backup { Stored: true, Agree: true });
        int dirty = order.FindIndex(data => data is JournalData.Dirty);
        Assert.InRange(backup, 0, dirty);
        Assert.True(order.FindIndex(data => data is JournalData.Audit) < dirty);
    }

    [Fact]
    public void A_dry_run_shows_the_plan_and_changes_nothing()
    {
        using var bench = new JobBench { DryRun = true };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((0, Verdict.Inconclusive), (code, result.Judgement.Verdict));
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
        Assert.Contains(bench.Records, record => record.Data is JournalData.Plan { Changes.Length: > 0 });
    }

    [Fact]
    public void A_board_that_came_neutralized_gets_an_empty_plan_and_is_recorded_as_not_stock()
    {
        using var first = new JobBench();
        first.Run();
        using var second = new JobBench { Image = first.FlashAfter };

        (int code, _) = second.Run();

        Assert.Equal(0, code);
        Assert.Empty(second.Records.Select(record => record.Data).OfType<JournalData.Plan>().Single().Changes);
        Assert.False(second.Records.Select(record => record.Data).OfType<JournalData.Audit>().Single().Stock);
        Assert.DoesNotContain(second.Records, record => record.Data is JournalData.Dirty);
        Assert.Equal(first.FlashAfter, second.FlashAfter);
    }

    [Fact]
    public void A_board_that_hides_its_ME_under_HAP_and_has_no_agent_is_inconclusive()
    {
        using var bench = new JobBench { Kind = "me11", Agent = false, HiddenUnderHap = true };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((20, EvidenceLevel.L1), (code, result.Judgement.Level));
        Assert.NotEqual(bench.FlashBefore, bench.FlashAfter); // it was written, and the flash shows it
        Assert.Equal(Verdict.Inconclusive, result.Judgement.Checks.Single(check => check.Id == "C1").Outcome);
    }

    [Fact]
    public void Asking_for_level_2_does_not_let_a_board_pass_that_answers_no_nonce()
    {
        using var bench = new JobBench
        {
            Kind = "me11",
            Agent = false,
            HiddenUnderHap = true,
            Require = EvidenceLevel.L2,
        };

        (int code, JobResult result) = bench.Run();

        Assert.Equal((20, EvidenceLevel.L2), (code, result.Judgement.Required));
        Assert.StartsWith("watch: the heartbeat went on", result.Judgement.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    [InlineData("me11")]
    public void The_stock_control_fails_because_the_ME_runs_and_the_flash_is_as_before(string kind)
    {
        using var bench = new JobBench { Kind = kind, Control = NegativeControl.Stock };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(30, code);
        Assert.Contains("running", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Theory]
    [InlineData("me8")]
    [InlineData("me10")]
    public void A_damaged_manifest_loses_power_at_30_minutes_and_the_backup_goes_back(string kind)
    {
        using var bench = new JobBench { Kind = kind, Control = NegativeControl.DamagedManifest };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(30, code);
        var boot = bench.Verify().Facts.Boots.Single(b => b.Kind == "watch");
        Assert.Equal(FlashBench.Bench.Watch.BootClass.WatchdogConsistent, boot.Class);
        Assert.InRange(boot.PowerLostUs!.Value - boot.PowerGoodUs!.Value, 1_799_000_000, 1_801_000_000);
        Assert.Contains("30:00", result.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void A_damaged_ME_11_never_boots()
    {
        using var bench = new JobBench { Kind = "me11", Control = NegativeControl.DamagedManifest };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(30, code);
        Assert.Contains("does not boot", result.Judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_signed_image_on_a_bench_that_is_not_simulated_is_refused()
    {
        using var bench = new JobBench { Simulated = false };

        (int code, _) = bench.Run();

        // The virtual parts mark the job as simulated all the same; the key ring of a real bench knows no test key.
        Assert.Equal(65, code);
        Assert.Equal(bench.FlashBefore, bench.FlashAfter);
    }

    [Fact]
    public void A_known_board_with_another_chip_is_refused()
    {
        using var bench = new JobBench();
        bench.State.Bind("board-1", new DutBinding("EF4017", "0000000000000000", "", "virtual-me8"));

        (int code, JobResult result) = bench.Run();

        Assert.Equal(65, code);
        Assert.Contains("another chip", result.Judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_known_board_with_a_chip_that_the_operator_confirms_is_bound_anew_and_the_record_says_so()
    {
        using var bench = new JobBench { ConfirmChip = true };
        bench.State.Bind("board-1", new DutBinding("EF4017", "0000000000000000", "", "virtual-me8"));

        (int code, _) = bench.Run();

        Assert.Equal(0, code);
        Assert.NotEqual("0000000000000000", bench.State.Binding("board-1")!.UniqueId);
        Assert.Single(bench.Verify().Facts.Deviations);
    }

    [Fact]
    public void A_known_board_whose_chip_holds_another_MAC_is_refused()
    {
        using var first = new JobBench { DryRun = true };
        first.Run();
        using var bench = new JobBench();
        bench.State.Bind("board-1", first.State.Binding("board-1")! with { GbeSha256 = "another" });

        (int code, JobResult result) = bench.Run();

        Assert.Equal(65, code);
        Assert.Contains("GbE", result.Judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stock_control_of_a_board_that_is_neutralized_is_refused()
    {
        using var first = new JobBench();
        first.Run();
        using var bench = new JobBench { Image = first.FlashAfter, Control = NegativeControl.Stock };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(65, code);
        Assert.Contains("needs a stock image", result.Judgement.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0xFF)]
    public void A_chip_without_an_image_is_refused_after_its_backup(int fill)
    {
        byte[] image = new byte[8 << 20];
        Array.Fill(image, (byte)fill);
        using var bench = new JobBench { Image = image };

        (int code, _) = bench.Run();

        Assert.Equal(65, code);
        Assert.Contains(bench.Records, record => record.Data is JournalData.Backup { Stored: true });
        Assert.Equal(image, bench.FlashAfter);
    }

    [Fact]
    public void An_image_for_another_profile_is_refused()
    {
        using var other = new JobBench { Kind = "me10" };
        byte[] image = FlashBench.Simulation.Images.ImageGenerator.Create("me10", 8 << 20);
        using var bench = new JobBench { Kind = "me8", Image = image };

        (int code, JobResult result) = bench.Run();

        Assert.Equal(65, code);
        Assert.Contains("profile virtual-me8 is for ME", result.Judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_with_one_seed_give_the_same_journal()
    {
        using var first = new JobBench();
        using var second = new JobBench();

        first.Run();
        second.Run();

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(first.Directory, JournalWriter.FileName)),
            File.ReadAllBytes(Path.Combine(second.Directory, JournalWriter.FileName)));
    }
}
