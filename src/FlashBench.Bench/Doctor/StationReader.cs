using System.Net.Sockets;
using FlashBench.Bench.Config;
using FlashBench.Bench.Evidence;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Doctor;

/// <summary>Looks at the folders and keys of the program; leaves nothing behind.</summary>
public static class StationReader
{
    private const int Tries = 5, ProbeBytes = 4096;

    /// <summary>Reads the station.</summary>
    /// <param name="paths">Folders; none needs to exist.</param>
    /// <param name="holderSocket">Socket of the relay holder.</param>
    /// <param name="user">Id of this user.</param>
    /// <param name="time">Measures how long syncing takes.</param>
    public static StationReading Read(BenchPaths paths, string holderSocket, uint user, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(paths);
        (int trusted, string? fault) = Trusted(paths.Keys);
        return new StationReading
        {
            Folders = [Folder("vault", paths.Vault), Folder("evidence", paths.Evidence), Folder("state", paths.State)],
            Durable = WriteDurably(Nearest(paths.Evidence), time),
            Key = Key(Path.Combine(paths.Keys, StationKey.FileName), user),
            Trusted = trusted,
            TrustedFault = fault,
            HolderSocket = holderSocket,
            HolderAnswers = Answers(holderSocket),
        };
    }

    // A folder that is not there yet is made by the first job: what lies above it counts.
    private static string Nearest(string path)
    {
        string folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
            folder = above;
        return folder;
    }

    private static FolderReading Folder(string name, string path)
    {
        string folder = Nearest(path);
        bool writable = HostCalls.MayUse(folder);
        try
        {
            var drive = new DriveInfo(folder);
            return new FolderReading(name, path, drive.AvailableFreeSpace, drive.DriveFormat, writable);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new FolderReading(name, path, FreeBytes: null, FileSystem: null, writable);
        }
    }

    private static DurableWrite WriteDurably(string folder, TimeProvider time)
    {
        string path = Path.Combine(folder, $".flashbench-doctor-{Environment.ProcessId}");
        TimeSpan slowest = TimeSpan.Zero;
        try
        {
            for (int i = 0; i < Tries; i++)
            {
                long start = time.GetTimestamp();
                WriteOnce(path, folder);
                TimeSpan took = time.GetElapsedTime(start);
                slowest = took > slowest ? took : slowest;
                File.Delete(path);
            }

            return new DurableWrite(folder, slowest, Fault: null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new DurableWrite(folder, slowest, fault.Message);
        }
    }

    private static void WriteOnce(string path, string folder)
    {
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(new byte[ProbeBytes]);
            file.Flush(flushToDisk: true);
            DirectorySync.Flush(folder);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(path);
            throw;
        }
    }

    private static KeyReading Key(string path, uint user) => FileRights.Of(path) is { } rights
        ? new KeyReading(path, Exists: true, rights.Mode, rights.Owner == user)
        : new KeyReading(path, Exists: false, Mode: 0, OwnedByUser: true);

    private static (int Count, string? Fault) Trusted(string folder)
    {
        try
        {
            return (TrustedStations.Load(folder).All.Count, null);
        }
        catch (Exception fault) when (fault is StationKeyException or IOException or UnauthorizedAccessException)
        {
            return (0, fault.Message);
        }
    }

    private static bool Answers(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (Exception fault) when (fault is SocketException or ArgumentException)
        {
            return false; // nobody listens, it is not there, or the name is too long for a socket
        }
    }
}
