using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FlashBench.Bench.Evidence;
using FlashBench.Bench.Jobs;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Cli.Output;
using FlashBench.Simulation;

namespace FlashBench.Tests.Journal;

/// <summary>The audit of everything that writes files: what a crash must not take goes through
/// <see cref="DurableFile"/> (new file beside the old one, sync, rename, sync of the folder), and what does not is
/// listed with its reason.</summary>
public sealed class DurableWritersTests : IDisposable
{
    private static readonly Regex WritesFiles = new(
        @"(?<![\w])File\.(WriteAll|AppendAll|Create|Move|Copy|Replace|Delete|OpenHandle)"
        + @"|(?<![\w.])(System\.IO\.)?Directory\.(Move|Delete|CreateDirectory)\("
        + @"|FileMode\.(Create|CreateNew|OpenOrCreate|Append|Truncate)|new StreamWriter\(");

    // Every other file of src writes through these, or not at all.
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["Bench/Journal/DurableFile.cs"] = "the one place",
        ["Bench/Journal/StagedFile.cs"] = "the one place",
        ["Bench/Journal/DiskReserve.cs"] = "holds nothing",
        ["Bench/Journal/JournalWriter.cs"] = "appends; every record and the file's name are synced",
        ["Bench/Watch/ConsoleLog.cs"] = "appends; every chunk and both names are synced",
        ["Bench/Programming/ChipMemory.cs"] = "forgets a folder, and syncs that",
        ["Bench/Evidence/StationKey.cs"] = "a first key takes no other's place; its name is synced",
        ["Bench/Evidence/StationKeyRotation.cs"] = "a lock, and the overwritten bytes of an old key",
        ["Bench/Doctor/StationReader.cs"] = "tries whether the folder can be written",
        ["Bench/Power/SupplyGroup.cs"] = "a lock",
        ["Bench/Fleet/SlotFiles.cs"] = "locks, and their owners' names",
        ["Bench/Runs/RunLog.cs"] = "appends; every line and the file's name are synced",
        ["Bench/Live/EventFile.cs"] = "for onlookers; derived from the run's log, made again at any time",
        ["Results/Store/StoreGate.cs"] = "a lock",
        ["Results/Store/ResultsStore.cs"] = "a folder for what is derived",
        ["Results/Catalog/Rebuild.cs"] = "derived from journals, made again at any time",
        ["Results/Retention/Pruning.cs"] = "deletes what somebody asked to delete; moved aside first",
        ["Cli/Benches/BenchLock.cs"] = "a lock, and its owner's name; a garbled one keeps nobody out",
        ["Cli/Benches/WiredWorld.cs"] = "a folder for locks",
        ["Cli/Benches/QemuWorld.cs"] = "a folder for a virtual chip",
        ["Cli/Certify/VirtualWorld.cs"] = "a folder for a virtual chip",
        ["Cli/Terminal/ConsoleLogFile.cs"] = "what an operator lets `console` append; no evidence",
        ["Cli/Regress/VirtualCells.cs"] = "deletes the virtual boards of jobs that have ended",
        ["Cli/Diagnostics/ProcessFigures.cs"] = "what the program measures of itself, when asked; no evidence",
        ["Cli/Diagnostics/DiagnosticLog.cs"] = "the diagnostic log; no evidence",
        ["Cli/Image/SplitCommand.cs"] = "a folder of whole files, moved and synced",
        ["Hardware/Power/Holder/HolderSocket.cs"] = "a socket",
        ["Hardware/Console/ConsoleServer.cs"] = "a socket",
        ["Simulation/State/BenchStateFile.cs"] = "what a chip would hold; not the program's",
        ["Simulation/Qemu/QemuProcess.cs"] = "files of a virtual machine",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];

    public static TheoryData<string> Writers =>
    [
        "file", "folder", "deletion", "mark", "mark taken away", "open job", "binding", "vault", "vault, again",
        "chip's backup", "chip's content", "job directory", "station key", "output file", "journal",
    ];

    private static ChipKey Chip => new("EF4017", "0102030405060708", 1 << 16);

    private BenchState State => new(At("state"));

    public void Dispose()
    {
        DiskFaults.Arm(null);
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void Whatever_is_kept_is_synced_with_its_name_before_anybody_is_told_that_it_is(string writer)
    {
        (Action write, string kept) = Writer(writer);
        DiskFaults.Arm(new DiskFaults { Told = _told.Add });

        write();

        DiskFaults.Arm(null);
        int last = _told.LastIndexOf(kept);
        Assert.True(last >= 0, $"{kept} is not among {string.Join(", ", _told)}");
        Assert.Contains(Path.GetDirectoryName(kept)!, _told.Skip(last + 1));
    }

    [Fact]
    public void A_file_is_written_and_synced_under_another_name_before_it_takes_its_own()
    {
        string path = At("file");
        DiskFaults.Arm(new DiskFaults { Told = _told.Add });

        DurableFile.Write(path, [1, 2, 3]);

        // Name taken, bytes, sync of the bytes, rename, sync of the folder.
        string[] acts = [.. _told.Select(one => one == path ? "name" : one == _folder.Path ? "folder" : "beside")];
        Assert.Equal(["name", "beside", "beside", "name", "folder"], acts);
    }

    [Fact]
    public void No_other_place_of_the_sources_writes_files()
    {
        string sources = Path.Combine(ProjectTree.Root, "src");
        List<string> writers =
        [
            .. from file in Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
               where File.ReadLines(file).Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                   && WritesFiles.IsMatch(line))
               select Path.GetRelativePath(sources, file).Replace("FlashBench.", "", StringComparison.Ordinal),
        ];

        Assert.Equal([], writers.Except(Allowed.Keys));
        Assert.Equal([], Allowed.Keys.Except(writers)); // the list is as short as it can be
    }

    private string At(string name) => _folder.At(name);

    private (Action Write, string Kept) Writer(string name)
    {
        string image = Convert.ToHexStringLower(SHA256.HashData([1, 2, 3])), chips = At("state/chips");
        string board = Convert.ToHexStringLower(SHA256.HashData("board"u8));
        var vault = new Vault(At("vault"));
        if (name is "deletion" or "mark taken away")
            State.MarkDirty("b01", "FBJ-1");
        if (name == "vault, again")
            vault.Store([1, 2, 3]);
        return name switch
        {
            "file" => (() => DurableFile.Write(At("file"), [1]), At("file")),
            "folder" => (() => DurableFile.CreateDirectory(At("a/b/c")), At("a/b/c")),
            "deletion" => (() => DurableFile.Delete(At("state/dirty/b01")), At("state/dirty/b01")),
            "mark" => (() => State.MarkDirty("b01", "FBJ-1"), At("state/dirty/b01")),
            "mark taken away" => (() => State.ClearDirty("b01"), At("state/dirty/b01")),
            "open job" => (() => State.Open("b01", At("job")), At("state/open/b01")),
            "binding" => (
                () => State.Bind("board", new DutBinding("EF4017", "01", "", "profile")),
                At($"state/duts/{board}.json")),
            "vault" or "vault, again" => (() => vault.Store([1, 2, 3]), vault.PathOf(image)),
            "chip's backup" => (
                () => State.Chips.SaveBackup(Chip, image), Path.Combine(chips, Chip.FileName + ".backup")),
            "chip's content" => (
                () => State.Chips.Save(Chip, new ContentRecord(1 << 16)),
                Path.Combine(chips, Chip.FileName + ".content")),
            "job directory" => (() => JobFolders.Create(At("evidence"), "FBJ-1"), At("evidence/FBJ-1")),
            "station key" => (() => StationKey.LoadOrCreate(At("keys")).Dispose(), At("keys/station.pem")),
            "output file" => (() => OutputFile.Write(At("image.bin"), [1, 2, 3]), At("image.bin")),
            _ => (() => Journal().Dispose(), At(JournalWriter.FileName)),
        };
    }

    private JournalWriter Journal()
    {
        var time = new VirtualTime();
        return new JournalWriter(
            _folder.Path, new BenchClock(time, new VirtualBootClock(time, TimeSpan.Zero), "boot"));
    }
}
