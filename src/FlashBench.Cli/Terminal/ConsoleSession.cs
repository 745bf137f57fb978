using FlashBench.Hardware;
using FlashBench.Hardware.Console;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Terminal;

/// <summary>Follows a console until somebody ends it: shows it, and carries keys to the board.</summary>
/// <param name="seat">The console.</param>
/// <param name="view">Where it is shown.</param>
/// <param name="keys">The keyboard; null without one.</param>
/// <param name="mayWrite">False if keys other than the exit key are dropped.</param>
internal sealed class ConsoleSession(ConsoleSeat seat, IConsoleView view, KeyTerminal? keys, bool mayWrite)
{
    private const byte ExitKey = 0x1D; // Ctrl-]
    private const int KeysMax = 1024;

    private static readonly TimeSpan RestAfter = TimeSpan.FromMilliseconds(300);

    private readonly Lock _viewing = new();

    /// <summary>Runs to the end.</summary>
    /// <param name="limit">How long; null for no limit.</param>
    /// <param name="others">Work beside it, such as a log: its failure ends the session.</param>
    /// <param name="cancel">Ctrl-C where there are no keys.</param>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(TimeSpan? limit, Task others, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] work =
        [
            ShowAsync(over.Token),
            keys is null ? WaitAsync(null, over.Token) : TypeAsync(over.Token),
            WaitAsync(limit, over.Token),
            others,
        ];
        Task first = await Task.WhenAny(work);
        if (others.IsCompletedSuccessfully)
            first = await Task.WhenAny(work.SkipLast(1)); // the console ended: its last words are still to be shown
        await over.CancelAsync();
        string why = first == work[1] ? "left" : first == work[2] ? "the time is over" : "the console was closed";
        foreach (Task task in work.SkipLast(1).Append(first))
            await EndOf(task);
        return cancel.IsCancellationRequested ? "stopped" : why;
    }

    /// <summary>Says a sentence between two pieces of the console.</summary>
    public void Note(string sentence)
    {
        lock (_viewing)
            view.Note(sentence);
    }

    private static Task WaitAsync(TimeSpan? limit, CancellationToken cancel) =>
        Task.Delay(limit ?? Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);

    private static async Task EndOf(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // That was asked for.
        }
    }

    private async Task ShowAsync(CancellationToken cancel)
    {
        await using IAsyncEnumerator<ConsoleEvent> events = seat.ReadAsync(cancel).GetAsyncEnumerator(cancel);
        while (true)
        {
            Task<bool> next = events.MoveNextAsync().AsTask();
            if (!next.IsCompleted)
                await RestIfIdleAsync(next, cancel);
            if (!await next)
                return;
            lock (_viewing)
                view.Show(events.Current);
        }
    }

    private async Task RestIfIdleAsync(Task<bool> next, CancellationToken cancel)
    {
        if (await Task.WhenAny(next, Task.Delay(RestAfter, TimeProvider.System, cancel)) == next)
            return;
        lock (_viewing)
            view.Rest();
    }

    // Ends with the exit key.
    private async Task TypeAsync(CancellationToken cancel)
    {
        byte[] buffer = new byte[KeysMax];
        while (await keys!.ReadAsync(buffer, cancel) is int count and > 0)
        {
            int exit = buffer.AsSpan(0, count).IndexOf(ExitKey);
            if (mayWrite)
                await SendAsync(buffer.AsMemory(0, exit < 0 ? count : exit), cancel);
            if (exit >= 0)
                return;
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> typed, CancellationToken cancel)
    {
        try
        {
            await seat.WriteAsync(typed, cancel);
        }
        catch (ConsoleException failure)
        {
            Note(failure.Message);
        }
    }
}
