using System.Globalization;
using FlashBench.Cli;
using FlashBench.Cli.Benches;
using FlashBench.Hardware;

namespace FlashBench.Tests.Cli.Benches;

/// <summary>One bench, one owner, whatever lies about on the disk.</summary>
public sealed class BenchLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Two_controllers_that_race_for_a_bench_never_both_get_it()
    {
        int races = int.TryParse(
            Environment.GetEnvironmentVariable("FLASHBENCH_RACES"), CultureInfo.InvariantCulture, out int n) ? n : 300;
        int doubled = 0, nobody = 0;
        for (int race = 0; race < races; race++)
        {
            var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var tried = new TaskCompletionSource[2];
            for (int i = 0; i < tried.Length; i++)
                tried[i] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task bothTried = Task.WhenAll(tried[0].Task, tried[1].Task);
            Task<bool>[] controllers =
                [.. tried.Select(mine => Task.Run(() => ContendAsync(go.Task, mine, bothTried)))];
            go.SetResult();
            bool[] had = await Task.WhenAll(controllers);
            doubled += had[0] && had[1] ? 1 : 0;
            nobody += !had[0] && !had[1] ? 1 : 0;
        }

        Assert.Equal((0, 0), (doubled, nobody));
        if (Environment.GetEnvironmentVariable("FLASHBENCH_RACES_TABLE") is { Length: > 0 } table)
        {
            await File.WriteAllTextAsync(
                table, $"| races | two owners | no owner |\n|---|---|---|\n| {races} | {doubled} | {nobody} |\n",
                TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Whoever_finds_a_bench_in_use_is_told_by_whom()
    {
        await using BenchLock mine = Take("job FBJ-1");

        var refused = Assert.Throws<CommandFailure>(() => Take("job FBJ-2"));

        Assert.Equal(69, refused.ExitCode);
        Assert.StartsWith($"bench desk is in use by PID {Environment.ProcessId} since ", refused.Message);
        Assert.EndsWith("(job FBJ-1)", refused.Message);
    }

    [Fact]
    public async Task A_file_that_a_dead_process_left_locks_nothing_and_names_nobody()
    {
        await Take("job FBJ-1").DisposeAsync();
        BenchOwner self = BenchOwner.Self("job FBJ-1");
        BenchOwner[] gone =
        [
            self with { StartTicks = self.StartTicks + 1 }, // the same number, another process
            self with { BootId = "another boot" },
            self with { Pid = int.MaxValue },
        ];
        foreach (BenchOwner owner in gone)
        {
            File.WriteAllBytes(_folder.At("benches/desk.owner"), owner.ToBytes());
            Assert.False(owner.IsAlive);
            Assert.Null(BenchLock.OwnerOf(_folder.Path, "desk"));
            await Take("job FBJ-2").DisposeAsync();
        }
    }

    [Fact]
    public async Task An_owner_s_file_that_is_garbage_keeps_nobody_out()
    {
        Directory.CreateDirectory(_folder.At("benches"));
        File.WriteAllText(_folder.At("benches/desk.owner"), "{\"pid\":");

        await using BenchLock mine = Take("job FBJ-2");

        Assert.Equal("job FBJ-2", BenchLock.OwnerOf(_folder.Path, "desk")!.Work);
        Assert.Equal(HostIdentity.Read().BootId, BenchLock.OwnerOf(_folder.Path, "desk")!.BootId);
    }

    [Fact]
    public async Task Two_benches_that_name_one_programmer_differently_exclude_each_other()
    {
        await using BenchLock first = BenchLock.TakeProgrammer(_folder.Path, "1-4.2", "job FBJ-1");

        var refused = Assert.Throws<CommandFailure>(
            () => BenchLock.TakeProgrammer(_folder.Path, "1-4.2", "job FBJ-2"));

        Assert.StartsWith("the programmer at 1-4.2 is in use by PID ", refused.Message);
        await using BenchLock other = BenchLock.TakeProgrammer(_folder.Path, "1-4.3", "job FBJ-2");
    }

    public void Dispose() => _folder.Dispose();

    private BenchLock Take(string work) => BenchLock.Take(_folder.Path, "desk", work);

    private async Task<bool> ContendAsync(Task go, TaskCompletionSource tried, Task bothTried)
    {
        await go;
        try
        {
            await using BenchLock mine = Take("a race");
            tried.SetResult();
            await bothTried; // whoever has it keeps it until the other one has tried
            return true;
        }
        catch (CommandFailure)
        {
            tried.SetResult();
            return false;
        }
    }
}
