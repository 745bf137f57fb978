using System.Text.Json;

namespace FlashBench.Bench.Config;

/// <summary>Marks in a suggested configuration what only a person can decide.</summary>
public static class Placeholders
{
    /// <summary>How such a text begins; what follows says what to write in its place.</summary>
    public const string Mark = "FILL IN: ";

    /// <summary>Refuses a configuration in which one is left.</summary>
    /// <exception cref="ConfigException">One is left; the message says what to write.</exception>
    internal static void Refuse(ConfigNode root)
    {
        var ahead = new Stack<ConfigNode>([root]);
        while (ahead.TryPop(out ConfigNode? node))
        {
            if (node.Type == JsonTokenType.String && node.Value.StartsWith(Mark, StringComparison.Ordinal))
                throw node.Fault("is still to be filled in: " + ConfigNode.Shown(node.Value[Mark.Length..], 200));
            foreach (ConfigNode child in node.Items.Concat(node.Members.Select(member => member.Value)).Reverse())
                ahead.Push(child);
        }
    }
}
