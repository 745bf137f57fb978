using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>Opens serial ports: raw, nobody else's, modem lines left alone.</summary>
/// <remarks>
/// Source: S-17; flock(2). The kernel raises DTR and RTS when the first program opens a port, before any program can
/// say otherwise, and would drop them on the last close but for HUPCL, which is taken away here.
/// </remarks>
internal static class SerialOpening
{
    private const int OpenFlags = 0x0002 | 0x0100 | 0x0800 | 0x80000; // O_RDWR, O_NOCTTY, O_NONBLOCK, O_CLOEXEC
    private const nuint Exclusive = 0x540C, IsExclusive = 0x80045440;  // TIOCEXCL, TIOCGEXCL (Linux 3.8)
    private const int LockWithoutWaiting = 2 | 4;                      // LOCK_EX, LOCK_NB

    /// <summary>Opens a port and sets it up.</summary>
    /// <exception cref="SerialOpenException">
    /// Not there, not allowed, in use, no tty, or it cannot run in this mode.
    /// </exception>
    public static FileDescriptor Open(string path, SerialMode mode)
    {
        if (mode.Baud is < SerialMode.BaudMin or > SerialMode.BaudMax)
            throw new SerialOpenException($"{path}: no serial port runs at {mode.Baud} baud", PartCause.Failed);
        FileDescriptor file = LibC.Open(path, OpenFlags);
        bool opened = false;
        try
        {
            if (file.IsInvalid)
                throw CannotOpen(path, Marshal.GetLastPInvokeError());
            Termios2 before = Termios2.Read(file)
                ?? throw new SerialOpenException($"{path} is no serial port", PartCause.Unavailable);
            Take(file, path);
            Configure(file, path, before.ForSerial(mode), mode);
            opened = true;
            return file;
        }
        finally
        {
            if (!opened)
                file.Dispose();
        }
    }

    /// <summary>True for the slave of a pseudo-terminal: no board hangs on it.</summary>
    public static bool IsPseudoTerminal(string path) => path.StartsWith("/dev/pts/", StringComparison.Ordinal);

    // A lock keeps out programs that ask for it, whoever runs them; the exclusive mode keeps out all but root's. The
    // slave of a pseudo-terminal would stay exclusive after a crash, as long as its master is open.
    private static void Take(FileDescriptor file, string path)
    {
        byte[] exclusive = new byte[sizeof(int)];
        bool taken = LibC.ControlLine(file, IsExclusive, exclusive) == 0 && exclusive[0] != 0;
        if (taken || LibC.LockFile(file, LockWithoutWaiting) != 0)
            throw InUse(path);
        if (!IsPseudoTerminal(Path.GetFullPath(TargetOf(path))))
            LibC.Control(file, Exclusive);
    }

    private static void Configure(FileDescriptor file, string path, Termios2 wanted, SerialMode mode)
    {
        if (!wanted.Apply(file) || Termios2.Read(file) is not { } got)
        {
            string reason = Marshal.GetLastPInvokeErrorMessage();
            throw new SerialOpenException($"{path} cannot be set up ({reason})", PartCause.Failed);
        }

        // Drivers take every speed and every format, and then do what they can.
        if (!mode.IsNear(got.Speed))
        {
            throw new SerialOpenException(
                $"{path} cannot run at {mode.Baud} baud: it chose {got.Speed}", PartCause.Failed);
        }

        if (!got.HasFormatOf(wanted))
            throw new SerialOpenException($"{path} cannot run in the format {mode.Format}", PartCause.Failed);
    }

    private static string TargetOf(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path;
        }
    }

    private static SerialOpenException InUse(string path) =>
        new($"{path} is in use by another program", PartCause.Busy);

    private static SerialOpenException CannotOpen(string path, int error) => error switch
    {
        2 or 6 or 19 => new($"{path} is not there", PartCause.Unavailable), // ENOENT, ENXIO, ENODEV
        1 or 13 => new( // EPERM, EACCES
            $"{path} may not be opened by this user: add the user to its group (dialout)", PartCause.Permission),
        16 => InUse(path), // EBUSY
        5 => new($"{path} has nobody at its other end", PartCause.Unavailable), // EIO: a pty without a master
        _ => new($"{path} cannot be opened ({Marshal.GetPInvokeErrorMessage(error)})", PartCause.Failed),
    };
}
