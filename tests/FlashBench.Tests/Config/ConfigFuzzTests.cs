using System.Globalization;
using System.Text;
using FlashBench.Bench.Config;

namespace FlashBench.Tests.Config;

/// <summary>F20: damaged configurations are read or refused with place and reason; nothing else comes out.</summary>
/// <remarks>FLASHBENCH_FUZZ_CONFIGS is how many, FLASHBENCH_FUZZ_TABLE takes the row; scripts/config-fuzz sets them.
/// Reading is pure: no part of a bench exists before a configuration is accepted.</remarks>
public sealed class ConfigFuzzTests
{
    private const int Seed = 20, Usual = 3000;

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "99999999999999999999", "0.5", "\"\\ud800\"",
        "\"id\":\"x\",", "\"\\u0000\"", "/*", "{\"a\":", "\"../../etc\"", "\u00e9", "\ufeff",
    ];

    [Fact]
    public void A_damaged_configuration_is_read_or_refused_by_line_and_key()
    {
        int count = int.TryParse(
            Environment.GetEnvironmentVariable("FLASHBENCH_FUZZ_CONFIGS"), CultureInfo.InvariantCulture, out int given)
            ? given : Usual;
        byte[] sound = File.ReadAllBytes(ProjectTree.PathOf("bench-config.json"));
        BenchConfigFile.Parse(sound, "sound");
        var random = new Random(Seed);
        int accepted = 0, placed = 0, whole = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = Damage(sound, random);
            try
            {
                BenchConfigFile.Parse(damaged, "damaged.json");
                accepted++;
            }
            catch (ConfigException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                bool named = e is { Line: > 0, Path.Length: > 0 };
                Assert.True(named || e.Line is null, e.Message);
                placed += named ? 1 : 0;
                whole += named ? 0 : 1;
            }
        }

        Assert.True(placed > count / 4);
        if (Environment.GetEnvironmentVariable("FLASHBENCH_FUZZ_TABLE") is { Length: > 0 } table)
            File.AppendAllText(table, $"| {count} | {placed} | {whole} | {accepted} | 0 |\n");
    }

    private static byte[] Damage(byte[] sound, Random random)
    {
        List<byte> bytes = [.. sound];
        for (int hits = random.Next(1, 4); hits > 0; hits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)])); break;
                default:
                    int length = Math.Min(random.Next(1, 400), bytes.Count - at);
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
            }
        }

        return [.. bytes];
    }
}
