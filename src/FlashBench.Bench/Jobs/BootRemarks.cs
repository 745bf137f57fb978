using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;
using FlashBench.Firmware;
using FlashBench.Firmware.Registers;

namespace FlashBench.Bench.Jobs;

/// <summary>Tells the person at the bench in a boot's first minutes what they may want to act on.</summary>
/// <remarks>Words only: the verdict comes from the journal.</remarks>
internal sealed class BootRemarks(JobContext job, BootWatch watch, BootSettings settings)
{
    private const long SilenceUs = 60_000_000;

    private readonly MeGeneration? _generation = (MeGeneration?)job.Records.Select(record => record.Data)
        .OfType<JournalData.Audit>().LastOrDefault()?.Generation;

    private readonly bool? _bit = BitInFlash(job);
    private int _samplesSeen;
    private string _state = "";
    private bool _silenceSaid;

    /// <summary>Says what is new.</summary>
    public void Say(long nowUs)
    {
        if (watch.PowerGoodUs is not long t0)
            return;
        SayState(t0);
        if (_silenceSaid || watch.ConsoleSpoke || nowUs - t0 < SilenceUs)
            return;
        _silenceSaid = true;
        job.Note(settings.ExpectedSilence
            ? "nothing on the console yet, as expected of this board before its operating system runs"
            : "nothing on the console 60 s after power-good: check cable, speed and the firmware's console setting");
    }

    private static bool? BitInFlash(JobContext job)
    {
        var told = job.Records.Select(record => record.Data).ToList();
        return (told.OfType<JournalData.FlashCheck>().LastOrDefault()?.DisableBit
            ?? told.OfType<JournalData.Audit>().LastOrDefault()?.DisableBit)?.Set;
    }

    private void SayState(long t0)
    {
        IReadOnlyList<RegisterSample> samples = watch.Samples;
        if (samples.Count < _samplesSeen)
            _samplesSeen = 0; // a warm boot counts anew
        for (; _samplesSeen < samples.Count; _samplesSeen++)
        {
            RegisterSample sample = samples[_samplesSeen];
            MeState state = MeStateTable.Decide(sample.Registers, _generation, _bit);
            if (state.Sentence == _state)
                continue;
            _state = state.Sentence;
            string raw = sample.Registers.Hfsts1 is uint value ? $" (HFSTS1 0x{value:X8})" : "";
            job.Note($"ME {FormattedTime.Clock(sample.AtUs - t0)} after power-good: {_state}{raw}");
        }
    }
}
