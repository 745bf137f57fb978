using FlashBench.Hardware;
using FlashBench.Hardware.Power;
using FlashBench.Hardware.Power.Lines;
using FlashBench.Simulation;

namespace FlashBench.Tests.Hardware.Power.Lines;

public sealed class OperatorLineTests
{
    private static readonly OutputLineSpec.Operator Spec =
        new("connect AC", "disconnect AC and battery", TimeSpan.FromSeconds(90));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_person_is_told_what_to_do_for_each_level()
    {
        var person = new ScriptedPerson();
        var line = new OperatorLine(Spec, person, TimeProvider.System);

        await line.DriveAsync(false, Cancel);
        await line.DriveAsync(true, Cancel);

        Assert.Equal(["disconnect AC and battery", "connect AC"], person.Instructions);
        Assert.Null(await line.ReadAsync(Cancel));
        Assert.False(line.Identity.Simulated);
    }

    [Fact]
    public void Nobody_confirms_within_the_limit()
    {
        CancellationToken cancel = Cancel;
        var time = new VirtualTime();
        var line = new OperatorLine(Spec, new ScriptedPerson { Answers = false }, time);

        time.Run(async () =>
        {
            var error = await Assert.ThrowsAsync<PowerException>(() => line.DriveAsync(false, cancel).AsTask());
            Assert.Equal("nobody confirmed \"disconnect AC and battery\" within 90 s", error.Message);
        });

        Assert.Equal(TimeSpan.FromSeconds(90), time.GetElapsedTime(0));
    }

    [Fact]
    public async Task A_cancellation_takes_the_question_back()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var line = new OperatorLine(Spec, new ScriptedPerson { Answers = false }, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => line.DriveAsync(false, stop.Token).AsTask());
    }

    [Fact]
    public async Task Where_nobody_is_asked_the_line_refuses_and_says_what_would_have_to_be_done()
    {
        var line = new OperatorLine(Spec, new AbsentOperator("--non-interactive was given"), TimeProvider.System);

        var error = await Assert.ThrowsAsync<PowerException>(() => line.DriveAsync(false, Cancel).AsTask());

        Assert.Contains("\"disconnect AC and battery\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("--non-interactive was given", error.Message, StringComparison.Ordinal);
    }

    private sealed class ScriptedPerson : IOperator
    {
        public List<string> Instructions { get; } = [];

        public bool Answers { get; init; } = true;

        public Task ConfirmAsync(string instruction, TimeSpan limit, CancellationToken cancel)
        {
            Instructions.Add(instruction);
            return Answers ? Task.CompletedTask : new TaskCompletionSource().Task;
        }
    }
}
