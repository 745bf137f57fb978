using System.Diagnostics.CodeAnalysis;

namespace FlashBench.Bench.Evidence;

/// <summary>The stations whose signatures count here: this one, and those whose keys were put beside its own.</summary>
public sealed class TrustedStations
{
    /// <summary>Folder inside the keys folder whose `*.pem` files are trusted.</summary>
    public const string FolderName = "trusted";

    private const int KeysMax = 10_000;
    private const string Own = "this station";

    private readonly Dictionary<string, TrustedStation> _stations = new(StringComparer.Ordinal);

    private TrustedStations()
    {
    }

    /// <summary>All of them, in the order in which they were found: this station first.</summary>
    public IReadOnlyCollection<TrustedStation> All => _stations.Values;

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
            stations.Add(TrustedStation.Read(own) with { Name = Own });
        if (Directory.Exists(trusted))
        {
            foreach (string file in Directory.GetFiles(trusted, "*.pem").Order(StringComparer.Ordinal).Take(KeysMax))
                stations.Add(TrustedStation.Read(file));
        }

        if (extraKey is not null)
            stations.Add(TrustedStation.Read(extraKey));
        return stations;
    }

    /// <summary>True if the key with this id is trusted.</summary>
    public bool Contains(string keyId) => _stations.ContainsKey(keyId);

    /// <summary>Finds the trusted station whose key has this id.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryFind(string keyId, [NotNullWhen(true)] out TrustedStation? station) =>
        _stations.TryGetValue(keyId, out station);

    // A key that is there twice keeps the name under which it was found first.
    private void Add(TrustedStation station) => _stations.TryAdd(station.Key.KeyId, station);
}
