using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>A native transfer that is used again and again: its buffer is pinned while it is in flight.</summary>
/// <remarks>Nothing is allocated per use. One user at a time; completion comes on the thread of events.</remarks>
internal sealed unsafe class LibUsbSlot : IDisposable
{
    private readonly ILibUsb _library;
    private readonly LibUsbTransfer* _transfer;
    private GCHandle _self;
    private MemoryHandle _pin;
    private Action<LibUsbSlot>? _ended;

    /// <summary>Takes a native transfer from the library.</summary>
    /// <exception cref="ProgrammerException">Memory is short.</exception>
    public LibUsbSlot(ILibUsb library)
    {
        _library = library;
        _transfer = (LibUsbTransfer*)library.AllocateTransfer();
        if (_transfer is null)
            throw new ProgrammerException("libusb has no memory for a transfer");
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Whatever the user wants to find again when the transfer ends.</summary>
    public object? Tag { get; set; }

    /// <summary>How it ended; valid from its completion to its next use.</summary>
    public LibUsbStatus Status => _transfer->Status;

    /// <summary>Bytes moved; those of a setup stage are not counted.</summary>
    public int ActualLength => _transfer->ActualLength;

    private nint Address => (nint)_transfer;

    /// <summary>Submits it; <paramref name="ended"/> is called at its end, unless an error is returned.</summary>
    /// <param name="handle">The open device.</param>
    /// <param name="endpoint">Endpoint address; 0 for a control transfer, whose buffer begins with the setup.</param>
    /// <param name="buffer">Pinned until the end.</param>
    /// <param name="ended">Called on the thread of events; must not throw.</param>
    public LibUsbError Submit(nint handle, byte endpoint, Memory<byte> buffer, Action<LibUsbSlot> ended)
    {
        _ended = ended;
        _pin = buffer.Pin();
        *_transfer = new LibUsbTransfer
        {
            Handle = handle,
            Endpoint = endpoint,
            Kind = endpoint == 0 ? LibUsbTransfer.KindControl : LibUsbTransfer.KindBulk,
            Length = buffer.Length,
            Callback = (nint)(delegate* unmanaged[Cdecl]<nint, void>)&Completed,
            UserData = GCHandle.ToIntPtr(_self),
            Buffer = (nint)_pin.Pointer,
        };
        LibUsbError error = _library.Submit(Address);
        if (error != LibUsbError.Success)
            Unpin();
        return error;
    }

    /// <summary>Asks for its end; does nothing if it has ended.</summary>
    public void Cancel() => _library.Cancel(Address);

    /// <summary>Gives the native transfer back; it must not be in flight.</summary>
    public void Dispose()
    {
        _library.FreeTransfer(Address);
        _self.Free();
    }

    /// <summary>Tells the slot behind a native transfer that it has ended.</summary>
    internal static void Raise(nint transfer)
    {
        var slot = (LibUsbSlot)GCHandle.FromIntPtr(((LibUsbTransfer*)transfer)->UserData).Target!;
        slot.Unpin();
        slot._ended!(slot);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Completed(nint transfer) => Raise(transfer);

    private void Unpin()
    {
        _pin.Dispose();
        _pin = default;
    }
}
