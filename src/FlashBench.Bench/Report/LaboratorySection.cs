using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;

namespace FlashBench.Bench.Report;

/// <summary>What a report of a laboratory says of itself; what nobody stated is said to be not stated.</summary>
/// <remarks>Source: ISO/IEC 17025:2017, 7.8.2.1. The other items have sections of their own: item, method, results with
/// their limits, deviations.</remarks>
internal static class LaboratorySection
{
    private const string NotStated = "not stated";

    public static void Write(MarkupWriter page, JobFacts facts, Judgement judgement)
    {
        page.Heading("Report");
        page.Pairs(Report(facts, judgement));
    }

    private static IEnumerable<(string Name, string Value)> Report(JobFacts facts, Judgement judgement)
    {
        JournalData.Laboratory lab = facts.Laboratory;
        yield return ("Title", $"Intel ME neutralization: {CertificateText.Title(judgement)}");
        yield return ("Report number", facts.Start.Job);
        yield return ("Laboratory", Stated(lab.Name));
        yield return ("Address", Stated(lab.Address));
        yield return ("Place of the work", lab.Location.Length > 0 ? lab.Location
            : lab.Address.Length > 0 ? "at the laboratory's address" : NotStated);
        yield return ("Accreditation", Stated(lab.Accreditation));
        yield return ("Customer", Stated(lab.Customer));
        yield return ("Item received", Stated(lab.Received));
        yield return ("Work performed",
            $"{CertificateText.Utc(facts.StartedUtc)} to {CertificateText.Utc(facts.EndedUtc)}");
        yield return ("Report issued", CertificateText.Utc(facts.EndedUtc));
        yield return ("Authorized by", Stated(lab.ApprovedBy));
        yield return ("Sampling", "none: the one item named below was examined");
        yield return ("Not examined", CertificateText.Exclusions);
        yield return ("Results", CertificateText.Identified);
    }

    /// <summary>The text, or that nobody stated one.</summary>
    public static string Stated(string text) => text.Length > 0 ? text : NotStated;
}
