using System.Security.Cryptography;

namespace FlashBench.Cli.Regress;

/// <summary>Tells one build of this program from another.</summary>
internal static class ProgramDigest
{
    /// <summary>SHA-256 of its files, lower-case hex: another build is another program, whatever version it says.
    /// </summary>
    /// <remarks>The native program is one file, whatever it is called; the managed one is the FlashBench libraries
    /// beside its start.</remarks>
    public static string Compute()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        IEnumerable<string> files = Directory.EnumerateFiles(AppContext.BaseDirectory, "FlashBench.*.dll")
            .Append(Path.Combine(AppContext.BaseDirectory, "flashbench.dll")).Where(File.Exists)
            .Append(Environment.ProcessPath ?? throw new InvalidOperationException("a process without a program"));
        foreach (string file in files.Order(StringComparer.Ordinal))
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
