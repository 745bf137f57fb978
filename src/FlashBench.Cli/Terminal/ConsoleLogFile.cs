using FlashBench.Hardware.Console;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Terminal;

/// <summary>A file of everything that the board says, byte for byte, appended as it comes.</summary>
/// <remarks>A crash of the program loses nothing that was written; a power cut at most the last second.</remarks>
internal sealed class ConsoleLogFile : IDisposable
{
    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private long _synced;

    private ConsoleLogFile(string path, FileStream file, TimeProvider time)
    {
        (_path, _file, _time) = (path, file, time);
        _synced = time.GetTimestamp();
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="CommandFailure">It is no ordinary file, or may not be written.</exception>
    public static ConsoleLogFile Open(string path, TimeProvider time)
    {
        if (FileKinds.Of(path) is not (FileKind.None or FileKind.Regular))
            throw new CommandFailure(ExitCodes.CannotWrite, $"{path}: is there and is no ordinary file");
        try
        {
            return new ConsoleLogFile(
                path, new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0), time);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Permission, $"{path}: may not be written");
        }
        catch (IOException failure)
        {
            throw CannotWrite(path, failure);
        }
    }

    /// <summary>Follows a console to its end.</summary>
    /// <param name="seat">A seat of its own: a slow screen does not hold the log up.</param>
    /// <param name="note">Told what is missing.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="CommandFailure">The file cannot be written any more.</exception>
    public async Task FollowAsync(ConsoleSeat seat, Action<string> note, CancellationToken cancel)
    {
        try
        {
            await foreach (ConsoleEvent happened in seat.ReadAsync(cancel))
            {
                if (happened is ConsoleEvent.Bytes bytes)
                    Append(bytes.Data.Span);
                else if (happened is ConsoleEvent.Lost lost)
                    note($"{lost.Count} bytes are not in {_path}: the disk was too slow");
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // What came until now is in the file.
        }
        catch (IOException failure)
        {
            throw CannotWrite(_path, failure);
        }
    }

    /// <summary>Syncs and closes the file.</summary>
    public void Dispose()
    {
        try
        {
            _file.Flush(flushToDisk: true);
        }
        catch (IOException failure)
        {
            throw CannotWrite(_path, failure);
        }
        finally
        {
            _file.Dispose();
        }
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        _file.Write(data);
        if (_time.GetElapsedTime(_synced) < SyncInterval)
            return;
        _file.Flush(flushToDisk: true);
        _synced = _time.GetTimestamp();
    }

    private static CommandFailure CannotWrite(string path, IOException failure) =>
        new(ExitCodes.CannotWrite, $"{path}: cannot be written ({failure.Message.TrimEnd('.')})");
}
