using System.Text;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

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
    /// <summary>True when an undamaged enough copy ends in a plan, or, for text, in something understood.</summary>
    public bool CanBePlanned { get; private init; } = true;

    /// <summary>Every original. A new format is one line here.</summary>
    public static IReadOnlyList<MutationTarget> All { get; } =
    [
        Image("generation 1 region", TestGeneration1.Region(), 8) with { CanBePlanned = false },
        Image("generation 2 region", TestImage.Gen2Region().Bytes, 16),
        Image("generation 3 region", TestImage.Gen3Region().Bytes, 16),
        Image("IFWI 1.6 region", TestIfwi.Old().Bytes, 8) with { CanBePlanned = false },
        Image("IFWI 1.7 region", TestIfwi.New().Bytes, 8) with { CanBePlanned = false },
        Image("generation 2 dump", TestImage.Gen2Dump().Bytes, 1), // 512 KiB, the smallest flash: ten times slower
        Image("generation 3 dump", TestImage.Gen3Dump().Bytes, 1),
        Image("IFWI dump", TestIfwi.Dump().Bytes, 1),
        Image("chip 1 of 2", TestImage.Gen2Dump().Put(0x14, 0x02040103).Bytes, 1),
        Image("descriptor", TestImage.Gen3Dump().Cut(0x1000).Bytes, 8) with { CanBePlanned = false },
        Text("coreboot console", ConsoleText,
            text => CorebootMeText.Read(text.Split('\n')).Registers.Hfsts1 is not null),
        Text("me decode", DecodeText, text => !MeText.Decode(text, MeTextContext.None).Readings.IsEmpty),
        Text("host text", DecodeText, text => HostText.Read(text).Registers.Hfsts1 is not null),
    ];

    private const string DecodeText = """
        [DEBUG]  ME: FW Partition Table      : OK
        ME: Firmware Init Complete  : YES
        ME: Current Working State   : Normal
        ME: Current Operation Mode  : Normal
        ME: Error Code              : No Error
        ME: Firmware Version 8.1.30.1350 (code) 8.1.30.1350 (recovery)
        # setpci -s 16.0 40.L 48.L
        1e000255
        66002306
        [    4.123456] mei_me 0000:00:16.0: hw_start failed ret = -62 fw status = 90000245 02F60506 00000020 00004000
        Boot Guard MSR Output : 0x0000000100000000
        00:19.0 Ethernet controller [0200]: Intel Corporation 82579LM Gigabit Network Connection [8086:1502] (rev 04)
        FW Status Register1:                         0x90000245

        """;

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

    private static MutationTarget Image(string name, byte[] bytes, int weight)
    {
        new ChecksumRepair(bytes).ApplyAll(bytes);
        return new(name, bytes, weight, new ImageDamage(bytes).Apply, ImageTrial.Run);
    }

    private static MutationTarget Text(string name, string text, Func<string, bool> read)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return new(name, bytes, Weight: 4, new TextDamage(bytes).Apply, damaged =>
        {
            string characters = Encoding.UTF8.GetString(damaged.Span);
            return Allocation.Limit(damaged.Length, () => read(characters)) ? TrialEnd.Planned : TrialEnd.Read;
        });
    }
}
