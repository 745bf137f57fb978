using FlashBench.EndToEnd.Tests.Foreign;

namespace FlashBench.EndToEnd.Tests;

/// <summary>The relay holder as a process: started twice, ended, and with controllers that are killed.</summary>
public sealed class RelaydTests
{
    private static readonly string[] Pythons = ["/usr/bin/python3", "/usr/local/bin/python3"];

    private static readonly TimeSpan CampaignLimit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task It_says_where_it_serves_and_a_second_one_is_refused_with_69()
    {
        using var program = new FlashBenchProcess();
        string socket = Path.Combine(program.Folder, "relayd.sock");
        await using ServingProcess holder = await program.ServeAsync("relayd", "--socket", socket);

        ProcessEnd second = await program.RunAsync("relayd", "--socket", socket);

        Assert.StartsWith($"relayd {socket} pid ", holder.Announcement, StringComparison.Ordinal);
        Assert.Equal(69, second.ExitCode);
        Assert.Contains($"another relay holder serves {socket}", second.Error, StringComparison.Ordinal);
        ProcessEnd end = await holder.StopAsync();
        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task Without_an_option_the_socket_is_in_the_state_folder_or_where_the_environment_says()
    {
        using var program = new FlashBenchProcess();
        await using (ServingProcess holder = await program.ServeAsync("relayd", "--json"))
        {
            Assert.Contains("/state/flashbench/relayd.sock\"", holder.Announcement, StringComparison.Ordinal);
            await holder.StopAsync();
        }

        string named = Path.Combine(program.Folder, "named.sock");
        await using ServingProcess other = await program.With("FLASHBENCH_RELAYD", named).ServeAsync("relayd");
        Assert.StartsWith($"relayd {named} ", other.Announcement, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_controller_that_is_killed_moves_no_relay()
    {
        string program = FlashBenchProcess.Program.First.Length == 0
            ? FlashBenchProcess.Program.Name
            : Path.Combine(AppContext.BaseDirectory, "flashbench");
        Assert.SkipUnless(File.Exists(program), "there is no program file: FLASHBENCH_PROGRAM names one");
        string python = Pythons.FirstOrDefault(File.Exists) ?? "";
        Assert.SkipWhen(python.Length == 0, "python3 is not installed");
        string script = Path.Combine(ForeignJudges.Folder, "..", "..", "scripts", "relay-kill");

        ProcessEnd end = await ExternalProgram.RunAsync(
            python, [script, "--kills", "6", "--holder-kills", "1", "--seed", "7", "--program", program],
            new Dictionary<string, string>(), CampaignLimit);

        Assert.True(end.ExitCode == 0, end.Output + end.Error);
        Assert.Contains(" 0 not commanded, 0 while nobody commanded", end.Output, StringComparison.Ordinal);
    }
}
