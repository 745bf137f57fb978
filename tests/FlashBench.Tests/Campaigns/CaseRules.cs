using FlashBench.Bench.Evidence;

namespace FlashBench.Tests.Campaigns;

/// <summary>The rules I1 to I8, held against one process of a case.</summary>
internal static class CaseRules
{
    /// <summary>What it broke, as sentences that begin with the name of the rule.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="relayLeft">Where the process before it left the relay; null if that is not known.</param>
    /// <param name="stations">Whose records count.</param>
    public static IEnumerable<string> Broken(ProcessEnd end, bool? relayLeft, TrustedStations stations)
    {
        foreach (string fault in end.Witness.Broken)
            yield return fault;
        foreach (string fault in StateInvariants.RelayFaults(end, relayLeft))
            yield return $"I5: {fault}";
        if (end.Killed is { } left)
        {
            foreach (string fault in StateInvariants.KillFaults(end, left, end.Witness.ChangesAtClose))
                yield return $"I4: {fault}";
            yield break;
        }

        (string Name, IEnumerable<string> Faults)[] checks =
        [
            ("I2", end.Contentions > 0 ? [$"{end.Contentions} frames met the board's masters on the bus"] : []),
            ("I3", PassInvariant.Faults(end, stations)),
            ("I4", StateInvariants.StateFaults(end).Concat(StateInvariants.ContentFaults(end))
                .Concat(StateInvariants.LeftoverFaults(end))),
            ("I6", StateInvariants.EscapeFaults(end)),
            ("I7", DataInvariants.SimulationFaults(end)),
            ("I8", DataInvariants.BoardFaults(end).Concat(DataInvariants.LeakFaults(end))),
        ];
        foreach ((string name, IEnumerable<string> faults) in checks)
        {
            foreach (string fault in faults)
                yield return $"{name}: {fault}";
        }
    }
}
