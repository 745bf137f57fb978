using System.Globalization;
using System.Security.Cryptography;
using FlashBench.Bench.Config;
using FlashBench.Bench.Jobs;
using FlashBench.Firmware;
using FlashBench.Firmware.Audit;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;

namespace FlashBench.Bench.Regress;

/// <summary>What the static checks of a cell are made with.</summary>
/// <param name="Policy">Name of the policy.</param>
/// <param name="Keys">Keys that may have signed firmware.</param>
public sealed record StaticOrder(string Policy, KeyRing Keys)
{
    /// <summary>The board type; null for none.</summary>
    public DutProfile? Profile { get; init; }
}

/// <summary>Examines one image under one policy without a board: audit, plan, neutralize, inspect again.</summary>
/// <remarks>Pure. The parts are those of `image audit`, `image plan` and `image neutralize`, and of the jobs.</remarks>
public sealed class StaticCheck
{
    private readonly List<StageResult> _stages = [];
    private readonly StaticOrder _order;

    private StaticCheck(StaticOrder order) => _order = order;

    /// <summary>Examines an image.</summary>
    /// <param name="given">The image: for an ME region that is to run, the content of the board that holds it.</param>
    /// <param name="order">What with.</param>
    /// <returns>Every stage up to the first that does not pass.</returns>
    public static StaticResult Of(ImageAnalysis given, StaticOrder order)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(order);
        var check = new StaticCheck(order);
        try
        {
            return check.Examine(given);
        }
        catch (PlanRefusedException refusal)
        {
            check.Add(check._stages.Exists(stage => stage.Stage == "audit") ? "plan" : "audit", StageEnd.Refused,
                refusal.Message);
        }

        return new StaticResult([.. check._stages]);
    }

    private StaticResult Examine(ImageAnalysis image)
    {
        if (!Audit(image))
            return new StaticResult([.. _stages]);
        NeutralizationOptions options = NeutralizationPolicy.Resolve(_order.Policy, image);
        ImagePlan plan = NeutralizationPlan.Create(image, options, Pin(image));
        Add("plan", StageEnd.Passed, plan.Changes.IsEmpty ? "nothing to change"
            : $"{Count(plan.ChangedBytes)} {(plan.ChangedBytes == 1 ? "byte" : "bytes")} in "
                + $"{plan.Changes.Length} {(plan.Changes.Length == 1 ? "range" : "ranges")}: {Rules(plan)}");
        byte[] changed = plan.Apply(image.Image.Span);
        ByteDifference loose = ByteDifference.Between(
            image.Image.Span, changed, [.. plan.Changes.Select(change => change.Range)]);
        long all = ByteDifference.Between(image.Image.Span, changed).Count;
        bool attributed = loose.Count == 0 && all == plan.ChangedBytes;
        Add("neutralize", attributed ? StageEnd.Passed : StageEnd.Failed, attributed
            ? "every changed byte belongs to a rule"
            : $"{Count(all)} bytes changed, and the rules name {Count(plan.ChangedBytes)}");
        if (attributed)
            Inspect(image, options, changed);
        return new StaticResult([.. _stages])
        {
            ResultSha256 = Convert.ToHexStringLower(SHA256.HashData(changed)),
            ChangedBytes = all,
        };
    }

    private bool Audit(ImageAnalysis given)
    {
        string? damage = given.Findings
            .FirstOrDefault(finding => finding.Severity == FindingSeverity.Error)?.ToString();
        string? refusal = damage ?? ImageAudit.Of(given, host: null, PlannedWork.For(_order.Policy, given)).Refusals
            .Select(rule => $"{rule.Id}: {rule.Reason}").FirstOrDefault();
        // The plan says it better.
        bool blank = damage is null && refusal is not null && given.Me is null && !HasMe(given);
        if (refusal is not null && !blank)
        {
            Add("audit", StageEnd.Refused, refusal);
            return false;
        }

        Add("audit", StageEnd.Passed, given.Me is { } me
            ? $"{me.Title}, {me.Sku.Text}, signature {Signature(me)}{(me.AlreadyNeutralized ? ", neutralized" : "")}"
            : "no ME firmware");
        return true;
    }

    private static bool HasMe(ImageAnalysis given) => given.Descriptor?.Region(DescriptorRegion.Me) is not null;

    private DisableBitPin? Pin(ImageAnalysis image) => _order.Profile is { } profile && image.Kind == ImageKind.FullDump
        ? new DisableBitPin(profile.Me.StrapOffset, profile.Me.StrapBit) : null;

    // As `image neutralize` does: what removal leaves beside the known structures is worth a word.
    private void Inspect(ImageAnalysis image, NeutralizationOptions options, byte[] changed)
    {
        var check = NeutralizationCheck.Measure(image, options, changed, _order.Keys);
        bool residue = check.ProgrammedBytes > check.ProgrammedBytesMax && check.Problems.Length == 1;
        string? problem = residue ? null : check.Problems.FirstOrDefault();
        problem ??= NotAsClaimed(image, options, check);
        Add("re-inspect", problem is null ? StageEnd.Passed : StageEnd.Failed,
            problem ?? Found(image, check) + (residue ? "; " + check.Problems[0] : ""));
    }

    private static string? NotAsClaimed(ImageAnalysis image, NeutralizationOptions options, NeutralizationCheck check)
    {
        if (image.DisableBit is not { } bit || check.DisableBitSet is not bool set)
            return null;
        bool claimed = options.SetDisableBit || bit.IsSet;
        return set == claimed ? null : $"{bit.Name} is {(set ? "set" : "clear")}, and the policy claims otherwise";
    }

    private static string Found(ImageAnalysis image, NeutralizationCheck check)
    {
        var said = new List<string>();
        if (check.OriginalProgrammedBytes > 0)
        {
            double share = 100.0 * check.ProgrammedBytes / check.OriginalProgrammedBytes;
            said.Add(string.Create(CultureInfo.InvariantCulture,
                $"{check.ProgrammedBytes:N0} bytes ({share:0.0} %) of the ME region remain"));
        }

        if (image.DisableBit is { } bit && check.DisableBitSet is bool set)
            said.Add($"{bit.Name} {(set ? "set" : "clear")}");
        if (check.Signature != SignatureStatus.NotChecked)
            said.Add($"signature {Words(check.Signature)}");
        said.Add("checksums right");
        return string.Join(", ", said);
    }

    private static string Rules(ImagePlan plan) => string.Join(", ", plan.Changes
        .GroupBy(change => change.Rule.Id).OrderBy(rule => rule.Key, StringComparer.Ordinal).Select(rule => rule.Key));

    private static string Signature(MeFirmware me) => Words(me.Code.Manifest.Signature);

    private static string Words(SignatureStatus status) => status switch
    {
        SignatureStatus.Valid => "valid",
        SignatureStatus.UnknownKey => "by an unknown key",
        SignatureStatus.Invalid => "wrong",
        _ => "not checked",
    };

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private void Add(string stage, StageEnd end, string text) => _stages.Add(new StageResult(stage, end, text));
}
