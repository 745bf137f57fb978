using System.Globalization;

namespace FlashBench.Firmware.States;

/// <summary>Reads one line of a coreboot log, of intelmetool, MEInfo, the kernel, setpci or fwupd.</summary>
/// <remarks>Source: me-firmware, sections 3.3 and 3.4. Written by hand, without regular expressions: the time is
/// linear in the length of the line.</remarks>
internal static class MeLineReader
{
    private const StringComparison Exact = StringComparison.Ordinal;

    private static readonly (string Prefix, MeKey First)[] NumberedRegisters =
    [
        ("HFSTS", MeKey.Hfsts1), ("Host Firmware Status Register ", MeKey.Hfsts1), ("CSE FWSTS", MeKey.Hfsts1),
        ("FW Status Register", MeKey.Hfsts1),
    ];

    private static readonly Dictionary<string, MeKey> Keys = new()
    {
        ["ME Status"] = MeKey.Hfsts1,
        ["ME Status 2"] = MeKey.Hfsts2,
        ["FWS2"] = MeKey.Hfsts2,
        ["0x40"] = MeKey.Hfsts1,
        ["0x48"] = MeKey.Hfsts2,
        ["0x60"] = MeKey.Hfsts3,
        ["0x64"] = MeKey.Hfsts4,
        ["0x68"] = MeKey.Hfsts5,
        ["0x6C"] = MeKey.Hfsts6,
        ["Current Working State"] = MeKey.WorkingState,
        ["CurrentState"] = MeKey.WorkingState,
        ["Current Operation State"] = MeKey.OperationState,
        ["OperationalState"] = MeKey.OperationState,
        ["Current Operation Mode"] = MeKey.OperationMode,
        ["ModeOfOperation"] = MeKey.OperationMode,
        ["Error Code"] = MeKey.ErrorCode,
        ["ErrorCode"] = MeKey.ErrorCode,
        ["Firmware Init Complete"] = MeKey.InitComplete,
        ["InitComplete"] = MeKey.InitComplete,
        ["FW Version"] = MeKey.Version,
        ["Version"] = MeKey.Version,
        ["Boot Guard MSR Output"] = MeKey.BootGuard,
    };

    // What a damaged statement may still show: then its sample proves nothing good.
    private static readonly string[] Traces =
    [
        "HFSTS1", "Status Register 1", "Status Register1", "FWSTS1", "ME Status", "Working State", "CurrentState",
        "Operation Mode", "ModeOfOperation", "fw status",
        "40.L=", "fw_status:", // grep with file names: which of the six it is cannot be told
    ];

    private static readonly string[] Remarks =
    [
        "MEI was hidden on PCI", "Can't find ME PCI device", "Missing Intel ME PCI device.", "ME is HAP disabled",
        "HECI: CSE device 16.0 is", "CSE is disabled, cannot send", "ME: disabling ME", "ME is disabled.",
        "wait hw ready failed", "Device doesn't have valid ME Interface", "org.fwupd.hsi.Mei.Version",
    ];

    /// <summary>Reads a line.</summary>
    /// <param name="raw">The line.</param>
    /// <param name="line">Its number.</param>
    /// <param name="found">Receives what it states.</param>
    public static void Read(string raw, int line, List<MeStatement> found)
    {
        string text = MeLineText.Bare(raw);
        if (text.Length == 0)
            return;
        bool isOfMe = text.StartsWith("ME: ", Exact);
        string body = isOfMe ? text[4..].TrimStart() : text;
        if (body == "ME is reporting as disabled, so not waiting for a response.")
            found.Add(new(MeKey.SaysDisabled, 1, true, line, raw));
        else if (!ReadWords(text, line, found, raw) && ReadPair(body, isOfMe, line, raw) is { } statement)
            found.Add(statement);
        else if (found.Count == 0 && SpeaksOfState(text))
            found.Add(new(MeKey.Damaged, null, false, line, raw));
        else if (found.Count == 0 && Remarks.Any(remark => text.Contains(remark, Exact)))
            found.Add(new(MeKey.Remark, null, true, line, raw));
    }

    /// <summary>True when a line speaks of HFSTS1, whole or not.</summary>
    public static bool SpeaksOfState(ReadOnlySpan<char> line)
    {
        foreach (string trace in Traces)
        {
            if (line.Contains(trace, Exact))
                return true;
        }

        return false;
    }

    /// <summary>Eight hex digits, or null.</summary>
    public static uint? Word(ReadOnlySpan<char> text) => text.Length == 8 && uint.TryParse(
        text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value) ? value : null;

    /// <summary>The register behind a configuration offset in hex, or null.</summary>
    public static MeKey? RegisterAt(string offset) =>
        Keys.TryGetValue("0x" + offset.ToUpperInvariant(), out MeKey key) ? key : null;

    // dmesg: "... [fw status = 80022004 304D0116 ...]" or without the brackets.
    private static bool ReadWords(string text, int line, List<MeStatement> found, string raw)
    {
        const string Mark = "fw status = ";
        int at = text.IndexOf(Mark, Exact);
        if (at < 0)
            return false;
        string[] words = text[(at + Mark.Length)..].TrimEnd(']').Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (1 or 2 or 6) || words.Any(word => Word(word) is null))
            return false;
        for (int i = 0; i < words.Length; i++)
            found.Add(new(MeKey.Hfsts1 + i, Word(words[i]), false, line, raw));
        return true;
    }

    private static MeStatement? ReadPair(string body, bool isOfMe, int line, string raw)
    {
        if (isOfMe && body.StartsWith("Firmware Version ", Exact))
            return Major(body[17..]) is { } major ? new(MeKey.Version, major, true, line, raw) : null;
        int dot = body.IndexOf(".L=", Exact);
        if (dot > 0)
        {
            return RegisterAt(body[..dot]) is { } at && Word(body.AsSpan(dot + 3)) is { } dword
                ? new(at, dword, false, line, raw) : null;
        }

        int colon = body.IndexOf(':', Exact);
        if (colon <= 0 || KeyOf(body[..colon].TrimEnd()) is not { } key)
            return null;
        string value = body[(colon + 1)..].Trim();
        return key switch
        {
            <= MeKey.Hfsts6 => Hex(value, 8) is { } register ? new(key, register, false, line, raw) : null,
            MeKey.BootGuard => Hex(value, 16) is { } msr ? new(key, msr, false, line, raw) : null,
            // Without the prefix, "Version" is that of a BIOS, a driver or anything else.
            MeKey.Version when !isOfMe && body[0] == 'V' => null,
            MeKey.Version => Major(value) is { } major ? new(key, major, true, line, raw) : null,
            _ => MeWords.Read(key, value) is { } said ? new(key, said.Value, said.IsWord, line, raw) : null,
        };
    }

    private static MeKey? KeyOf(string key)
    {
        foreach ((string prefix, MeKey first) in NumberedRegisters)
        {
            if (key.Length == prefix.Length + 1 && key.StartsWith(prefix, Exact) && key[^1] is >= '1' and <= '6')
                return first + (key[^1] - '1');
        }

        return Keys.TryGetValue(key, out MeKey known) ? known : null;
    }

    // A register is printed with all of its digits; MSRs and setpci may leave zeros or the prefix out.
    private static ulong? Hex(string value, int digits)
    {
        string bare = value.StartsWith("0x", Exact) ? value[2..] : value;
        bool whole = digits == 8 ? bare.Length == 8 : bare.Length is > 0 and <= 16;
        return whole && ulong.TryParse(
            bare, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number) ? number : null;
    }

    // "11.8.50.3425 (code)": four numbers, or nothing is believed.
    private static ulong? Major(string value)
    {
        string[] parts = value.Split(' ')[0].Split('.', 5);
        return parts.Length == 4 && parts.All(part => part.Length is > 0 and <= 5 && part.All(char.IsAsciiDigit))
            ? ulong.Parse(parts[0], CultureInfo.InvariantCulture) : null;
    }
}
