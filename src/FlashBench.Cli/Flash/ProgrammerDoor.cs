using System.Globalization;
using FlashBench.Bench.Config;
using FlashBench.Hardware;
using FlashBench.Hardware.Programmers;
using FlashBench.Hardware.Usb;

namespace FlashBench.Cli.Flash;

/// <summary>Opens the programmers that bench entries describe; keep it as long as they are used.</summary>
/// <param name="time">Clock for limits and pauses.</param>
internal sealed class ProgrammerDoor(TimeProvider time) : IDisposable
{
    private LibUsbHost? _usb;

    /// <summary>Opens one programmer.</summary>
    /// <exception cref="ProgrammerException">It is not there, not the only one, in use, or not permitted.</exception>
    public async Task<ISpiBus> OpenAsync(ProgrammerEntry entry, CancellationToken cancel)
    {
        switch (entry.Kind)
        {
            case ProgrammerKind.Serprog:
                return await SerprogProgrammer.OpenAsync(AddressOf(entry), time, cancel);
            case ProgrammerKind.Ch341a:
                UsbModel[] models =
                [
                    new(Ch341aProtocol.VendorId, Ch341aProtocol.ProductId),
                    new(Ch341aProtocol.VendorId, Ch341aProtocol.UartProductId), // so that its jumper can be named
                ];
                return await Ch341aProgrammer.OpenAsync(Usb.Open(Select(entry, models), 0), time, cancel);
            default:
                FtdiChannel channel = entry.Channel == "B" ? FtdiChannel.B : FtdiChannel.A;
                IUsbDevice device = Usb.Open(Select(entry, FtdiProtocol.Models), (int)channel);
                return await FtdiProgrammer.OpenAsync(device, new FtdiOptions { Channel = channel }, time, cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _usb?.Dispose();

    private LibUsbHost Usb => _usb ??= new LibUsbHost(time);

    private static UsbSelector Select(ProgrammerEntry entry, IReadOnlyList<UsbModel> models) =>
        new(entry.Port, entry.Serial, models);

    private static SerprogAddress AddressOf(ProgrammerEntry entry)
    {
        try
        {
            return SerprogAddress.Parse(entry.Address ?? "");
        }
        catch (FormatException fault)
        {
            throw new ConfigException(
                BenchConfigFile.DefaultName,
                string.Create(CultureInfo.InvariantCulture, $"programmer address {entry.Address}: {fault.Message}"));
        }
    }
}
