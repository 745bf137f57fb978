namespace FlashBench.Bench.Journal;

public abstract partial record JournalData
{
    /// <summary>The commissioning record on which the job relies; stands right behind the first record.</summary>
    /// <param name="Sha256">SHA-256 of the signed statement.</param>
    /// <param name="KeyId">Who signed it.</param>
    /// <param name="Record">What it says.</param>
    public sealed record Commissioning(string Sha256, string KeyId, Commissioned Record) : JournalData;

    /// <summary>What a bench has shown with one type of board: a stock board lives on it, and broken ones are seen.
    /// </summary>
    /// <param name="Bench">The bench.</param>
    /// <param name="Profile">Id of the board's profile.</param>
    /// <param name="ProfileSha256">Hash of the profile.</param>
    /// <param name="Simulated">True if any part of it was simulated.</param>
    /// <param name="Operator">Who stood at the bench.</param>
    /// <param name="Host">Host of the bench.</param>
    /// <param name="Software">Version of the program.</param>
    /// <param name="Created">When it began, "yyyy-MM-ddTHH:mm:ssZ".</param>
    /// <param name="ValidDays">It counts this many days from then on.</param>
    /// <param name="MeGeneration">Generation of the ME that the board has.</param>
    /// <param name="MeVersion">Its version.</param>
    /// <param name="BaselineSeconds">How long the stock image lived.</param>
    /// <param name="MeVisible">Whether the ME's device was visible while the stock image ran: "yes", "no" or "unknown".
    /// </param>
    /// <param name="Runs">The stock run and the negative controls.</param>
    /// <param name="NotRun">Negative controls that were not run, and why.</param>
    public sealed record Commissioned(
        string Bench, string Profile, string ProfileSha256, bool Simulated, string Operator, string Host,
        string Software, string Created, int ValidDays, int MeGeneration, string MeVersion, double BaselineSeconds,
        string MeVisible, CommissionedRun[] Runs, ControlNotRun[] NotRun);

    /// <summary>One job of a commissioning.</summary>
    /// <param name="Name">"baseline", or the name of the negative control.</param>
    /// <param name="Job">Its id.</param>
    /// <param name="JournalSha256">Hash of its journal.</param>
    /// <param name="Expected">What must be seen.</param>
    /// <param name="Seen">What was seen, in the same words.</param>
    public sealed record CommissionedRun(
        string Name, string Job, string JournalSha256, string Expected, string Seen);

    /// <summary>A negative control that was not run.</summary>
    public sealed record ControlNotRun(string Name, string Why);
}
