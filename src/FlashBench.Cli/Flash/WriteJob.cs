using FlashBench.Bench.Journal;
using FlashBench.Bench.Programming;
using FlashBench.Hardware;
using FlashBench.Hardware.Flash;

namespace FlashBench.Cli.Flash;

/// <summary>What writing and erasing have in common: the backup rule, the mark of a half-written chip, and what is
/// remembered of it.</summary>
/// <param name="run">The chip.</param>
/// <param name="image">The image the target was made from, as it was given; null if there is none.</param>
internal sealed class WriteJob(FlashRun run, byte[]? image)
{
    private bool _begun, _markedBefore;

    /// <summary>Brings the selected bytes to <paramref name="target"/>.</summary>
    /// <param name="selection">What may be touched.</param>
    /// <param name="target">As long as the chip.</param>
    /// <param name="cancel">Honoured between blocks.</param>
    /// <exception cref="CommandFailure">It failed; exit 60 if the chip may be half-written.</exception>
    public async Task<WriteResult> RunAsync(FlashSelection selection, byte[] target, CancellationToken cancel)
    {
        RefuseWithoutBackup();
        if (!run.Parse.GetValue(FlashOptions.Unprotect))
            return await WriteAsync(selection, target, cancel);
        var protection = new BlockProtection(run.Session.Bus, run.Flash.Chip, run.World.Time);
        ProtectionChange change = await protection.ClearAsync(cancel);
        bool written = false;
        try
        {
            WriteResult result = await WriteAsync(selection, target, cancel);
            written = true;
            return result;
        }
        finally
        {
            await PutBackAsync(protection, change, written);
        }
    }

    // After a failed write its own failure is the one to report; the registers are put back as far as possible.
    private async Task PutBackAsync(BlockProtection protection, ProtectionChange change, bool written)
    {
        try
        {
            await protection.RestoreAsync(change);
        }
        catch (BenchException fault) when (!written)
        {
            run.Note($"the block protection could not be put back, it was {change.Original}: {fault.Message}");
        }
    }

    private async Task<WriteResult> WriteAsync(FlashSelection selection, byte[] target, CancellationToken cancel)
    {
        await RefuseDescriptorAsync(selection, target, cancel);
        ContentRecord record = run.Key is { } key
            ? run.World.State.Chips.Content(key)
            : new ContentRecord(run.Flash.Chip.SizeBytes);
        TrustPolicy trust = run.Parse.GetValue(FlashOptions.Trust) ?? TrustPolicy.Region;
        KnownContent known = await KnownContent.CheckAsync(
            run.Flash, record, trust, run.World.Random, run.Show, cancel);
        if (known.WasWrong)
            Remember(record);
        var writer = new ChipWriter(run.Flash, run.Session.Bus.FrequencyHz, record, run.Show)
        {
            BeforeFirstErase = () => Begin(record),
            BeforeBlock = run.Session.CheckOffAsync,
        };
        var order = new WriteOrder(
            selection, target, run.Parse.GetValue(FlashOptions.Verify) ?? VerifyPolicy.Changed);
        try
        {
            WriteResult result = await writer.WriteAsync(order, known, cancel);
            Finish(record, order, result);
            return result;
        }
        catch (Exception e) when (_begun && e is BenchException or OperationCanceledException)
        {
            RememberIfPossible(record);
            string why = e is BenchException ? e.Message.TrimEnd('.') : "interrupted";
            throw new CommandFailure(
                ExitCodes.Dirty, $"{why}; the chip is half-written: write it again before the board gets power");
        }
    }

    // Rule I1.
    private void RefuseWithoutBackup()
    {
        string? typed = run.Parse.GetValue(FlashOptions.NoBackup);
        if (typed is not null && typed != run.World.Bench.Id)
            throw new UsageException($"--no-backup wants the bench id typed: {run.World.Bench.Id}");
        if (typed is not null)
            return;
        if (run.Key is { } key && run.World.State.Chips.Backup(key) is { } sha256 && IsInVault(sha256))
            return;
        string why = run.Key is null ? "this chip has no unique id, so no backup can be known to be its own"
            : "the vault has no backup of this chip";
        throw new FlashRefusedException(
            $"{why}: take one with `flash read`, or go without by --no-backup {run.World.Bench.Id}",
            needsConfirmation: true);
    }

    private bool IsInVault(string sha256) => new FlashBench.Bench.Jobs.Vault(run.World.Paths.Vault).Holds(sha256);

    // The map of an image is looked at whole, also when only a region of it is written.
    private async Task RefuseDescriptorAsync(FlashSelection selection, byte[] target, CancellationToken cancel)
    {
        byte[] first = await DescriptorGuard.ReadAsync(run.Flash, cancel);
        byte[] given = image?.Length == target.Length ? image : target;
        DescriptorGuard.Check(
            first, given.AsSpan(0, first.Length), selection, run.Parse.GetValue(FlashOptions.AllowDescriptor));
    }

    private void Begin(ContentRecord record)
    {
        string? marked = Marked();
        _markedBefore = marked is not null;
        // The job that did it can be resumed.
        run.World.State.MarkDirty(run.World.Bench.Id, run.Key, marked ?? "flash");
        _begun = true;
        Remember(record);
    }

    // A mark that an earlier job left is taken away only by a whole write that was read back, or if the whole chip was
    // read and nothing had to be written.
    private void Finish(ContentRecord record, WriteOrder order, WriteResult result)
    {
        Remember(record);
        bool read = order.Verify == VerifyPolicy.Full || result.ReadBytes == order.Target.Length;
        bool wholeAndRead =
            order.Selection.IsWhole && (_begun ? order.Verify != VerifyPolicy.None : read);
        if (wholeAndRead || (_begun && !_markedBefore))
        {
            run.World.State.ClearDirty(run.World.Bench.Id, run.Key);
        }
        else if (Marked() is { } job)
        {
            run.Note(
                $"job {job} left this chip half-written, and it counts as such until all of it is written or read: "
                + "`flash write` of a whole image with --verify full");
        }
    }

    private string? Marked() => run.World.State.DirtyJob(run.World.Bench.Id)
        ?? (run.Key is { } key ? run.World.State.Chips.DirtyJob(key) : null);

    // What is on disk forgot every block that was to change before the first of them was touched.
    private void RememberIfPossible(ContentRecord record)
    {
        try
        {
            Remember(record);
        }
        catch (JournalWriteException fault)
        {
            run.Note($"what was written is not remembered: {fault.Message}");
        }
    }

    private void Remember(ContentRecord record)
    {
        if (run.Key is { } key)
            run.World.State.Chips.Save(key, record);
    }
}
