using FlashBench.Bench.Fleet;

namespace FlashBench.Bench.Jobs;

/// <summary>What a job holds of what benches share, phase by phase.</summary>
/// <param name="gate">Where it asks; null if it shares nothing.</param>
/// <param name="job">The job.</param>
internal sealed class HeldSlots(PhaseGate? gate, JobContext job)
{
    private SharedLease? _programmer, _power;

    /// <summary>Waits until the phase may begin.</summary>
    /// <exception cref="Hardware.BenchException">It never may; or what an earlier phase left open does not close.
    /// </exception>
    public async Task EnterAsync(string phase, CancellationToken cancel)
    {
        PhaseNeed need = PhaseGate.NeedOf(phase);
        if (gate is null || need == PhaseNeed.Nothing)
            return;
        if (_programmer is not null)
            await CloseProgrammerAsync();
        if (need == PhaseNeed.Power && _power is not null)
            return; // the board was not shown to be off since
        SharedLease? lease = await gate.EnterAsync(
            need, wait => job.Listener(new JobEvent.Waiting(phase, wait)), cancel);
        if (need == PhaseNeed.Power)
            _power = lease;
        else
            _programmer = lease;
    }

    /// <summary>Gives back what a phase needed, once the programmer is really closed; does nothing for other phases.
    /// </summary>
    /// <exception cref="Hardware.BenchException">The programmer did not let go.</exception>
    public async Task CloseProgrammerAsync()
    {
        if (_programmer is null)
            return;
        await job.Power.ReleaseSpiAsync();
        _programmer.Dispose();
        _programmer = null;
    }

    /// <summary>Gives the slot of the supply back if the board was shown to be off.</summary>
    public void LeaveSupply()
    {
        if (_power is null || !job.Power.IsShownOff)
            return;
        _power.Dispose();
        _power = null;
    }

    /// <summary>Gives everything back, after the safe state was entered. A slot of the supply whose board cannot be
    /// shown to be off is kept while this process lives.</summary>
    public async Task EndAsync()
    {
        _programmer?.Dispose();
        if (_power is null)
            return;
        if (job.Power.IsShownOff || await IsOffAsync())
        {
            _power.Dispose();
            return;
        }

        _power.Keep();
        job.Note("its board could not be shown to be off: it keeps its slot of the supply");
    }

    private async Task<bool> IsOffAsync()
    {
        using var late = new CancellationTokenSource(PhaseLimits.SafeState, job.Clock.Limits);
        try
        {
            return await job.Power.IsOffAfterCutAsync(late.Token)
                .WaitAsync(PhaseLimits.SafeState + PhaseLimits.LetGo, job.Clock.Limits);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
