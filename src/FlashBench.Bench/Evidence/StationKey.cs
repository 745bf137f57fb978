using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Hardware.Native;

namespace FlashBench.Bench.Evidence;

/// <summary>The private key by which a station signs its records: ECDSA on P-256.</summary>
/// <remarks>It leaves its file for nothing but signatures, and no message and no log ever holds it.</remarks>
public sealed class StationKey : IDisposable
{
    /// <summary>File name of the private key inside the keys folder.</summary>
    public const string FileName = "station.pem";

    private const int FileMax = 64 << 10;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    private readonly ECDsa _key;

    private StationKey(ECDsa key)
    {
        _key = key;
        Public = StationPublicKey.Of(key);
    }

    /// <summary>The public half.</summary>
    public StationPublicKey Public { get; }

    /// <inheritdoc cref="StationPublicKey.KeyId"/>
    public string KeyId => Public.KeyId;

    /// <inheritdoc cref="StationPublicKey.Pem"/>
    public string PublicPem => Public.Pem;

    /// <summary>Makes the station's first key (mode 0600).</summary>
    /// <inheritdoc cref="LoadOrCreate"/>
    /// <exception cref="StationKeyException">There is one already.</exception>
    public static StationKey Create(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return FileKinds.Of(path) == FileKind.None
            ? LoadOrCreate(folder)
            : throw new StationKeyException(path, "is there already; `key rotate` replaces it");
    }

    /// <summary>Reads the station's key.</summary>
    /// <inheritdoc cref="LoadOrCreate"/>
    /// <exception cref="StationKeyException">There is none.</exception>
    public static StationKey LoadExisting(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return FileKinds.Of(path) != FileKind.None
            ? LoadOrCreate(folder)
            : throw new StationKeyException(path, "is not there; `key create` or the first job makes it");
    }

    /// <summary>Reads the station's key; makes one (mode 0600) where there is none.</summary>
    /// <param name="folder">The keys folder; made (mode 0700) if it is not there. Holds the public key too when this
    /// returns.</param>
    /// <exception cref="StationKeyException">The key is damaged, or others than its owner may read it.</exception>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static StationKey LoadOrCreate(string folder)
    {
        DurableFile.CreateDirectory(folder, OwnerFolder);
        RefuseForeignWriters(folder);
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            Create(path, NewKey());
        StationKey key = Load(path);
        string publicPath = Path.Combine(folder, StationPublicKey.FileName);
        if (!File.Exists(publicPath) || File.ReadAllText(publicPath) != key.PublicPem)
            DurableFile.WriteText(publicPath, key.PublicPem);

        return key;
    }

    /// <summary>Signs a message.</summary>
    /// <returns>ECDSA over SHA-256, DER; another one every time.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message) =>
        _key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Makes a key and puts it in the place of the station's.</summary>
    internal static void Replace(string folder)
    {
        byte[] pem = NewKey();
        DurableFile.Write(Path.Combine(folder, FileName), pem, ownerOnly: true);
        CryptographicOperations.ZeroMemory(pem);
    }

    // Whole file first, then a name that is taken by one process only: two that start at once agree on one key.
    private static void Create(string path, byte[] pem)
    {
        string fresh = FreshName(path);
        DurableFile.Write(fresh, pem, ownerOnly: true);
        CryptographicOperations.ZeroMemory(pem);
        try
        {
            DiskFaults.ChangeName(path);
            File.Move(fresh, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(fresh);
        }

        DurableFile.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!); // also of the other one's key
    }

    private static byte[] NewKey()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static void RefuseForeignWriters(string folder)
    {
        UnixFileMode mode = File.GetUnixFileMode(folder);
        if ((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
        {
            throw new StationKeyException(
                folder, $"others than its owner may change the keys here (mode {Octal(mode)}); run chmod 700 on it");
        }
    }

    private static string FreshName(string path) =>
        $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.new";

    private static StationKey Load(string path)
    {
        char[] pem = ReadOwnerOnly(path);
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            key.ExportParameters(includePrivateParameters: true); // throws if the file holds a public key only
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            // The cause is left out: its text might quote the file.
            throw new StationKeyException(path, "holds no private key for ECDSA");
        }
        finally
        {
            Array.Clear(pem);
        }

        return StationPublicKey.IsP256(key)
            ? new StationKey(key)
            : throw new StationKeyException(path, "holds a key that is not on the curve P-256");
    }

    private static char[] ReadOwnerOnly(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
        if ((mode & ~OwnerFolder) != 0)
        {
            throw new StationKeyException(
                path, $"others than its owner may use this private key (mode {Octal(mode)}); run chmod 600 on it, "
                + "and replace it if somebody may have read it");
        }

        if (file.Length > FileMax)
            throw new StationKeyException(path, $"is larger than {FileMax} bytes");
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        char[] text = Encoding.Latin1.GetChars(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return text;
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}
