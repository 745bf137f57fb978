using FlashBench.Cli.Output;
using FlashBench.Hardware;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Cli.Benches;

/// <summary>Asks the person at the terminal.</summary>
/// <param name="input">What the person types.</param>
/// <param name="output">Where the instructions go.</param>
internal sealed class TerminalOperator(TextReader input, TextWriter output) : IOperator
{
    private const string Confirmation = "done"; // a word: a stray Enter confirms nothing

    private Task<string?>? _reading; // one that was not answered is the next question's

    /// <inheritdoc/>
    public async Task ConfirmAsync(string instruction, TimeSpan limit, CancellationToken cancel)
    {
        output.WriteLine();
        output.WriteLine($"  >>> {PlainText.Of(instruction)}");
        output.Write($"      type \"done\" and Enter (or \"no\"), within {limit.TotalSeconds:0} s: ");
        output.Flush();
        _reading ??= Task.Run(input.ReadLine, CancellationToken.None);
        string? answer = await _reading.WaitAsync(cancel);
        _reading = null;
        if (answer is null)
            throw new PowerException($"nobody can be asked to \"{instruction}\": the input has ended");
        if (!answer.Trim().Equals(Confirmation, StringComparison.OrdinalIgnoreCase))
            throw new PowerException($"the operator did not confirm \"{instruction}\"");
    }
}
