using System.Diagnostics.CodeAnalysis;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Evidence;

/// <summary>The stations whose signatures count here: this one, and those whose keys were put beside its own.</summary>
public sealed class TrustedStations
{
    /// <summary>Folder inside the keys folder whose `*.pem` files are trusted.</summary>
    public const string FolderName = "trusted";

    private const int FileMax = 64 << 10, KeysMax = 10_000;

    private readonly Dictionary<string, StationPublicKey> _keys = new(StringComparer.Ordinal);

    private TrustedStations()
    {
    }

    /// <summary>Key ids, in the order in which they were found.</summary>
    public IEnumerable<string> KeyIds => _keys.Keys;

    /// <summary>Reads the trusted public keys; makes nothing.</summary>
    /// <param name="folder">The keys folder; may be missing.</param>
    /// <param name="extraKey">One more PEM file; null for none.</param>
    /// <exception cref="StationKeyException">A file is no P-256 public key; nothing is trusted then.</exception>
    /// <exception cref="IOException">One of the files cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static TrustedStations Load(string folder, string? extraKey = null)
    {
        var stations = new TrustedStations();
        string own = Path.Combine(folder, StationPublicKey.FileName), trusted = Path.Combine(folder, FolderName);
        if (File.Exists(own))
            stations.Add(own);
        if (Directory.Exists(trusted))
        {
            foreach (string file in Directory.GetFiles(trusted, "*.pem").Order(StringComparer.Ordinal).Take(KeysMax))
                stations.Add(file);
        }

        if (extraKey is not null)
            stations.Add(extraKey);
        return stations;
    }

    /// <summary>True if the key with this id is trusted.</summary>
    public bool Contains(string keyId) => _keys.ContainsKey(keyId);

    /// <summary>Finds the trusted key with this id.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryFind(string keyId, [NotNullWhen(true)] out StationPublicKey? key) =>
        _keys.TryGetValue(keyId, out key);

    private void Add(string file)
    {
        if (FileKinds.Of(file) != FileKind.Regular)
            throw new StationKeyException(file, "is missing, or no regular file");
        if (new FileInfo(file).Length > FileMax)
            throw new StationKeyException(file, $"is larger than {FileMax} bytes");
        var key = StationPublicKey.Parse(File.ReadAllText(file), file);
        _keys[key.KeyId] = key;
    }
}
