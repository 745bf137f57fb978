using System.CommandLine;
using FlashBench.Bench.Evidence;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Keys;

/// <summary>`flashbench key`: the key that signs this station's records, and the stations that are trusted here.
/// </summary>
public static class KeyCommand
{
    private static readonly Option<bool> Archive = new("--archive")
    {
        Description = "Keep the old private key, for its owner alone, in the folder `retired`",
    };

    private static readonly Option<bool> Destroy = new("--destroy")
    {
        Description = "Overwrite and remove the old private key; backups and worn flash cells may still hold it",
    };

    private static readonly Argument<string> KeyFile = new("FILE")
    {
        Description = "Public key of the other station (PEM), got from there by a way that can be trusted",
    };

    private static readonly Option<string?> Name = new("--name")
    {
        Description = "What the station is called here; without it the name of the file",
        HelpName = "TEXT",
    };

    private static readonly Option<string?> Note = new("--note")
    {
        Description = "Anything worth knowing of it: who brought the key, whom to ask",
        HelpName = "TEXT",
    };

    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var create = new Command("create", "Make the key of this station; the first job does it too");
        create.SetAction(parse => Guard(() => CreateKey(parse)));
        create.WithExamples("flashbench key create");

        var show = new Command("show", "Show the public key of this station");
        show.SetAction(parse => Guard(() => ShowKey(parse)));
        show.WithExamples("flashbench key show", "flashbench key show --json");

        var rotate = new Command("rotate", "Replace the key of this station; records of the old one still verify");
        rotate.Options.Add(Archive);
        rotate.Options.Add(Destroy);
        rotate.SetAction(parse => Guard(() => Rotate(parse)));
        rotate.WithExamples("flashbench key rotate --archive", "flashbench key rotate --destroy");

        var trust = new Command("trust", "Trust the records of another station");
        trust.Arguments.Add(KeyFile);
        trust.Options.Add(Name);
        trust.Options.Add(Note);
        trust.SetAction(parse => Guard(() => Trust(parse)));
        trust.WithExamples("flashbench key trust hamburg.pub.pem --name Hamburg --note by-courier");

        var trusted = new Command("trusted", "List the stations whose records count here");
        trusted.SetAction(parse => Guard(() => List(parse)));
        trusted.WithExamples("flashbench key trusted", "flashbench key trusted --json");

        var key = new Command("key", "Keep the key of this station, and the keys of those that it trusts");
        foreach (Command verb in (Command[])[create, show, rotate, trust, trusted])
            key.Subcommands.Add(verb);
        return key.WithExamples("flashbench key show");
    }

    private static int CreateKey(ParseResult parse)
    {
        using StationKey key = StationKey.Create(Folder(parse));
        KeyText.WriteOwn(parse, "created", key.Public, Folder(parse));
        return ExitCodes.Ok;
    }

    private static int ShowKey(ParseResult parse)
    {
        using StationKey key = StationKey.LoadExisting(Folder(parse));
        KeyText.WriteOwn(parse, "key", key.Public, Folder(parse));
        return ExitCodes.Ok;
    }

    private static int Rotate(ParseResult parse)
    {
        bool archive = parse.GetValue(Archive), destroy = parse.GetValue(Destroy);
        if (archive == destroy)
            throw new UsageException("say what becomes of the old private key: --archive or --destroy");
        (string oldId, string newId) = StationKeyRotation.Run(
            Folder(parse), archive ? RetiredKey.Archived : RetiredKey.Destroyed, TimeProvider.System.GetUtcNow());
        KeyText.WriteRotated(parse, oldId, newId, archive);
        return ExitCodes.Ok;
    }

    private static int Trust(ParseResult parse)
    {
        string file = parse.GetRequiredValue(KeyFile), folder = Folder(parse);
        TrustedStation station = Read(file);
        if (TrustedStations.Load(folder).TryFind(station.Key.KeyId, out TrustedStation? known))
            throw new UsageException($"key {station.Key.KeyId} is trusted already, as {PlainText.Of(known.Name)}");
        station = station with
        {
            Name = Text(parse, Name) ?? station.Name,
            Note = Text(parse, Note) ?? station.Note,
            Added = TimeProvider.System.GetUtcNow(),
        };
        if (station.Name.Any(char.IsControl) || station.Name.Length > TrustedStation.LengthMax
            || station.Note.Any(char.IsControl))
        {
            throw new UsageException("name or note of the file cannot be used; give them with --name and --note");
        }

        TrustedStation.Write(folder, station);
        KeyText.WriteTrusted(parse, [station], "trusts");
        return ExitCodes.Ok;
    }

    private static int List(ParseResult parse)
    {
        KeyText.WriteTrusted(parse, [.. TrustedStations.Load(Folder(parse)).All], "trusted");
        return ExitCodes.Ok;
    }

    private static TrustedStation Read(string file)
    {
        try
        {
            return TrustedStation.Read(file);
        }
        catch (Exception e) when (e is StationKeyException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.BadInput, e.Message);
        }
    }

    private static string? Text(ParseResult parse, Option<string?> option)
    {
        string? text = parse.GetValue(option);
        return text is null || (!string.IsNullOrWhiteSpace(text) && text.Length <= TrustedStation.LengthMax
            && !text.Any(char.IsControl))
            ? text
            : throw new UsageException($"{option.Name} takes 1 to {TrustedStation.LengthMax} visible characters");
    }

    private static string Folder(ParseResult parse) => ConfigSource.Paths(ConfigSource.Load(parse)).Keys;

    private static int Guard(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (StationKeyException e)
        {
            throw new CommandFailure(ExitCodes.Permission, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.CannotWrite, $"the keys cannot be used: {e.Message}");
        }
    }
}
