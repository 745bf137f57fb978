using System.Buffers.Binary;
using System.Net.Sockets;

namespace FlashBench.Hardware.Power.Holder;

/// <summary>One connection to the holder, as the kernel knows its other end.</summary>
internal sealed class HolderClient
{
    private const int SocketLevel = 1, PeerCredentials = 17; // SOL_SOCKET, SO_PEERCRED: struct ucred, three ints
    private const int HandlesMax = 64;

    private HolderClient(int pid, uint user) => (Pid, User) = (pid, user);

    /// <summary>Its process.</summary>
    public int Pid { get; }

    /// <summary>Its user.</summary>
    public uint User { get; }

    /// <summary>What it has opened, by handle.</summary>
    public List<HeldPart> Parts { get; } = [];

    /// <summary>True if it may open no more.</summary>
    public bool IsFull => Parts.Count >= HandlesMax;

    /// <summary>Asks the kernel who is there.</summary>
    public static HolderClient Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return new HolderClient(
            BinaryPrimitives.ReadInt32LittleEndian(credentials),
            BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]));
    }

    /// <summary>The line of a handle; null if there is none.</summary>
    public HeldPart? PartOf(int? handle) =>
        handle is { } index && index >= 0 && index < Parts.Count ? Parts[index] : null;
}
