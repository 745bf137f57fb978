using System.CommandLine;
using System.Globalization;
using FlashBench.Bench.Evidence;
using FlashBench.Cli.Output;

namespace FlashBench.Cli.Keys;

/// <summary>What the verbs of `key` print: public keys and ids, never anything of a private key.</summary>
internal static class KeyText
{
    public static void WriteOwn(ParseResult parse, string kind, StationPublicKey key, string folder)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        string file = Path.Combine(folder, StationPublicKey.FileName);
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(output, kind, json =>
            {
                json.WriteString("keyId", key.KeyId);
                json.WriteString("publicKeyFile", file);
                json.WriteString("publicKey", key.Pem);
            });
            return;
        }

        output.WriteLine($"key   {key.KeyId}");
        output.WriteLine($"file  {PlainText.Of(file)}");
        output.Write(key.Pem);
    }

    public static void WriteRotated(ParseResult parse, string oldId, string newId, bool archived)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            JsonLine.Write(output, "rotated", json =>
            {
                json.WriteString("oldKeyId", oldId);
                json.WriteString("keyId", newId);
                json.WriteBoolean("archived", archived);
            });
            return;
        }

        output.WriteLine($"new key  {newId}");
        output.WriteLine($"old key  {oldId}: its records still verify here; its private part was "
            + (archived ? "archived." : "destroyed."));
        output.WriteLine("Give the new public key (`flashbench key show`) to everybody who checks your records.");
    }

    public static void WriteTrusted(ParseResult parse, IReadOnlyList<TrustedStation> stations, string kind)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(GlobalOptions.Json))
        {
            foreach (TrustedStation station in stations)
            {
                JsonLine.Write(output, kind, json =>
                {
                    json.WriteString("keyId", station.Key.KeyId);
                    json.WriteString("name", station.Name);
                    json.WriteString("added", Time(station.Added));
                    json.WriteString("retired", Time(station.Retired));
                    json.WriteString("note", station.Note);
                });
            }
        }
        else if (stations.Count == 0)
        {
            output.WriteLine("No station is trusted here: there is no key yet, and none was added.");
        }
        else
        {
            TextTable.Write(output, [["KEY", "NAME", "ADDED", "RETIRED", "NOTE"], .. stations.Select(Row)]);
        }
    }

    private static string[] Row(TrustedStation station) =>
    [
        station.Key.KeyId, PlainText.Of(station.Name), Time(station.Added) ?? "-", Time(station.Retired) ?? "-",
        station.Note.Length > 0 ? PlainText.Of(station.Note) : "-",
    ];

    private static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
