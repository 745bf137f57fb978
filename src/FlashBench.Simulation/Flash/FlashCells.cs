// Modelled: erase to 0xFF, programming as AND, and ranges left half done when the supply fails.
// Not modelled: wear, retention, over-erase, disturbance of neighbouring pages, weak bits that read differently twice.
using FlashBench.Simulation.State;

namespace FlashBench.Simulation.Flash;

// The floating gates: what a finished operation, or one that lost its supply, makes of a range.
internal sealed class FlashCells(BenchStateFile state, Random random)
{
    private const int ChunkBytes = 64 * 1024;

    private static readonly byte[] Erased = CreateErased();

    internal void Apply(SpiNorOperation operation, SpiNorFaults faults)
    {
        bool erases = operation.Kind == SpiNorOperationKind.Erase;
        CellBits? weak = erases ? faults.EraseLeaves : faults.ProgramLeaves;
        bool hit = weak is not null && weak.Address - (long)operation.Address is var at && at >= 0
            && at < operation.Length;
        byte before = hit ? state.Cells.Span[(int)weak!.Address] : (byte)0;
        if (erases)
            EraseWhole(operation.Address, operation.Length);
        else
            state.Write(operation.Address, Programmed(operation));
        if (hit)
            Leave(weak!, erases ? 0 : before);
    }

    // The bits of the mask are what they were: 0 after an erase, 1 after a program if they were 1.
    private void Leave(CellBits weak, int value)
    {
        int now = state.Cells.Span[(int)weak.Address];
        state.Write(weak.Address, [(byte)((now & ~weak.Mask) | (value & weak.Mask))]);
    }

    // `done` is the share of the operation's time that had passed, 0 to 1. Chunks are erased one after another; the
    // cells of the chunk at work have let go of their charge with that probability each.
    internal void ApplyPartly(SpiNorOperation operation, double done)
    {
        if (operation.Kind == SpiNorOperationKind.Program)
        {
            ProgramPartly(operation, done);
            return;
        }

        double chunks = done * operation.Length / ChunkBytes;
        int whole = operation.Length > ChunkBytes ? (int)chunks * ChunkBytes : 0;
        EraseWhole(operation.Address, whole);
        int length = Math.Min(ChunkBytes, operation.Length - whole);
        if (length > 0)
            ErasePartly(operation.Address + (uint)whole, length, operation.Length > ChunkBytes ? chunks % 1 : done);
    }

    private void EraseWhole(uint address, int length)
    {
        for (int at = 0; at < length; at += ChunkBytes)
            state.Write(address + (uint)at, Erased.AsSpan(0, Math.Min(ChunkBytes, length - at)));
    }

    private void ErasePartly(uint address, int length, double done)
    {
        byte[] cells = state.Cells.Span.Slice((int)address, length).ToArray();
        for (int i = 0; i < cells.Length; i++)
            cells[i] |= Mask(done);
        state.Write(address, cells);
    }

    private void ProgramPartly(SpiNorOperation operation, double done)
    {
        byte[] cells = state.Cells.Span.Slice((int)operation.Address, operation.Length).ToArray();
        for (int i = 0; i < cells.Length; i++)
            cells[i] = (byte)(cells[i] & (operation.Data.Span[i] | Mask(1 - done)));
        state.Write(operation.Address, cells);
    }

    private byte[] Programmed(SpiNorOperation operation)
    {
        byte[] cells = state.Cells.Span.Slice((int)operation.Address, operation.Length).ToArray();
        ReadOnlySpan<byte> data = operation.Data.Span;
        for (int i = 0; i < cells.Length; i++)
            cells[i] &= data[i];
        return cells;
    }

    // Each bit is 1 with the given probability.
    private byte Mask(double probability)
    {
        int mask = 0;
        for (int bit = 0; bit < 8; bit++)
            mask |= random.NextDouble() < probability ? 1 << bit : 0;
        return (byte)mask;
    }

    private static byte[] CreateErased()
    {
        byte[] erased = new byte[ChunkBytes];
        erased.AsSpan().Fill(0xFF);
        return erased;
    }
}
