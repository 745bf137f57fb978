using System.Diagnostics;
using System.Globalization;
using FlashBench.Bench.Journal;
using FlashBench.Simulation.Faults;

namespace FlashBench.Cli.Certify;

/// <summary>Ends this process like `kill -9` at one moment of one journal append, or at an access to any other file
/// that a job keeps; for tests on virtual benches.</summary>
/// <remarks>FLASHBENCH_KILL_AT is "moment:type:n", for example "AfterWrite:block.intent:3", or "disk:n" for the n-th
/// time that something other than the journal is about to be written, named or synced; n counts from 1.</remarks>
internal sealed class CrashPoint
{
    /// <summary>Environment variable that arms it.</summary>
    public const string Variable = "FLASHBENCH_KILL_AT";

    private const string OnDisk = "disk";

    private readonly bool _onDisk;
    private readonly string? _type;
    private readonly JournalMoment? _moment;
    private long _left;

    private CrashPoint(JournalMoment? moment, string? type, long count) =>
        (_moment, _type, _left) = (moment, type, count);

    private CrashPoint(long count) => (_onDisk, _left) = (true, count);

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
        if (!int.TryParse(fields[^1], CultureInfo.InvariantCulture, out int count))
            throw NotUnderstood();
        if (fields is [OnDisk, _])
            return new CrashPoint(count);
        return fields.Length == 3 && Enum.TryParse(fields[0], out JournalMoment moment)
            ? new CrashPoint(moment, fields[1], count)
            : throw NotUnderstood();
    }

    /// <summary>A sound disk on which the n-th access kills; null if this point is one of the journal.</summary>
    public DiskFaults? Disk => !_onDisk ? null : new DiskFaults
    {
        Told = path =>
        {
            if (Path.GetFileName(path) != JournalWriter.FileName)
                CountDown();
        },
    };

    /// <summary>Counts one moment, and kills at the armed one.</summary>
    public void At(JournalMoment moment, string type)
    {
        if (!_onDisk && (_moment ?? moment) == moment && (_type ?? type) == type)
            CountDown();
    }

    private static UsageException NotUnderstood() => new($"{Variable} must read moment:type:n or disk:n");

    private void CountDown()
    {
        if (--_left != 0)
            return;
        using Process self = Process.GetCurrentProcess();
        self.Kill(); // SIGKILL: no handler runs, nothing is flushed
    }
}
