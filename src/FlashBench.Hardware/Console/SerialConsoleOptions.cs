namespace FlashBench.Hardware.Console;

/// <summary>Which serial port is the console, and how it is driven.</summary>
/// <param name="Port">Exactly one port must match.</param>
/// <param name="Baud">Speed, 300 to 4,000,000.</param>
/// <param name="Format">Data bits, parity, stop bits.</param>
public sealed record SerialConsoleOptions(TtySelector Port, int Baud, SerialFormat Format);
