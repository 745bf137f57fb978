using System.Collections.Immutable;
using System.CommandLine;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Cli.Image;

/// <summary>What a command line of `image neutralize` asks for, once its options agree with one another.</summary>
/// <param name="Input">The image.</param>
/// <param name="Output">Where the changed image goes, or null.</param>
/// <param name="Descriptor">Where the flash descriptor goes, or null.</param>
/// <param name="Region">Where the ME region goes, or null.</param>
/// <param name="CheckOnly">True to change nothing.</param>
internal sealed record NeutralizeRequest(
    string Input, string? Output, string? Descriptor, string? Region, bool CheckOnly)
{
    private const int NameLengthMax = 4; // of a partition, as the table stores it

    private string? _policy;
    private DisablePlatform? _platform;
    private NeutralizationOptions _switches = new() { Policy = NeutralizationPolicy.MeCleaner };

    /// <summary>Reads a command line.</summary>
    /// <exception cref="UsageException">Two options exclude each other, or nothing would be written.</exception>
    public static NeutralizeRequest Of(ParseResult result, NeutralizeCommand.Options options)
    {
        var request = new NeutralizeRequest(
            result.GetRequiredValue(options.File), result.GetValue(options.Output),
            result.GetValue(options.ExtractDescriptor), result.GetValue(options.ExtractMe),
            result.GetValue(options.Check))
        {
            _switches = Switches(result, options),
            _policy = Policy(result, options),
            _platform = PlatformOption.Of(result, options.Platform),
        };
        CheckExclusions(result, options);
        request.CheckOutputs();
        return request;
    }

    /// <summary>Reads the image as a board of the platform that was named, if one was.</summary>
    /// <param name="image">Its bytes.</param>
    /// <param name="keys">Signing keys to trust.</param>
    /// <exception cref="ImageFormatException">The bytes are no image.</exception>
    public ImageAnalysis Read(byte[] image, KeyRing keys) => ImageAnalysis.Read(image, keys, _platform);

    /// <summary>The switches for an image; with <see cref="CheckOnly"/> they change nothing.</summary>
    public NeutralizationOptions OptionsFor(ImageAnalysis image)
    {
        if (CheckOnly)
            return NeutralizationPolicy.Resolve(NeutralizationPolicy.None, image);
        return _policy is null or NeutralizationPolicy.MeCleaner
            ? _switches
            : NeutralizationPolicy.Resolve(_policy, image) with
            {
                Truncate = _switches.Truncate,
                LimitAccess = _switches.LimitAccess,
            };
    }

    private static NeutralizationOptions Switches(ParseResult result, NeutralizeCommand.Options options)
    {
        bool only = result.GetValue(options.SoftDisableOnly);
        return new NeutralizationOptions
        {
            Policy = NeutralizationPolicy.MeCleaner,
            Remove = !only,
            SetDisableBit = only || result.GetValue(options.SoftDisable),
            Relocate = result.GetValue(options.Relocate),
            Truncate = result.GetValue(options.Truncate),
            KeepModules = result.GetValue(options.KeepModules),
            KeepPartitions = Names(result, options.Whitelist) ?? [],
            RemovePartitions = Names(result, options.Blacklist),
            LimitAccess = result.GetValue(options.Descriptor),
        };
    }

    // A switch of me_cleaner's means that a script, or a hand, that knows me_cleaner wrote the line.
    private static string? Policy(ParseResult result, NeutralizeCommand.Options options)
    {
        if (result.GetValue(options.Policy) is { } named)
            return named;
        IEnumerable<Option> ours = [options.Output, options.Policy, options.Platform];
        bool any = options.All.Except(ours).Any(o => result.GetResult(o) is { Implicit: false });
        return any ? NeutralizationPolicy.MeCleaner : NeutralizationPolicy.Purism;
    }

    private static ImmutableArray<string>? Names(ParseResult result, Option<string?> option)
    {
        if (result.GetValue(option) is not { } list)
            return null;
        string[] names = list.Split(',', StringSplitOptions.TrimEntries);
        return names.All(n => n.Length is > 0 and <= NameLengthMax)
            ? [.. names]
            : throw new UsageException($"{option.Name} takes names of partitions, separated by commas");
    }

    private static void CheckExclusions(ParseResult result, NeutralizeCommand.Options o)
    {
        (Option, Option[])[] exclusions =
        [
            (o.Check, [o.SoftDisable, o.SoftDisableOnly, o.Relocate, o.Descriptor, o.Truncate, o.Output, o.Policy]),
            (o.SoftDisableOnly, [o.SoftDisable, o.Relocate, o.Truncate]),
            (o.Whitelist, [o.Blacklist, o.Relocate]),
            (o.Blacklist, [o.Relocate]),
        ];
        foreach ((Option option, Option[] others) in exclusions)
        {
            if (IsGiven(option) && others.FirstOrDefault(IsGiven) is { } other)
                throw new UsageException($"{option.Name} and {other.Name} exclude each other");
        }

        Option[] own = [o.SoftDisable, o.SoftDisableOnly, o.Relocate, o.KeepModules, o.Whitelist, o.Blacklist];
        if (result.GetValue(o.Policy) is { } policy and not NeutralizationPolicy.MeCleaner &&
            own.FirstOrDefault(IsGiven) is { } switched)
        {
            throw new UsageException($"{switched.Name} does not go with --policy {policy}, which decides that itself");
        }

        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
    }

    private void CheckOutputs()
    {
        string[] outputs = [.. new[] { Output, Descriptor, Region }.OfType<string>()];
        if (outputs.Length == 0 && !CheckOnly)
            throw new UsageException("nothing would be written: give -O OUT, -D FD or -M ME (or -c to check only)");
        if (outputs.FirstOrDefault(path => ImageFile.IsSameFile(Input, path)) is { } input)
            throw new UsageException($"{input} is the input, which is never modified");
        for (int i = 1; i < outputs.Length; i++)
        {
            if (outputs[..i].Any(other => ImageFile.IsSameFile(other, outputs[i])))
                throw new UsageException($"{outputs[i]} is named for two outputs");
        }
    }
}
