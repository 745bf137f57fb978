using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Flash;

// Three security registers of 256 bytes at 0x1000, 0x2000 and 0x3000. Source: Winbond W25Q128JV revision F, 8.2.36 to
// 8.2.38.
internal sealed class SecurityRegisters(BenchStateFile state)
{
    internal const int Count = 3;
    internal const int SizeBytes = 256;

    private readonly byte[] _cells = [.. state.SecurityRegisters ?? Blank()];

    // The register that an address names, 0 to 2; -1 for none.
    internal static int IndexOf(uint address) =>
        address >> 16 == 0 && (address >> 12) is >= 1 and <= Count && (address & 0x0F00) == 0
            ? (int)(address >> 12) - 1
            : -1;

    internal byte Read(uint address, long offset) => IndexOf(address) is var index && index < 0
        ? (byte)0xFF
        : _cells[index * SizeBytes + (int)((address + offset) % SizeBytes)];

    internal void Apply(SpiNorOperation operation)
    {
        Span<byte> cells = _cells.AsSpan((int)operation.Address, operation.Length);
        if (operation.Kind == SpiNorOperationKind.EraseSecurity)
            cells.Fill(0xFF);
        for (int i = 0; i < operation.Data.Length; i++)
            cells[i] &= operation.Data.Span[i];
        state.SaveSecurityRegisters(_cells);
    }

    private static byte[] Blank()
    {
        byte[] cells = new byte[Count * SizeBytes];
        cells.AsSpan().Fill(0xFF);
        return cells;
    }
}
