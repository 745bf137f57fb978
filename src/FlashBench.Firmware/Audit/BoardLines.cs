using System.Text.RegularExpressions;

namespace FlashBench.Firmware.Audit;

/// <summary>Reads processor, board and sleep states out of a host text.</summary>
internal sealed class BoardLines
{
    private readonly Statement<Words> _processor = new("the processor"), _manufacturer = new("the manufacturer"),
        _product = new("the product");
    private readonly Statement<bool> _vpro = new("vPro"), _nic = new("the Intel network controller"),
        _suspend = new("suspend to RAM (S3)");
    private bool _hasSmxAndVmx, _inSystemBlock;

    /// <summary>Facts that lines state in two ways, one sentence each.</summary>
    public IEnumerable<string> Doubts => new[]
    {
        _processor.Doubt, _manufacturer.Doubt, _product.Doubt, _vpro.Doubt, _nic.Doubt, _suspend.Doubt,
    }.OfType<string>();

    /// <summary>Takes one line.</summary>
    public void Read(string line)
    {
        if (HostPatterns.Flags().Match(line) is { Success: true } match)
        {
            string[] flags = match.Groups["flags"].Value.Split(' ');
            _hasSmxAndVmx |= flags.Contains("smx") && flags.Contains("vmx");
        }

        if (line.Length > HostPatterns.LineMax)
            return;

        if (HostPatterns.Processor().Match(line) is { Success: true } processor)
            _processor.Say(Words.Of(processor.Groups["brand"].Value));
        if (HostPatterns.Stated().Match(line) is { Success: true } stated)
            (stated.Groups["key"].Value == "vPro" ? _vpro : _nic).Say(stated.Groups["answer"].Value == "yes");
        if (HostPatterns.MemorySleep().Match(line) is { Success: true } sleep)
            _suspend.Say(!sleep.Groups["only"].Success);
        if (HostPatterns.SleepStates().Match(line) is { Success: true } states)
            _suspend.Say(states.Groups["s3"].Success);
        ReadBoard(line);
    }

    /// <summary>What all lines together say.</summary>
    public HostFacts Facts() => new()
    {
        Processor = _processor.Value?.Text,
        HasSmxAndVmx = _hasSmxAndVmx,
        VproStated = _vpro.Value,
        IntelNicStated = _nic.Value,
        SupportsS3 = _suspend.Value,
        Board = _manufacturer.Value is { } maker && _product.Value is { } product
            ? $"{maker.Text} {product.Text}"
            : null,
    };

    // dmidecode names makers of many parts; only those under "System Information" speak of the board.
    private void ReadBoard(string line)
    {
        if (line.Length > 0 && line[0] != '\t')
            _inSystemBlock = line == "System Information";
        if (_inSystemBlock && HostPatterns.BoardName().Match(line) is { Success: true } name)
        {
            var subject = name.Groups["key"].Value == "Manufacturer" ? _manufacturer : _product;
            subject.Say(Words.Of(name.Groups["value"].Value));
        }
    }

    /// <summary>Text with its blanks merged: dmidecode pads brand strings as the processor stores them.</summary>
    private readonly record struct Words(string Text)
    {
        public static Words Of(string text) => new(Regex.Replace(text.Trim(), " {2,}", " "));
    }
}
