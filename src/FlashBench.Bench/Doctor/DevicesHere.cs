using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Compares a configuration with what is plugged in.</summary>
public static class DevicesHere
{
    /// <summary>Parts that are not there or not unique, and parts that are named in two ways.</summary>
    /// <returns>A sentence each, which begins with the JSON path; empty if all is well.</returns>
    public static IReadOnlyList<string> Warnings(HostSnapshot host, IReadOnlyList<DeviceUse> uses)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(uses);
        IEnumerable<string> missing =
            from use in uses
            let finding = DevicesCheck.Examine(host, use)
            where finding.Soundness == Soundness.Problem
            select $"{use.Path}: {finding.Sentence}";
        return [.. missing, .. Twins(host, uses)];
    }

    // One adapter under two names: "/dev/ttyUSB0" here, the port of USB 1-4 there.
    private static IEnumerable<string> Twins(HostSnapshot host, IReadOnlyList<DeviceUse> uses)
    {
        var ports = uses.OfType<DeviceUse.SerialLine>()
            .Where(line => line.Purpose is not (SerialPurpose.Relay or SerialPurpose.Meter)) // they may be shared
            .Select(line => (Use: (DeviceUse)line, Name: Only(DeviceMatch.Of(host, line.Tty), port => port.Name)));
        var programmers = uses.OfType<DeviceUse.Programmer>().Select(programmer => (
            Use: (DeviceUse)programmer,
            Name: Only(
                DeviceMatch.Of(host, programmer.Entry),
                part => $"channel {programmer.Entry.Channel} of USB {part.Port}")));
        return from named in ports.Concat(programmers)
               where named.Name is not null
               group named.Use by named.Name into same
               where same.Skip(1).Any()
               select $"{same.Skip(1).First().Path}: {same.Key} is used at {same.First().Path} too";
    }

    private static string? Only<T>(IReadOnlyList<T> matching, Func<T, string> name) =>
        matching.Count == 1 ? name(matching[0]) : null;
}
