using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads the ME's status registers out of a host text.</summary>
internal static class RegisterLines
{
    private const int Registers = 6;

    /// <summary>Reads the lines.</summary>
    /// <returns>The registers that every line agrees on, and a sentence for each one that lines differ about.
    /// </returns>
    public static (MeRegisters Registers, IEnumerable<string> Doubts) Read(IReadOnlyList<string> lines)
    {
        var said = new Statement<uint>[Registers];
        for (int i = 0; i < Registers; i++)
            said[i] = new Statement<uint>($"HFSTS{i + 1}");
        ReadNamed(lines, said);
        ReadFirmwareStatus(lines, said);
        CorebootMeReport words = CorebootMeText.Read(lines);
        SayPrinted(words.Registers, said);

        uint?[] values = [.. said.Select(s => s.Value)];
        var doubts = new List<string>(said.Select(s => s.Doubt).OfType<string>());
        if (words.IsContradictory || Disagree(words, values[0]))
        {
            doubts.Add("numbers and words about the ME's state contradict each other, so HFSTS1 counts as unknown");
            values[0] = null;
        }

        return (new MeRegisters(values[0], values[1], values[2], values[3], values[4], values[5]), doubts);
    }

    private static bool Disagree(CorebootMeReport words, uint? raw)
    {
        if (raw is not { } value)
            return false;
        var status = new Hfsts1(value);
        return (words.WorkingState ?? status.WorkingState) != status.WorkingState ||
            (words.OperationMode ?? status.OperationMode) != status.OperationMode ||
            (words.ErrorCode ?? status.ErrorCode) != status.ErrorCode;
    }

    private static void ReadNamed(IReadOnlyList<string> lines, Statement<uint>[] said)
    {
        foreach (string line in lines.Where(line => line.Length <= HostPatterns.LineMax))
        {
            if (HostPatterns.MeInfoRegister().Match(line) is { Success: true } info)
                said[info.Groups["number"].Value[0] - '1'].Say(Hex(info));
            if (HostPatterns.IntelMeToolRegister().Match(line) is { Success: true } tool)
                said[tool.Groups["number"].Success ? 1 : 0].Say(Hex(tool));
        }
    }

    // Six bare numbers in a row are fw_status; with one of them missing, nobody knows which are left.
    private static void ReadFirmwareStatus(IReadOnlyList<string> lines, Statement<uint>[] said)
    {
        var block = new List<uint>();
        foreach (string line in lines.Append(""))
        {
            if (line.Length == 8 && HostPatterns.FirmwareStatus().IsMatch(line))
            {
                block.Add(uint.Parse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                continue;
            }

            for (int i = 0; block.Count == Registers && i < Registers; i++)
                said[i].Say(block[i]);
            block.Clear();
        }
    }

    private static void SayPrinted(MeRegisters registers, Statement<uint>[] said)
    {
        uint?[] printed =
        [
            registers.Hfsts1, registers.Hfsts2, registers.Hfsts3, registers.Hfsts4, registers.Hfsts5, registers.Hfsts6,
        ];
        for (int i = 0; i < Registers; i++)
        {
            if (printed[i] is { } value)
                said[i].Say(value);
        }
    }

    private static uint Hex(Match match) => uint.Parse(
        match.Groups["hex"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
