using System.Buffers.Binary;
using System.Collections.Immutable;
using FlashBench.Firmware.Formats;

namespace FlashBench.Firmware.Audit;

/// <summary>How far a descriptor keeps bus masters out of regions that are not theirs.</summary>
public enum LockState
{
    /// <summary>There is no descriptor to tell, or none whose words can be read.</summary>
    Unknown,

    /// <summary>No foreign region that matters can be written.</summary>
    Locked,

    /// <summary>Some can be written, others cannot.</summary>
    Partly,

    /// <summary>All of them can be written.</summary>
    Open,
}

/// <summary>What the descriptor lets one bus master do.</summary>
/// <param name="Access">The master and its rights.</param>
/// <param name="Word">Its FLMSTR word.</param>
/// <param name="State">Whether it can write foreign regions that matter.</param>
/// <param name="Typical">True for a word of a typical locked board, false for a typical open one, null for any
/// other.</param>
public sealed record MasterLock(MasterAccess Access, uint Word, LockState State, bool? Typical);

/// <summary>The locks of a flash descriptor.</summary>
/// <param name="State">Whether software on the host can rewrite the descriptor and the ME region.</param>
/// <param name="Sentence">What that means.</param>
/// <param name="Masters">The bus masters; empty without a descriptor.</param>
/// <remarks>Source: me-firmware 1.1 (FLMSTR, typical values). The descriptor-override strap, protected ranges and
/// the BIOS's own locks act besides and are not in an image.</remarks>
public sealed record DescriptorLocks(LockState State, string Sentence, ImmutableArray<MasterLock> Masters)
{
    // FLMSTR words seen on production boards, by form (me-firmware 1.1).
    private static readonly uint[] LockedHost = [0x0A0B0000, 0x00A00B00];
    private static readonly uint[] LockedMe = [0x0C0D0000, 0x00400D00, 0x00C00D00];
    private static readonly uint[] OpenWords = [0xFFFF0000, 0xFFFFFF00, 0xFFFFFFFF];
    private static readonly string[] Order = ["host", "ME", "GbE", "", "EC", "IE"]; // by FLMSTR number

    /// <summary>Reads the locks of an image.</summary>
    public static DescriptorLocks Of(ImageAnalysis image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Descriptor is not { } descriptor)
            return new(LockState.Unknown, "the file has no flash descriptor, so its locks are unknown", []);
        if (descriptor.Pch == PchClass.Unknown) // The words of versions 1 and 2 hold their masks in different bits.
        {
            return new(LockState.Unknown,
                "the descriptor is of no known PCH, so the form of its access words is unknown, and with it its locks",
                []);
        }

        ImmutableArray<MasterLock> masters = [.. descriptor.Masters.Select(m => ReadMaster(image, descriptor, m))];
        MasterLock host = masters[0];
        bool meExists = descriptor.Region(DescriptorRegion.Me) is not null;
        return host.State switch
        {
            LockState.Open => new(LockState.Open, OpenSentence(meExists), masters),
            LockState.Partly => new(LockState.Partly, PartlySentence(host.Access), masters),
            _ when masters[1..].FirstOrDefault(m => CanWrite(m.Access, DescriptorRegion.Descriptor) && IsOther(m))
                is { } other => new(LockState.Partly,
                    $"the host can rewrite neither descriptor nor ME region, but the {other.Access.Name} may write " +
                    "the descriptor", masters),
            _ => new(LockState.Locked,
                "software on the host can rewrite neither the descriptor nor the ME region: changes need a programmer",
                masters),
        };
    }

    /// <summary>True when the master may write region <paramref name="number"/>.</summary>
    internal static bool CanWrite(MasterAccess access, int number) => (access.Write >> number & 1) != 0;

    private static string OpenSentence(bool meExists) => meExists
        ? "software on the host can rewrite the descriptor and the ME region: it can undo what is written here"
        : "software on the host can rewrite the descriptor, and with it all other locks";

    private static string PartlySentence(MasterAccess host) => CanWrite(host, DescriptorRegion.Descriptor)
        ? "software on the host can rewrite the descriptor, and with it open the ME region at the next start"
        : "software on the host can rewrite the ME region, but not the descriptor";

    // The network controller writes its own area by itself and takes no orders for others.
    private static bool IsOther(MasterLock master) => master.Access.Name != "GbE";

    private static MasterLock ReadMaster(ImageAnalysis image, FlashDescriptor descriptor, MasterAccess access)
    {
        int number = Array.IndexOf(Order, access.Name);
        long offset = descriptor.Bases.Masters + sizeof(uint) * number;
        uint word = BinaryPrimitives.ReadUInt32LittleEndian(FlashRange.At(offset, sizeof(uint)).Of(image.Image.Span));
        int[] foreign = access.Name switch
        {
            "host" => [DescriptorRegion.Descriptor, DescriptorRegion.Me],
            "ME" => [DescriptorRegion.Descriptor, DescriptorRegion.Bios],
            _ => [DescriptorRegion.Descriptor, DescriptorRegion.Bios, DescriptorRegion.Me],
        };
        int[] used = [.. foreign.Where(f => f == DescriptorRegion.Descriptor || descriptor.Region(f) is not null)];
        int open = used.Count(region => CanWrite(access, region));
        LockState state = open == 0 ? LockState.Locked : open == used.Length ? LockState.Open : LockState.Partly;
        return new MasterLock(access, word, state, Typical(access.Name, word));
    }

    private static bool? Typical(string master, uint word)
    {
        uint[] locked = master switch { "host" => LockedHost, "ME" => LockedMe, _ => [] };
        return locked.Contains(word) ? true : OpenWords.Contains(word) ? false : null;
    }
}
