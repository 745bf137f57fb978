namespace FlashBench.Firmware.Formats;

/// <summary>What must hold between an IFWI layout and the region that carries it.</summary>
internal static class IfwiRules
{
    /// <summary>Adds a finding for every rule that <paramref name="ifwi"/> breaks.</summary>
    /// <param name="ifwi">The layout.</param>
    /// <param name="region">The ME region.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void Check(IfwiLayout ifwi, FlashRange region, List<Finding> findings)
    {
        if (ifwi.ChecksumValid == false)
            findings.Add(new(ifwi.Range.Start, FindingSeverity.Error, "the checksum of the layout table is wrong"));
        for (int i = 0; i < ifwi.Areas.Length; i++)
            CheckArea(ifwi, i, region, findings);
        foreach (BootTable table in ifwi.Tables)
            CheckTable(table, region, findings);
    }

    private static void CheckArea(IfwiLayout ifwi, int index, FlashRange region, List<Finding> findings)
    {
        IfwiArea area = ifwi.Areas[index];
        if (!region.Contains(area.Range))
            Add($"the {area.Name} partition ends past the ME region");
        if (area.Range.Overlaps(ifwi.Range))
            Add($"the {area.Name} partition overlaps the layout table");
        foreach (IfwiArea later in ifwi.Areas.AsSpan()[(index + 1)..])
        {
            // Temporary pages and the error log lie inside the data partition.
            if (later.IsBoot && area.Range.Overlaps(later.Range))
                Add($"the {area.Name} and {later.Name} partitions overlap");
        }

        void Add(string text) => findings.Add(new(ifwi.Range.Start, FindingSeverity.Error, text));
    }

    private static void CheckTable(BootTable table, FlashRange region, List<Finding> findings)
    {
        if (table.ChecksumValid == false)
            findings.Add(new(table.Range.Start, FindingSeverity.Error, "the checksum of a boot table (BPDT) is wrong"));
        foreach (BootPartition partition in table.Partitions)
        {
            if (partition.Range.Overlaps(table.Range))
            {
                findings.Add(new(partition.EntryOffset, FindingSeverity.Error,
                    $"partition {partition.Name} overlaps its boot table"));
            }
            else if (!region.Contains(partition.Range))
            {
                findings.Add(new(partition.EntryOffset, FindingSeverity.Warning,
                    $"partition {partition.Name} ends past the ME region"));
            }
        }
    }
}
