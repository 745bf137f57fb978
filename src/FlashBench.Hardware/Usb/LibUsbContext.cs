using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Usb;

/// <summary>A libusb context and the one thread that completes its transfers.</summary>
/// <remarks>
/// Lives as long as somebody holds it: the host, and every open device. While nothing is in flight its thread sleeps.
/// </remarks>
internal sealed class LibUsbContext
{
    // How long the thread stays in libusb without a look around; submitting wakes libusb by itself.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(10);

    private readonly object _gate = new();
    private readonly Thread _thread;
    private int _holders = 1, _inFlight;

    /// <summary>Opens the library.</summary>
    /// <exception cref="ProgrammerException">It is not installed, or does not start.</exception>
    public LibUsbContext(ILibUsb library)
    {
        Library = library;
        Handle = Start(library);
        _thread = new Thread(HandleEvents) { IsBackground = true, Name = "libusb events" };
        _thread.Start();
    }

    public ILibUsb Library { get; }

    public nint Handle { get; }

    /// <summary>True once the last holder has let go and the thread has left the library.</summary>
    public bool HasEnded => !_thread.IsAlive;

    public void Hold()
    {
        lock (_gate)
            _holders++;
    }

    /// <summary>Lets go; the last one ends the thread, which closes the library.</summary>
    public void LetGo()
    {
        lock (_gate)
        {
            if (--_holders == 0)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Has the thread look for completions until <see cref="Ended"/>.</summary>
    public void Begun()
    {
        lock (_gate)
        {
            if (++_inFlight == 1)
                Monitor.Pulse(_gate);
        }
    }

    public void Ended()
    {
        lock (_gate)
            _inFlight--;
    }

    private static nint Start(ILibUsb library)
    {
        try
        {
            LibUsbError error = library.Initialize(out nint context);
            return error == LibUsbError.Success
                ? context
                : throw new ProgrammerException($"libusb does not start ({library.ErrorName(error)})")
                {
                    Cause = PartCause.Unavailable,
                };
        }
        catch (DllNotFoundException missing)
        {
            throw new ProgrammerException(
                "libusb-1.0 is not installed: install it with \"apt-get install libusb-1.0-0\"", missing)
            {
                Cause = PartCause.Unavailable,
            };
        }
        catch (EntryPointNotFoundException missing)
        {
            throw new ProgrammerException(
                "libusb-1.0 is too old: install a newer package libusb-1.0-0 (1.0.16 or later)", missing)
            {
                Cause = PartCause.Unavailable,
            };
        }
    }

    private void HandleEvents()
    {
        while (IsNeeded())
        {
            LibUsbError error = Library.HandleEvents(Handle, Slice);
            if (error is not LibUsbError.Success and not LibUsbError.Interrupted)
                Pause();
        }

        Library.Exit(Handle);
    }

    // Waits for something in flight; false once nobody holds the context any more.
    private bool IsNeeded()
    {
        lock (_gate)
        {
            while (_inFlight == 0 && _holders > 0)
                Monitor.Wait(_gate);
            return _inFlight > 0 || _holders > 0;
        }
    }

    // A broken library must not make the thread burn a core.
    private void Pause()
    {
        lock (_gate)
            Monitor.Wait(_gate, PauseAfterError);
    }
}
