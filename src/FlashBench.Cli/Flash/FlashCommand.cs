using System.CommandLine;

namespace FlashBench.Cli.Flash;

/// <summary>`flashbench flash`: the chip of a bench, without a job around it.</summary>
public static class FlashCommand
{
    /// <summary>Builds the verb.</summary>
    public static Command Create()
    {
        var flash = new Command("flash", "Read, write, verify and erase the flash chip of a bench");
        foreach (Command verb in (Command[])[
            ProbeVerb.CreateProbe(), ReadVerb.Create(), WriteVerb.CreateWrite(), VerifyVerb.Create(),
            WriteVerb.CreateErase(), ProtectVerb.Create(), ProbeVerb.CreateHealth()])
        {
            flash.Subcommands.Add(verb);
        }

        return flash.WithExamples(
            "flashbench flash probe                          # which chip is it?",
            "flashbench flash read dump.bin                  # back it up",
            "flashbench flash write new.bin --region me      # write what differs, and read it back");
    }
}
