using System.Reflection;

namespace FlashBench.Bench.Config;

/// <summary>Data files that are built into an assembly.</summary>
internal static class EmbeddedFile
{
    /// <summary>All bytes of one embedded file.</summary>
    /// <exception cref="InvalidOperationException">The build did not embed it.</exception>
    public static byte[] Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built into {assembly.GetName().Name}");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
