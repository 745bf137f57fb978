namespace FlashBench.Hardware.Flash.Writing;

/// <summary>Programs pages in a stream: the host looks at the answers only after many pages.</summary>
/// <remarks>
/// Each page is write enable, program, a pause, and a stream of status samples. A busy chip ignores both commands, so
/// sending too early changes nothing, and the samples tell afterwards: the first must show a busy chip (the page was
/// started), the last a ready one (so the next page was heard). A page that does not prove it is sent again, and so is
/// the page behind one that ended late; programming the same bytes twice is harmless. Source: spi-flash 2.4, point 1.
/// </remarks>
internal sealed class PageProgrammer(ISpiBus bus, SpiNorFlash flash)
{
    private const int PagesPerBatchMax = 256, PagesPerBatchGrowth = 4;
    private const int RoundsMax = 3; // of one page in the stream; after that it is programmed on its own
    private const byte Busy = SpiNorStatus.WriteInProgress, Latch = SpiNorStatus.WriteEnableLatch;

    private readonly ProgramWindow _window = new(flash.Chip, bus.FrequencyHz);
    private readonly byte[] _enable = [SpiNorOpcode.WriteEnable], _status = [SpiNorOpcode.ReadStatus1];
    private readonly List<SpiTransaction> _batch = [];
    private byte[] _samples = [];
    private int _pagesPerBatch = 1;

    /// <summary>Programs the pages in order; every one is proven when it returns.</summary>
    /// <param name="pages">No two overlap; the cells have been erased where bits must go from 0 to 1.</param>
    /// <param name="done">Told the bytes of pages as they are proven; may be null.</param>
    /// <exception cref="FlashChipException">The chip ignores pages, or stays busy too long.</exception>
    /// <exception cref="ProgrammerException">The programmer failed; pages may be programmed in part.</exception>
    public async Task ProgramAsync(IReadOnlyList<PageStep> pages, Action<long>? done)
    {
        var left = new LinkedList<(PageStep Page, int Rounds)>(pages.Select(page => (page, 0)));
        while (left.Count > 0)
        {
            if (left.First!.Value.Rounds >= RoundsMax)
            {
                PageStep stubborn = left.First.Value.Page;
                left.RemoveFirst();
                await flash.ProgramPageAsync(stubborn.Address, stubborn.Data, CancellationToken.None);
                done?.Invoke(stubborn.Data.Length);
                continue;
            }

            List<LinkedListNode<(PageStep Page, int Rounds)>> batch = Take(left);
            int samples = _window.Samples;
            await SendAsync(batch, samples);
            await JudgeAsync(left, batch, samples, done);
        }
    }

    private List<LinkedListNode<(PageStep Page, int Rounds)>> Take(LinkedList<(PageStep Page, int Rounds)> left)
    {
        List<LinkedListNode<(PageStep Page, int Rounds)>> batch = [];
        for (var node = left.First; node is not null && batch.Count < _pagesPerBatch; node = node.Next)
        {
            if (node.Value.Rounds >= RoundsMax)
                break;
            batch.Add(node);
        }

        return batch;
    }

    private async Task SendAsync(List<LinkedListNode<(PageStep Page, int Rounds)>> batch, int samples)
    {
        TimeSpan pause = _window.Pause;
        if (_samples.Length < batch.Count * samples)
            _samples = new byte[batch.Count * samples];
        _batch.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            _batch.Add(new SpiTransaction(_enable));
            PageStep page = batch[i].Value.Page;
            _batch.Add(new SpiTransaction(flash.Commands.Program(page.Address, page.Data.Span), DelayAfter: pause));
            _batch.Add(new SpiTransaction(_status, _samples.AsMemory(i * samples, samples)));
        }

        await bus.ExecuteAsync(_batch, CancellationToken.None);
    }

    private async Task JudgeAsync(
        LinkedList<(PageStep Page, int Rounds)> left, List<LinkedListNode<(PageStep Page, int Rounds)>> batch,
        int samples, Action<long>? done)
    {
        int first = samples, last = 0, missed = 0, early = 0;
        bool lateBefore = false, late = false;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlyMemory<byte> stream = _samples.AsMemory(i * samples, samples);
            int ready = FirstReady(stream.Span, batch[i].Value.Page.Address);
            late = ready == samples;
            early += ready == 0 && !lateBefore ? 1 : 0;
            if (!lateBefore)
                (first, last) = (Math.Min(first, ready), Math.Max(last, ready));
            if (ready > 0 && !lateBefore)
            {
                done?.Invoke(batch[i].Value.Page.Data.Length);
                left.Remove(batch[i]);
            }
            else
            {
                missed++;
                batch[i].Value = batch[i].Value with { Rounds = batch[i].Value.Rounds + 1 };
            }

            lateBefore = late;
        }

        _window.Learn(batch.Count, early, first, last);
        _pagesPerBatch = missed * 8 > batch.Count
            ? Math.Max(1, _pagesPerBatch / PagesPerBatchGrowth)
            : Math.Min(PagesPerBatchMax, _pagesPerBatch * PagesPerBatchGrowth);
        if (late)
            await flash.WaitForPageAsync(batch[^1].Value.Page.Address);
    }

    // Index of the first sample of a ready chip; the length of the stream if it was busy to the end. A chip that is
    // ready with its latch set has ignored the page, as far as one look can tell: as good as never started.
    private int FirstReady(ReadOnlySpan<byte> stream, uint address)
    {
        flash.CheckAnswers(stream, address);
        if ((stream[^1] & (Busy | Latch)) == Latch)
            return 0;
        int ready = 0;
        while (ready < stream.Length && (stream[ready] & Busy) != 0)
            ready++;
        return ready;
    }
}
