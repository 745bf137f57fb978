namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>How far a damaged input got.</summary>
internal enum TrialEnd
{
    /// <summary>It could not be read.</summary>
    Refused,

    /// <summary>It was read, and no plan was made for it.</summary>
    Read,

    /// <summary>A plan was made and kept its promises; for text: something was understood.</summary>
    Planned,
}

/// <summary>A promise that does not hold for a damaged input.</summary>
internal sealed class MutationFault(string message) : Exception(message);

/// <summary>The bound on what reading may allocate.</summary>
internal static class Allocation
{
    /// <summary>Multiple of the input's length that may be allocated.</summary>
    public const int Factor = 4;

    /// <summary>Bytes beside it, whatever the length: findings, an exception with its stack, big numbers of the
    /// signature check, a table's worth of entries.</summary>
    public const int Constant = 64 * 1024;

    /// <summary>Runs <paramref name="read"/> and returns its result.</summary>
    /// <exception cref="MutationFault">It allocated more than the bound.</exception>
    public static T Limit<T>(long inputLength, Func<T> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return read();
        }
        finally
        {
            Check(inputLength, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static void Check(long inputLength, long allocated)
    {
        if (allocated > Factor * inputLength + Constant)
        {
            throw new MutationFault(
                $"reading {inputLength} bytes allocated {allocated}, more than {Factor} times as many and {Constant}");
        }
    }
}
