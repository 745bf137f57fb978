using System.Collections.Immutable;

namespace FlashBench.Firmware.States;

/// <summary>What a command line of setpci on a screen asks for.</summary>
/// <param name="Registers">The registers in order; null for one that is no status register or has another width.
/// </param>
/// <param name="IsMe">The device is the ME for certain; else the words after it count as damaged.</param>
/// <remarks>Source: pciutils, setpci(8): -s [[[domain]:]bus]:[slot].[func], -d vendor:device, registers in hex with
/// a width .B, .W or .L.</remarks>
internal sealed record SetpciCommand(ImmutableArray<MeKey?> Registers, bool IsMe)
{
    private const int RegistersMax = 7; // six and one too many
    private const string Intel = "8086";

    /// <summary>Reads a line; null when it is no such command, or one for another device.</summary>
    public static SetpciCommand? Read(string line)
    {
        const string Name = "setpci ";
        int at = line.IndexOf(Name, StringComparison.Ordinal);
        if (at < 0)
            return null;
        string[] parts = line[(at + Name.Length)..].Split(' ', 64, StringSplitOptions.RemoveEmptyEntries);
        ImmutableArray<MeKey?> registers = [.. Asked(parts)];
        bool?[] devices = [.. Devices(parts)];
        bool isOther = devices.Length == 0 || devices.All(isMe => isMe == false);
        return isOther || registers.IsEmpty ? null : new(registers, devices.All(isMe => isMe == true));
    }

    // For each selection: the ME, another device, or null when only its number could tell.
    private static IEnumerable<bool?> Devices(string[] parts)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            if (!parts[i].StartsWith('-'))
                continue;
            string option = parts[i][1..].TrimStart(['v', 'f', 'r', 'D']); // may stand together: -vs 16.0
            bool isSlot = option.StartsWith('s');
            if (!isSlot && !option.StartsWith('d'))
                continue;
            string value = option.Length > 1 ? option[1..] : i + 1 < parts.Length ? parts[i + 1] : "";
            value = value.Trim('"', '\'', '=');
            yield return isSlot ? PciLine.IsMeAt(value, isWhole: false) : IsIntel(value) ? null : false;
        }
    }

    private static bool IsIntel(string device) => device.Length == 0 || device[0] is ':' or '*' ||
        device.StartsWith(Intel + ":", StringComparison.Ordinal);

    private static IEnumerable<MeKey?> Asked(string[] parts)
    {
        foreach (string part in parts.Select(p => p.Trim(';', '"', '\'')).Where(IsRead).Take(RegistersMax))
        {
            string number = part[..^2];
            string bare = number.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? number[2..] : number;
            bool isLong = part[^1] is 'L' or 'l';
            yield return isLong ? MeLineReader.RegisterAt(bare) : null;
        }
    }

    private static bool IsRead(string part)
    {
        string number = part.Length > 2 && part[^2] == '.' && part[^1] is 'B' or 'W' or 'L' or 'b' or 'w' or 'l'
            ? part[..^2] : "";
        if (number.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            number = number[2..];
        return number.Length is > 0 and <= 3 && number.All(char.IsAsciiHexDigit);
    }
}
