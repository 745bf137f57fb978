using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FlashBench.Hardware;

namespace FlashBench.Cli.Benches;

/// <summary>Which process uses a bench, for people to read. The lock itself is the kernel's.</summary>
/// <param name="Pid">Process id; the kernel gives it to another process some day.</param>
/// <param name="StartTicks">When that process began, in clock ticks since the host booted: with it the id is one of
/// a kind.</param>
/// <param name="BootId">The boot of the host to which both belong.</param>
/// <param name="Since">When the bench was taken; wall clock, for display.</param>
/// <param name="Work">What for: "job FBJ-1".</param>
internal sealed record BenchOwner(int Pid, long StartTicks, string BootId, DateTimeOffset Since, string Work)
{
    private const int StartTimeField = 22; // proc(5), /proc/PID/stat, counted from 1

    /// <summary>True if that very process runs now.</summary>
    public bool IsAlive => BootId == HostIdentity.Read().BootId && StartOf(Pid) == StartTicks;

    /// <summary>This process.</summary>
    public static BenchOwner Self(string work) => new(
        Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0, HostIdentity.Read().BootId,
        TimeProvider.System.GetUtcNow(), work);

    /// <summary>Reads an owner's file.</summary>
    /// <returns>Null if it is not there, or not to be understood.</returns>
    public static BenchOwner? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), BenchOwnerContext.Default.BenchOwner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BenchOwnerContext.Default.BenchOwner);

    /// <summary>"PID 17 since 2026-01-01 08:00:00Z (job FBJ-1)".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"PID {Pid} since {Since:yyyy-MM-dd HH:mm:ss}Z{(Work.Length > 0 ? $" ({Work})" : "")}");

    // The command's name stands in brackets and may hold anything, brackets too: what counts begins behind the last.
    private static long? StartOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[StartTimeField - 3], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException
            or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BenchOwner))]
internal sealed partial class BenchOwnerContext : JsonSerializerContext;
