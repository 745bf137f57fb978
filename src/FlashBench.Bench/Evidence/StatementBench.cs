using System.Text.Json;
using FlashBench.Bench.Journal;
using FlashBench.Hardware;

namespace FlashBench.Bench.Evidence;

/// <summary>The parts of a statement about method, bench, software and the course of the job.</summary>
internal static class StatementBench
{
    public static void Write(Utf8JsonWriter json, JobFacts facts)
    {
        WriteControls(json, facts);
        WriteBench(json, facts);
        WriteMethod(json, facts.Start);
        json.WriteStartObject("software");
        json.WriteString("version", facts.Start.Software);
        json.WriteEndObject();
        json.WriteString("operator", facts.Start.Operator);
        WritePhases(json, facts);
        WriteResumes(json, facts);
        json.WriteStartArray("deviations");
        foreach (string deviation in facts.Deviations)
            json.WriteStringValue(deviation);
        json.WriteEndArray();
    }

    private static void WriteControls(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartObject("controls");
        json.WriteString("negativeControl", facts.Start.Control);
        json.WriteBoolean("baselineWatched", facts.Boots.Any(boot => boot.Kind == Watch.BootKind.Baseline));
        json.WriteBoolean("deviceSeenWithStockImage", CommissioningChecks.SawDevice(facts));
        if (facts.Commissioning is { } cited)
            WriteCommissioning(json, facts, cited);
        else
            json.WriteNull("commissioning");
        json.WriteEndObject();
    }

    private static void WriteCommissioning(Utf8JsonWriter json, JobFacts facts, JournalData.Commissioning cited)
    {
        JournalData.Commissioned record = cited.Record;
        json.WriteStartObject("commissioning");
        json.WriteString("id", CommissioningStatement.IdOf(cited.Sha256));
        json.WriteString("sha256", cited.Sha256);
        json.WriteString("keyId", cited.KeyId);
        json.WriteString("created", record.Created);
        json.WriteNumber("ageDays", CommissioningChecks.AgeDays(record, facts.StartedUtc));
        json.WriteNumber("validDays", record.ValidDays);
        json.WriteBoolean("simulated", record.Simulated);
        json.WriteNumber("meGeneration", record.MeGeneration);
        json.WriteString("meVersion", record.MeVersion);
        json.WriteNumber("baselineSeconds", record.BaselineSeconds);
        json.WriteString("meVisible", record.MeVisible);
        json.WriteString("watchdog", CommissioningChecks.WatchdogTripped(record) switch
        {
            true => "acts",
            false => "does not act",
            null => "not tried",
        });
        CommissionedControls.Write(json, record);
        json.WriteString("fault", CommissioningChecks.FaultOf(facts));
        json.WriteEndObject();
    }

    private static void WriteBench(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartObject("bench");
        json.WriteString("id", facts.Start.Bench);
        json.WriteString("host", facts.Start.Host);
        json.WriteStartArray("parts");
        foreach (PartIdentity part in facts.Parts)
        {
            json.WriteStartObject();
            json.WriteString("kind", part.Kind);
            json.WriteString("description", part.Description);
            json.WriteBoolean("simulated", part.Simulated);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMethod(Utf8JsonWriter json, JournalData.JobStart start)
    {
        json.WriteStartObject("method");
        json.WriteString("name", CertificateText.Method);
        json.WriteString("policy", start.Policy);
        json.WriteString("profile", start.Profile.Id);
        json.WriteString("profileSha256", start.Profile.Sha256);
        json.WriteString("decisionRule", CertificateText.DecisionRule);
        json.WriteStartObject("watch");
        json.WriteNumber("minimumSeconds", start.Watch.MinimumSeconds);
        json.WriteNumber("coldBoots", start.Watch.ColdBoots);
        json.WriteNumber("warmBoots", start.Watch.WarmBoots);
        json.WriteStartArray("soakMinutes");
        foreach (int minutes in start.Watch.SoakMinutes)
            json.WriteNumberValue(minutes);
        json.WriteEndArray();
        json.WriteBoolean("failFast", start.Watch.FailFast);
        json.WriteBoolean("expectedSilence", start.Watch.ExpectedSilence);
        json.WriteNumber("gapMaxSeconds", start.Watch.GapMaxSeconds);
        json.WriteNumber("graceSeconds", start.Watch.GraceSeconds);
        json.WriteNumber("baselineSeconds", start.Watch.BaselineSeconds);
        json.WriteBoolean("baselineShort", start.Watch.BaselineShort);
        json.WriteNumber("bootLimitSeconds", start.Watch.BootLimitSeconds);
        json.WriteString("banner", start.Watch.Banner);
        json.WriteEndObject();
        json.WriteStartObject("power");
        json.WriteNumber("onMillivolts", start.Power.OnMillivolts);
        json.WriteNumber("offMillivolts", start.Power.OffMillivolts);
        json.WriteNumber("offMilliamps", start.Power.OffMilliamps);
        json.WriteNumber("sampleSeconds", start.Power.SampleSeconds);
        json.WriteNumber("sleepMilliampsMin", start.Power.SleepMilliampsMin);
        json.WriteNumber("sleepMilliampsMax", start.Power.SleepMilliampsMax);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResumes(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartArray("resumes");
        foreach (ResumeFacts resume in facts.Resumes)
        {
            json.WriteStartObject();
            json.WriteNumber("number", resume.Number);
            json.WriteString("phase", resume.Phase);
            json.WriteNumber("atUs", resume.AtUs);
            json.WriteBoolean("sameHostBoot", resume.SameHostBoot);
            json.WriteStartArray("restartedBoots");
            foreach (int boot in resume.RestartedBoots)
                json.WriteNumberValue(boot);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePhases(Utf8JsonWriter json, JobFacts facts)
    {
        json.WriteStartArray("phases");
        foreach (PhaseFacts phase in facts.Phases)
        {
            json.WriteStartObject();
            json.WriteString("name", phase.Name);
            json.WriteNumber("startUs", phase.StartUs);
            json.WriteNumber("endUs", phase.EndUs);
            json.WriteString("verdict", CertificateText.Name(phase.Verdict));
            json.WriteString("reason", phase.Reason);
            json.WriteString("errorClass", phase.Class.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
