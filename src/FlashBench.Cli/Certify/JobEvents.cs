using FlashBench.Bench.Fleet;
using FlashBench.Bench.Jobs;
using FlashBench.Cli.Progress;

namespace FlashBench.Cli.Certify;

/// <summary>Shows what a job says of itself.</summary>
internal sealed class JobEvents(JobDisplay display)
{
    public void Show(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.PhaseStarted(int number, int count, string name):
                display.PhaseStarted(number, count, name);
                break;
            case JobEvent.Progress(string phase, long done, long total, string unit, TimeSpan elapsed):
                display.Progress(phase, done, total, unit, elapsed);
                break;
            case JobEvent.PhaseEnded(string name, var verdict, string reason):
                display.PhaseEnded(name, verdict.ToString().ToUpperInvariant(), reason);
                break;
            case JobEvent.Waiting(string name, LockWait wait):
                display.Note($"{name} {wait}");
                break;
            case JobEvent.Note(string text):
                display.Note(text);
                break;
        }
    }
}
