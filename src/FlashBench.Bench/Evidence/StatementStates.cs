using System.Text.Json;
using FlashBench.Bench.Journal;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Evidence;

/// <summary>The part of a statement about what the ME was observed to be, and what the board's fuses say.</summary>
internal static class StatementStates
{
    /// <summary>Writes members of the open object "me".</summary>
    public static void Write(Utf8JsonWriter json, JobFacts facts)
    {
        WriteState(json, "stateBefore", MeObserved.Before(facts), facts.Audit);
        WriteState(json, "stateAfter", MeObserved.After(facts), facts.Source);
        WriteFacts(json, "amt", BoardChecks.AmtFacts(facts));
        WriteFacts(json, "fuses", FuseFacts.Of(facts));
    }

    private static void WriteState(Utf8JsonWriter json, string name, ObservedState? seen, JournalData.Audit? audit)
    {
        if (seen is null || audit is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("boot", seen.Boot);
        json.WriteString("source", seen.IsText ? "firmware text" : "registers");
        json.WriteNumber("samples", seen.Samples);
        json.WriteBoolean("agree", seen.Agree);
        json.WriteString("state", seen.State.ToString());
        StatementWatch.WriteRegisters(json, seen.Registers);
        if (seen.Registers.Status1 is { } first)
            WriteFields(json, first);
        if (MeObserved.GenerationOf(audit) is { } generation
            && seen.Registers.Status2(generation) is { } second)
        {
            json.WriteString("phase", second.Phase.ToString());
            json.WriteNumber("phaseState", second.State);
        }

        json.WriteString("text", MeObserved.Reading(seen.Registers, MeObserved.GenerationOf(audit)));
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, Hfsts1 first)
    {
        json.WriteNumber("workingState", first.WorkingState);
        json.WriteNumber("operationState", first.OperationState);
        json.WriteNumber("operationMode", first.OperationMode);
        json.WriteNumber("errorCode", first.ErrorCode);
        json.WriteBoolean("initComplete", first.InitComplete);
        json.WriteBoolean("manufacturingMode", first.ManufacturingMode);
    }

    private static void WriteFacts(Utf8JsonWriter json, string name, IEnumerable<ReportedFact> facts)
    {
        json.WriteStartObject(name);
        foreach (ReportedFact fact in facts)
            json.WriteString(fact.Key, fact.Text);
        json.WriteEndObject();
    }
}
