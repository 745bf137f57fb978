using FlashBench.Hardware;
using FlashBench.Hardware.Power;

namespace FlashBench.Simulation.Qemu;

/// <summary>The relay that feeds a QEMU board: active is a running process, and every new one a cold start.</summary>
internal sealed class QemuPowerLine(QemuBoard board, PartIdentity identity) : IOutputLine
{
    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    public async ValueTask<bool?> ReadAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return await board.IsPoweredAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DriveAsync(bool active, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        await board.DriveAsync(active);
    }
}

/// <summary>The reset button of a QEMU board: pressing it resets; holding it changes nothing more.</summary>
internal sealed class QemuResetLine(QemuBoard board, PartIdentity identity) : IOutputLine
{
    private bool _active;

    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    public ValueTask<bool?> ReadAsync(CancellationToken cancel) => new(_active);

    /// <inheritdoc/>
    public async ValueTask DriveAsync(bool active, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (active && !_active)
            await board.ResetAsync();
        _active = active;
    }
}

/// <summary>The sensor of a QEMU board: what it reads says whether the process is there and lives.</summary>
internal sealed class QemuPowerSensor(QemuBoard board, PartIdentity identity) : IPowerSensor
{
    /// <inheritdoc/>
    public PartIdentity Identity => identity;

    /// <inheritdoc/>
    public async ValueTask<PowerSample> SampleAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return await board.SampleAsync();
    }
}
