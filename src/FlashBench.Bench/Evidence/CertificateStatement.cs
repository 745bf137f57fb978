namespace FlashBench.Bench.Evidence;

/// <summary>The in-toto statement that a certificate signs.</summary>
public static class CertificateStatement
{
    /// <summary>Writes the statement on a job.</summary>
    /// <param name="facts">The job.</param>
    /// <param name="judgement">The decision on it.</param>
    /// <param name="evidence">Hashes of the files that it rests on.</param>
    /// <returns>JSON in UTF-8; equal inputs give equal bytes.</returns>
    public static byte[] Build(JobFacts facts, Judgement judgement, EvidenceDigest evidence) =>
        throw new NotImplementedException();
}
