using FlashBench.Bench;
using FlashBench.Bench.Evidence;

namespace FlashBench.Cli.Certify;

/// <summary>What a verified record means, in words and as an exit code.</summary>
internal static class CertificateWords
{
    /// <summary>Verdict and level for people.</summary>
    public static string Of(VerifiedRecord record) =>
        record.Judgement.Verdict.ToString().ToUpperInvariant()
            + (record.Facts.IsSimulated ? " (simulated)" : "")
            + $", level {ResultText.LevelOf(record.Judgement)}, {record.Judgement.Required} required";

    /// <summary>Whether the record may be relied on.</summary>
    public static (int Code, string Sentence) Judge(VerifiedRecord record, bool allowSimulated)
    {
        if (!record.Trusted)
        {
            return (ExitCodes.Inconclusive,
                $"authentic to an unknown key {record.KeyId}: {Of(record)}; name its public key "
                + "with --key if you trust that station");
        }

        if (record.Facts.IsSimulated && !allowSimulated)
        {
            return (ExitCodes.Inconclusive,
                $"authentic, but of a simulated bench: {Of(record)}; it says nothing of a real board");
        }

        string sentence = $"authentic: {Of(record)}: {record.Judgement.Reason}";
        return record.Judgement.Verdict switch
        {
            Verdict.Pass => (ExitCodes.Ok, sentence),
            Verdict.Fail => (ExitCodes.Fail, sentence),
            _ => (ExitCodes.Inconclusive, sentence),
        };
    }
}
