using FlashBench.Bench.Config;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Doctor;

/// <summary>Everything that the checks look at.</summary>
/// <param name="Host">The host.</param>
/// <param name="Uses">Parts that the benches in question use.</param>
/// <param name="Station">Folders and keys of the program.</param>
public sealed record DoctorCase(HostSnapshot Host, IReadOnlyList<DeviceUse> Uses, StationReading Station)
{
    /// <summary>True if a bench in question uses a part of this host: then what would stop it is a problem.</summary>
    public bool UsesHost => Uses.Count > 0;

    /// <summary>Problem if a bench in question needs it, else a warning.</summary>
    public Soundness Grave => UsesHost ? Soundness.Problem : Soundness.Warning;

    /// <summary>Programmers on USB that the benches name.</summary>
    public IEnumerable<DeviceUse.Programmer> Programmers => Uses.OfType<DeviceUse.Programmer>();

    /// <summary>Serial ports that the benches name.</summary>
    public IEnumerable<DeviceUse.SerialLine> SerialLines => Uses.OfType<DeviceUse.SerialLine>();
}

/// <summary>Folders and keys of the program on this host.</summary>
public sealed record StationReading
{
    /// <summary>Vault, evidence and state.</summary>
    public IReadOnlyList<FolderReading> Folders { get; init; } = [];

    /// <summary>Free bytes below which a folder is a problem of tomorrow.</summary>
    public long FreeWanted { get; init; } = 4L << 30;

    /// <summary>What writing durably into the evidence folder took; null if it was not tried.</summary>
    public DurableWrite? Durable { get; init; }

    /// <summary>The private key of the station.</summary>
    public KeyReading Key { get; init; } = new("", Exists: false, Mode: 0, OwnedByUser: true);

    /// <summary>Number of trusted stations, this one included.</summary>
    public int Trusted { get; init; }

    /// <summary>Why the list of trusted stations cannot be read; null if it can.</summary>
    public string? TrustedFault { get; init; }

    /// <summary>Socket of the relay holder.</summary>
    public string HolderSocket { get; init; } = "";

    /// <summary>True if the relay holder takes connections; null if that was not tried.</summary>
    public bool? HolderAnswers { get; init; }
}

/// <summary>A folder that the program fills.</summary>
/// <param name="Name">"vault".</param>
/// <param name="Path">Where it is, or will be.</param>
/// <param name="FreeBytes">Bytes that this user may still write; null if unknown.</param>
/// <param name="FileSystem">"ext4", "tmpfs"; null if unknown.</param>
/// <param name="Writable">True if this process may write there, or may make it.</param>
public sealed record FolderReading(string Name, string Path, long? FreeBytes, string? FileSystem, bool Writable);

/// <summary>What it took to write a file, and its name, to disk.</summary>
/// <param name="Folder">Where it was tried: the evidence folder, or the nearest folder above that is there.</param>
/// <param name="Slowest">Slowest of the tries.</param>
/// <param name="Fault">Why it failed; null if it did not.</param>
public sealed record DurableWrite(string Folder, TimeSpan Slowest, string? Fault);

/// <summary>The file of a private key.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Exists">False before the first job.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="OwnedByUser">True if this user owns it.</param>
public sealed record KeyReading(string Path, bool Exists, int Mode, bool OwnedByUser);
