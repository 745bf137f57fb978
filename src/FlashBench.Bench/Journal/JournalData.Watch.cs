namespace FlashBench.Bench.Journal;

public abstract partial record JournalData
{
    /// <summary>The relay is commanded.</summary>
    public sealed record PowerCommand(bool On, string Why) : JournalData;

    /// <summary>Another line than the supply relay is commanded: "spi", "button", "reset". A press is one record.
    /// </summary>
    public sealed record LineCommand(string Line, bool Active, string Why) : JournalData;

    /// <summary>A person confirmed that the supply is "on" or "off".</summary>
    public sealed record OperatorConfirm(string State, string Instruction) : JournalData;

    /// <summary>What the sensor confirmed: "off", "standby" or "on".</summary>
    public sealed record PowerSense(string State, int Millivolts, int Milliamps) : JournalData;

    /// <summary>A watched boot begins; power is off and verified.</summary>
    public sealed record BootBegin(int Number, string Kind, string Nonce) : JournalData;

    /// <summary>The watch of this boot ended; power goes off next.</summary>
    public sealed record BootEnd(int Number, string Why) : JournalData
    {
        /// <summary>Why a boot ended that nobody watched to its end.</summary>
        public const string Stopped = "stopped";
    }

    /// <summary>Sensor samples, flat: microseconds since the one before (the first: since StartUs), mV, mA, and so on.
    /// </summary>
    public sealed record PowerSamples(int Boot, long StartUs, int[] Series) : JournalData;

    /// <summary>A piece of the console's raw bytes and of its time index is on disk.</summary>
    public sealed record ConsoleChunk(
        long Offset, long Length, string Sha256, long IndexOffset, long IndexLength, string IndexSha256) : JournalData;

    /// <summary>Return is pressed at a login prompt; what comes next may be its answer.</summary>
    public sealed record ConsoleProbe(int Boot) : JournalData;

    /// <summary>In a warm boot the board is asked to restart, by "agent" or "button": what came before counts no more.
    /// </summary>
    public sealed record BootRestart(int Boot, string How) : JournalData;

    /// <summary>The console was not continuous. Kinds beside those named here: "overrun", "overflow", "port failed".
    /// </summary>
    public sealed record ConsoleGap(string Kind, long Count) : JournalData
    {
        /// <summary>The line was held low longer than a frame.</summary>
        public const string Break = "break";

        /// <summary>Framing or parity errors.</summary>
        public const string Garbled = "garbled";

        /// <summary>The port went away.</summary>
        public const string HangUp = "hang-up";

        /// <summary>The port is there again. A boot that has only this in its record began without a console.</summary>
        public const string Back = "back";

        /// <summary>The job was too slow to take what the console said; so many bytes are not in the log.</summary>
        public const string Lost = "lost";

        /// <summary>True for what a UART does at every power-up: bytes are damaged but none is missing, and a damaged
        /// line counts as absent anyway.</summary>
        public static bool IsNoise(string kind) => kind is Break or Garbled;

        /// <summary>Why a boot with this gap is not judged; null if it makes no difference.</summary>
        public static string? HoleOf(string kind, long count) =>
            IsNoise(kind) ? null : $"the console was not continuous: {kind} ({count})";
    }
}
