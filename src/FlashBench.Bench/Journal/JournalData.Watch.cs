namespace FlashBench.Bench.Journal;

public abstract partial record JournalData
{
    /// <summary>The relay is commanded.</summary>
    public sealed record PowerCommand(bool On, string Why) : JournalData;

    /// <summary>What the sensor confirmed: "off", "standby" or "on".</summary>
    public sealed record PowerSense(string State, int Millivolts, int Milliamps) : JournalData;

    /// <summary>A watched boot begins; power is off and verified.</summary>
    public sealed record BootBegin(int Number, string Kind, string Nonce) : JournalData;

    /// <summary>The watch of this boot ended; power goes off next.</summary>
    public sealed record BootEnd(int Number, string Why) : JournalData;

    /// <summary>Sensor samples, flat: microseconds since the one before (the first: since StartUs), mV, mA, and so on.
    /// </summary>
    public sealed record PowerSamples(int Boot, long StartUs, int[] Series) : JournalData;

    /// <summary>A piece of the console's raw bytes and of its time index is on disk.</summary>
    public sealed record ConsoleChunk(
        long Offset, long Length, string Sha256, long IndexOffset, long IndexLength, string IndexSha256) : JournalData;

    /// <summary>Return is pressed at a login prompt; what comes next may be its answer.</summary>
    public sealed record ConsoleProbe(int Boot) : JournalData;

    /// <summary>The console was not continuous: "hang-up", "break", "overflow", "receive errors", "port failed".
    /// </summary>
    public sealed record ConsoleGap(string Kind, long Count) : JournalData
    {
        /// <summary>The line was held low longer than a frame.</summary>
        public const string Break = "break";

        /// <summary>Framing or parity errors.</summary>
        public const string Garbled = "garbled";

        /// <summary>True for what a UART does at every power-up: bytes are damaged but none is missing, and a damaged
        /// line counts as absent anyway.</summary>
        public static bool IsNoise(string kind) => kind is Break or Garbled;
    }
}
