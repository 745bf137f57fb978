using FlashBench.Hardware.Console;

namespace FlashBench.Bench.Config;

/// <summary>The serial console of a bench's board.</summary>
/// <param name="Tty">Its port on this host.</param>
/// <param name="Baud">Bits per second.</param>
/// <param name="Format">Data bits, parity, stop bits: "8N1".</param>
public sealed record ConsoleEntry(TtySelector Tty, int Baud, string Format);
