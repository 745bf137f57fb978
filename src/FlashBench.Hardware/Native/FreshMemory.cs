using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Native;

/// <summary>Large arrays that will be filled at once, for example with a flash image.</summary>
/// <remarks>A new array has no memory yet: the kernel gives it page by page, on the first touch of each, which costs
/// more than filling it. Here the kernel is asked for all of it in one call, and for large pages. It may decline; then
/// the array is one as any other. Source: Linux madvise(2).</remarks>
public static class FreshMemory
{
    private const int LengthMin = 1 << 20; // below it the calls cost more than they save
    private const int WantHugePages = 14, PopulateForWriting = 23; // MADV_HUGEPAGE, MADV_POPULATE_WRITE (Linux 5.14)

    /// <summary>Makes an array; its content is not cleared.</summary>
    /// <param name="length">0 or more, in bytes.</param>
    public static byte[] Allocate(int length)
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(length);
        if (length >= LengthMin)
            Populate(array);
        return array;
    }

    // Whole pages inside of the array only: what is beside it belongs to others.
    private static void Populate(byte[] array)
    {
        int page = Environment.SystemPageSize;
        using var pinned = new PinnedGCHandle<byte[]>(array);
        nint start = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        int before = (int)(-start & (page - 1));
        nuint length = (nuint)((array.Length - before) / page * page);
        _ = LibC.Advise(start + before, length, WantHugePages);
        _ = LibC.Advise(start + before, length, PopulateForWriting);
    }
}
