using System.Collections.Immutable;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>One PCI function as `lspci -nn` shows it.</summary>
/// <param name="Slot">Where it sits, for example "00:19.0".</param>
/// <param name="ClassCode">Base class and subclass, for example 0x0200 for Ethernet.</param>
/// <param name="Vendor">Vendor id; 0x8086 is Intel.</param>
/// <param name="Device">Device id.</param>
/// <param name="Name">Vendor and device in words, as foreign text.</param>
public sealed record PciFunction(string Slot, int ClassCode, int Vendor, int Device, string Name)
{
    /// <summary>Intel's vendor id.</summary>
    public const int Intel = 0x8086;

    /// <summary>True for a network controller of any kind (base class 02).</summary>
    public bool IsNetwork => ClassCode >> 8 == 2;

    /// <inheritdoc/>
    public override string ToString() => $"{Vendor:x4}:{Device:x4} at {Slot}";
}

/// <summary>What is known about the board that an image came from, besides the image.</summary>
/// <remarks>Everything may be unknown, and nothing here means "no" unless a line said so: what a text does not
/// mention may still be there.</remarks>
public sealed record HostFacts
{
    /// <summary>Nothing is known.</summary>
    public static HostFacts None { get; } = new();

    /// <summary>The processor's brand string, blanks merged; null when unknown or when lines differ.</summary>
    public string? Processor { get; init; }

    /// <summary>True when one line of processor flags names both smx and vmx; false says nothing, since firmware can
    /// hide them.</summary>
    public bool HasSmxAndVmx { get; init; }

    /// <summary>What the technician states about vPro after looking the processor up; null when not stated.</summary>
    public bool? VproStated { get; init; }

    /// <summary>What the technician states about an Intel network controller on the board; null when not stated.
    /// </summary>
    public bool? IntelNicStated { get; init; }

    /// <summary>The PCI functions of intact lines; what is missing here may still exist.</summary>
    public ImmutableArray<PciFunction> Pci { get; init; } = [];

    /// <summary>Whether the platform can suspend to RAM (S3): false means S0ix only, null unknown.</summary>
    public bool? SupportsS3 { get; init; }

    /// <summary>Manufacturer and product by SMBIOS, or null.</summary>
    public string? Board { get; init; }

    /// <summary>The ME's status registers; null where not read.</summary>
    public MeRegisters Registers { get; init; } = new(null);

    /// <summary>What each sample of the ME's state shows, those in words among them, in the order of the text; a
    /// single bad one counts even where <see cref="Registers"/> differ and are unknown.</summary>
    public ImmutableArray<MeState> MeStates { get; init; } = [];

    /// <summary>MSR 0x13A (BOOTGUARD_SACM_INFO), or null when not read.</summary>
    public ulong? BootGuardMsr { get; init; }

    /// <summary>What texts say about single fuses in words.</summary>
    public ImmutableArray<FuseReading> Fuses { get; init; } = [];

    /// <summary>The first sample that shows one of these states, or null.</summary>
    /// <param name="kinds">The states.</param>
    public MeState? Shown(params MeStateKind[] kinds) => MeStates.FirstOrDefault(state => kinds.Contains(state.Kind));

    /// <summary>Facts that were stated in two ways, and lines that could not be used though they look meant: one
    /// sentence each. Such a fact counts as unknown.</summary>
    public ImmutableArray<string> Doubts { get; init; } = [];
}
