using System.CommandLine;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Journal;
using FlashBench.Cli.Output;
using FlashBench.Hardware.Native;

namespace FlashBench.Cli.Certify;

/// <summary>`flashbench certificate show` and `flashbench certificate verify`.</summary>
public static class CertificateCommand
{
    private static readonly Argument<string> Place = new("DIR")
    {
        Description = "Job directory, or an evidence folder that holds exactly one",
    };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "Public key (PEM) of a station to trust for this call",
        HelpName = "FILE",
    };

    private static readonly Option<bool> AllowSimulated = new("--allow-simulated")
    {
        Description = "Accept the record of a simulated bench",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var show = new Command("show", "Say what a record says, after checking that it is authentic");
        show.Arguments.Add(Place);
        show.Options.Add(Key);
        show.SetAction(parse => Guard(() => Show(parse)));
        show.WithExamples("flashbench certificate show evidence/FBJ-0A1B2C3D");

        var verify = new Command(
            "verify", "Check a record by recomputing everything from its journal and console, offline");
        verify.Arguments.Add(Place);
        verify.Options.Add(Key);
        verify.Options.Add(AllowSimulated);
        verify.SetAction(parse => Guard(() => Verify(parse)));
        verify.WithExamples(
            "flashbench certificate verify evidence/FBJ-0A1B2C3D",
            "flashbench certificate verify --key other-station.pub.pem /media/usb/FBJ-0A1B2C3D");

        var certificate = new Command("certificate", "Show and verify the records of jobs");
        certificate.Subcommands.Add(show);
        certificate.Subcommands.Add(verify);
        return certificate.WithExamples("flashbench certificate verify evidence/FBJ-0A1B2C3D");
    }

    private static int Show(ParseResult parse)
    {
        VerifiedRecord record = Recompute(parse);
        TextWriter output = parse.InvocationConfiguration.Output;
        output.WriteLine(
            $"job       {PlainText.Of(record.Facts.Start.Job)} on bench {PlainText.Of(record.Facts.Start.Bench)}");
        output.WriteLine(
            $"board     {PlainText.Of(record.Facts.Start.Dut)}, {PlainText.Of(record.Facts.Start.Profile.Board)}");
        output.WriteLine($"verdict   {CertificateWords.Of(record)}");
        output.WriteLine($"reason    {PlainText.Of(record.Judgement.Reason)}");
        output.WriteLine($"signed by {record.KeyId}{(record.Trusted ? "" : " (unknown key)")}");
        TextTable.Write(output, [
            ["CHECK", "", "OUTCOME", "MEASURED"],
            .. record.Judgement.Checks.Select(check => new[]
            {
                check.Id, PlainText.Of(check.Title), check.Outcome.ToString().ToUpperInvariant(),
                PlainText.Of(check.Measured),
            }),
        ]);
        return ExitCodes.Ok;
    }

    private static int Verify(ParseResult parse)
    {
        VerifiedRecord record = Recompute(parse);
        bool allowSimulated = parse.GetValue(AllowSimulated);
        (int code, string sentence) = CertificateWords.Judge(record, allowSimulated);
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(parse.InvocationConfiguration.Output, "verified", json =>
            {
                json.WriteNumber("exitCode", code);
                json.WriteString("verdict", record.Judgement.Verdict.ToString());
                json.WriteString("level", ResultText.LevelOf(record.Judgement));
                json.WriteBoolean("simulated", record.Facts.IsSimulated);
                json.WriteBoolean("trusted", record.Trusted);
                json.WriteString("keyId", record.KeyId);
                json.WriteString("message", sentence);
            });
        }
        else
        {
            parse.InvocationConfiguration.Output.WriteLine(PlainText.Of(sentence));
        }

        return code;
    }

    private static VerifiedRecord Recompute(ParseResult parse)
    {
        string folder = ConfigSource.Paths(ConfigSource.Load(parse)).Keys;
        string? key = parse.GetValue(Key);
        if (key is not null && (key.Length == 0 || FileKinds.Of(key) is FileKind.None or FileKind.Folder))
            throw new UsageException($"--key \"{PlainText.Of(key)}\" is no file");
        string directory = JobDirectory(parse.GetRequiredValue(Place));
        return new EvidenceVerifier(directory, Trusted(folder, key)).Verify();
    }

    /// <summary>The stations that count: those of the keys folder, and the one that was named.</summary>
    /// <exception cref="CommandFailure">The keys folder is broken: whoever's record is looked at, that is a fault of
    /// this station's configuration.</exception>
    /// <exception cref="StationKeyException">The named key is none.</exception>
    internal static TrustedStations Trusted(string folder, string? extraKey)
    {
        try
        {
            return TrustedStations.Load(folder, extraKey);
        }
        catch (Exception e) when (e is StationKeyException key && key.File != extraKey
            || e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.Configuration, $"the trusted keys cannot be used: {e.Message}");
        }
    }

    private static string JobDirectory(string place)
    {
        if (!Directory.Exists(place))
            throw new UsageException($"{place} is no directory");
        if (File.Exists(Path.Combine(place, DsseEnvelope.FileName)))
            return place;
        string[] inside = [.. Directory.GetDirectories(place)
            .Where(d => File.Exists(Path.Combine(d, DsseEnvelope.FileName)))];
        return inside.Length switch
        {
            1 => inside[0],
            0 when File.Exists(Path.Combine(place, JournalWriter.FileName)) => place, // its certificate was taken away
            0 => throw new UsageException($"{place} is no job directory: it holds no {DsseEnvelope.FileName}"),
            _ => throw new UsageException($"{place} holds {inside.Length} records; name one of them"),
        };
    }

    private static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (EvidenceException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, $"tampered or incomplete: {e.Message}");
        }
        catch (StationKeyException e)
        {
            throw new CommandFailure(ExitCodes.BadInput, e.Message);
        }
    }
}
