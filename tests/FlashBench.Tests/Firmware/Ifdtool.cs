using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FlashBench.Firmware;

namespace FlashBench.Tests.Firmware;

/// <summary>Debian's ifdtool as a judge of descriptors. Tests skip, saying so, where it is not installed.</summary>
internal static partial class Ifdtool
{
    /// <summary>The used regions that `ifdtool -d` prints, by number.</summary>
    /// <param name="image">Image or descriptor.</param>
    /// <param name="platform">Value of its option -p; null leaves the choice to it.</param>
    public static SortedDictionary<int, FlashRange> Regions(byte[] image, string? platform)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, image);
            string dump = Run(platform is null ? ["-d", file] : ["-p", platform, "-d", file]);
            var regions = new SortedDictionary<int, FlashRange>();
            foreach (Match line in RegionLine().Matches(dump))
            {
                if (line.Groups[4].Value.Length == 0)
                {
                    regions.Add(int.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                        new FlashRange(Hex(line.Groups[2]), Hex(line.Groups[3]) + 1));
                }
            }

            return regions;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static long Hex(Group digits) =>
        long.Parse(digits.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Run(string[] arguments)
    {
        var start = new ProcessStartInfo("ifdtool") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output + errors.Result);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("ifdtool (Debian coreboot-utils) is not installed");
            throw;
        }
    }

    [GeneratedRegex(@"Flash Region (\d+) \([^)]*\): ([0-9a-f]{8}) - ([0-9a-f]{8}) *(\(unused\))?")]
    private static partial Regex RegionLine();
}
