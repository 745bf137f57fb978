using System.Globalization;

namespace FlashBench.Hardware.Power.Sensors;

/// <summary>Numbers as meters and programs print them.</summary>
internal static class Reading
{
    private const int LengthMax = 40;

    /// <summary>Reads a decimal number: sign, digits, one point, an exponent.</summary>
    /// <param name="text">Without blanks around it.</param>
    /// <param name="scale">Millivolts or milliamps per unit.</param>
    /// <returns>Rounded; null if it is no number or none that fits.</returns>
    public static int? Parse(string text, double scale)
    {
        const NumberStyles style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (text.Length > LengthMax || !double.TryParse(text, style, CultureInfo.InvariantCulture, out double value))
            return null;
        double scaled = Math.Round(value * scale);
        return Math.Abs(scaled) <= int.MaxValue ? (int)scaled : null; // false for NaN too
    }
}
