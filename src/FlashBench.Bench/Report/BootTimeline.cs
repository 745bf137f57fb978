using System.Globalization;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Report;

/// <summary>One boot over time: rail, supply current, console rate, signs of life, and what happened when.</summary>
internal sealed class BootTimeline
{
    private const double Left = 64, Right = 984, Top = 64, AxisY = 332, UsPerMinute = 60e6;
    private const int TicksMax = 16;

    private static readonly int[] TickMinutes = [1, 2, 5, 10, 15, 30, 60, 120, 240, 600];

    private readonly MarkupWriter _page;
    private readonly BootObservation _boot;
    private readonly BootSettings _settings;
    private readonly long _zero;
    private readonly SvgScale _time;

    private BootTimeline(MarkupWriter page, BootObservation boot, BootSettings settings)
    {
        (_page, _boot, _settings) = (page, boot, settings);
        _zero = boot.PowerGoodUs ?? boot.CommandedUs;
        long begin = boot.Power.Count > 0 ? Math.Min(boot.CommandedUs, boot.Power[0].AtUs) : boot.CommandedUs;
        _time = new SvgScale(begin, Math.Max(boot.EndUs, begin + 1), Left, Right);
    }

    public static void Write(MarkupWriter page, BootObservation boot, BootSettings settings) =>
        new BootTimeline(page, boot, settings).Write();

    private void Write()
    {
        using (_page.In(
            "svg", ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 1000 364"), ("role", "img"),
            ("aria-label", $"Timeline of boot {_boot.Number}")))
        {
            WriteRequiredTime();
            WritePanel(66, 146, "rail, V", _boot.Power.Select(s => (s.AtUs, s.Millivolts)), _settings.OnMillivolts);
            WritePanel(160, 230, "supply, A", _boot.Power.Select(s => (s.AtUs, s.Milliamps)), null);
            WriteConsole(244, 286);
            WriteRow(302, "life", _boot.Signs, 5);
            WriteRow(319, "FB1", [.. _boot.Samples.Select(sample => sample.AtUs)], 7);
            WriteAxis();
            TimelineMarks.Write(_page, _time, Marks());
        }

        _page.Line();
    }

    // The time that had to be survived, from the start that counts to the mark.
    private void WriteRequiredTime()
    {
        if (_boot.CountedFromUs is not long start)
            return;
        (double x, double width) = _time.Span(start, start + _settings.MinimumUs, 1);
        _page.Void(
            "rect", ("x", Figures.Place(x)), ("y", Figures.Place(Top)), ("width", Figures.Place(width)),
            ("height", Figures.Place(AxisY - Top)), ("fill", "#eef5f0"));
    }

    private void WritePanel(
        double top, double bottom, string name, IEnumerable<(long AtUs, int Milli)> samples, int? threshold)
    {
        List<(long AtUs, int Milli)> list = [.. samples];
        double max = SvgScale.RoundUp(list.Count == 0 ? 1 : list.Max(s => Math.Max(1, s.Milli)));
        var scale = new SvgScale(0, max, bottom, top);
        WriteFrame(top, bottom, name, (max / 1000).ToString("0.##", CultureInfo.InvariantCulture));
        if (threshold is int limit && limit < max)
            WriteLine((Left, Right), (scale.At(limit), scale.At(limit)), "#8a5700", "3 3");
        string path = TimelineTrace.Path(list, _time, scale);
        if (path.Length > 0)
            _page.Void("path", ("d", path), ("fill", "none"), ("stroke", "#1f4e8c"), ("stroke-width", "1.2"));
    }

    private void WriteConsole(double top, double bottom)
    {
        int most = _boot.BytesPerMinute.Count == 0 ? 0 : _boot.BytesPerMinute.Max();
        double max = SvgScale.RoundUp(Math.Max(1, most));
        var scale = new SvgScale(0, max, bottom, top);
        WriteFrame(top, bottom, "bytes/min", Figures.Count((long)max));
        for (int minute = 0; minute < _boot.BytesPerMinute.Count; minute++)
        {
            double at = _boot.CommandedUs + minute * UsPerMinute;
            if (_boot.BytesPerMinute[minute] <= 0 || !_time.Touches(at, at + UsPerMinute))
                continue;
            (double x, double width) = _time.Span(at, at + UsPerMinute, 1);
            double y = scale.At(_boot.BytesPerMinute[minute]);
            _page.Void(
                "rect", ("x", Figures.Place(x)), ("y", Figures.Place(y)), ("width", Figures.Place(width * 0.9)),
                ("height", Figures.Place(bottom - y)), ("fill", "#7d8ea6"));
        }
    }

    private void WriteFrame(double top, double bottom, string name, string max)
    {
        WriteLine((Left, Right), (bottom, bottom), "#5b6675", "");
        WriteLine((Left, Left), (top, bottom), "#5b6675", "");
        WriteText(58, top + 8, "end", max, "dim");
        WriteText(58, bottom, "end", "0", "dim");
        WriteText(58, (top + bottom) / 2 + 5, "end", name, "");
    }

    // One stroke for each column of the drawing in which something happened.
    private void WriteRow(double y, string name, IReadOnlyList<long> times, double height)
    {
        WriteText(58, y + 4, "end", name, "");
        IEnumerable<string> strokes = times.Select(at => Figures.Place(Math.Round(_time.At(at)))).Distinct()
            .Select(x => $"M{x} {Figures.Place(y - height / 2)}v{Figures.Place(height)}");
        string path = string.Concat(strokes);
        if (path.Length > 0)
            _page.Void("path", ("d", path), ("fill", "none"), ("stroke", "#0b6b3a"), ("stroke-width", "1"));
    }

    private void WriteAxis()
    {
        WriteLine((Left, Right), (AxisY, AxisY), "#1c2430", "");
        double first = (_time.From - _zero) / UsPerMinute, last = (_time.To - _zero) / UsPerMinute;
        int step = Array.Find(TickMinutes, minutes => (last - first) / minutes <= TicksMax);
        if (step == 0)
            step = TickMinutes[^1] * (int)Math.Clamp((last - first) / TickMinutes[^1] / TicksMax + 1, 1, 1e6);
        for (double tick = Math.Ceiling(first / step) * step; tick <= last; tick += step)
        {
            double x = _time.At(_zero + tick * UsPerMinute);
            WriteLine((x, x), (AxisY, AxisY + 4), "#1c2430", "");
            WriteText(x, AxisY + 15, "middle", (tick + 0.0).ToString("0", CultureInfo.InvariantCulture), "dim");
        }

        string zero = _boot.PowerGoodUs is null ? "the relay closed" : "power-good";
        WriteText((Left + Right) / 2, AxisY + 29, "middle", $"minutes after {zero}", "dim");
    }

    private List<TimelineMark> Marks()
    {
        var marks = new List<TimelineMark> { new(_boot.CommandedUs, "relay closed", false) };
        Add(marks, _boot.PowerGoodUs, "power-good", false);
        if (_boot.CountedFromUs > _boot.PowerGoodUs)
            Add(marks, _boot.CountedFromUs, "counting starts", false);
        Add(marks, _boot.OsUpUs, "OS up", false);
        if (_boot.CountedFromUs + _settings.MinimumUs is long mark && mark <= _boot.EndUs)
            Add(marks, mark, "mark", false);
        if (_boot.Class is BootClass.SignsOfLifeLost or BootClass.Hang or BootClass.ConsoleFault)
            Add(marks, _boot.LastSignUs, "last sign of life", true);
        Add(marks, _boot.ResetUs, "board reset", true);
        if (_boot.PowerLostUs is long lost)
        {
            marks.Add(new TimelineMark(
                lost, $"power lost {Figures.Clock(lost - _zero)}, {WatchSection.ClassText(_boot.Class)}", true));
        }

        Add(marks, _boot.EndUs, "end of watch", false);
        return marks;
    }

    private void Add(List<TimelineMark> marks, long? atUs, string text, bool bad)
    {
        if (atUs is long at)
            marks.Add(new TimelineMark(at, $"{text} {Figures.Clock(at - _zero)}", bad));
    }

    private void WriteLine((double From, double To) x, (double From, double To) y, string color, string dashes) =>
        _page.Void(
            "line", ("x1", Figures.Place(x.From)), ("x2", Figures.Place(x.To)), ("y1", Figures.Place(y.From)),
            ("y2", Figures.Place(y.To)), ("stroke", color), ("stroke-width", "0.8"),
            ("stroke-dasharray", dashes.Length > 0 ? dashes : "none"));

    private void WriteText(double x, double y, string anchor, string text, string style) => _page.Element(
        "text", text, ("x", Figures.Place(x)), ("y", Figures.Place(y)), ("text-anchor", anchor), ("class", style));
}
