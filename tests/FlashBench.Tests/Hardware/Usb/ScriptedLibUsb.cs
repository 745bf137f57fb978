using System.Runtime.InteropServices;
using FlashBench.Hardware.Native;

namespace FlashBench.Tests.Hardware.Usb;

internal sealed record ScriptedUsbPort(ushort Vendor, ushort Product, int Bus, byte[] Ports)
{
    public byte DeviceClass { get; init; }

    public string? ProductText { get; init; }

    public string? Serial { get; init; }

    public LibUsbError OpenError { get; init; }

    public LibUsbError ClaimError { get; init; }

    public int[] DriverOn { get; init; } = [];
}

// What a transfer meets: an end at once, or none until it is cancelled; bytes may have moved in both cases.
internal sealed record Outcome(LibUsbStatus? Status, byte[]? Data = null, int? Length = null);

// libusb in memory. Transfers live in native memory as they do in the library, and end on the thread that handles
// events, in the order of submission. As strict as the API reference: what is not documented to work is an error.
internal sealed class ScriptedLibUsb(params ScriptedUsbPort[] ports) : ILibUsb
{
    private readonly object _gate = new();
    private readonly List<(nint Transfer, Outcome Outcome)> _inFlight = [];
    private readonly HashSet<nint> _allocated = [], _cancelled = [];
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lists;

    public List<ScriptedUsbPort> Ports { get; } = [.. ports];

    public Exception? Missing { get; init; }

    // Called for every submitted transfer; sees a copy of what was submitted and the bytes behind it.
    public Func<LibUsbTransfer, byte[], Outcome> Answer { get; set; } =
        (t, _) => new(LibUsbStatus.Completed, Length: t.Length);

    public Func<int, LibUsbError> Refuse { get; set; } = _ => LibUsbError.Success;

    public bool GivesBack { get; set; } = true;

    public LibUsbError ResetError { get; set; }

    public List<string> Log { get; } = [];

    public List<LibUsbTransfer> Submitted { get; } = [];

    public List<byte> CancelOrder { get; } = [];

    public int AllocatedEver { get; private set; }

    public int Looks { get; private set; }

    public Task Exited => _exited.Task;

    public int InFlight
    {
        get { lock (_gate) return _inFlight.Count; }
    }

    public int Allocated
    {
        get { lock (_gate) return _allocated.Count; }
    }

    public LibUsbError Initialize(out nint context)
    {
        context = 0x1000;
        return Missing is null ? LibUsbError.Success : throw Missing;
    }

    public void Exit(nint context)
    {
        lock (_gate)
        {
            Assert.Empty(_inFlight);
            Assert.Equal(0, _lists);
        }

        _exited.SetResult();
    }

    public string ErrorName(LibUsbError error) => $"LIBUSB_ERROR_{error.ToString().ToUpperInvariant()}";

    public LibUsbError GetDevices(nint context, out nint list, out nint[] devices)
    {
        Looks++;
        _lists++;
        list = 0x2000;
        devices = [.. Enumerable.Range(1, Ports.Count).Select(i => (nint)i)];
        return LibUsbError.Success;
    }

    public void FreeDevices(nint list) => _lists--;

    public LibUsbError GetDescriptor(nint device, out LibUsbDescriptor descriptor)
    {
        ScriptedUsbPort port = Port(device);
        descriptor = new LibUsbDescriptor
        {
            DeviceClass = port.DeviceClass,
            VendorId = port.Vendor,
            ProductId = port.Product,
            Release = 0x0700,
            ProductIndex = 2,
            SerialIndex = 3,
        };
        return LibUsbError.Success;
    }

    public (int Bus, byte[] Ports) GetPlace(nint device) => (Port(device).Bus, Port(device).Ports);

    public LibUsbError Open(nint device, out nint handle)
    {
        handle = Port(device).OpenError == LibUsbError.Success ? 0x100 + device : 0;
        if (handle != 0)
            Log.Add($"open {device}");
        return Port(device).OpenError;
    }

    public void Close(nint handle) => Log.Add($"close {handle - 0x100}");

    public string? GetString(nint handle, byte index) => index switch
    {
        2 => Port(handle - 0x100).ProductText,
        3 => Port(handle - 0x100).Serial,
        _ => null,
    };

    public bool IsKernelDriverActive(nint handle, int interfaceNumber) =>
        Port(handle - 0x100).DriverOn.Contains(interfaceNumber);

    public LibUsbError DetachKernelDriver(nint handle, int interfaceNumber) => Note("detach", interfaceNumber);

    public LibUsbError AttachKernelDriver(nint handle, int interfaceNumber) => Note("attach", interfaceNumber);

    public LibUsbError Claim(nint handle, int interfaceNumber)
    {
        LibUsbError error = Port(handle - 0x100).ClaimError;
        return error == LibUsbError.Success ? Note("claim", interfaceNumber) : error;
    }

    public LibUsbError Release(nint handle, int interfaceNumber) => Note("release", interfaceNumber);

    public LibUsbError Reset(nint handle)
    {
        Log.Add("reset");
        return ResetError;
    }

    public nint AllocateTransfer()
    {
        nint transfer = Marshal.AllocHGlobal(Marshal.SizeOf<LibUsbTransfer>());
        lock (_gate)
        {
            _allocated.Add(transfer);
            AllocatedEver++;
        }

        return transfer;
    }

    public void FreeTransfer(nint transfer)
    {
        lock (_gate)
        {
            Assert.DoesNotContain(_inFlight, entry => entry.Transfer == transfer);
            Assert.True(_allocated.Remove(transfer));
        }

        Marshal.FreeHGlobal(transfer);
    }

    public LibUsbError Submit(nint transfer)
    {
        LibUsbTransfer seen = Marshal.PtrToStructure<LibUsbTransfer>(transfer);
        byte[] bytes = new byte[seen.Length];
        Marshal.Copy(seen.Buffer, bytes, 0, seen.Length);
        lock (_gate)
        {
            Assert.DoesNotContain(_inFlight, entry => entry.Transfer == transfer);
            LibUsbError refusal = Refuse(Submitted.Count);
            if (refusal != LibUsbError.Success)
                return refusal;
            Submitted.Add(seen);
            _inFlight.Add((transfer, Answer(seen, bytes)));
            Monitor.PulseAll(_gate);
        }

        return LibUsbError.Success;
    }

    public LibUsbError Cancel(nint transfer)
    {
        lock (_gate)
        {
            if (_inFlight.All(entry => entry.Transfer != transfer))
                return LibUsbError.NotFound;
            CancelOrder.Add(Marshal.PtrToStructure<LibUsbTransfer>(transfer).Endpoint);
            if (GivesBack)
                _cancelled.Add(transfer);
            Monitor.PulseAll(_gate);
        }

        return LibUsbError.Success;
    }

    public LibUsbError HandleEvents(nint context, TimeSpan atMost)
    {
        (nint Transfer, Outcome Outcome)[] ended;
        lock (_gate)
        {
            if (!_inFlight.Exists(HasEnded))
                Monitor.Wait(_gate, atMost);
            ended = [.. _inFlight.Where(HasEnded)];
            _inFlight.RemoveAll(HasEnded);
            foreach ((nint transfer, _) in ended)
                _cancelled.Remove(transfer);
        }

        foreach ((nint transfer, Outcome outcome) in ended)
            End(transfer, outcome);
        return LibUsbError.Success;
    }

    // Everything that still hangs ends so.
    public void EndAll(LibUsbStatus status)
    {
        lock (_gate)
        {
            for (int i = 0; i < _inFlight.Count; i++)
                _inFlight[i] = (_inFlight[i].Transfer, new Outcome(status));
            Monitor.PulseAll(_gate);
        }
    }

    private static void End(nint transfer, Outcome outcome)
    {
        LibUsbTransfer t = Marshal.PtrToStructure<LibUsbTransfer>(transfer);
        int skipped = t.Kind == LibUsbTransfer.KindControl ? 8 : 0;
        if (outcome.Data is not null)
            Marshal.Copy(outcome.Data, 0, t.Buffer + skipped, outcome.Data.Length);
        t.Status = outcome.Status ?? LibUsbStatus.Cancelled;
        t.ActualLength = outcome.Length ?? outcome.Data?.Length ?? 0;
        Marshal.StructureToPtr(t, transfer, fDeleteOld: false);
        LibUsbSlot.Raise(transfer);
    }

    private bool HasEnded((nint Transfer, Outcome Outcome) entry) =>
        entry.Outcome.Status is not null || _cancelled.Contains(entry.Transfer);

    private ScriptedUsbPort Port(nint device) => Ports[(int)device - 1];

    private LibUsbError Note(string what, int interfaceNumber)
    {
        Log.Add($"{what} {interfaceNumber}");
        return LibUsbError.Success;
    }
}
