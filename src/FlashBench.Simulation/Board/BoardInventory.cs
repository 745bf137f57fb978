using FlashBench.Simulation.Me;

namespace FlashBench.Simulation.Board;

/// <summary>What the agent finds on the board besides the ME's registers.</summary>
/// <remarks>
/// Modelled: the keys of docs/console-protocol.md, in the lines in which the agent sends them, with PCI ids that exist
/// on a board of the family (me-firmware.md 5.1) and a processor whose name says that it is none. Not modelled: more
/// than one network controller.
/// </remarks>
/// <param name="pch">Chipset.</param>
/// <param name="engine">True if the host sees the ME's device.</param>
/// <param name="version">What the ME told the kernel; null for nothing.</param>
/// <param name="processor">Which processor: a word of its name.</param>
internal sealed class BoardInventory(PchFamily pch, bool engine, string? version, string processor)
{
    /// <summary>The facts of each line.</summary>
    public IEnumerable<(string Key, string Text)[]> Lines()
    {
        (string chipset, string function, string network) = Ids();
        yield return [("cpu", $"FlashBench {processor} CPU @ 1.00GHz"), ("cpuflags", "smx,vmx")];
        yield return [("pch", chipset), ("me", engine ? $"00:16.0/{function}" : "none"), ("meifw", version ?? "none")];
        yield return [("nic", network)];
        yield return [("msr13a", "0000000000000000"), ("kernel", "6.1.0-flashbench")];
    }

    private (string Chipset, string Function, string Network) Ids() => pch switch
    {
        PchFamily.FiveToSevenSeries => ("8086:1e55", "8086:1e3a", "00:19.0/8086:1502/0200"),
        PchFamily.EightAndNineSeries => ("8086:9cc3", "8086:9cba", "00:19.0/8086:15a2/0200"),
        _ => ("8086:a145", "8086:a13a", "00:1f.6/8086:15b7/0200"),
    };
}
