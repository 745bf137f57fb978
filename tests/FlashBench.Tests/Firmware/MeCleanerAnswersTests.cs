using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using FlashBench.Cli;
using FlashBench.Cli.Image;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Tests.Firmware;

/// <summary>Every real image under every option set of which me_cleaner's result is known: ours is the same, byte for
/// byte, unless MeCleanerExceptions.json says why not and what ours is.</summary>
public class MeCleanerAnswersTests
{
    private static readonly MeCleanerExceptions Exceptions = MeCleanerExceptions.Load();

    [Theory]
    [MemberData(nameof(Ids))]
    public void Outputs_equal_me_cleaners_wherever_it_succeeds(string id)
    {
        byte[] image = RealImages.Load(id);
        byte[] untouched = [.. image];
        var faults = new List<string>();
        foreach (JsonProperty set in RealImages.Entry(id).GetProperty("me_cleaner").EnumerateObject())
        {
            // Python 3 cannot write a generation-1 image (defect 1): where both ran, Python 2 is right.
            bool isRight = set.Value.GetProperty("exit").GetInt32() == 0;
            if (isRight)
                faults.AddRange(Compare(id, image, set));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(untouched, image);
    }

    [Fact]
    public void No_exception_is_listed_without_need()
    {
        Assert.SkipWhen(RealImages.Ids.First().Length == 0, "no real images");
        var known = RealImages.Ids.ToHashSet();

        Assert.DoesNotContain(Exceptions.Ids, id => !known.Contains(id));
    }

    public static TheoryData<string> Ids => [.. RealImages.Ids];

    private static IEnumerable<string> Compare(string id, byte[] image, JsonProperty set)
    {
        Outcome ours = Run(image, [.. set.Value.GetProperty("args").EnumerateArray().Select(a => a.GetString()!)]);
        var theirs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty output in set.Value.GetProperty("outputs").EnumerateObject())
            theirs[output.Name == "in.bin" ? "out.bin" : output.Name] = output.Value.GetProperty("sha256").GetString()!;
        if (set.Name == "inplace" && theirs.Count == 0) // it had nothing to change
            theirs["out.bin"] = Hash(image);

        bool isEqual = ours.Refusal is null && ours.Outputs.SequenceEqual(theirs);
        if (Exceptions.Find(id, set.Name) is { } exception)
        {
            if (isEqual && exception.Sets.Contains(set.Name))
                yield return $"{set.Name}: listed as an exception, but equal";
            else if (!isEqual && exception.Mismatch(ours.Refusal, ours.Outputs) is { } mismatch)
                yield return $"{set.Name}: {mismatch}";
        }
        else if (!isEqual)
        {
            var others = ours.Outputs.Except(theirs).Select(o => $"{o.Key} is {o.Value}");
            yield return $"{set.Name}: {ours.Refusal ?? string.Join(", ", others)}";
        }
    }

    private static Outcome Run(byte[] image, string[] arguments)
    {
        // Without an output name me_cleaner edits its input, which is never done here.
        bool writesNothing = !arguments.Any(a => a is "-O" or "-c");
        string[] line = [.. arguments, .. writesNothing ? (string[])["-O", "out.bin"] : []];
        if (!line.Contains("-c"))
            line = ["--policy", "me-cleaner", .. line];
        var options = new NeutralizeCommand.Options();
        var command = new Command("neutralize") { options.File };
        foreach (Option option in options.All)
            command.Options.Add(option);
        ParseResult parse = command.Parse(line);
        Assert.Empty(parse.Errors);
        try
        {
            NeutralizeRequest request = NeutralizeRequest.Of(parse, options);
            NeutralizeResult result = NeutralizeRun.Produce(new ImageFile("in.bin", image), request, KeyRing.Intel);
            var outputs = new SortedDictionary<string, string>(StringComparer.Ordinal);
            (string?, byte[]?)[] written =
                [
                    (request.Output, result.Image), (request.Descriptor, result.Descriptor),
                    (request.Region, result.Region),
                ];
            foreach ((string? name, byte[]? bytes) in written)
            {
                if (name is not null && bytes is not null)
                    outputs[name] = Hash(bytes);
            }

            return new Outcome(null, outputs);
        }
        catch (Exception refusal) when (refusal is ImageFormatException or PlanRefusedException or CommandFailure)
        {
            return new Outcome(refusal.Message, []);
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed record Outcome(string? Refusal, SortedDictionary<string, string> Outputs);
}
