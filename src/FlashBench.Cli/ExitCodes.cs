namespace FlashBench.Cli;

/// <summary>What the process returns; scripts rely on these numbers, so none ever changes its meaning.</summary>
public static class ExitCodes
{
    /// <summary>PASS, or the verb did what it was asked.</summary>
    public const int Ok = 0;

    /// <summary>INCONCLUSIVE: the evidence does not suffice for a PASS, and shows no failure either.</summary>
    public const int Inconclusive = 20;

    /// <summary>FAIL: measured, and outside its limits.</summary>
    public const int Fail = 30;

    /// <summary>ABORTED: the operator stopped the job.</summary>
    public const int Aborted = 40;

    /// <summary>The bench broke; nothing is known about the board.</summary>
    public const int BenchError = 50;

    /// <summary>The board's chip is half-written: do not boot it; restore or resume first.</summary>
    public const int Dirty = 60;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 64;

    /// <summary>An image, another input or a record is damaged.</summary>
    public const int BadInput = 65;

    /// <summary>The configuration is faulty.</summary>
    public const int Configuration = 66;

    /// <summary>The bench is busy or not there.</summary>
    public const int Unavailable = 69;

    /// <summary>A bug of this program; the diagnostic log has the details.</summary>
    public const int InternalBug = 70;

    /// <summary>Evidence or another output could not be written.</summary>
    public const int CannotWrite = 73;

    /// <summary>Interrupted; the job can be resumed.</summary>
    public const int Resumable = 75;

    /// <summary>The operating system refused access.</summary>
    public const int Permission = 77;

    /// <summary>Ctrl-C with nothing begun.</summary>
    public const int Interrupted = 130;
}
