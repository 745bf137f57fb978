using System.Globalization;

namespace FlashBench.EndToEnd.Tests.Scale;

/// <summary>What a process takes at one moment.</summary>
/// <param name="Jobs">Jobs that have ended.</param>
/// <param name="Seconds">Since the run began.</param>
/// <param name="ResidentMiB">Memory of the process.</param>
/// <param name="HeapMiB">Managed heap as its last collection left it.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Files">Open files.</param>
/// <param name="ProcessorSeconds">Processor time since the process began.</param>
internal sealed record ProcessSample(
    int Jobs, double Seconds, double ResidentMiB, double HeapMiB, int Threads, int Files, double ProcessorSeconds)
{
    private const double KiBPerMiB = 1024, TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on

    /// <summary>Looks at a process.</summary>
    /// <returns>Null if it has ended.</returns>
    public static ProcessSample? Of(int process, int jobs, TimeSpan since, double heapMiB)
    {
        string folder = $"/proc/{process}";
        try
        {
            string[] status = File.ReadAllLines($"{folder}/status");
            string stat = File.ReadAllText($"{folder}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // from field 3 on, behind the name
            double ticks = Number(fields[11]) + Number(fields[12]);
            int files = Directory.GetFileSystemEntries($"{folder}/fd").Length;
            double resident = Status(status, "VmRSS:") / KiBPerMiB;
            return new ProcessSample(
                jobs, since.TotalSeconds, resident, heapMiB, (int)Status(status, "Threads:"), files,
                ticks / TicksPerSecond);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null; // a process that has ended, but was not waited for, has no memory
        }
    }

    private static double Status(string[] lines, string name) => Number(
        lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries)[0]);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
