using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using FlashBench.Firmware.Formats;

namespace FlashBench.Bench.Config;

/// <summary>The built-in DUT profiles (hardware/profiles/ID.json), read as strictly as bench-config.json.</summary>
public static class DutProfiles
{
    private const string Prefix = "profiles/";
    private const string Suffix = ".json";

    private static readonly Assembly Home = typeof(DutProfiles).Assembly;

    /// <summary>All built-in profile ids, sorted.</summary>
    public static IReadOnlyList<string> Ids { get; } =
    [
        .. Home.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads one built-in profile.</summary>
    /// <param name="id">One of <see cref="Ids"/>.</param>
    /// <exception cref="ConfigException">No such profile, or its file is faulty.</exception>
    public static DutProfile Load(string id)
    {
        string name = Prefix + id + Suffix;
        if (!Ids.Contains(id))
            throw new ConfigException(name, $"no such DUT profile; known are {string.Join(", ", Ids)}");
        return Parse(EmbeddedFile.Read(Home, name), name, id);
    }

    /// <summary>Reads one profile.</summary>
    /// <param name="bytes">The whole file; its SHA-256 goes into the profile.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="id">The id that the file must carry.</param>
    /// <exception cref="ConfigException">Not JSON, an unknown or repeated key, a wrong type, a broken rule.</exception>
    public static DutProfile Parse(ReadOnlySpan<byte> bytes, string name, string id)
    {
        ConfigNode root = ConfigDocument.Parse(bytes, name)
            .Only("id", "board", "unverified", "sacrificial", "sources", "flash", "chips", "me", "power", "console",
                "watch", "requiredLevel");
        if (root.Text("id", 63) != id)
            throw root.Get("id").Fault($"must be the file's own name, \"{id}\"");
        if (root.Find("unverified") is not null && root.Find("sources") is null)
            throw root.Fault("the key \"sources\" is missing: an unverified profile says where its facts come from");

        return new DutProfile(
            id,
            root.Text("board", 200),
            [.. root.List("chips", 50).Select(chip => Hex(chip, digits: 6, prefix: ""))],
            ReadMe(root.Get("me")),
            ReadPower(root.Get("power")),
            ReadConsole(root.Get("console")),
            ReadWatch(root.Get("watch")),
            Level(root.Get("requiredLevel")),
            Convert.ToHexStringLower(SHA256.HashData(bytes)))
        {
            Unverified = root.Flag("unverified", otherwise: false),
            Sacrificial = root.Flag("sacrificial", otherwise: false),
            Sources = root.Find("sources") is null ? [] : [.. root.List("sources", 40).Select(s => s.AsText(300))],
            Flash = root.Find("flash") is { } flash ? FlashProfileReader.Read(flash) : null,
        };
    }

    private static MeProfile ReadMe(ConfigNode node)
    {
        node.Only("majors", "pch", "strapOffset", "strapBit", "silicon");
        var me = new MeProfile(
            [.. node.List("majors", 20).Select(major => major.AsNumber(1, 99))],
            Hex(node.Get("strapOffset"), digits: 2, prefix: "0x"),
            node.Number("strapBit", 0, 31))
        {
            Silicon = node.Flag("silicon", otherwise: true),
        };
        return node.Find("pch") is { } pch ? me with { Pch = Platform(pch, node, me).Name } : me;
    }

    // A wrong strap is written without complaint and the ME keeps running, so a profile cannot disagree with the table.
    private static DisablePlatform Platform(ConfigNode pch, ConfigNode node, MeProfile me)
    {
        string name = pch.AsText(40);
        if (DisablePlatform.Find(name) is not { Refusal: null } platform)
        {
            var known = DisablePlatform.All.Where(one => one.Refusal is null).Select(one => one.Name);
            throw pch.Fault($"no platform whose disable bit is known; those are {string.Join(", ", known)}");
        }

        if (platform.StrapOffset != me.StrapOffset || platform.Bit != me.StrapBit)
        {
            throw node.Get("strapOffset").Fault(
                $"{name} keeps its bit at strap +0x{platform.StrapOffset:X2}, bit {platform.Bit}");
        }

        foreach (int major in me.Majors)
        {
            if (!platform.MeLines.Any(line => line.Major == major))
                throw node.Get("majors").Fault($"ME {major} does not run on {name}");
        }

        return platform;
    }

    private static PowerProfile ReadPower(ConfigNode node)
    {
        node.Only("onMillivolts", "offMillivolts", "offMilliamps", "dischargeSeconds", "onLimitSeconds",
            "offLimitSeconds", "sampleMilliseconds", "sleepMilliamps", "toBeCommissioned");
        int on = node.Number("onMillivolts", 1, WatchLimits.MillivoltsMax);
        return new PowerProfile(
            on,
            node.Number("offMillivolts", 0, on - 1),
            node.Number("offMilliamps", 0, WatchLimits.MilliampsMax),
            node.Seconds("dischargeSeconds", 1, WatchLimits.SecondsMax),
            node.Seconds("onLimitSeconds", 1, WatchLimits.SecondsMax),
            node.Seconds("offLimitSeconds", 1, WatchLimits.SecondsMax),
            TimeSpan.FromMilliseconds(node.Number(
                "sampleMilliseconds", WatchLimits.SampleMillisecondsMin, WatchLimits.SampleMillisecondsMax)))
        {
            ToBeCommissioned = node.Flag("toBeCommissioned", otherwise: false),
            SleepMilliamps = node.Find("sleepMilliamps") is null ? default : ReadSleep(node),
        };
    }

    private static (int From, int To) ReadSleep(ConfigNode node)
    {
        int[] band = [.. node.List("sleepMilliamps", 2).Select(end => end.AsNumber(1, WatchLimits.MilliampsMax))];
        return band is [var from, var to] && from <= to
            ? (from, to)
            : throw node.Get("sleepMilliamps").Fault("must be the least and the largest current");
    }

    private static ConsoleProfile ReadConsole(ConfigNode node)
    {
        node.Only("banner", "bootLimitSeconds", "probesLogin", "expectedSilence", "note");
        return new ConsoleProfile(
            Pattern(node.Get("banner")), node.Seconds("bootLimitSeconds", 1, WatchLimits.SecondsMax),
            node.Flag("probesLogin", otherwise: false))
        {
            ExpectedSilence = node.Flag("expectedSilence", otherwise: false),
            Note = node.Find("note")?.AsText(300) ?? "",
        };
    }

    // The limits only ever let a profile ask for more than the design does, never for less.
    private static WatchProfile ReadWatch(ConfigNode node)
    {
        node.Only("minimumSeconds", "coldBoots", "gapMaxSeconds", "graceSeconds", "baselineSeconds",
            "baselineShortSeconds", "warmBoots", "soakMinutes", "failFast");
        return new WatchProfile(
            node.Seconds("minimumSeconds", WatchLimits.SecondsMin, WatchLimits.SecondsMax),
            node.Number("coldBoots", WatchLimits.ColdBootsMin, WatchLimits.ColdBootsMax),
            node.Seconds("gapMaxSeconds", WatchLimits.GapSecondsMin, WatchLimits.GapSecondsMax),
            node.Seconds("graceSeconds", WatchLimits.GraceSecondsMin, WatchLimits.GraceSecondsMax),
            node.Seconds("baselineSeconds", WatchLimits.SecondsMin, WatchLimits.SecondsMax))
        {
            WarmBoots = node.Find("warmBoots") is null ? 0 : node.Number("warmBoots", 0, WatchLimits.WarmBootsMax),
            SoakMinutes = node.Find("soakMinutes") is null ? [] : ReadSoaks(node),
            FailFast = node.Flag("failFast", otherwise: false),
            BaselineShort = node.Find("baselineShortSeconds") is null
                ? TimeSpan.FromSeconds(WatchLimits.BaselineShortSeconds)
                : node.Seconds("baselineShortSeconds", WatchLimits.BaselineShortSecondsMin, WatchLimits.SecondsMax),
        };
    }

    private static int[] ReadSoaks(ConfigNode node) =>
    [
        .. node.List("soakMinutes", WatchLimits.SoaksMax)
            .Select(soak => soak.AsNumber(WatchLimits.SoakMinutesMin, WatchLimits.SoakMinutesMax)),
    ];

    private static EvidenceLevel Level(ConfigNode node) => node.AsText(2) switch
    {
        "L0" => EvidenceLevel.L0,
        "L1" => EvidenceLevel.L1,
        "L2" => EvidenceLevel.L2,
        "L3" => EvidenceLevel.L3,
        _ => throw node.Fault("must be L0, L1, L2 or L3"),
    };

    private static uint Hex(ConfigNode node, int digits, string prefix)
    {
        string text = node.AsText(20);
        bool shaped = text.Length == prefix.Length + digits && text.StartsWith(prefix, StringComparison.Ordinal);
        return shaped && uint.TryParse(
            text.AsSpan(prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number)
            ? number
            : throw node.Fault($"must be {(prefix.Length > 0 ? prefix + " and " : "")}{digits} hex digits");
    }

    private static string Pattern(ConfigNode node)
    {
        string pattern = node.AsText(WatchLimits.BannerLengthMax);
        try
        {
            _ = WatchLimits.Banner(pattern);
            return pattern;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            string reason = ConfigNode.Shown(fault.Message, 200).TrimEnd('.');
            throw node.Fault($"not a usable regular expression: {reason}");
        }
    }
}
