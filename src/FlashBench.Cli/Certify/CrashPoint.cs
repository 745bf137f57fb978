using System.Diagnostics;
using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Simulation.Faults;

namespace FlashBench.Cli.Certify;

/// <summary>Ends this process like `kill -9` at one moment of one journal append; for tests on virtual benches.
/// </summary>
/// <remarks>FLASHBENCH_KILL_AT is "moment:type:n", for example "AfterWrite:block.intent:3"; n counts from 1.</remarks>
internal sealed class CrashPoint
{
    /// <summary>Environment variable that arms it.</summary>
    public const string Variable = "FLASHBENCH_KILL_AT";

    private readonly string? _type;
    private readonly JournalMoment? _moment;
    private long _left;

    private CrashPoint(JournalMoment? moment, string? type, long count) =>
        (_moment, _type, _left) = (moment, type, count);

    /// <summary>The crash that a fault plan wants; null if it wants none.</summary>
    public static CrashPoint? Of(FaultPlan? plan) =>
        plan?.Find(FaultKinds.ProcessKill) is { } kill ? new CrashPoint(null, null, kill["moment"]) : null;

    /// <summary>The armed crash point; null if the variable is not set.</summary>
    /// <exception cref="UsageException">The variable is set and cannot be understood.</exception>
    public static CrashPoint? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text)
            return null;
        string[] fields = text.Split(':');
        return fields.Length == 3 && Enum.TryParse(fields[0], out JournalMoment moment)
            && int.TryParse(fields[2], CultureInfo.InvariantCulture, out int count)
            ? new CrashPoint(moment, fields[1], count)
            : throw new UsageException($"{Variable} must read moment:type:n");
    }

    /// <summary>Counts one moment, and kills at the armed one.</summary>
    public void At(JournalMoment moment, string type)
    {
        if ((_moment ?? moment) != moment || (_type ?? type) != type || --_left != 0)
            return;
        using Process self = Process.GetCurrentProcess();
        self.Kill(); // SIGKILL: no handler runs, nothing is flushed
    }
}
