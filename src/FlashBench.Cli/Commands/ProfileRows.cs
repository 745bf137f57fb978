using System.Globalization;
using System.Text.Json;
using FlashBench.Bench.Config;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Commands;

/// <summary>What a DUT profile says about its board, as rows of `bench show` and as JSON.</summary>
internal static class ProfileRows
{
    /// <summary>Rows of a name and a text; none for what the profile does not say.</summary>
    public static IEnumerable<string[]> Of(DutProfile profile)
    {
        if (profile.Unverified)
            yield return ["UNVERIFIED", $"the profile is {DutProfile.UnverifiedText}"];
        if (profile.Power.ToBeCommissioned)
            yield return ["thresholds", "guesses: measure them on the first board (hardware/README.md)"];
        if (profile.Flash is { } flash)
        {
            for (int i = 0; i < flash.Components.Count; i++)
                yield return [$"flash {i + 1}", PlainText.Of(Text(flash, flash.Components[i]))];
        }

        if (profile.Console.ExpectedSilence)
            yield return ["silence", "expected until the operating system runs"];
        if (profile.Console.Note.Length > 0)
            yield return ["console", PlainText.Of(profile.Console.Note)];
        foreach (string source in profile.Sources)
            yield return ["source", PlainText.Of(source)];
    }

    /// <summary>The same as members of an open JSON object.</summary>
    public static void Write(Utf8JsonWriter json, DutProfile profile)
    {
        json.WriteBoolean("unverified", profile.Unverified);
        json.WriteBoolean("toBeCommissioned", profile.Power.ToBeCommissioned);
        json.WriteBoolean("expectedSilence", profile.Console.ExpectedSilence);
        json.WriteString("consoleNote", profile.Console.Note);
        json.WriteStartArray("flash");
        foreach (FlashComponent component in profile.Flash?.Components ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("sizeBytes", component.SizeBytes);
            json.WriteStartArray("holds");
            foreach (string region in component.Holds)
                json.WriteStringValue(region);
            json.WriteEndArray();
            json.WriteString("where", component.Where);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("sources");
        foreach (string source in profile.Sources)
            json.WriteStringValue(source);
        json.WriteEndArray();
    }

    private static string Text(FlashProfile flash, FlashComponent component) => string.Create(
        CultureInfo.InvariantCulture,
        $"{component.SizeBytes / 1024} KiB, {flash.SupplyMillivolts} mV, {flash.Package}: "
        + $"{string.Join(", ", component.Holds)}; {component.Where}");
}
