using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Usb;

/// <summary>Native transfers that wait for their next use.</summary>
internal sealed class LibUsbPool(ILibUsb library) : IDisposable
{
    private readonly Stack<LibUsbSlot> _free = new();
    private bool _closed;

    /// <summary>Takes one, from the library if there is none.</summary>
    public LibUsbSlot Rent()
    {
        lock (_free)
        {
            if (_free.TryPop(out LibUsbSlot? slot))
                return slot;
        }

        return new LibUsbSlot(library);
    }

    /// <summary>Gives one back; it must not be in flight.</summary>
    public void Return(LibUsbSlot slot)
    {
        slot.Tag = null;
        lock (_free)
        {
            if (!_closed)
            {
                _free.Push(slot);
                return;
            }
        }

        slot.Dispose();
    }

    /// <summary>Frees all that wait; what still comes back is freed then.</summary>
    public void Dispose()
    {
        lock (_free)
        {
            _closed = true;
            while (_free.TryPop(out LibUsbSlot? slot))
                slot.Dispose();
        }
    }
}
