using System.Text;
using FlashBench.Simulation.Faults;

namespace FlashBench.Tests.Simulation.Faults;

/// <summary>Fault plans: drawn from seeds, written and read as JSON, refused with one sentence.</summary>
public sealed class FaultPlanTests
{
    private const uint MiB = 1 << 20;

    [Fact]
    public void A_seed_always_draws_the_same_plan_and_seeds_draw_every_kind()
    {
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        for (int seed = 0; seed < 1000; seed++)
        {
            FaultPlan plan = FaultPlan.Draw(seed, MiB);
            Assert.Equal(plan.Sha256, FaultPlan.Draw(seed, MiB).Sha256);
            kinds.UnionWith(plan.Faults.Select(fault => fault.Kind.Name));
        }

        Assert.True(kinds.SetEquals(FaultKinds.All.Select(kind => kind.Name)));
    }

    [Fact]
    public void Every_drawn_plan_comes_back_from_its_JSON()
    {
        for (int seed = 0; seed < 1000; seed++)
        {
            byte[] json = FaultPlanJson.Write(FaultPlan.Draw(seed, MiB));

            Assert.Equal(json, FaultPlanJson.Write(FaultPlanJson.Read(json)));
        }
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("{\n\"version\": 1,\n!", "line 3")]
    [InlineData("[]", "the plan is no object")]
    [InlineData("""{"version":2,"faults":[]}""", "version")]
    [InlineData("""{"version":1}""", "\"faults\"")]
    [InlineData("""{"version":1,"faults":[{}]}""", "fault 1 has no \"kind\"")]
    [InlineData("""{"version":1,"faults":[{"kind":"gremlin"}]}""", "gremlin")]
    [InlineData("""{"version":1,"faults":[{"kind":"usb.unplug"}]}""", "\"urb\" is missing")]
    [InlineData("""{"version":1,"faults":[{"kind":"usb.unplug","urb":0}]}""", "from 1 to")]
    [InlineData("""{"version":1,"faults":[{"kind":"usb.unplug","urb":1.5}]}""", "whole number")]
    [InlineData("""{"version":1,"faults":[{"kind":"usb.unplug","urb":1e99}]}""", "whole number")]
    [InlineData("""{"version":1,"faults":[{"kind":"usb.unplug","urb":1,"urb":2}]}""", "there twice")]
    [InlineData("""{"version":1,"faults":[{"kind":"usb.unplug","urb":1,"at":2}]}""", "\"at\" is none of urb, kind")]
    [InlineData("""{"version":1,"faults":[{"kind":"usb.unplug","urb":1},{"kind":"usb.unplug","urb":2}]}""", "fault 2")]
    [InlineData("""{"version":1,"faults":[{"kind":"\ud800"}]}""", "UTF-8")]
    [InlineData("""{"version":1,"faults":[7]}""", "fault 1")]
    public void What_is_no_plan_is_refused_with_a_sentence_that_says_where(string json, string words)
    {
        var e = Assert.Throws<FaultPlanException>(() => FaultPlanJson.Read(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Damaged_plans_are_refused_and_nothing_else_happens()
    {
        byte[] sound = Encoding.UTF8.GetBytes(
            """{"version":1,"seed":3,"faults":[{"kind":"chip.flaky","address":5,"bit":1,"percent":9}]}""");
        var random = new Random(1);
        for (int i = 0; i < 5000; i++)
        {
            byte[] damaged = [.. sound];
            for (int hits = random.Next(1, 4); hits > 0; hits--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                FaultPlanJson.Read(damaged);
            }
            catch (FaultPlanException)
            {
                continue;
            }
        }

        Assert.Throws<FaultPlanException>(() => FaultPlanJson.Read(new byte[FaultPlanJson.BytesMax + 1]));
    }

    [Fact]
    public void The_documentation_names_every_kind_with_its_numbers_and_their_bounds()
    {
        string page = File.ReadAllText(ProjectTree.PathOf("docs", "faults.md"));

        foreach (FaultKind kind in FaultKinds.All)
            Assert.Contains(RowOf(kind), page, StringComparison.Ordinal);
    }

    // Written by hand into the page; a failing test prints the row.
    private static string RowOf(FaultKind kind)
    {
        var fields = kind.Fields.Select(field => $"`{field.Name}` {field.Min} to {Bound(field)}");
        string numbers = string.Join(", ", fields);
        return $"| `{kind.Name}` | {kind.Meaning} | {numbers} |";
    }

    private static string Bound(FaultField field) => field.Max == long.MaxValue ? "any" : $"{field.Max}";
}
