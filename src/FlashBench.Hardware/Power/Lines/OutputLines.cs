using System.Globalization;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>Opens output lines, and owns what they share: expanders, relay boards.</summary>
/// <remarks>Opening and disposing command nothing (rule I5). Not safe for concurrent use; the lines are.</remarks>
/// <param name="time">For limits and waits.</param>
/// <param name="resolveTty">Finds the device node of a serial port; throws <see cref="BenchException"/> if not exactly
/// one matches.</param>
/// <param name="person">Who is asked where the line is a person.</param>
public sealed class OutputLines(TimeProvider time, Func<TtySelector, string> resolveTty, IOperator person) : IDisposable
{
    private const int NameLengthMax = 128;

    private readonly Dictionary<string, IDisposable> _parts = new(StringComparer.Ordinal);
    private readonly Dictionary<IOutputLine, (string Key, IDisposable Part)> _placed =
        new(ReferenceEqualityComparer.Instance);

    /// <summary>True for a line that belongs into the relay holder: its part lets go of the level when the process that
    /// opened it ends (GPIO), or serves one process at a time although benches share it (LCUS boards).</summary>
    public static bool NeedsHolder(OutputLineSpec spec) => spec is OutputLineSpec.Gpio or OutputLineSpec.Lcus;

    /// <summary>Opens a line; its level stays as it is.</summary>
    /// <exception cref="PowerException">The part is not there, in use, or the description is not sound.</exception>
    public IOutputLine Open(OutputLineSpec spec) => spec switch
    {
        OutputLineSpec.Gpio gpio => OpenGpio(gpio),
        OutputLineSpec.Mcp23017 pin => OpenPin(pin),
        OutputLineSpec.Lcus relay => OpenRelay(relay),
        OutputLineSpec.Hook hook => new HookLine(Checked(hook), time),
        OutputLineSpec.Operator words => new OperatorLine(words, person, time),
        _ => throw new ArgumentOutOfRangeException(nameof(spec)),
    };

    /// <summary>Gives all parts back; no level is commanded.</summary>
    public void Dispose()
    {
        foreach (IDisposable part in _parts.Values)
            part.Dispose();
        _parts.Clear();
        _placed.Clear();
    }

    /// <summary>One text for each physical line, however it is named.</summary>
    /// <exception cref="PowerException">The part is not there, or the description is not sound.</exception>
    internal string PlaceOf(OutputLineSpec spec) => spec switch
    {
        OutputLineSpec.Gpio gpio => Find(gpio).Key,
        OutputLineSpec.Mcp23017 pin => $"{KeyOf(I2cBus.Find(Name(pin.Bus)), pin)} {PinOf(pin)}",
        OutputLineSpec.Lcus relay =>
            string.Create(CultureInfo.InvariantCulture, $"{PathOf(relay)} channel {Checked(relay).Channel}"),
        OutputLineSpec.Hook hook => "hook " + string.Join('\0', [.. Checked(hook).On, "", .. hook.Off]),
        _ => throw new PowerException("a person cannot be held"),
    };

    /// <summary>Forgets the part of a line, so that it can be opened anew.</summary>
    internal void Forget(IOutputLine line)
    {
        if (!_placed.Remove(line, out (string Key, IDisposable Part) at))
            return;
        at.Part.Dispose();
        if (_parts.TryGetValue(at.Key, out IDisposable? now) && ReferenceEquals(now, at.Part))
            _parts.Remove(at.Key);
    }

    private GpioLine OpenGpio(OutputLineSpec.Gpio spec)
    {
        GpioPlace place = Find(spec);
        GpioLine line = GpioLine.Open(place, spec);
        Keep(line, place.Key, line);
        return line;
    }

    private Mcp23017Line OpenPin(OutputLineSpec.Mcp23017 spec)
    {
        int pin = PinOf(spec);
        I2cBus bus = I2cBus.Find(Name(spec.Bus));
        string key = KeyOf(bus, spec), place = $"the MCP23017 at {bus.At(spec.Address)}";
        if (!_parts.TryGetValue(key, out IDisposable? chip))
        {
            var opened = new Mcp23017(bus.Open(spec.Address), place, time);
            bool sound = false;
            try
            {
                opened.Check();
                sound = true;
            }
            finally
            {
                if (!sound)
                    opened.Dispose();
            }

            chip = opened;
        }

        string low = spec.ActiveLow ? ", active low" : "";
        var identity = new PartIdentity(
            "relay", $"MCP23017 {bus.At(spec.Address)} pin {spec.Pin}{low}", bus.IsVirtual);
        var line = new Mcp23017Line((Mcp23017)chip, pin, spec.ActiveLow, identity);
        Keep(line, key, chip);
        return line;
    }

    private LcusRelay OpenRelay(OutputLineSpec.Lcus spec)
    {
        string path = PathOf(Checked(spec));
        if (!_parts.TryGetValue(path, out IDisposable? board))
            board = LcusBoard.Open(path, time);
        string inverted = spec.Inverted ? ", inverted" : "";
        var identity = new PartIdentity(
            "relay", string.Create(CultureInfo.InvariantCulture, $"LCUS {path} channel {spec.Channel}{inverted}"),
            VirtualParts.IsTty(path));
        var line = new LcusRelay((LcusBoard)board, spec.Channel, spec.Inverted, identity);
        Keep(line, path, board);
        return line;
    }

    private void Keep(IOutputLine line, string key, IDisposable part) =>
        (_parts[key], _placed[line]) = (part, (key, part));

    private static GpioPlace Find(OutputLineSpec.Gpio spec) => GpioPlace.Find(Name(spec.Chip), Name(spec.Line));

    private static string KeyOf(I2cBus bus, OutputLineSpec.Mcp23017 spec) => $"MCP23017 {bus.At(spec.Address)}";

    // Links in /dev/serial point to one node.
    private string PathOf(OutputLineSpec.Lcus spec)
    {
        string path = Path.GetFullPath(resolveTty(spec.Tty));
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path; // not there: opening it says so
        }
    }

    private static int PinOf(OutputLineSpec.Mcp23017 spec)
    {
        if (spec.Address is < 0x20 or > 0x27)
            throw new PowerException("an MCP23017 has an address from 0x20 to 0x27");
        return spec.Pin is { Length: 2 } && spec.Pin[0] is 'A' or 'B' && spec.Pin[1] is >= '0' and <= '7'
            ? (spec.Pin[0] - 'A') * 8 + (spec.Pin[1] - '0')
            : throw new PowerException("an MCP23017 has the pins A0 to A7 and B0 to B7");
    }

    private static OutputLineSpec.Lcus Checked(OutputLineSpec.Lcus spec) =>
        spec.Channel is >= 1 and <= LcusBoard.ChannelMax
            ? spec
            : throw new PowerException($"a relay board has the channels 1 to {LcusBoard.ChannelMax}");

    private static OutputLineSpec.Hook Checked(OutputLineSpec.Hook spec)
    {
        ChildProgram.Check(spec.On, spec.Limit);
        ChildProgram.Check(spec.Off, spec.Limit);
        return spec;
    }

    private static string Name(string text) => text.Length is > 0 and <= NameLengthMax
        ? text
        : throw new PowerException($"a name has 1 to {NameLengthMax} characters");
}
