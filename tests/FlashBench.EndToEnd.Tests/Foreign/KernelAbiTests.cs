using System.Globalization;
using System.Reflection;
using FlashBench.Hardware.Native;

namespace FlashBench.EndToEnd.Tests.Foreign;

/// <summary>A C compiler and the kernel's headers judge the layouts that are stated by hand.</summary>
public sealed class KernelAbiTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_size_offset_and_request_is_what_the_kernels_headers_say()
    {
        ForeignJudges.Require();

        ProcessEnd end = await ExternalProgram.RunAsync(
            ForeignJudges.Program("kernel-abi"), [], new Dictionary<string, string>(), Limit);

        var judged = end.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => ulong.Parse(words[1], CultureInfo.InvariantCulture));
        var stated = Constants(typeof(GpioAbi), "").Concat(Constants(typeof(SmbusDevice), "Smbus."))
            .Concat(Enum.GetValues<GpioFlags>().Where(flag => flag != GpioFlags.AsIs)
                .Select(flag => ($"Flag.{flag}", (ulong)flag)))
            .ToDictionary(pair => pair.Item1, pair => pair.Item2);
        Assert.Equal(judged.OrderBy(pair => pair.Key), stated.OrderBy(pair => pair.Key));
    }

    private static IEnumerable<(string, ulong)> Constants(Type type, string prefix) =>
        type.GetFields(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(field => field is { IsLiteral: true, IsAssembly: true })
            .Select(field => (prefix + field.Name,
                Convert.ToUInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)));
}
