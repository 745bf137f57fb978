using System.Globalization;
using System.Text;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Tests.Firmware.States;

/// <summary>The hand-written texts, and what their names promise.</summary>
internal static class MeTexts
{
    private static string Folder => ProjectTree.PathOf("tests", "Transcripts", "me");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.txt")
        .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!;

    public static IEnumerable<string> RunningOrArmed => Names.Where(name =>
        name.StartsWith("running", StringComparison.Ordinal) || name.StartsWith("armed", StringComparison.Ordinal));

    public static string PathOf(string name) => Path.Combine(Folder, name + ".txt");

    public static string Read(string name) => File.ReadAllText(PathOf(name), Encoding.Latin1);

    public static string Encoded(string text, string encoding)
    {
        var form = Encoding.GetEncoding(encoding);
        return Encoding.Latin1.GetString([.. form.GetPreamble(), .. form.GetBytes(text)]);
    }

    public static MeTextContext Context(string name, bool? bit = true) => name.IndexOf("-gen", 0,
        StringComparison.Ordinal) is >= 0 and var at
        ? new((MeGeneration)int.Parse(name[(at + 4)..], CultureInfo.InvariantCulture), null, bit)
        : new(null, null, bit);

    public static MeStateKind Promised(string name) => name.Split('-')[0] switch
    {
        "running" => MeStateKind.Running,
        "armed" => MeStateKind.WatchdogArmed,
        "cleaned" => MeStateKind.NeutralizedByRemoval,
        "disabled" => MeStateKind.DisabledByBit,
        "softdisabled" => MeStateKind.SoftDisabled,
        "server" => MeStateKind.ServerFirmware,
        "noevidence" => MeStateKind.NoEvidence,
        var other => throw new ArgumentException(other),
    };

    public static bool IsGood(MeTextReport report) => report.Overall.Kind is MeStateKind.NeutralizedByRemoval or
        MeStateKind.DisabledByBit or MeStateKind.SoftDisabled;
}
