using FlashBench.Bench.Config;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Host;

namespace FlashBench.Bench.Suggestions;

/// <summary>A configuration for what is plugged in.</summary>
/// <param name="Json">The whole text of bench-config.json, with a line end.</param>
/// <param name="Notes">What was found and decided, a sentence each, for a person.</param>
/// <param name="RealBenches">Benches that have a programmer.</param>
public sealed record ConfigSuggestion(string Json, IReadOnlyList<string> Notes, int RealBenches)
{
    /// <summary>Makes a bench of every programmer, and gives it what of the rest is beyond doubt.</summary>
    /// <param name="host">The host.</param>
    /// <param name="takesVirtual">True to take virtual devices too.</param>
    /// <remarks>What only a person can know is left as a text that begins with <see cref="Placeholders.Mark"/>;
    /// `config check` refuses it and says what to write.</remarks>
    public static ConfigSuggestion For(HostSnapshot host, bool takesVirtual)
    {
        ArgumentNullException.ThrowIfNull(host);
        var found = new PluggedParts(host, takesVirtual);
        List<SuggestedBench> benches = [];
        foreach (UsbPart programmer in found.Programmers)
            benches.Add(MakeBench(found, programmer, benches.Count + 1));
        return new ConfigSuggestion(SuggestedText.Write(benches), NotesOf(found, benches), benches.Count);
    }

    private static SuggestedBench MakeBench(PluggedParts found, UsbPart programmer, int number)
    {
        SerialPort? own = found.OwnConsole(programmer);
        bool isSure = own is not null || (found.Programmers.Count == 1 && found.FreePorts.Count == 1);
        SerialPort? console = own ?? (isSure ? found.FreePorts[0] : null);
        return new SuggestedBench($"b{number:D2}", programmer)
        {
            Programmer = found.Find(programmer),
            Console = console is null ? null : found.Find(console),
            ConsoleChoices = console is null ? [.. found.FreePorts.Select(found.Find)] : [],
            Relays = found.Gpio.Count > 0 ? found.NameOf(found.Gpio[0]) : null,
            Sensor = found.I2c.Count > 0 ? found.NameOf(found.I2c[0]) : null,
        };
    }

    private static List<string> NotesOf(PluggedParts found, List<SuggestedBench> benches)
    {
        var notes = new List<string>();
        notes.AddRange(benches.Select(Describe));
        notes.AddRange(found.FreePorts.Select(port =>
            $"/dev/{port.Name}: {found.Find(port)}, a console, a relay board or a meter"));
        notes.AddRange(found.Gpio.Select(chip =>
            $"{chip.Name}: {Named(chip)}, {Where(chip)}, {chip.Lines} lines for relays"));
        notes.AddRange(found.I2c.Select(adapter => $"{adapter.Name}: I2C adapter {adapter.Label}"));
        if (found.HostOwn.Count > 0)
        {
            notes.Add($"left out, because they belong to this host itself: {string.Join(", ", found.HostOwn)}; "
                + "a wrong line there can stop the host");
        }

        if (found.VirtualLeftOut > 0)
            notes.Add($"left out, because they are virtual: {found.VirtualLeftOut} (--virtual takes them)");
        if (benches.Count > 0 && found.I2c.Count == 0)
            notes.Add("no power sensor was found: without one a bench reaches level L1 at most");
        if (benches.Count == 0)
        {
            notes.Add("no programmer is plugged in (CH341A 1A86:5512, FTDI 0403:6010, 6011, 6014): "
                + "this is a virtual bench, which needs none");
        }

        return notes;
    }

    private static string Describe(SuggestedBench bench)
    {
        string console = bench.Console is { } tty ? $"console on {tty}"
            : bench.ConsoleChoices.Count > 0 ? "which console is its own is for you to say"
            : "no serial adapter is left for its console";
        string label = bench.Programmer.Serial is null ? "; label that USB port, the programmer is known by it" : "";
        return $"bench {bench.Id}: {PluggedParts.KindOf(bench.Part)} at USB {bench.Part.Port}{label}; {console}";
    }

    private static string Where(GpioChip chip) => chip.UsbPort is { } port ? $"at USB {port}" : "virtual";

    private static string Named(GpioChip chip) => chip.Label ?? "a chip that this user may not ask for its name";
}

/// <summary>One bench of a suggestion.</summary>
/// <param name="Id">"b01".</param>
/// <param name="Part">Its programmer.</param>
internal sealed record SuggestedBench(string Id, UsbPart Part)
{
    public TtySelector Programmer { get; init; } = new();

    public TtySelector? Console { get; init; }

    public IReadOnlyList<TtySelector> ConsoleChoices { get; init; } = [];

    public string? Relays { get; init; }

    public string? Sensor { get; init; }
}
