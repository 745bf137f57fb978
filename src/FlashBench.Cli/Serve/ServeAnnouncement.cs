using System.CommandLine;
using System.Net;
using FlashBench.Cli.Output;
using FlashBench.Simulation.Served;

namespace FlashBench.Cli.Serve;

/// <summary>One line that says where a bench can be reached: a script waits for it and reads the ports.</summary>
/// <param name="Protocol">"usbip" or "serprog".</param>
/// <param name="At">Where it listens.</param>
/// <param name="Control">Where the control channel listens; null without one.</param>
/// <param name="BusId">Bus id of the USB device; null where there is none.</param>
internal sealed record ServeAnnouncement(string Protocol, IPEndPoint At, IPEndPoint? Control, string? BusId)
{
    /// <summary>Prints it, as text or JSON.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="bench">Its id, and the pace of its clock; null for a real one.</param>
    public void Write(ParseResult parse, (string Id, ClockPace? Pace) bench)
    {
        TextWriter output = parse.InvocationConfiguration.Output;
        string clock = bench.Pace switch
        {
            ClockPace.Free => "free",
            ClockPace.Held => "held",
            ClockPace.Still => "still",
            _ => "real",
        };
        if (parse.GetValue(GlobalOptions.Json))
        {
            WriteJson(output, bench, clock);
            return;
        }

        string control = Control is null ? "" : $" control {Control}";
        string busId = BusId is null ? "" : $" busid {BusId}";
        output.WriteLine($"{Protocol} {At}{control}{busId} clock {clock}");
        output.Flush();
    }

    private void WriteJson(TextWriter output, (string Id, ClockPace? Pace) bench, string clock) =>
        JsonLine.Write(output, "serving", json =>
        {
            json.WriteString("protocol", Protocol);
            json.WriteString("bench", bench.Id);
            json.WriteString("address", At.Address.ToString());
            json.WriteNumber("port", At.Port);
            if (Control is not null)
                json.WriteNumber("control", Control.Port);
            if (BusId is not null)
                json.WriteString("busId", BusId);
            json.WriteString("clock", clock);
            json.WriteBoolean("simulated", bench.Pace is not null);
        });
}
