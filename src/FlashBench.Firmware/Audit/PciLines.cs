using System.Collections.Immutable;
using System.Globalization;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads the functions that `lspci -nn` lists.</summary>
internal sealed class PciLines
{
    private const int FunctionsMax = 512; // A large server shows about 300.

    private readonly ImmutableArray<PciFunction>.Builder _functions = ImmutableArray.CreateBuilder<PciFunction>();

    /// <summary>The functions of intact lines, in order.</summary>
    public ImmutableArray<PciFunction> Functions => _functions.ToImmutable();

    /// <summary>Takes one line.</summary>
    public void Read(string line)
    {
        if (line.Length > HostPatterns.LineMax || _functions.Count == FunctionsMax ||
            HostPatterns.PciFunction().Match(line) is not { Success: true } match)
        {
            return;
        }

        var function = new PciFunction(
            match.Groups["slot"].Value, Number("code"), Number("vendor"), Number("device"), match.Groups["name"].Value);
        string words = match.Groups["class"].Value;
        if (IsConsistent(function, words))
            _functions.Add(function);

        int Number(string group) =>
            int.Parse(match.Groups[group].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    // Numbers and words say the same twice; a digit that was damaged shows by that.
    private static bool IsConsistent(PciFunction function, string words) =>
        (function.Vendor == PciFunction.Intel) ==
            function.Name.StartsWith("Intel Corporation ", StringComparison.Ordinal) &&
        (function.ClassCode == 0x0200) == (words == "Ethernet controller") &&
        (function.ClassCode == 0x0280) == (words == "Network controller") &&
        (function.ClassCode == 0x0601) == (words == "ISA bridge");
}
