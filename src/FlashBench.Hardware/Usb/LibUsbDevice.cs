using System.Buffers.Binary;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Usb;

/// <summary>A USB device that libusb has opened, with one interface claimed.</summary>
/// <remarks>
/// Safe for calls that overlap. Transfers on an endpoint end in the order in which they were submitted. Two of these
/// may share one device, each with its own interface; a reset hits both.
/// </remarks>
public sealed class LibUsbDevice : IUsbDevice
{
    private const int SetupLength = 8;

    private readonly LibUsbContext _context;
    private readonly nint _handle;
    private readonly TimeProvider _time;
    private readonly LibUsbPool _pool;
    private readonly int _interface;
    private readonly bool _driverDetached;
    private readonly object _gate = new(), _order = new();
    private readonly HashSet<LibUsbGroup> _inFlight = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed, _stuck;

    internal LibUsbDevice(
        LibUsbContext context, nint handle, LibUsbClaim claim, UsbIdentity identity, TimeProvider time)
    {
        (_context, _handle, _time, Identity) = (context, handle, time, identity);
        (_interface, _driverDetached) = (claim.Interface, claim.DriverDetached);
        _pool = new LibUsbPool(context.Library);
        context.Hold();
    }

    /// <inheritdoc/>
    public UsbIdentity Identity { get; }

    /// <inheritdoc/>
    /// <remarks>
    /// A transfer cut short by its limit says how many bytes had moved. A device that was unplugged makes every
    /// transfer end as <see cref="UsbTransferStatus.NoDevice"/>; nothing is thrown then.
    /// </remarks>
    /// <exception cref="ProgrammerException">libusb refused a transfer; none is in flight.</exception>
    public async Task SubmitAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(transfers);
        if (transfers.Any(transfer => (transfer.Endpoint & 0x0F) == 0))
            throw new ArgumentException("endpoint 0 takes control transfers only", nameof(transfers));
        await RunAsync(transfers, timeout, cancel);
    }

    /// <inheritdoc/>
    public async Task<int> ControlAsync(
        UsbSetup setup, Memory<byte> data, TimeSpan timeout, CancellationToken cancel)
    {
        byte[] buffer = new byte[SetupLength + data.Length];
        Encode(setup, checked((ushort)data.Length), buffer);
        if (!setup.IsIn)
            data.CopyTo(buffer.AsMemory(SetupLength));
        var transfer = new UsbTransfer(endpoint: 0, buffer);
        await RunAsync([transfer], timeout, cancel);
        if (transfer.Status != UsbTransferStatus.Completed)
        {
            throw new ProgrammerException($"USB {Identity.PortPath}: the request 0x{setup.Request:X2} on endpoint 0 "
                + $"failed ({transfer.Status})");
        }

        int moved = Math.Min(transfer.Length, data.Length);
        if (setup.IsIn)
            buffer.AsMemory(SetupLength, moved).CopyTo(data);
        return moved;
    }

    /// <inheritdoc/>
    /// <remarks>Blocks for the time a reset takes; every interface of the device feels it.</remarks>
    public Task ResetAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancel.ThrowIfCancellationRequested();
        LibUsbError error = _context.Library.Reset(_handle);
        return error == LibUsbError.Success
            ? Task.CompletedTask
            : throw new ProgrammerException(
                $"USB {Identity.PortPath}: the device did not come back from its reset ({Name(error)})");
    }

    /// <summary>Cancels what is in flight, gives the interface back to its kernel driver, closes.</summary>
    public async ValueTask DisposeAsync()
    {
        LibUsbGroup[] inFlight;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            inFlight = [.. _inFlight];
            if (inFlight.Length == 0)
                _idle.SetResult();
        }

        foreach (LibUsbGroup group in inFlight)
            group.Cancel();
        await _idle.Task;
        if (_stuck) // transfers that never came back: libusb may still write to them, so it must stay as it is
            return;
        Close();
        _context.LetGo();
    }

    private static void Encode(UsbSetup setup, ushort length, Span<byte> buffer)
    {
        buffer[0] = setup.RequestType;
        buffer[1] = setup.Request;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[2..], setup.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[4..], setup.Index);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[6..], length);
    }

    private async Task RunAsync(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        LibUsbGroup group = Begin(transfers, timeout);
        try
        {
            using (cancel.UnsafeRegister(static group => ((LibUsbGroup)group!).Cancel(), group))
                await group.Done;
        }
        finally
        {
            EndGroup(group);
        }

        cancel.ThrowIfCancellationRequested();
        if (group.Refusal is not LibUsbError.Success and not LibUsbError.NoDevice)
        {
            throw new ProgrammerException(
                $"USB {Identity.PortPath}: libusb takes no transfer ({Name(group.Refusal)})");
        }
    }

    private LibUsbGroup Begin(IReadOnlyList<UsbTransfer> transfers, TimeSpan timeout)
    {
        var group = new LibUsbGroup(_pool, transfers, _time);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _inFlight.Add(group);
        }

        _context.Begun();
        lock (_order) // groups must not mix
            group.Submit(_handle);
        group.Start(timeout);
        return group;
    }

    private void EndGroup(LibUsbGroup group)
    {
        group.Dispose();
        _context.Ended();
        lock (_gate)
        {
            _stuck |= group.Done.IsFaulted;
            _inFlight.Remove(group);
            if (_disposed && _inFlight.Count == 0)
                _idle.TrySetResult();
        }
    }

    private void Close()
    {
        _pool.Dispose();
        _context.Library.Release(_handle, _interface); // fails if the device is gone, and then it does not matter
        if (_driverDetached)
            _context.Library.AttachKernelDriver(_handle, _interface);
        _context.Library.Close(_handle);
    }

    private string Name(LibUsbError error) => _context.Library.ErrorName(error);
}

/// <summary>A claimed interface.</summary>
/// <param name="Interface">bInterfaceNumber.</param>
/// <param name="DriverDetached">True if a kernel driver had it and gets it back.</param>
internal readonly record struct LibUsbClaim(int Interface, bool DriverDetached);
