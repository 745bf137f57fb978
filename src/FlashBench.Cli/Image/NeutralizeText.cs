using FlashBench.Cli.Output;

namespace FlashBench.Cli.Image;

/// <summary>What `image neutralize` says.</summary>
/// <param name="output">Where it says it.</param>
/// <param name="json">True for one JSON object instead of text.</param>
internal sealed class NeutralizeText(TextWriter output, bool json)
{
    /// <summary>Says what was written.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="sha256">Hash of the changed image, lower-case hex.</param>
    public void Write(NeutralizeRequest request, NeutralizeResult result, string sha256)
    {
        if (json)
            WriteJson(request, result, sha256);
        else
            WriteText(request, result, sha256);
    }

    private void WriteText(NeutralizeRequest request, NeutralizeResult result, string sha256)
    {
        if (request.CheckOnly)
        {
            string signature = result.Analysis.Me is { } me
                ? $"{me.Title}, signature {me.Code.Manifest.Signature}"
                : "no ME firmware";
            output.WriteLine($"{request.Input}: sound, {signature}");
        }
        else
        {
            var plan = result.Plan;
            output.WriteLine(plan.IsEmpty
                ? $"{request.Output ?? request.Input}: nothing to change by policy {plan.Policy}"
                : $"{request.Output ?? request.Input}: policy {plan.Policy}, {plan.Changes.Length} changes, " +
                  $"{plan.ChangedBytes:N0} bytes differ from the input");
            if (plan.ResultLength != plan.ImageLength)
                output.WriteLine($"cut from {plan.ImageLength:N0} to {plan.ResultLength:N0} bytes");
            output.WriteLine($"SHA-256 {sha256}");
        }

        foreach (string path in new[] { Written(request.Descriptor, result.Descriptor),
            Written(request.Region, result.Region) }.OfType<string>())
        {
            output.WriteLine(path);
        }

        foreach (string warning in result.Warnings)
            output.WriteLine($"warning: {warning}");
    }

    private static string? Written(string? path, byte[]? content) =>
        path is null || content is null ? null : $"{path}: {content.Length:N0} bytes";

    private void WriteJson(NeutralizeRequest request, NeutralizeResult result, string sha256) =>
        JsonLine.Write(output, "neutralized", line =>
        {
            line.WriteString("input", request.Input);
            line.WriteString("output", request.Output);
            line.WriteString("policy", result.Plan.Policy);
            line.WriteBoolean("checkOnly", request.CheckOnly);
            line.WriteNumber("changes", result.Plan.Changes.Length);
            line.WriteNumber("changedBytes", result.Plan.ChangedBytes);
            line.WriteNumber("length", result.Image.Length);
            line.WriteString("sha256", sha256);
            line.WriteStartArray("warnings");
            foreach (string warning in result.Warnings)
                line.WriteStringValue(warning);
            line.WriteEndArray();
        });
}
