using System.Globalization;
using FlashBench.Firmware.Registers;

namespace FlashBench.Firmware.States;

/// <summary>Groups the statements of a text into samples: a statement that repeats begins the next one.</summary>
internal sealed class MeSampleBuilder
{
    private readonly List<MeSample> _samples = [];
    private readonly List<MeStatement> _current = [], _remarks = [], _found = [];
    private readonly List<(uint Value, string Text, int Line)> _words = [];
    private readonly HashSet<int> _versions = [];
    private SetpciCommand? _asked;
    private bool _fileNamed, _inMeDump, _otherText;

    /// <summary>True when no further sample is taken.</summary>
    public bool IsFull => _samples.Count >= MeText.SampleCountMax;

    /// <summary>True when a line has a form that only programs for ME 11 and later print.</summary>
    public bool ShowsCse { get; private set; }

    /// <summary>Takes the next line.</summary>
    public void Add(string raw, int line)
    {
        string bare = MeLineText.Bare(raw);
        if (TakeWords(bare, raw, line))
            return;

        if (bare.Length == 0)
        {
            _inMeDump = false; // lspci ends each function with an empty line
            return;
        }

        bool isPrefixed = _words.Count == 0 && ExpectsStatus && EndsInWord(bare);
        EndWords();
        if (isPrefixed)
            Take(new(MeKey.Damaged, null, false, line, raw));
        _otherText = true;
        PciLine? device = PciLine.Read(raw);
        NoteContext(bare, device);
        _found.Clear();
        if (_inMeDump)
            ReadDumpRow(bare, raw, line);
        if (device is { IsMe: true } verbose && verbose.Rest.StartsWith('@'))
        {
            if (ReadVerbose(verbose, raw, line) is { } value)
                _found.Add(value);
        }
        else
        {
            MeLineReader.Read(raw, line, _found);
        }

        foreach (MeStatement said in _found)
            Take(said);
    }

    /// <summary>Takes a line that is too long to be read: what it may say about the state must not be lost.</summary>
    public void AddOverlong(ReadOnlySpan<char> raw, int line)
    {
        EndWords();
        _otherText = true;
        _fileNamed = false;
        _asked = null;
        if (MeLineReader.SpeaksOfState(raw))
            Take(new(MeKey.Damaged, null, false, line, raw[..MeText.LineMax].ToString()));
    }

    /// <summary>Ends the text.</summary>
    public (IReadOnlyList<MeSample> Samples, IReadOnlyList<MeStatement> Remarks, IReadOnlyCollection<int> Versions)
        Finish()
    {
        if (!_otherText)
            _fileNamed = true; // nothing but words: the content of fw_status itself
        EndWords();
        EndSample();
        return (_samples, _remarks, _versions);
    }

    private void Take(MeStatement said)
    {
        const int RemarkMax = 20;
        switch (said.Key)
        {
            case MeKey.Version:
                if (_versions.Count < 2)
                    _versions.Add((int)said.Value!.Value);
                return;
            case MeKey.Remark:
                if (_remarks.Count < RemarkMax)
                    _remarks.Add(said);
                return;
            case MeKey.Damaged when _current.Any(other => other.Key == MeKey.Damaged):
                return; // one is enough
        }

        ShowsCse |= said.Text.Contains("Host Firmware Status Register", StringComparison.Ordinal) ||
            said.Text.Contains("ME: HFSTS", StringComparison.Ordinal);
        // Romstage and ramstage both say it: the same words again are the same sample.
        bool again = _current.Any(other => other.Key == said.Key && other.Value == said.Value && said.Key is
            MeKey.Hfsts2 or MeKey.SaysDisabled);
        if (again)
            return;
        if (_current.Any(other => other.Key == said.Key))
            EndSample();
        _current.Add(said);
    }

    private void EndSample()
    {
        if (_current.Count > 0 && !IsFull)
            _samples.Add(new([.. _current]));
        _current.Clear();
    }

    // What a command line, a file name or a heading says about what comes after it.
    private void NoteContext(string text, PciLine? device)
    {
        _fileNamed = text.Contains("fw_status", StringComparison.Ordinal);
        _asked = SetpciCommand.Read(text);
        if (device is { } heading)
            _inMeDump = heading.IsMe;
    }

    // setpci -v: "0000:00:16.0 @40 = 1e000255".
    private static MeStatement? ReadVerbose(PciLine device, string raw, int line)
    {
        string[] parts = device.Rest[1..].Split(" = ");
        MeKey? key = MeLineReader.RegisterAt(parts[0].TrimEnd());
        uint? value = parts.Length == 2 ? MeLineReader.Word(parts[1].TrimEnd()) : null;
        return key is { } register && value is { } word ? new(register, word, false, line, raw)
            : key == MeKey.Hfsts1 ? new(MeKey.Damaged, null, false, line, raw)
            : null;
    }

    // The next word is HFSTS1, by a command or a file name before it.
    private bool ExpectsStatus => _fileNamed || (_asked is { } asked && asked.Registers.Contains(MeKey.Hfsts1));

    // "host kernel: 1e000255": a word behind a prefix that is not known.
    private static bool EndsInWord(string bare)
    {
        const int Digits = 8;
        string text = bare.TrimEnd('"', '\'', ',', '|', ' ');
        return text.Length > Digits && MeLineReader.Word(text.AsSpan(text.Length - Digits)) is not null &&
            !char.IsAsciiLetterOrDigit(text[^(Digits + 1)]);
    }

    // A line of nothing but bare words: one each, or all of fw_status joined by blanks.
    private bool TakeWords(string bare, string raw, int line)
    {
        const int WordsMax = 7; // six registers; one more shows that these are none
        if (bare.Length > WordsMax * 9)
            return false;
        uint?[] words = [.. bare.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => MeLineReader.Word(w))];
        if (words.Length == 0 || words.Contains(null))
            return false;
        foreach (uint? word in words.Take(WordsMax - _words.Count))
            _words.Add((word!.Value, raw, line));
        return true;
    }

    // Bare words count only where it is known what they are, and only when all of them are there.
    private void EndWords()
    {
        bool asked = _asked is { IsMe: true } && _asked.Registers.Length == _words.Count;
        bool file = _fileNamed && _words.Count is 1 or 2 or 6;
        if (asked || file)
        {
            for (int i = 0; i < _words.Count; i++)
            {
                MeKey? key = asked ? _asked!.Registers[i] : MeKey.Hfsts1 + i;
                if (key is { } register)
                    Take(new(register, _words[i].Value, false, _words[i].Line, _words[i].Text));
            }
        }
        else if (_words.Count > 0 && (_asked is not null || _fileNamed || MayBeBadStatus()))
        {
            Take(new(MeKey.Damaged, null, false, _words[0].Line, _words[0].Text));
        }

        _words.Clear();
    }

    // fw_status between other text without its name: no claim about it, and none against what it may show.
    private bool MayBeBadStatus() => _words.Count is 2 or 6 && MeStateTable.Decide(
        new MeRegisters(_words[0].Value), null, null).Kind is MeStateKind.Running or MeStateKind.WatchdogArmed or
        MeStateKind.InvalidCpu;

    // lspci -xxx: "40: 04 20 02 80 ..." with sixteen bytes.
    private void ReadDumpRow(string text, string raw, int line)
    {
        string[] parts = text.Split(' ', 18);
        if (parts[0] is not ("40:" or "60:"))
            return;
        if (parts.Length != 17 || parts.Skip(1).Any(part => part.Length != 2 || !part.All(char.IsAsciiHexDigit)))
        {
            if (parts[0] == "40:")
                _found.Add(new(MeKey.Damaged, null, false, line, raw));
            return;
        }

        for (int i = 0; i < 4; i++)
        {
            string offset = (int.Parse(parts[0].AsSpan(0, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) +
                i * 4).ToString("X2", CultureInfo.InvariantCulture);
            string word = parts[4 + i * 4] + parts[3 + i * 4] + parts[2 + i * 4] + parts[1 + i * 4];
            if (MeLineReader.RegisterAt(offset) is { } key && MeLineReader.Word(word) is { } value)
                _found.Add(new(key, value, false, line, raw));
        }
    }
}
