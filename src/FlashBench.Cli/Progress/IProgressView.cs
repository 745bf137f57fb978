namespace FlashBench.Cli.Progress;

/// <summary>One way to show a job: bars, lines or JSON. All calls come from one thread, texts are foreign.</summary>
internal interface IProgressView : IDisposable
{
    void PhaseStarted(int number, int count, string name);

    void Show(ProgressReading reading);

    void PhaseEnded(string name, string verdict, string reason);

    void Note(string text);
}
