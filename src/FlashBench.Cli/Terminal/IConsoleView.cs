using FlashBench.Hardware.Console;

namespace FlashBench.Cli.Terminal;

/// <summary>Shows a console: to people as text, to programs as JSON.</summary>
internal interface IConsoleView
{
    /// <summary>The console is open.</summary>
    void Opened(ConsoleOpening opening);

    /// <summary>Something happened on it.</summary>
    void Show(ConsoleEvent happened);

    /// <summary>Nothing has come for a while: a prompt may wait without a line end.</summary>
    void Rest();

    /// <summary>A sentence of the program, without a full stop.</summary>
    void Note(string sentence);

    /// <summary>The end.</summary>
    /// <param name="why">In a word or two.</param>
    /// <param name="counters">Receive errors of the port.</param>
    void Closed(string why, ConsoleCounters counters);
}

/// <summary>What is said of a console when it is open.</summary>
/// <param name="Bench">Bench id.</param>
/// <param name="Port">The port, for people.</param>
/// <param name="Simulated">True if no board is behind it.</param>
/// <param name="MayWrite">True if keys go to the board.</param>
/// <param name="Shared">True if another process holds the port.</param>
/// <param name="Interactive">True if there are keys.</param>
internal sealed record ConsoleOpening(
    string Bench, string Port, bool Simulated, bool MayWrite, bool Shared, bool Interactive);
