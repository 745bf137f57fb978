using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Bench.Fleet;

namespace FlashBench.Tests.Config;

/// <summary>What benches share, in bench-config.json.</summary>
public sealed class FleetConfigTests
{
    private const string Whole = """
        {
          "version": 1,
          "policy": { "maxParallelFlash": 4, "infraRetries": 2, "breakerFailures": 5 },
          "powerGroups": [
            { "id": "psu1", "staggerMs": 750, "maxOnAtOnce": 3 },
            { "id": "psu2", "staggerMs": 10 }
          ],
          "usbGroups": [ { "id": "hub1", "maxParallelFlash": 2 } ],
          "benches": [
            {
              "id": "a", "dutProfile": "virtual-me8", "powerGroup": "psu2", "usbGroup": "hub1",
              "virtual": { "image": "me8", "chip": "W25Q64", "seed": 1 }
            },
            {
              "id": "b", "dutProfile": "virtual-me8", "programmer": { "kind": "ch341a", "port": "1-4.2" },
              "usbGroup": "hub1",
              "relays": { "power": { "kind": "gpio", "chip": "relays", "line": "3", "group": "psu1" } }
            },
            { "id": "c", "dutProfile": "virtual-me8", "virtual": { "image": "me8", "chip": "W25Q64", "seed": 2 } }
          ]
        }
        """;

    [Fact]
    public void Groups_and_policy_are_read_as_written()
    {
        BenchConfig config = Parse(Whole);

        Assert.Equal(new FleetPolicy(4, 2, 5), config.Policy);
        Assert.Equal(
            [
                new PowerGroupEntry("psu1", TimeSpan.FromMilliseconds(750), 3),
                new PowerGroupEntry("psu2", TimeSpan.FromMilliseconds(10)),
            ],
            config.PowerGroups);
        Assert.Equal([new UsbGroupEntry("hub1", 2)], config.UsbGroups);
        Assert.Equal(
            [("a", "psu2", "hub1"), ("b", "psu1", "hub1"), ("c", null, null)],
            config.Benches.Select(bench => (bench.Id, bench.PowerGroup, bench.UsbGroup)));
    }

    [Fact]
    public void A_golden_image_lies_where_the_file_says_seen_from_the_file()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("c.json", Whole.Replace(
            "\"id\": \"c\",", "\"id\": \"c\", \"goldenImage\": \"images/me8.bin\",", StringComparison.Ordinal));

        Assert.Equal(
            [null, null, folder.At("images/me8.bin")],
            BenchConfigFile.Load(file).Benches.Select(bench => bench.GoldenImage));
    }

    [Fact]
    public void A_configuration_that_says_nothing_of_it_has_the_defaults() =>
        Assert.Equal(new FleetPolicy(8, 1, 3), Parse(
            Whole.Replace(
                "\"maxParallelFlash\": 4, \"infraRetries\": 2, \"breakerFailures\": 5", "",
                StringComparison.Ordinal)).Policy);

    [Fact]
    public void Every_limit_becomes_a_lock_and_supplies_come_first_in_their_order() =>
        Assert.Equal(
            [("psu1", 3), ("hub1", 2), ("flash", 4)],
            SharedLocks.Of(Parse(Whole)).Snapshot().Select(state => (state.Lock.Name, state.Lock.Capacity)));

    [Theory]
    [InlineData("\"maxParallelFlash\": 4", "\"maxParallelFlash\": 0",
        "3: $.policy.maxParallelFlash: must be a whole number from 1 to 1000, not 0")]
    [InlineData("\"infraRetries\": 2", "\"infraRetries\": 11", "3: $.policy.infraRetries: must be")]
    [InlineData("\"breakerFailures\": 5", "\"breakerFailures\": 0", "3: $.policy.breakerFailures: must be")]
    [InlineData("\"breakerFailures\": 5", "\"breaker\": 5",
        "3: $.policy.breaker: unknown key; known here are maxParallelFlash, infraRetries, breakerFailures, "
            + "imageFailures")]
    [InlineData("\"maxOnAtOnce\": 3", "\"maxOnAtOnce\": 0", "5: $.powerGroups[0].maxOnAtOnce: must be")]
    [InlineData("\"id\": \"psu2\"", "\"id\": \"flash\"", "6: $.powerGroups[1].id: \"flash\" is the lock of all")]
    [InlineData("\"id\": \"hub1\"", "\"id\": \"flash\"", "8: $.usbGroups[0].id: \"flash\" is the lock of all")]
    [InlineData("\"id\": \"hub1\"", "\"id\": \"psu1\"", "8: $.usbGroups[0].id: the id \"psu1\" is taken")]
    [InlineData("\"id\": \"hub1\"", "\"id\": \"Hub 1\"", "8: $.usbGroups[0].id: must be lower-case letters")]
    [InlineData("\"maxParallelFlash\": 2", "\"max\": 2", "8: $.usbGroups[0].max: unknown key")]
    [InlineData("\"powerGroup\": \"psu2\"", "\"powerGroup\": \"psu3\"",
        "11: $.benches[0].powerGroup: no powerGroups entry has the id \"psu3\"")]
    [InlineData("\"usbGroup\": \"hub1\",\n      \"virtual\"", "\"usbGroup\": \"hub2\",\n      \"virtual\"",
        "11: $.benches[0].usbGroup: no usbGroups entry has the id \"hub2\"")]
    [InlineData("\"id\": \"c\",", "\"id\": \"c\", \"goldenImage\": \"~/x\",", "19: $.benches[2].goldenImage: ~ is not")]
    [InlineData("\"group\": \"psu1\"", "\"group\": \"psu9\"",
        "17: $.benches[1].relays.power.group: no powerGroups entry has the id \"psu9\"")]
    [InlineData("\"usbGroup\": \"hub1\",\n      \"relays\"", "\"powerGroup\": \"psu1\",\n      \"relays\"",
        "16: $.benches[1].powerGroup: a wired bench has it in relays.power.group")]
    public void A_faulty_entry_is_refused_with_the_place(string right, string wrong, string complaint)
    {
        string text = Whole.Replace(right, wrong, StringComparison.Ordinal);

        var fault = Assert.Throws<ConfigException>(() => Parse(text));

        Assert.NotEqual(Whole, text);
        Assert.StartsWith($"file:{complaint}", fault.Message, StringComparison.Ordinal);
    }

    private static BenchConfig Parse(string text) => BenchConfigFile.Parse(Encoding.UTF8.GetBytes(text), "file");
}
