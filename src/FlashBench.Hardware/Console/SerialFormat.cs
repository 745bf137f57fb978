namespace FlashBench.Hardware.Console;

/// <summary>What a sender adds to the data bits so that a receiver can check them.</summary>
public enum SerialParity
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A bit that makes the number of ones even.</summary>
    Even,

    /// <summary>A bit that makes the number of ones odd.</summary>
    Odd,
}

/// <summary>The frame of a serial line.</summary>
/// <param name="DataBits">5 to 8.</param>
/// <param name="Parity">The check bit.</param>
/// <param name="StopBits">1 or 2.</param>
public sealed record SerialFormat(int DataBits, SerialParity Parity, int StopBits)
{
    /// <summary>8N1, which nearly every board uses.</summary>
    public static SerialFormat Usual { get; } = new(8, SerialParity.None, 1);

    /// <summary>Reads "8N1", "7E1", "8N2".</summary>
    /// <exception cref="FormatException">It is no such word.</exception>
    public static SerialFormat Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 3 && text[0] is >= '5' and <= '8' && text[2] is '1' or '2')
        {
            SerialParity? parity = text[1] switch
            {
                'N' or 'n' => SerialParity.None,
                'E' or 'e' => SerialParity.Even,
                'O' or 'o' => SerialParity.Odd,
                _ => null,
            };
            if (parity is { } known)
                return new SerialFormat(text[0] - '0', known, text[2] - '0');
        }

        throw new FormatException("a serial format is data bits 5-8, parity N, E or O, and stop bits 1 or 2: \"8N1\"");
    }

    /// <summary>"8N1".</summary>
    public override string ToString() => $"{DataBits}{Parity.ToString()[0]}{StopBits}";
}
