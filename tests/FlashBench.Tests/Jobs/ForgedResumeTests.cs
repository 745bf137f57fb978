using System.Text.Json.Nodes;
using FlashBench.Bench;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Tests.Jobs;

/// <summary>A resumption cannot be invented to make a record better, even by whoever holds the station's key.</summary>
public sealed class ForgedResumeTests(ForgedResumeTests.ResumedJob job) : IClassFixture<ForgedResumeTests.ResumedJob>
{
    [Fact]
    public void A_resumed_record_that_was_sealed_again_still_passes_and_says_so()
    {
        using var forged = new ForgedRecord(job.Bench);

        VerifiedRecord record = forged.Verify();

        Assert.Equal(Verdict.Pass, record.Judgement.Verdict);
        Assert.Contains("the job was interrupted and resumed 2 times: in write, in watch", record.Facts.Deviations);
        Assert.Equal([3], record.Facts.Resumes[1].RestartedBoots);
    }

    [Fact]
    public void Another_chip_is_refused() => MustNotPass("another chip", forged =>
        forged.Data("chip.again").First()["uniqueId"] = "0011223344556677");

    [Fact]
    public void A_chip_that_was_not_asked_again_is_refused() => MustNotPass("without asking the chip", forged =>
        forged.Lines.RemoveAll(line => (string?)line["type"] == "chip.again"));

    [Fact]
    public void A_block_that_was_torn_and_not_written_again_is_refused() => MustNotPass("not written again", forged =>
    {
        int first = forged.Lines.IndexOf(Torn(forged));
        int second = forged.Lines.FindIndex(first + 1, line => IsSame(line, forged.Lines[first]));
        forged.Lines.RemoveRange(second, 2); // with its block.done
    });

    [Fact]
    public void A_resumption_that_names_another_phase_is_refused() => MustNotPass("names another phase", forged =>
        forged.Data("job.resume").First()["phase"] = "backup");

    [Fact]
    public void A_resumption_that_is_counted_wrong_is_refused() => MustNotPass("out of order", forged =>
        forged.Data("job.resume").Last()["number"] = 1);

    [Fact]
    public void A_simulated_part_that_came_with_a_resumption_marks_the_record()
    {
        using var forged = new ForgedRecord(job.Bench);
        foreach (JsonObject part in forged.Lines.SelectMany(Simulated).ToList())
            part["simulated"] = false;
        forged.Data("audit").Single()["testKey"] = false;
        forged.Data("job.start").Single()["simulated"] = false;
        Assert.False(forged.Verify().Facts.IsSimulated);

        forged.Data("job.resume").First()["parts"]!.AsArray()[0]!["simulated"] = true;

        Assert.True(forged.Verify().Facts.IsSimulated);
    }

    [Fact]
    public void A_nonce_of_an_interrupted_boot_is_not_used_again() => MustNotPass("", forged =>
    {
        forged.Data("boot.begin").Last()["nonce"] = (string)forged.Data("boot.begin").ElementAt(2)["nonce"]!;
        Assert.Contains("boot 4 has no nonce of its own", forged.Verify().Facts.CourseFaults);
    });

    [Fact]
    public void A_failed_verification_is_not_taken_back_by_an_invented_interruption() => MustNotPass("", forged =>
    {
        int verify = forged.Lines.FindIndex(line => (string?)line["data"]?["purpose"] == "verify");
        JsonObject failed = Copy(forged.Lines[verify], forged.Lines[verify - 1]);
        failed["data"]!["differingBytes"] = 1;
        JsonObject resume = Copy(Resume(forged), failed);
        (resume["data"]!["number"], resume["data"]!["phase"]) = (2, "write");
        forged.Data("job.resume").Last()["number"] = 3;
        JsonObject again = Copy(forged.Lines.First(line => (string?)line["type"] == "chip.again"), failed);
        forged.Lines.InsertRange(verify, [failed, resume, again]);
    });

    [Fact]
    public void A_boot_that_lost_power_is_not_taken_back_by_an_invented_interruption() => MustNotPass("", forged =>
    {
        // The boot that was interrupted: its last sample reads no power, as of a board that had died.
        JsonObject samples = forged.Data("power.samples").Last(one => (int)one["boot"]! == 3);
        JsonArray series = samples["series"]!.AsArray();
        for (int back = 2; back <= 3 * 12; back += 3)
            (series[^back], series[^(back - 1)]) = (0, 38);
    });

    [Theory]
    [InlineData("Pass")]
    [InlineData("Inconclusive")]
    [InlineData("Fail")]
    [InlineData("Error")]
    public void Nothing_goes_on_behind_a_decision(string verdict)
    {
        using var forged = new ForgedRecord(job.Bench);
        JsonObject decision = Copy(forged.Lines[^1], forged.Lines[^1]), resume = Copy(Resume(forged), forged.Lines[^1]);
        decision["data"]!["verdict"] = verdict;
        forged.Lines.InsertRange(forged.Lines.Count - 1, [decision, resume]);

        Assert.Contains("stands behind the decision", forged.MustNotPass(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_but_a_resumption_stands_behind_a_halt()
    {
        using var forged = new ForgedRecord(job.Bench);
        JsonObject halt = Copy(forged.Lines[20], forged.Lines[20]);
        (halt["type"], halt["data"]) = ("job.halt", new JsonObject { ["reason"] = "disk full" });
        forged.Lines.Insert(21, halt);

        Assert.Contains("stands behind the end of a run", forged.MustNotPass(), StringComparison.Ordinal);
    }

    private void MustNotPass(string why, Action<ForgedRecord> edit)
    {
        using var forged = new ForgedRecord(job.Bench);
        edit(forged);

        Assert.Contains(why, forged.MustNotPass(), StringComparison.Ordinal);
    }

    // The block that the first interruption tore: begun twice.
    private static JsonObject Torn(ForgedRecord forged) => forged.Lines
        .Where(line => (string?)line["type"] == "block.intent")
        .GroupBy(line => (long)line["data"]!["start"]!).First(same => same.Count() == 2).First();

    private static bool IsSame(JsonObject one, JsonObject other) =>
        JsonNode.DeepEquals(one["data"], other["data"]) && (string?)one["type"] == (string?)other["type"];

    private static JsonObject Resume(ForgedRecord forged) =>
        forged.Lines.First(line => (string?)line["type"] == "job.resume");

    // A copy that fits in by its time: only its place is wrong.
    private static JsonObject Copy(JsonObject line, JsonObject before)
    {
        JsonObject copy = line.DeepClone().AsObject();
        copy["mono"] = before["mono"]!.DeepClone();
        copy["boot"] = before["boot"]!.DeepClone();
        return copy;
    }

    private static IEnumerable<JsonObject> Simulated(JsonNode node) => node switch
    {
        JsonObject one when one["simulated"] is not null && one["kind"] is not null => [one],
        JsonObject many => many.SelectMany(member => member.Value is null ? [] : Simulated(member.Value)),
        JsonArray many => many.SelectMany(item => item is null ? [] : Simulated(item)),
        _ => [],
    };

    /// <summary>A PASS that was interrupted amid the write and amid the second cold boot.</summary>
    public sealed class ResumedJob : IDisposable
    {
        public ResumedJob()
        {
            Assert.True(Bench.RunUntilKilled("block.intent", 3, JournalMoment.AfterSync));
            Assert.True(Bench.RunUntilKilled("power.samples", 45, JournalMoment.AfterSync));
            Assert.Equal(0, Bench.Resume().ExitCode);
        }

        internal JobBench Bench { get; } = new();

        public void Dispose() => Bench.Dispose();
    }
}
