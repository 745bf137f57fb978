using System.Globalization;
using FlashBench.Hardware.Native;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>An I2C bus of this host.</summary>
/// <param name="Name">"i2c-1".</param>
/// <param name="Adapter">What its driver calls it.</param>
internal sealed record I2cBus(string Name, string Adapter)
{
    private const string Class = "/sys/class/i2c-dev";
    private const int AdapterLengthMax = 128;

    /// <summary>True if the kernel only pretends to have it.</summary>
    public bool IsVirtual => VirtualParts.IsAdapter(Adapter);

    /// <summary>Finds a bus by its name or its adapter's.</summary>
    /// <exception cref="PowerException">There is none, or several.</exception>
    public static I2cBus Find(string bus)
    {
        I2cBus[] all = [.. Names().Select(name => new I2cBus(name, AdapterOf(name)))];
        I2cBus[] found = [.. all.Where(one => one.Name == bus || one.Adapter == bus)];
        return found.Length switch
        {
            1 => found[0],
            0 when all.Length == 0 => throw new PowerException(
                $"the I2C bus \"{bus}\" is not there: this host shows none (is the module i2c-dev loaded?)")
            {
                IsPartGone = true,
                Cause = PartCause.Unavailable,
            },
            0 => throw new PowerException(
                $"no I2C bus is called \"{bus}\"; there are {string.Join(", ", all.Select(one => one.Name))}")
            {
                IsPartGone = true,
                Cause = PartCause.Unavailable,
            },
            _ => throw new PowerException(
                $"several I2C buses are called \"{bus}\": {string.Join(", ", found.Select(one => one.Name))}")
            {
                Cause = PartCause.Ambiguous,
            },
        };
    }

    /// <summary>Opens one address of it.</summary>
    /// <exception cref="PowerException">Not allowed, or a kernel driver has the address.</exception>
    public SmbusDevice Open(int address)
    {
        SmbusDevice? device = SmbusDevice.Open($"/dev/{Name}", address, out int error);
        return device ?? throw (error == 16 // EBUSY
            ? new PowerException($"{At(address)} belongs to a kernel driver: unbind it or blacklist its module")
            {
                Cause = PartCause.Busy,
            }
            : PartFailure.CannotOpen($"the I2C bus {Name}", error, "i2c"));
    }

    /// <summary>"i2c-1:0x40".</summary>
    public string At(int address) => string.Create(CultureInfo.InvariantCulture, $"{Name}:0x{address:X2}");

    private static IEnumerable<string> Names() =>
        Directory.Exists(Class) ? new DirectoryInfo(Class).EnumerateFileSystemInfos().Select(entry => entry.Name) : [];

    private static string AdapterOf(string name)
    {
        try
        {
            string text = File.ReadAllText($"{Class}/{name}/name").Trim();
            return text.Length <= AdapterLengthMax ? text : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
