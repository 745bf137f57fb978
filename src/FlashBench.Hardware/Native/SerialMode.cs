using FlashBench.Hardware.Console;

namespace FlashBench.Hardware.Native;

/// <summary>How a serial line is driven.</summary>
/// <param name="Baud">Speed, <see cref="BaudMin"/> to <see cref="BaudMax"/>.</param>
/// <param name="Format">Data bits, parity, stop bits.</param>
/// <param name="MarkErrors">True to have breaks and damaged bytes marked among the data (<see cref="LineMarks"/>).
/// </param>
internal sealed record SerialMode(int Baud, SerialFormat Format, bool MarkErrors)
{
    /// <summary>Slower lines are mistakes; what is faster than the highest no driver here knows.</summary>
    public const int BaudMin = 300, BaudMax = 4_000_000;

    private const int PercentOff = 3; // a UART tolerates about that much

    /// <summary>True if a line at this speed understands one at ours.</summary>
    public bool IsNear(uint baud) => Math.Abs((long)baud - Baud) * 100 <= (long)Baud * PercentOff;
}
