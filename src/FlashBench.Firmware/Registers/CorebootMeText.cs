using System.Globalization;
using System.Text.RegularExpressions;

namespace FlashBench.Firmware.Registers;

/// <summary>What coreboot's log says about the ME: secondary evidence.</summary>
/// <param name="WorkingState">Number of the working state, or null when not said.</param>
/// <param name="OperationMode">Number of the operation mode, or null.</param>
/// <param name="ErrorCode">Number of the error code, or null.</param>
/// <param name="Registers">Registers that were printed as numbers; null where they were not.</param>
/// <param name="SaysDisabled">True when romstage said that the ME reports itself as disabled (operation mode 2).
/// </param>
/// <param name="IsContradictory">True when two statements do not agree; nothing else is claimed then.</param>
public sealed record CorebootMeReport(
    int? WorkingState, int? OperationMode, int? ErrorCode, MeRegisters Registers, bool SaysDisabled,
    bool IsContradictory)
{
    /// <summary>True when the log said nothing usable about the ME's state.</summary>
    public bool IsEmpty => WorkingState is null && OperationMode is null && ErrorCode is null &&
        Registers == new MeRegisters(null) && !SaysDisabled;
}

/// <summary>Reads the ME lines of a coreboot log.</summary>
/// <remarks>Source: the strings that coreboot's bd82x6x, lynxpoint, skylake and common CSE code print; see the
/// project's ME reference, section 3.3. A line counts only when all of it is as coreboot prints it.</remarks>
public static partial class CorebootMeText
{
    private const int LineMax = 256; // The longest line coreboot prints about the ME has fewer than 100 characters.

    private static readonly string[] Fields = ["Current Working State", "Current Operation Mode", "Error Code"];

    private static readonly Dictionary<(string Field, string Words), int> Words = new()
    {
        [(Fields[0], "Reset")] = 0,
        [(Fields[0], "Initializing")] = 1,
        [(Fields[0], "Recovery")] = 2,
        [(Fields[0], "Normal")] = 5,
        [(Fields[0], "Platform Disable Wait")] = 6,
        [(Fields[0], "OP State Transition")] = 7,
        [(Fields[0], "Invalid CPU Plugged In")] = 8,
        [(Fields[1], "Normal")] = 0,
        [(Fields[1], "Debug")] = 2,
        [(Fields[1], "Debug or Disabled by AltDisableBit")] = 2,
        [(Fields[1], "Soft Temporary Disable")] = 3,
        [(Fields[1], "Security Override via Jumper")] = 4,
        [(Fields[1], "Security Override via MEI Message")] = 5,
        [(Fields[2], "No Error")] = 0,
        [(Fields[2], "Uncategorized Failure")] = 1,
        [(Fields[2], "Image Failure")] = 3,
        [(Fields[2], "Debug Failure")] = 4,
    };

    /// <summary>Reads the lines of one boot.</summary>
    /// <param name="lines">Console lines without line ends; anything may stand between the ME lines.</param>
    /// <returns>What is said in intact lines, the last of each kind: states change while a board starts. A damaged
    /// line or an unlisted word says nothing.</returns>
    public static CorebootMeReport Read(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var said = new Dictionary<string, uint>();
        foreach (string line in lines)
        {
            if (line.Length <= LineMax && ReadLine(line) is { } statement)
                said[statement.Key] = statement.Value;
        }

        return Disagree(said) ? new(null, null, null, new MeRegisters(null), false, true) : Report(said);
    }

    private static (string Key, uint Value)? ReadLine(string line)
    {
        Match match = MeLine().Match(line);
        if (!match.Success)
            return null;

        string text = match.Groups["text"].Value;
        if (text == "ME is reporting as disabled, so not waiting for a response.")
            return ("disabled", 1);
        if (RegisterLine().Match(text) is { Success: true } register)
        {
            string number = register.Groups["number"].Success ? register.Groups["number"].Value : "2"; // FWS2
            string hex = register.Groups["hex"].Value;
            return ("HFSTS" + number, uint.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        return FieldLine().Match(text) is { Success: true } field
            ? ReadField(field.Groups["field"].Value, field.Groups["value"].Value)
            : null;
    }

    private static (string Key, uint Value)? ReadField(string field, string value)
    {
        if (!Fields.Contains(field))
            return null;
        if (Words.TryGetValue((field, value), out int number))
            return (field, (uint)number);
        bool isPlain = uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint plain);
        return isPlain && plain <= 0xF ? (field, plain) : null;
    }

    // Words and the register that they were made of must say the same.
    private static bool Disagree(Dictionary<string, uint> said)
    {
        bool disabled = said.ContainsKey("disabled");
        if (!said.TryGetValue("HFSTS1", out uint raw))
            return disabled && Differs(1, 2);

        var status = new Hfsts1(raw);
        return Differs(0, status.WorkingState) || Differs(1, status.OperationMode) || Differs(2, status.ErrorCode) ||
            (disabled && status.OperationMode != 2);

        bool Differs(int field, int value) => said.TryGetValue(Fields[field], out uint words) && words != value;
    }

    private static CorebootMeReport Report(Dictionary<string, uint> said)
    {
        var registers = new MeRegisters(Raw(1), Raw(2), Raw(3), Raw(4), Raw(5), Raw(6));
        Hfsts1? status = registers.Status1;
        return new(
            Field(0) ?? status?.WorkingState, Field(1) ?? status?.OperationMode, Field(2) ?? status?.ErrorCode,
            registers, said.ContainsKey("disabled"), false);

        uint? Raw(int number) => said.TryGetValue($"HFSTS{number}", out uint value) ? value : null;
        int? Field(int index) => said.TryGetValue(Fields[index], out uint value) ? (int)value : null;
    }

    // Newer coreboot writes its log level in front: "[DEBUG]  ME: ...".
    [GeneratedRegex(@"^(\[[A-Z]+ *\] +)?ME: (?<text>.*\S)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex MeLine();

    [GeneratedRegex(
        @"^(Host Firmware Status Register (?<number>[1-6])|HFSTS(?<number>[1-6])|FWS2) *: 0x(?<hex>[0-9A-Fa-f]{8})$",
        RegexOptions.CultureInvariant)] // fewer digits may be what is left of eight
    private static partial Regex RegisterLine();

    [GeneratedRegex(@"^(?<field>[A-Z][A-Za-z ]*[a-z])\s*: (?<value>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex FieldLine();
}
