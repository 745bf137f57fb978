using FlashBench.Firmware.States;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads the texts that a technician collects on a board: /proc/cpuinfo or lscpu, lspci -nn, dmidecode,
/// MEInfo, intelmetool, fw_status, a coreboot or kernel log, and lines of his own, in any order in one file.</summary>
/// <remarks>A line counts only when all of it is as its program prints it. A damaged line says nothing, and so does a
/// last line without a line end, which may be cut.</remarks>
public static class HostText
{
    /// <summary>Largest text in characters.</summary>
    public const int LengthMax = 1 << 20;

    // The longest line that counts, the processor's flags, has about 1,500 characters.
    private const int LineMax = 4096;

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text; lines end with LF or CR LF. UTF-16 is read as well.</param>
    /// <exception cref="ImageFormatException">It is longer than <see cref="LengthMax"/>.</exception>
    public static HostFacts Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
            throw new ImageFormatException(LengthMax, "a host text of more than 1 MiB is not read");

        var (board, pci, fuses) = (new BoardLines(), new PciLines(), new FuseLines());
        text = AsciiText.Of(text);
        List<string> lines = Lines(text);
        foreach (string line in lines)
        {
            board.Read(line);
            pci.Read(line);
            fuses.Read(line);
        }

        var (registers, states, doubts) = RegisterLines.Read(lines);
        string? cut = text.Length > 0 && text[^1] != '\n' ? "the last line has no line end and was not read" : null;
        return board.Facts() with
        {
            Pci = pci.Functions,
            Registers = registers,
            MeStates = states,
            BootGuardMsr = fuses.BootGuardMsr,
            Fuses = fuses.Readings,
            Doubts = [.. new[] { cut, fuses.Doubt }.Concat(board.Doubts).Concat(doubts).OfType<string>()],
        };
    }

    // Whole lines without the colours that some programs print on a terminal.
    private static List<string> Lines(string text)
    {
        var lines = new List<string>();
        int start = 0;
        for (int end; (end = text.IndexOf('\n', start)) >= 0; start = end + 1)
        {
            string line = AsciiText.WithoutMark(text.AsSpan(start, end - start)).ToString();
            if (line.Length <= LineMax)
                lines.Add(HostPatterns.Colour().Replace(line, "").TrimEnd('\r'));
        }

        return lines;
    }
}
