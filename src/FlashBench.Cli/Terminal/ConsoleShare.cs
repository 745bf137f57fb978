using System.Security.Cryptography;
using System.Text;
using FlashBench.Bench.Config;
using FlashBench.Hardware;
using FlashBench.Hardware.Console;

namespace FlashBench.Cli.Terminal;

/// <summary>A console that this process holds and shares: with its own readers, and with other processes of the user.
/// </summary>
/// <example><c>await using var share = ConsoleShare.Start(new ConsoleHub(port), path, time, note);</c></example>
internal sealed class ConsoleShare : IAsyncDisposable
{
    private readonly ConsoleServer? _server;

    private ConsoleShare(ConsoleHub hub, ConsoleServer? server) => (Hub, _server) = (hub, server);

    public ConsoleHub Hub { get; }

    /// <summary>Socket of a bench's console: in the user's runtime folder, else below the state folder.</summary>
    /// <remarks>Source: S-08. The name tells benches of one name apart whose state is in different folders.</remarks>
    public static string SocketOf(BenchPaths paths, string bench)
    {
        string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        string mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.State)).AsSpan(0, 4));
        return runtime is not null && Path.IsPathFullyQualified(runtime)
            ? Path.Combine(runtime, "flashbench", $"{bench}-{mark}.console")
            : Path.Combine(paths.State, "run", $"{bench}.console");
    }

    /// <summary>Takes over a port and shares it.</summary>
    /// <param name="hub">Closed together with the share.</param>
    /// <param name="path">Of the socket.</param>
    /// <param name="time">Of this host.</param>
    /// <param name="note">Told if other processes cannot follow: no reason to stop.</param>
    public static ConsoleShare Start(ConsoleHub hub, string path, TimeProvider time, Action<string> note)
    {
        try
        {
            return new ConsoleShare(hub, ConsoleServer.Start(hub, path, time));
        }
        catch (ConsoleException failure)
        {
            note($"other programs cannot follow this console: {failure.Message}");
            return new ConsoleShare(hub, null);
        }
    }

    /// <summary>Follows a port that another process shares.</summary>
    public static ConsoleShare Of(ConsoleClient client) => new(new ConsoleHub(client), null);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await Hub.DisposeAsync();
    }
}
