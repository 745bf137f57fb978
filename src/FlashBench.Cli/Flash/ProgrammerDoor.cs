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

    /// <summary>Where a programmer is plugged in, whatever the configuration calls it.</summary>
    /// <returns>USB bus and port path, or its address; null if it is not there, which opening it will say.</returns>
    public static string? PlaceOf(ProgrammerEntry entry, TimeProvider time)
    {
        if ((entry.Port ?? entry.Address) is { } named)
            return named;
        using var usb = new LibUsbHost(time);
        string[] places =
        [
            .. usb.List().Select(found => found.Identity)
                .Where(found => ModelsOf(entry).Contains(new UsbModel(found.VendorId, found.ProductId))
                    && (entry.Serial is null || found.Serial == entry.Serial))
                .Select(found => found.PortPath),
        ];
        return places is [var only] ? only : null;
    }

    /// <summary>Opens one programmer.</summary>
    /// <exception cref="ProgrammerException">It is not there, not the only one, in use, or not permitted.</exception>
    public async Task<ISpiBus> OpenAsync(ProgrammerEntry entry, CancellationToken cancel)
    {
        switch (entry.Kind)
        {
            case ProgrammerKind.Serprog:
                return await SerprogProgrammer.OpenAsync(AddressOf(entry), time, cancel);
            case ProgrammerKind.Ch341a:
                return await Ch341aProgrammer.OpenAsync(Usb.Open(Select(entry, ModelsOf(entry)), 0), time, cancel);
            default:
                FtdiChannel channel = entry.Channel == "B" ? FtdiChannel.B : FtdiChannel.A;
                IUsbDevice device = Usb.Open(Select(entry, ModelsOf(entry)), (int)channel);
                return await FtdiProgrammer.OpenAsync(device, new FtdiOptions { Channel = channel }, time, cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _usb?.Dispose();

    private LibUsbHost Usb => _usb ??= new LibUsbHost(time);

    private static UsbSelector Select(ProgrammerEntry entry, IReadOnlyList<UsbModel> models) =>
        new(entry.Port, entry.Serial, models);

    private static IReadOnlyList<UsbModel> ModelsOf(ProgrammerEntry entry) => entry.Kind == ProgrammerKind.Ch341a
        ?
        [
            new(Ch341aProtocol.VendorId, Ch341aProtocol.ProductId),
            new(Ch341aProtocol.VendorId, Ch341aProtocol.UartProductId), // so that its jumper can be named
        ]
        : FtdiProtocol.Models;

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
