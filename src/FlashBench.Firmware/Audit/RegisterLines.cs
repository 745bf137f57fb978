using System.Collections.Immutable;
using FlashBench.Firmware.Registers;
using FlashBench.Firmware.States;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads the ME's status registers out of a host text.</summary>
internal static class RegisterLines
{
    private const int Registers = 6;

    /// <summary>Reads the lines.</summary>
    /// <returns>The registers that all samples agree on, what each sample shows, and one sentence for each register
    /// that they differ about.</returns>
    public static (MeRegisters Registers, ImmutableArray<MeState> States, IEnumerable<string> Doubts) Read(
        IEnumerable<string> lines)
    {
        MeTextReport text = MeText.Decode(string.Join('\n', lines), MeTextContext.None);
        var said = new Statement<uint>[Registers];
        for (int i = 0; i < Registers; i++)
            said[i] = new Statement<uint>($"HFSTS{i + 1}");
        foreach (MeReading reading in text.Readings)
            Say(reading.Sample.Registers, said);

        uint?[] values = [.. said.Select(s => s.Value)];
        var doubts = new List<string>(said.Select(s => s.Doubt).OfType<string>());
        if (text.Readings.Any(reading => reading.IsContradictory || reading.Sample.Find(MeKey.Damaged) is not null))
        {
            doubts.Add("lines about the ME's state are damaged or contradict each other, so HFSTS1 counts as unknown");
            values[0] = null;
        }

        ImmutableArray<MeState> states =
            [.. text.Readings.Where(reading => reading.Sample.SpeaksOfState).Select(reading => reading.State)];
        return (new MeRegisters(values[0], values[1], values[2], values[3], values[4], values[5]), states, doubts);
    }

    private static void Say(MeRegisters registers, Statement<uint>[] said)
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
}
