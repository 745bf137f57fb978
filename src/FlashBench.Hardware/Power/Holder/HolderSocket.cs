using System.Net.Sockets;
using FlashBench.Hardware.Native;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Hardware.Power.Holder;

/// <summary>Another relay holder has the socket.</summary>
public sealed class HolderBusyException(string message) : BenchException(message);

/// <summary>Where the relay holder is reached, and that there is only one.</summary>
public sealed class HolderSocket : IDisposable
{
    /// <summary>Environment variable that names the socket, for holder and clients.</summary>
    public const string Variable = "FLASHBENCH_RELAYD";

    private const int PathBytesMax = 107, Backlog = 256; // struct sockaddr_un
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly Microsoft.Win32.SafeHandles.SafeFileHandle _lock;

    private HolderSocket(string path, Microsoft.Win32.SafeHandles.SafeFileHandle held, Socket listener) =>
        (_path, _lock, Listener) = (path, held, listener);

    /// <summary>Listens.</summary>
    internal Socket Listener { get; }

    /// <summary>Where the socket is unless somebody says otherwise.</summary>
    /// <param name="environment">Looks up an environment variable; null when it is not set.</param>
    /// <param name="stateFolder">The program's state folder, for users without XDG_RUNTIME_DIR.</param>
    /// <remarks>Source: S-08: a variable that is unset, empty or relative counts as unset.</remarks>
    public static string DefaultPath(Func<string, string?> environment, Func<string> stateFolder)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(stateFolder);
        if (environment(Variable) is { } named && Path.IsPathFullyQualified(named))
            return named;
        return environment("XDG_RUNTIME_DIR") is { } folder && Path.IsPathFullyQualified(folder)
            ? Path.Combine(folder, "flashbench", "relayd.sock")
            : Path.Combine(stateFolder(), "relayd.sock");
    }

    /// <summary>Takes the place of the one relay holder; a socket that a dead one left is replaced.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="HolderBusyException">Another one runs.</exception>
    /// <exception cref="PowerException">There can be no socket at this path.</exception>
    public static HolderSocket Listen(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (System.Text.Encoding.UTF8.GetByteCount(path) > PathBytesMax)
            throw new PowerException($"{path} is too long for a socket: {PathBytesMax} bytes at most");
        Microsoft.Win32.SafeHandles.SafeFileHandle? held = null;
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bool listening = false;
        try
        {
            Directory.CreateDirectory(
                Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute); // only if it is not there
            held = TakeLock(path + ".lock") ?? throw new HolderBusyException($"another relay holder serves {path}");
            if (FileKinds.Of(path) is FileKind.Regular or FileKind.Folder or FileKind.Pipe)
                throw new PowerException($"{path} is there and no socket");
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, OwnerOnly); // nobody can connect before it listens
            listener.Listen(Backlog);
            listening = true;
            return new HolderSocket(path, held, listener);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            throw new PowerException($"no socket can be made at {path}: {PartFailure.Plain(e.Message)}", e);
        }
        finally
        {
            if (!listening)
            {
                listener.Dispose();
                held?.Dispose();
            }
        }
    }

    /// <summary>Takes the socket away; the next holder may come.</summary>
    public void Dispose()
    {
        Listener.Dispose();
        File.Delete(_path);
        _lock.Dispose();
    }

    // FileShare.None takes an exclusive flock, which the kernel drops when the process dies.
    private static Microsoft.Win32.SafeHandles.SafeFileHandle? TakeLock(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
