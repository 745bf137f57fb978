using System.Globalization;
using FlashBench.Bench;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Tests.Jobs;

namespace FlashBench.Tests.Campaigns;

/// <summary>Jobs with another board's image that are killed anywhere, again and again, and then go on or are put back:
/// what belongs to the other board is never on the chip.</summary>
public sealed class ImageCampaignTests
{
    private const int KillsMax = 3;

    private static readonly string[] Types =
    [
        "phase.begin", "backup.pass", "backup", "image.audit", "boot.end", "plan", "read-back", "dirty",
        "block.intent", "block.done", "clean", "boot.begin", "flash-check", "phase.end",
    ];

    private static int Cases => int.TryParse(
        Environment.GetEnvironmentVariable("FLASHBENCH_IMAGE_CASES"), CultureInfo.InvariantCulture, out int count)
        ? count
        : 12;

    [Fact]
    public void Whatever_kills_a_job_the_other_boards_data_is_never_on_the_chip()
    {
        for (int seed = 1; seed <= Cases; seed++)
            Play(seed);
    }

    private static void Play(int seed)
    {
        var random = new Random(seed);
        string kind = new[] { "me8", "me10", "me11" }[random.Next(3)];
        byte[] own = ImageBench.Board(kind, (byte)random.Next(1, 100));
        byte[] other = ImageBench.Board(kind, (byte)random.Next(100, 200));
        byte[] settings = SettingsOf(kind, other);
        if (kind == "me11" && random.Next(2) == 0)
            ImageBench.MoveFileSystem(other, 0x1000);
        using JobBench bench = ImageBench.Of(
            kind, own, ImageBench.MeOf(random.Next(2) == 0 ? other : other[ImageBench.Me]));
        bool ended = false;
        for (int kills = random.Next(KillsMax + 1); kills > 0 && !ended; kills--)
        {
            var moment = (JournalMoment)random.Next(Enum.GetValues<JournalMoment>().Length);
            ended = !bench.RunUntilKilled(Types[random.Next(Types.Length)], random.Next(1, 4), moment);
            AssertOwn(seed, own, settings, bench.FlashAfter);
            ended |= !Goes(bench);
        }

        if (!ended && (bench.Directory.Length == 0 || random.Next(3) > 0))
        {
            (int code, JobResult result) = bench.Directory.Length == 0 ? bench.Run() : bench.Resume();
            Assert.True(code == 0, $"seed {seed}: exit {code}, {result.Judgement.Reason}");
            Assert.Equal(Verdict.Pass, bench.Verify().Judgement.Verdict);
        }
        else if (!ended && BackupToRestore.OfJob(bench.Directory) is { } backup)
        {
            bench.Restore(backup);
            Assert.True(own.AsSpan().SequenceEqual(bench.FlashAfter), $"seed {seed}: the backup is not back");
        }

        AssertOwn(seed, own, settings, bench.FlashAfter);
        Assert.Equal(0, bench.Contentions);
    }

    // A job that was killed before its first phase, or whose first record is torn, is run anew by a person.
    private static bool Goes(JobBench bench)
    {
        try
        {
            return InterruptedJob.Read(bench.Directory).Refusal("flashbench test") is null;
        }
        catch (EvidenceException)
        {
            return false;
        }
    }

    private static void AssertOwn(int seed, byte[] own, byte[] settings, byte[] chip)
    {
        Assert.True(own.AsSpan(ImageBench.Gbe).SequenceEqual(chip.AsSpan(ImageBench.Gbe)), $"seed {seed}: GbE");
        Assert.True(own.AsSpan(ImageBench.Bios).SequenceEqual(chip.AsSpan(ImageBench.Bios)), $"seed {seed}: BIOS");
        Assert.True(
            own.AsSpan(0xF00, 0x100).SequenceEqual(chip.AsSpan(0xF00, 0x100)), $"seed {seed}: OEM section");
        Assert.True(chip.AsSpan().IndexOf(settings) < 0, $"seed {seed}: the other board's settings");
    }

    // Of its file system: EFFS up to ME 10, MFS in ME 11.
    private static byte[] SettingsOf(string kind, byte[] other) => kind == "me11"
        ? other[(ImageBench.FileSystem.Start.Value + 0x2040)..][..64]
        : other[(ImageBench.Me.Start.Value + 0x3000)..][..64];
}
