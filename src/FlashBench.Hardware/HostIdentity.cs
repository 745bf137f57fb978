namespace FlashBench.Hardware;

/// <summary>Which host ran a job, and which start of it.</summary>
/// <param name="HostName">Name of the host.</param>
/// <param name="BootId">Random identifier of this start of the kernel; changes with every restart.</param>
public sealed record HostIdentity(string HostName, string BootId)
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Asks the running host.</summary>
    /// <exception cref="IOException">The kernel does not tell its boot id.</exception>
    /// <remarks>Source: Linux proc_sys_kernel(5), kernel.random.boot_id.</remarks>
    public static HostIdentity Read() => new(Environment.MachineName, File.ReadAllText(BootIdPath).Trim());
}
