using System.Text.Json;
using FlashBench.Bench.Watch;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>The part of a statement about the watched boots, with the numbers that were measured.</summary>
internal static class StatementWatch
{
    private const decimal UsPerSecond = 1_000_000;

    public static void Write(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartArray("watch");
        foreach (BootObservation boot in facts.Boots)
            WriteBoot(json, boot, BootSettings.For(facts.Start, boot.Kind));
        json.WriteEndArray();
    }

    private static void WriteBoot(Utf8JsonWriter json, BootObservation boot, BootSettings settings)
    {
        json.WriteStartObject();
        json.WriteNumber("boot", boot.Number);
        json.WriteString("kind", boot.Kind);
        json.WriteString("class", boot.Class.ToString());
        json.WriteString("outcome", CertificateText.Name(WatchChecks.OutcomeOf(boot.Class)));
        json.WriteString("text", boot.Explanation);
        json.WriteNumber("requiredSeconds", settings.MinimumUs / UsPerSecond);
        json.WriteNumber("maxGapSeconds", settings.GapMaxUs / UsPerSecond);
        if (boot.LastSignUs - boot.CountedFromUs is long observed)
            json.WriteNumber("observedSeconds", observed / UsPerSecond);
        json.WriteNumber("longestGapSeconds", boot.LongestGapUs / UsPerSecond);
        json.WriteNumber("bootBanners", boot.Banners);
        json.WriteNumber("signsOfLife", boot.SignCounts.Total);
        json.WriteStartObject("signs");
        json.WriteNumber("powerSamples", boot.Power.Count);
        json.WriteNumber("agent", boot.SignCounts.Agent);
        json.WriteNumber("heartbeat", boot.SignCounts.Heartbeats);
        json.WriteNumber("kernel", boot.SignCounts.Kernel);
        json.WriteNumber("login", boot.SignCounts.Logins);
        json.WriteEndObject();
        json.WriteNumber("consoleBytes", boot.BytesPerMinute.Sum(bytes => (long)bytes));
        WriteTimes(json, boot);
        WriteDeath(json, boot);
        if (boot.Clock is { } clock)
            WriteClock(json, clock);
        WritePower(json, boot);
        WriteSamples(json, boot);
        if (boot.Facts.All.Count > 0)
            WriteFacts(json, boot.Facts);
        if (boot.FirmwareText is { } text)
            WriteFirmwareText(json, text);
        json.WriteEndObject();
    }

    // All on one scale: seconds after the relay was closed.
    private static void WriteTimes(Utf8JsonWriter json, BootObservation boot)
    {
        json.WriteStartObject("secondsAfterRelay");
        ReadOnlySpan<(string Name, long? AtUs)> times =
        [
            ("powerGood", boot.PowerGoodUs), ("countedFrom", boot.CountedFromUs), ("osUp", boot.OsUpUs),
            ("lastSign", boot.LastSignUs), ("reset", boot.ResetUs), ("powerLost", boot.PowerLostUs),
            ("end", boot.EndUs),
        ];
        foreach ((string name, long? atUs) in times)
        {
            if (atUs is long at)
                json.WriteNumber(name, (at - boot.CommandedUs) / UsPerSecond);
        }

        json.WriteEndObject();
    }

    private static void WriteDeath(Utf8JsonWriter json, BootObservation boot)
    {
        if (boot.PowerLostUs - boot.PowerGoodUs is not long died)
            return;
        json.WriteStartObject("powerLoss");
        json.WriteNumber("secondsAfterPowerGood", died / UsPerSecond);
        json.WriteNumber("uncertaintySeconds", (boot.LossUncertaintyUs ?? 0) / UsPerSecond);
        json.WriteEndObject();
    }

    private static void WriteClock(Utf8JsonWriter json, ClockComparison clock)
    {
        json.WriteStartObject("clock");
        json.WriteNumber("overSeconds", clock.SpanUs / UsPerSecond);
        json.WriteNumber("differenceMilliseconds", clock.DifferenceUs / 1000m);
        json.WriteNumber("partsPerMillion", (decimal)clock.PartsPerMillion);
        json.WriteNumber("partsPerMillionMax", (decimal)ClockComparison.PartsPerMillionMax);
        json.WriteEndObject();
    }

    private static void WritePower(Utf8JsonWriter json, BootObservation boot)
    {
        (long AtUs, int Millivolts, int Milliamps)[] on =
        [
            .. boot.Power.Where(s => s.AtUs >= boot.PowerGoodUs && s.AtUs < (boot.PowerLostUs ?? long.MaxValue)),
        ];
        json.WriteStartObject("power");
        json.WriteNumber("samples", boot.Power.Count);
        if (on.Length > 0)
        {
            json.WriteNumber("minMillivoltsWhileOn", on.Min(s => s.Millivolts));
            json.WriteNumber("maxMillivoltsWhileOn", on.Max(s => s.Millivolts));
            json.WriteNumber("minMilliampsWhileOn", on.Min(s => s.Milliamps));
            json.WriteNumber("maxMilliampsWhileOn", on.Max(s => s.Milliamps));
        }

        json.WriteEndObject();
    }

    private static void WriteSamples(Utf8JsonWriter json, BootObservation boot)
    {
        json.WriteStartObject("samples");
        json.WriteNumber("intact", boot.Samples.Count);
        json.WriteNumber("damaged", boot.DamagedSamples);
        json.WriteNumber("stale", boot.StaleSamples);
        json.WriteStartArray("registers");
        foreach (RegisterRun run in RegisterRun.Of(boot.Samples))
        {
            json.WriteStartObject();
            json.WriteNumber("first", (run.FirstUs - boot.CommandedUs) / UsPerSecond);
            json.WriteNumber("last", (run.LastUs - boot.CommandedUs) / UsPerSecond);
            json.WriteNumber("count", run.Count);
            WriteRegisters(json, run.Registers);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // As they stood on the lines, escapes and all: a board may send any text.
    private static void WriteFacts(Utf8JsonWriter json, BoardFacts facts)
    {
        json.WriteStartObject("facts");
        foreach (BoardFact fact in facts.All)
            json.WriteString(fact.Key, fact.Value);
        json.WriteEndObject();
    }

    private static void WriteFirmwareText(Utf8JsonWriter json, CorebootMeReport text)
    {
        json.WriteStartObject("firmwareText");
        WriteOptional(json, "workingState", text.WorkingState);
        WriteOptional(json, "operationMode", text.OperationMode);
        WriteOptional(json, "errorCode", text.ErrorCode);
        json.WriteBoolean("saysDisabled", text.SaysDisabled);
        json.WriteBoolean("contradictory", text.IsContradictory);
        WriteRegisters(json, text.Registers);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, int? value)
    {
        if (value is int number)
            json.WriteNumber(name, number);
    }

    internal static void WriteRegisters(Utf8JsonWriter json, MeRegisters registers)
    {
        json.WriteStartArray("hfsts");
        foreach (uint? register in RegisterRun.Values(registers))
            json.WriteStringValue(register is uint value ? CertificateText.Register(value) : null);
        json.WriteEndArray();
    }
}
