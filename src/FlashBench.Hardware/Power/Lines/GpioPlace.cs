using System.Globalization;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>One line of one GPIO chip of this host.</summary>
/// <param name="Path">Device node of the chip.</param>
/// <param name="ChipName">Device name of the chip.</param>
/// <param name="ChipLabel">What its driver calls it.</param>
/// <param name="Line">The line as the kernel described it.</param>
internal sealed record GpioPlace(string Path, string ChipName, string ChipLabel, GpioLineInfo Line)
{
    /// <summary>Group that GPIO chips usually belong to.</summary>
    internal const string Group = "gpio";

    /// <summary>The same for two ways to name one line.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{ChipName} line {Line.Offset}");

    /// <summary>"line 3 (POWER) of gpio-sim.0-node0".</summary>
    public override string ToString()
    {
        string name = Line.Name.Length == 0 ? "" : $" ({PartFailure.Plain(Line.Name)})";
        return string.Create(
            CultureInfo.InvariantCulture, $"line {Line.Offset}{name} of {PartFailure.Plain(ChipLabel)}");
    }

    /// <summary>Somebody else holds the line.</summary>
    public PowerException InUse()
    {
        string consumer = PartFailure.Plain(Line.Consumer);
        string holder = consumer.Length == 0 ? "another program or a kernel driver" : consumer;
        return new PowerException($"{this} is in use by {holder}") { Cause = PartCause.Busy };
    }

    /// <summary>Finds a line; looking changes nothing.</summary>
    /// <param name="chip">Label or device name.</param>
    /// <param name="line">Offset in decimal, or name.</param>
    /// <exception cref="PowerException">No chip or line is called so, or several are.</exception>
    public static GpioPlace Find(string chip, string line) => Find(chip, line, "/dev");

    /// <summary>As <see cref="Find(string, string)"/>, with the device nodes in <paramref name="folder"/>.</summary>
    internal static GpioPlace Find(string chip, string line, string folder)
    {
        var found = new Dictionary<string, (string Path, GpioChip Chip)>(StringComparer.Ordinal);
        int refused = 0;
        try
        {
            foreach (string path in Directory.EnumerateFileSystemEntries(folder, "gpiochip*"))
            {
                GpioChip? opened = GpioChip.Open(path, out int error);
                refused = error is 1 or 13 ? error : refused;
                bool wanted = opened is not null && (opened.Name == chip || opened.Label == chip);
                if (!wanted || !found.TryAdd(opened!.Name, (path, opened))) // a link to one that is known
                    opened?.Dispose();
            }

            return found.Count switch
            {
                1 => LineOf(found.Values.Single(), line),
                0 when refused != 0 => throw PartFailure.CannotOpen($"the GPIO chip \"{chip}\"", refused, Group),
                0 => throw new PowerException($"no GPIO chip is called \"{chip}\"")
                {
                    IsPartGone = true,
                    Cause = PartCause.Unavailable,
                },
                _ => throw new PowerException(
                    $"several GPIO chips are called \"{chip}\": {string.Join(", ", found.Keys)}; name one of them")
                {
                    Cause = PartCause.Ambiguous,
                },
            };
        }
        finally
        {
            foreach ((_, GpioChip opened) in found.Values)
                opened.Dispose();
        }
    }

    private static GpioPlace LineOf((string Path, GpioChip Chip) at, string line)
    {
        bool byOffset = int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int offset);
        IEnumerable<int> offsets = byOffset
            ? Enumerable.Range(offset, offset < at.Chip.LineCount ? 1 : 0)
            : Enumerable.Range(0, at.Chip.LineCount);
        GpioLineInfo[] lines =
        [
            .. offsets.Select(at.Chip.Line).OfType<GpioLineInfo>().Where(info => byOffset || info.Name == line).Take(2),
        ];
        return lines.Length switch
        {
            1 => new GpioPlace(at.Path, at.Chip.Name, at.Chip.Label, lines[0]),
            0 => throw new PowerException(
                $"{at.Chip.Label} has no line {(byOffset ? line : $"named \"{line}\"")} among its {at.Chip.LineCount}")
            {
                Cause = PartCause.Unavailable,
            },
            _ => throw new PowerException($"several lines of {at.Chip.Label} are named \"{line}\": give the offset")
            {
                Cause = PartCause.Ambiguous,
            },
        };
    }
}
