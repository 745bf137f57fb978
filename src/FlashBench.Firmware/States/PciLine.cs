namespace FlashBench.Firmware.States;

/// <summary>A line that begins with a PCI function: a heading of lspci, or a value of `setpci -v`.</summary>
/// <param name="IsMe">The function is 00:16.0, where HFSTS1 is.</param>
/// <param name="Rest">What follows it.</param>
internal readonly record struct PciLine(bool IsMe, string Rest)
{
    private const int MeSlot = 0x16;

    /// <summary>Reads "00:16.0 ..." or "0000:00:16.0 ..."; null for any other line.</summary>
    public static PciLine? Read(string raw)
    {
        string line = raw.TrimStart();
        int end = line.IndexOf(' ', StringComparison.Ordinal);
        if (end is < 7 or > 16)
            return null;
        return IsMeAt(line[..end], isWhole: true) is { } isMe ? new(isMe, line[(end + 1)..]) : null;
    }

    /// <summary>Whether an address is that of the ME: [[domain:]bus:]slot[.function], a missing part is 0.</summary>
    /// <param name="address">The address in hex.</param>
    /// <param name="isWhole">Bus and function must be there.</param>
    /// <returns>Null when it is no such address.</returns>
    public static bool? IsMeAt(string address, bool isWhole)
    {
        string[] parts = address.Split(':');
        string[] last = parts[^1].Split('.');
        bool hasForm = parts.Length <= 3 && last.Length <= 2 && (!isWhole || (parts.Length >= 2 && last.Length == 2));
        if (!hasForm || Number(last[0]) is not { } slot || Number(last.Length == 2 ? last[1] : "") is not { } function)
            return null;
        int sum = function;
        foreach (string part in parts[..^1])
        {
            if (Number(part) is not { } number)
                return null;
            sum |= number;
        }

        return slot == MeSlot && sum == 0;
    }

    private static int? Number(string hex)
    {
        if (hex.Length == 0)
            return 0;
        bool isNumber = hex.Length <= 5 && hex.All(char.IsAsciiHexDigit);
        return isNumber ? Convert.ToInt32(hex, 16) : null;
    }
}
