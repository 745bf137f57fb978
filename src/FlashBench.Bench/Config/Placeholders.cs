using System.Text.Json;

namespace FlashBench.Bench.Config;

/// <summary>Marks in a suggested configuration what only a person can decide.</summary>
public static class Placeholders
{
    /// <summary>How such a text begins; what follows says what to write in its place.</summary>
    public const string Mark = "FILL IN: ";

    private const int WantedLengthMax = 300;

    /// <summary>Refuses a configuration in which one is left.</summary>
    /// <exception cref="ConfigException">One is left; the message says what to write.</exception>
    internal static void Refuse(ConfigNode root)
    {
        List<ConfigNode> left = [];
        var ahead = new Stack<ConfigNode>([root]);
        while (ahead.TryPop(out ConfigNode? node))
        {
            if (node.Type == JsonTokenType.String && node.Value.StartsWith(Mark, StringComparison.Ordinal))
                left.Add(node);
            foreach (ConfigNode child in node.Items.Concat(node.Members.Select(member => member.Value)).Reverse())
                ahead.Push(child);
        }

        if (left.Count > 0)
        {
            string more = left.Count > 1 ? $" (and {left.Count - 1} more)" : "";
            string wanted = ConfigNode.Shown(left[0].Value[Mark.Length..], WantedLengthMax);
            throw left[0].Fault($"is still to be filled in{more}: {wanted}");
        }
    }
}
