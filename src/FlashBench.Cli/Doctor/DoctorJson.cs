using FlashBench.Bench.Doctor;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Doctor;

/// <summary>The doctor's findings for machines.</summary>
internal static class DoctorJson
{
    /// <summary>Writes an event a finding, and one with the counts.</summary>
    /// <returns>Exit code.</returns>
    public static int Write(TextWriter output, IReadOnlyList<HostFinding> findings)
    {
        foreach (HostFinding finding in findings)
        {
            JsonLine.Write(output, "check", json =>
            {
                json.WriteString("check", finding.Check);
                json.WriteString("outcome", WordOf(finding.Soundness));
                if (finding.Bench is { } bench)
                    json.WriteString("bench", bench);
                json.WriteString("sentence", finding.Sentence);
                if (finding.Mend is { } mend)
                    json.WriteString(finding.ByHand ? "mendByHand" : "mend", mend);
            });
        }

        int code = ExitCodeOf(findings);
        JsonLine.Write(output, "doctor", json =>
        {
            foreach (Soundness soundness in Enum.GetValues<Soundness>())
                json.WriteNumber(WordOf(soundness), findings.Count(finding => finding.Soundness == soundness));
            json.WriteNumber("exitCode", code);
        });
        return code;
    }

    /// <summary>"ok", "unknown", "warning", "problem".</summary>
    public static string WordOf(Soundness soundness) => soundness.ToString().ToLowerInvariant();

    /// <summary>50 with a problem, else 0.</summary>
    public static int ExitCodeOf(IEnumerable<HostFinding> findings) =>
        findings.Any(finding => finding.Soundness == Soundness.Problem) ? ExitCodes.BenchError : ExitCodes.Ok;
}
