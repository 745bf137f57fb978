using System.Text.Json.Serialization;

namespace FlashBench.Bench;

/// <summary>How a check, a phase or a job ended; the worst child wins.</summary>
[JsonConverter(typeof(EnumNameConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Shown by positive, complete evidence.</summary>
    Pass,

    /// <summary>Not shown: silence, absence, damage or contradiction of evidence.</summary>
    Inconclusive,

    /// <summary>Measured, and outside its limits.</summary>
    Fail,

    /// <summary>Stopped by the operator.</summary>
    Aborted,

    /// <summary>The bench broke; nothing is known about the board.</summary>
    Error,
}

/// <summary>Who has to act on an end that is not a PASS.</summary>
[JsonConverter(typeof(EnumNameConverter<ErrorClass>))]
public enum ErrorClass
{
    /// <summary>Nobody: there is no error.</summary>
    None,

    /// <summary>The board under test.</summary>
    Dut,

    /// <summary>Whoever supplied the image.</summary>
    Image,

    /// <summary>Whoever keeps the bench.</summary>
    Infrastructure,

    /// <summary>Whoever wrote the configuration.</summary>
    Configuration,

    /// <summary>The authors of this program.</summary>
    Bug,

    /// <summary>The operator stopped it.</summary>
    Canceled,
}

/// <summary>Reads and writes an enum by its member's name; a number is refused, which can name no member.</summary>
internal sealed class EnumNameConverter<T>()
    : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
