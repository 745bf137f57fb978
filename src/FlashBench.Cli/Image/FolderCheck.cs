using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Image;

/// <summary>Checks many files at once.</summary>
/// <param name="files">The files.</param>
/// <param name="hash">True to compute the SHA-256 of each as well.</param>
/// <param name="keys">Signing keys to trust.</param>
/// <remarks>One worker for each core, each with one buffer that it uses again: memory is bounded by the largest image
/// and the number of cores, whatever the number of files (a packed image is unpacked beside it).</remarks>
internal sealed class FolderCheck(string[] files, bool hash, KeyRing keys)
{
    /// <summary>True to hash files that hold no image too.</summary>
    public bool HashesForeign { get; init; }

    /// <summary>Checks all files.</summary>
    /// <param name="report">Told the number of finished files; called by one thread at a time.</param>
    /// <param name="cancel">Stops between two files.</param>
    /// <returns>A row for each file, in their order.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public CheckRow[] Run(Action<int> report, CancellationToken cancel)
    {
        var rows = new CheckRow[files.Length];
        var gate = new Lock();
        int done = 0;
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = cancel,
        };
        Parallel.For(0, files.Length, options, () => new Worker(hash, hash && HashesForeign, keys), (i, _, worker) =>
        {
            rows[i] = worker.Check(files[i]);
            lock (gate)
                report(++done);
            return worker;
        }, _ => { });
        return rows;
    }

    private sealed class Worker(bool hash, bool hashForeign, KeyRing keys)
    {
        private byte[] _buffer = [];

        public CheckRow Check(string path)
        {
            if (FileKinds.Of(path) is FileKind.Pipe)
                return CheckRow.Unreadable(path, ExitCodes.BadInput, "is a pipe, not an image");
            ReadOnlyMemory<byte> bytes = default;
            try
            {
                bytes = ImageFile.Read(path, Reuse);
                return CheckRow.Of(path, ImageAnalysis.Read(bytes, keys)) with
                {
                    SizeBytes = bytes.Length,
                    Sha256 = hash ? ImageFile.HashOf(bytes.Span) : null,
                };
            }
            catch (CommandFailure failure)
            {
                return CheckRow.Unreadable(path, failure.ExitCode, WithoutPath(path, failure.Message));
            }
            catch (ImageFormatException damage)
            {
                return CheckRow.NoImage(path, damage) with
                {
                    SizeBytes = bytes.Length,
                    Sha256 = hashForeign ? ImageFile.HashOf(bytes.Span) : null,
                };
            }
        }

        private byte[] Reuse(int length)
        {
            if (_buffer.Length < length)
                _buffer = FreshMemory.Allocate(length);
            return _buffer;
        }

        private static string WithoutPath(string path, string message) =>
            message.StartsWith(path + ": ", StringComparison.Ordinal) ? message[(path.Length + 2)..] : message;
    }
}
