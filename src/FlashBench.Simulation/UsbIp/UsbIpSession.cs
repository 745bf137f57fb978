// The URBs of one imported device. Source: S-31 (protocol and error codes).
//
// Modelled: URBs in flight together; answers of one endpoint in the order of its commands; unlink, which answers
//   -ECONNRESET for a URB that it took back, and after the URB's own answer 0 for one that had ended; stall = -EPIPE;
//   the cable that comes off: -ESHUTDOWN for what is in flight, -ENODEV for what follows, then the connection ends.
//   No time limit, as a host controller has none. A set-feature PORT_RESET to a hub (23 03 0004) resets the device.
// Not modelled: URB_ZERO_PACKET, scheduling of frames, isochronous transfers.
using System.Net.Sockets;
using FlashBench.Hardware;
using FlashBench.Hardware.Usb;
using FlashBench.Simulation.Served;
using FlashBench.Simulation.Usb;

namespace FlashBench.Simulation.UsbIp;

internal sealed class UsbIpSession(
    (SimulatedUsbPort Port, uint DeviceId) export, ImportedDevice device, (Socket Socket, GatheredOutput Output) peer,
    ServedTime time, UrbLedger ledger)
{
    private const int InFlightMax = 8192;            // far above what usbfs lets a process queue in 32-byte URBs
    private const int InFlightBytesMax = 32 << 20;   // usbfs: 16 MiB
    private const int UnsentBytesMax = 4 << 20;
    private const int RemoteIo = -121;               // EREMOTEIO: short, and the client did not want that
    private const int ConnectionReset = -104;        // ECONNRESET: taken back
    private const int Shutdown = -108;               // ESHUTDOWN: the device went away
    private const uint ShortNotOk = 0x0001;          // URB_SHORT_NOT_OK

    private readonly Dictionary<uint, Urb> _urbs = [];
    private readonly Dictionary<byte, Queue<Urb>> _endpoints = [];
    private readonly GatheredOutput _output = peer.Output;
    private Task _control = Task.CompletedTask;
    private int _bytes;
    private bool _lost;

    /// <summary>Serves the device until the client goes, the cable comes off, or the protocol is broken.</summary>
    /// <param name="input">What arrived behind the import request is in it.</param>
    /// <param name="cancel">Ends the connection.</param>
    /// <exception cref="UsbIpProtocolException">The client broke the protocol.</exception>
    internal async Task RunAsync(ReceivedInput input, CancellationToken cancel)
    {
        Action unplugged = () => time.Post(LoseCable);
        export.Port.Unplugged += unplugged;
        try
        {
            do
            {
                while (UsbIpCodec.ReadCommand(input.Bytes, out UsbIpCommand command) is > 0 and int length)
                {
                    Take(command, input.Bytes[UsbIpCodec.HeaderBytes..length]);
                    input.Take(length);
                }

                if (_output.UnsentBytes > UnsentBytesMax)
                    await _output.DrainAsync();
            }
            while (await input.ReceiveAsync(UsbIpCodec.BytesNeeded(input.Bytes), cancel));
        }
        finally
        {
            export.Port.Unplugged -= unplugged;
            await EndAsync();
        }
    }

    // Whatever is in flight is taken back, and the device is free when this is over.
    private async Task EndAsync()
    {
        Task[] running = [.. _urbs.Values.Select(urb => urb.Running)];
        foreach (Urb urb in _urbs.Values.ToArray())
        {
            if (!urb.Ended)
                urb.Cancel.Cancel();
        }

        await device.DisposeAsync();
        await Task.WhenAll(running);
    }

    private void LoseCable()
    {
        _lost = true;
        FinishIfLost();
    }

    // When the last URB has been answered the client may know that the device is gone.
    private void FinishIfLost()
    {
        if (!_lost || _urbs.Count > 0)
            return;
        time.Post(async () =>
        {
            await _output.DrainAsync();
            try
            {
                peer.Socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client was faster.
            }
        });
    }

    private void Take(in UsbIpCommand command, ReadOnlySpan<byte> data)
    {
        if (command.DeviceId != export.DeviceId)
            throw new UsbIpProtocolException($"a command to device 0x{command.DeviceId:X8}");
        ledger.Take();
        if (command.Kind == UsbIpCommandKind.Unlink)
            Unlink(command);
        else
            Submit(command, data);
    }

    private void Unlink(in UsbIpCommand command)
    {
        if (!_urbs.TryGetValue(command.UnlinkSequence, out Urb? urb) || urb.Unlink is not null)
        {
            UsbIpCodec.WriteReturnUnlink(_output.Append(UsbIpCodec.HeaderBytes), command.Sequence, 0);
            ledger.Return();
            return;
        }

        urb.Unlink = command.Sequence;
        if (!urb.Ended)
            urb.Cancel.Cancel();
    }

    private void Submit(in UsbIpCommand command, ReadOnlySpan<byte> data)
    {
        _bytes += command.Length;
        if (_urbs.Count >= InFlightMax || _bytes > InFlightBytesMax)
            throw new UsbIpProtocolException($"{_urbs.Count} URBs of {_bytes} bytes in flight");
        var urb = new Urb(command, command.Length == 0 ? [] : new byte[command.Length]) { AfterLoss = _lost };
        data.CopyTo(urb.Buffer);
        if (!_urbs.TryAdd(command.Sequence, urb))
            throw new UsbIpProtocolException($"sequence number {command.Sequence} twice");
        byte endpoint = command.Endpoint == 0 ? (byte)0 : command.Address;
        if (!_endpoints.TryGetValue(endpoint, out Queue<Urb>? queue))
            _endpoints.Add(endpoint, queue = new Queue<Urb>());
        queue.Enqueue(urb);
        ledger.Begin();
        time.Work(+1);
        urb.Running = command.Endpoint == 0 ? _control = ControlAsync(urb, queue, _control) : BulkAsync(urb, queue);
    }

    private async Task BulkAsync(Urb urb, Queue<Urb> queue)
    {
        var transfer = new UsbTransfer(urb.Command.Address, urb.Buffer);
        if (device.Behind(urb.Command.Address) is { } behind)
        {
            try
            {
                await behind.SubmitAsync([transfer], Timeout.InfiniteTimeSpan, urb.Cancel.Token);
            }
            catch (OperationCanceledException)
            {
                // Data may have arrived before: then the URB has ended well, and the unlink came too late.
            }
            catch (Exception e) when (e is ProgrammerException or ObjectDisposedException)
            {
                transfer.Status = UsbTransferStatus.NoDevice;
            }
        }
        else
        {
            transfer.Status = UsbTransferStatus.Stalled;
        }

        End(urb, queue, StatusOf(transfer, urb.AfterLoss), transfer.Length);
    }

    private static int StatusOf(UsbTransfer transfer, bool afterLoss) => transfer.Status switch
    {
        UsbTransferStatus.Completed => 0,
        UsbTransferStatus.Stalled => ImportedDevice.Stall,
        UsbTransferStatus.NoDevice => afterLoss ? ImportedDevice.NoDevice : Shutdown,
        _ => ConnectionReset,
    };

    // Endpoint 0 does one request after another.
    private async Task ControlAsync(Urb urb, Queue<Urb> queue, Task previous)
    {
        await previous;
        int room = Math.Min(urb.Buffer.Length, urb.Command.SetupLength);
        int result = ConnectionReset;
        try
        {
            if (!urb.Cancel.IsCancellationRequested)
                result = await device.ControlAsync(urb.Command.Setup, urb.Buffer.AsMemory(0, room), urb.Cancel.Token);
        }
        catch (OperationCanceledException)
        {
            // Taken back.
        }
        catch (ObjectDisposedException)
        {
            result = Shutdown;
        }

        End(urb, queue, Math.Min(result, 0), Math.Max(result, 0));
    }

    private void End(Urb urb, Queue<Urb> queue, int status, int length)
    {
        (urb.Ended, urb.Status, urb.Length) = (true, status, length);
        time.Work(-1);
        while (queue.TryPeek(out Urb? first) && first.Ended)
        {
            queue.Dequeue();
            Answer(first);
        }

        ledger.End();
        FinishIfLost();
    }

    private void Answer(Urb urb)
    {
        _urbs.Remove(urb.Command.Sequence);
        _bytes -= urb.Command.Length;
        if (urb.Status != ConnectionReset || urb.Unlink is null)
            AnswerSubmit(urb);
        if (urb.Unlink is { } unlink)
        {
            int status = urb.Status == ConnectionReset ? ConnectionReset : 0;
            UsbIpCodec.WriteReturnUnlink(_output.Append(UsbIpCodec.HeaderBytes), unlink, status);
            ledger.Return();
        }

        urb.Cancel.Dispose();
    }

    private void AnswerSubmit(Urb urb)
    {
        bool isShort = urb.Status == 0 && urb.Length < urb.Command.Length && (urb.Command.Flags & ShortNotOk) != 0;
        int data = urb.Command.IsIn ? urb.Length : 0;
        Span<byte> answer = _output.Append(UsbIpCodec.HeaderBytes + data);
        UsbIpCodec.WriteReturnSubmit(answer, urb.Command.Sequence, isShort ? RemoteIo : urb.Status, urb.Length);
        urb.Buffer.AsSpan(0, data).CopyTo(answer[UsbIpCodec.HeaderBytes..]);
        ledger.Return();
    }

    private sealed class Urb(UsbIpCommand command, byte[] buffer)
    {
        public UsbIpCommand Command { get; } = command;

        public byte[] Buffer { get; } = buffer;

        public CancellationTokenSource Cancel { get; } = new();

        // Submitted when the device was gone already.
        public bool AfterLoss { get; init; }

        public Task Running { get; set; } = Task.CompletedTask;

        // The unlink command that asked for it back.
        public uint? Unlink { get; set; }

        public bool Ended { get; set; }

        public int Status { get; set; }

        public int Length { get; set; }
    }
}
