namespace FlashBench.Hardware.Power;

/// <summary>A button of the board with a relay contact in parallel.</summary>
/// <param name="line">Closes the contact; the active level presses.</param>
/// <param name="usualPress">How long an ordinary press lasts.</param>
/// <param name="time">Measures the press.</param>
public sealed class PushButton(IOutputLine line, TimeSpan usualPress, TimeProvider time)
{
    /// <summary>What drives the contact.</summary>
    public IOutputLine Line => line;

    /// <summary>Presses for the usual time; the button is let go on return.</summary>
    /// <inheritdoc cref="PressAsync(TimeSpan, CancellationToken)"/>
    public Task PressAsync(CancellationToken cancel) => PressAsync(usualPress, cancel);

    /// <summary>Presses; the button is let go on return, also after a cancellation.</summary>
    /// <exception cref="PowerException">The contact could not be driven; it may still be closed.</exception>
    public async Task PressAsync(TimeSpan length, CancellationToken cancel)
    {
        try
        {
            await line.DriveAsync(active: true, cancel);
            await Task.Delay(length, time, cancel);
        }
        finally
        {
            await LetGoAsync();
        }
    }

    // A button that stays pressed switches the board off: a failure is worth a second attempt.
    private async Task LetGoAsync()
    {
        try
        {
            await line.DriveAsync(active: false, CancellationToken.None);
        }
        catch (PowerException)
        {
            await line.DriveAsync(active: false, CancellationToken.None);
        }
    }
}
