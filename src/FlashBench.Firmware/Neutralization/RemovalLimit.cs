namespace FlashBench.Firmware.Neutralization;

/// <summary>How much of an ME region the default policy leaves, the board's own file system apart.</summary>
/// <remarks>Source: the observed maximum over stock images of each version and 5 percent (reference section 7, check
/// A5).</remarks>
internal static class RemovalLimit
{
    /// <summary>The largest number of programmed bytes; 0 for firmware that is erased whole.</summary>
    public static long For(MeFirmware me) => (me.Family, me.Version.Major, me.Version.Minor) switch
    {
        _ when !me.IsRemovable => 0,
        (FirmwareFamily.Txe, _, _) => 95_000,
        (_, 6, _) => 40_000,
        (_, 7, _) => 55_500,
        (_, 8, _) => 67_000,
        (_, 9, 0) => 75_000,
        (_, 9, < 5) => 89_500,
        (_, 9, _) => 101_500,
        (_, 10, _) => 107_000,
        _ => 356_500,
    };

    /// <summary>More bytes than this are a partition that the table does not name: a quarter above the limit, since a
    /// version that was not observed can keep a little more (TXE 2.0.4 leaves 95,726).</summary>
    public static long ForUnnamed(MeFirmware me) => For(me) * 5 / 4;

    /// <summary>The number of programmed bytes in a region.</summary>
    /// <param name="image">The whole image.</param>
    /// <param name="region">The region; what lies past the image does not count.</param>
    /// <param name="fileSystem">What does not count: the file system that stays.</param>
    public static long Count(ReadOnlySpan<byte> image, FlashRange region, IEnumerable<FlashRange> fileSystem)
    {
        FlashRange there = new FlashRange(0, image.Length).Intersect(region);
        long count = 0;
        foreach (FlashRange part in FlashRangeSet.Subtract(there, FlashRangeSet.Merge(fileSystem)))
            count += Blank.CountProgrammed(part.Of(image));
        return count;
    }
}
