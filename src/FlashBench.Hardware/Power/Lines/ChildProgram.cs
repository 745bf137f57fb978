using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">0 is success; 128 + n: a signal ended it.</param>
/// <param name="Output">The start of its standard output.</param>
/// <param name="Complaint">First line of its standard error, fit for a message; empty if it was silent.</param>
internal sealed record ChildResult(int ExitCode, string Output, string Complaint);

/// <summary>Runs somebody's program: no shell, no standard input, a limit, and an end for all its children.</summary>
internal static class ChildProgram
{
    private const int KeptBytesMax = 4096, ArgumentsMax = 64, ArgumentLengthMax = 4096;

    /// <summary>Longest time that a program may be given.</summary>
    internal static readonly TimeSpan LimitMax = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    // Of a child that outlives the program and keeps its output open: what it wrote so far has to do.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="limit">It is ended, children included, after this time.</param>
    /// <param name="time">For the limit.</param>
    /// <param name="cancel">Ends it too.</param>
    /// <exception cref="PowerException">It cannot be started, or was too slow.</exception>
    public static async Task<ChildResult> RunAsync(
        IReadOnlyList<string> command, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        Check(command, limit);
        using Process process = Start(command);
        process.StandardInput.Close();
        Task<string> output = ReadAsync(process.StandardOutput.BaseStream);
        Task<string> complaint = ReadAsync(process.StandardError.BaseStream);
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        try
        {
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process, time);
            cancel.ThrowIfCancellationRequested();
            throw new PowerException(
                $"{NameOf(command)} was not done within {limit.TotalSeconds:0.###} s and was ended");
        }

        await Task.WhenAny(Task.WhenAll(output, complaint), Task.Delay(OutputGrace, time, CancellationToken.None));
        return new ChildResult(process.ExitCode, await OfAsync(output), FirstLine(await OfAsync(complaint)));
    }

    /// <summary>For messages: the program without its arguments.</summary>
    public static string NameOf(IReadOnlyList<string> command) => PartFailure.Plain(command[0]);

    /// <summary>Refuses what cannot be a command.</summary>
    /// <exception cref="PowerException">It is not.</exception>
    public static void Check(IReadOnlyList<string> command, TimeSpan limit)
    {
        // A foreign description may hold nulls.
        bool sound = command.Count is > 0 and <= ArgumentsMax && command[0] is { Length: > 0 }
            && command.All(text =>
                text is { Length: <= ArgumentLengthMax } && !text.Contains('\0', StringComparison.Ordinal));
        if (!sound)
            throw new PowerException("a hook needs a program and up to 63 arguments");
        if (limit <= TimeSpan.Zero || limit > LimitMax)
            throw new PowerException($"a hook's limit lies between 0 and {LimitMax.TotalSeconds:0} s");
    }

    private static Process Start(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!; // null only with a shell
        }
        catch (Win32Exception failure)
        {
            throw new PowerException($"{NameOf(command)} cannot be started ({failure.Message})", failure);
        }
    }

    // What cannot be ended (a child of another user, a process that hangs in the kernel) is left behind.
    private static async Task EndAsync(Process process, TimeProvider time)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is AggregateException or Win32Exception or InvalidOperationException)
        {
            // The sentence that follows says that it was too slow.
        }

        Task ended = process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAny(ended, Task.Delay(EndLimit, time, CancellationToken.None));
    }

    // Reads to the end, so that the program never waits for us, and keeps the beginning.
    private static async Task<string> ReadAsync(Stream stream)
    {
        byte[] kept = new byte[KeptBytesMax], rest = new byte[KeptBytesMax];
        int length = 0;
        try
        {
            while (true)
            {
                Memory<byte> room = length < kept.Length ? kept.AsMemory(length) : rest;
                int count = await stream.ReadAsync(room);
                if (count == 0)
                    break;
                length = Math.Min(kept.Length, length + (length < kept.Length ? count : 0));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody waits for it any more.
        }

        return Encoding.UTF8.GetString(kept, 0, length);
    }

    private static async Task<string> OfAsync(Task<string> text) => text.IsCompletedSuccessfully ? await text : "";

    private static string FirstLine(string text) => PartFailure.Plain(text.TrimStart().Split('\n')[0].TrimEnd());
}
