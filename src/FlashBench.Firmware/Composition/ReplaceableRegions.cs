using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Composition;

/// <summary>Which regions of its flash a board may get from another image, and by which names.</summary>
/// <remarks>What is unique to a board stays with it: its MAC addresses, serial numbers, keys and straps.</remarks>
public static class ReplaceableRegions
{
    /// <summary>The management engine's region.</summary>
    public const string Me = "me";

    /// <summary>The host firmware's region; the board's own variables in it stay.</summary>
    public const string Bios = "bios";

    /// <summary>The embedded controller's region.</summary>
    public const string Ec = "ec";

    private const int EcNumber = 8; // region number from the 100-series on (me-firmware 1.1)

    private static readonly (string Name, int Number)[] Table =
        [(Me, DescriptorRegion.Me), (Bios, DescriptorRegion.Bios), (Ec, EcNumber)];

    private static readonly (string Name, string Why)[] Refused =
    [
        ("gbe", "it holds the board's MAC address"),
        ("pdr", "makers keep a board's serial numbers in it"),
        ("descriptor", "its straps and its layout belong to it"),
        ("10gbe-a", "it holds the board's MAC address"),
        ("10gbe-b", "it holds the board's MAC address"),
        ("ptt", "it holds the secrets of the board's TPM"),
    ];

    /// <summary>All names that are allowed.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>Names of regions, as descriptors call them, that never change without the operator's typed word.
    /// </summary>
    public static IReadOnlyList<string> OwnRegions { get; } = ["GbE", "PDR", "10GbE-A", "10GbE-B", "PTT"];

    /// <summary>Why a region of that name is not taken from an image; null if it is.</summary>
    /// <param name="name">As the operator wrote it, in lower case.</param>
    public static string? WhyNot(string name)
    {
        if (Names.Contains(name))
            return null;
        string known = string.Join(", ", Names);
        return Refused.FirstOrDefault(row => row.Name == name) is { Why: { } why }
            ? $"the {name} region stays the board's own: {why}"
            : $"\"{name}\" is no region that can be replaced; those are {known}";
    }

    /// <summary>The region's number in descriptors.</summary>
    internal static int NumberOf(string name) => Table.First(row => row.Name == name).Number;
}
