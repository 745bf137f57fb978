using FlashBench.Bench.Evidence;

namespace FlashBench.Bench.Report;

/// <summary>The job as JUnit XML, for the test pages of build servers.</summary>
public static class JUnitReport
{
    /// <summary>File name inside a job directory.</summary>
    public const string FileName = "junit.xml";

    /// <summary>Writes one test suite with a test case for every check.</summary>
    /// <param name="facts">The job.</param>
    /// <param name="judgement">The decision on it.</param>
    /// <returns>The text; equal inputs give equal text.</returns>
    public static string Render(JobFacts facts, Judgement judgement) =>
        throw new NotImplementedException();
}
