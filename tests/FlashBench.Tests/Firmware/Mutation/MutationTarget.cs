using System.Text;
using FlashBench.Firmware.Registers;

namespace FlashBench.Tests.Firmware.Mutation;

/// <summary>One original that the campaign damages.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Original">Undamaged bytes.</param>
/// <param name="Weight">How often it is taken, in comparison with the others.</param>
/// <param name="Damage">Damages a copy of the original and returns how many of its bytes count.</param>
/// <param name="Run">Gives the damaged bytes to the parsers.</param>
internal sealed record MutationTarget(
    string Name, byte[] Original, int Weight, Func<byte[], Random, int> Damage,
    Func<ReadOnlyMemory<byte>, TrialEnd> Run)
{
    /// <summary>Every original. A new format is one line here.</summary>
    public static IReadOnlyList<MutationTarget> All { get; } =
    [
        Image("generation 2 region", TestImage.Gen2Region(), 16),
        Image("generation 3 region", TestImage.Gen3Region(), 16),
        Image("generation 2 dump", TestImage.Gen2Dump(), 1), // 512 KiB, the smallest flash: ten times slower
        Image("generation 3 dump", TestImage.Gen3Dump(), 1),
        Image("descriptor", TestImage.Gen3Dump().Cut(0x1000), 8),
        Text("coreboot console", ConsoleText, lines => CorebootMeText.Read(lines).Registers.Hfsts1 is not null, 4),
    ];

    private const string ConsoleText = """
        coreboot-4.19 Wed bootblock starting (log level: 7)...
        [DEBUG]  ME: Host Firmware Status Register 1 : 0x80022004
        ME: HFSTS2                      : 0x304D0116
        ME: FWS2: 0x160a0140
        ME: Current Working State   : Initializing
        ME: Current Operation Mode  : Debug or Disabled by AltDisableBit
        ME: Error Code              : 2
        ME is reporting as disabled, so not waiting for a response.
        """;

    private static MutationTarget Image(string name, TestImage image, int weight)
    {
        byte[] bytes = image.Bytes;
        new ChecksumRepair(bytes).ApplyAll(bytes);
        return new(name, bytes, weight, new ImageDamage(bytes).Apply, ImageTrial.Run);
    }

    private static MutationTarget Text(string name, string text, Func<string[], bool> read, int weight)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return new(name, bytes, weight, new TextDamage(bytes).Apply, damaged =>
        {
            string[] lines = Encoding.UTF8.GetString(damaged.Span).Split('\n');
            return Allocation.Limit(damaged.Length, () => read(lines)) ? TrialEnd.Planned : TrialEnd.Read;
        });
    }
}
