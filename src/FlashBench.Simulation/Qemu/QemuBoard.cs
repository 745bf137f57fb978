using System.Net.Sockets;
using FlashBench.Hardware;
using FlashBench.Hardware.Power;

namespace FlashBench.Simulation.Qemu;

/// <summary>A board that is a QEMU process: powered while the process is there.</summary>
/// <remarks>
/// <para>Modelled: a PC whose firmware is the content of the flash chip at power-on; standby for a moment before the
/// main rail comes, and after a power-down by the system; supply cut, reset button, a serial console. Not modelled: an
/// ME, a real rail and its rise and fall, a reset button that is held.</para>
/// <para>The machine takes the whole chip into its memory at power-on; a reset does not read the chip again. Safe for
/// concurrent use: one command after another.</para>
/// </remarks>
internal sealed class QemuBoard : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20), Look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Standby = TimeSpan.FromMilliseconds(320); // as the virtual board has it

    private readonly SemaphoreSlim _gate = new(1);
    private readonly QemuBenchOptions _options;
    private readonly TimeProvider _time;
    private readonly QemuLoad _load;
    private QemuProcess? _process;
    private QmpClient? _control;
    private Task _rise = Task.CompletedTask;

    /// <summary>A board whose state is not known yet.</summary>
    public QemuBoard(QemuBenchOptions options, PartIdentity console, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _load = new QemuLoad(time);
        Console = new QemuConsolePort(console, time);
    }

    /// <summary>Told, with true for on, when the board takes the flash chip's supply and bus, or lets go of them.
    /// </summary>
    public required Action<bool> PowerChanged { get; init; }

    /// <summary>The board's serial console.</summary>
    public QemuConsolePort Console { get; }

    /// <summary>Takes over a process that an earlier program has left running; finds out otherwise that there is none.
    /// </summary>
    /// <exception cref="PowerException">There is one, and it does not answer.</exception>
    public Task AdoptAsync() => InTurnAsync(async () =>
    {
        if (QemuProcess.Find(_options.RunFolder) is not { } found)
            return true;
        await TakeAsync(found);
        if (await AskAsync("query-status") == QemuLoad.NotBegun)
            await AskAsync("cont"); // whoever closed the relay was ended right then
        return true;
    });

    /// <summary>True as long as the process is there.</summary>
    public Task<bool> IsPoweredAsync() => InTurnAsync(IsThereAsync);

    /// <summary>Starts a new process or ends the one that runs; does nothing if it is so already. A new board is in
    /// standby on return, and its processor runs a moment later.</summary>
    /// <exception cref="PowerException">QEMU does not start, or does not end.</exception>
    public Task DriveAsync(bool on) => InTurnAsync(async () =>
    {
        if (on == await IsThereAsync())
            return true;
        if (on)
            await StartAsync();
        else
            await EndAsync();
        return true;
    });

    /// <summary>Resets the processor; nothing happens to a board without power.</summary>
    /// <exception cref="PowerException">QEMU does not answer.</exception>
    public Task ResetAsync() => InTurnAsync(async () =>
    {
        if (await IsThereAsync())
            await AskAsync("system_reset");
        return true;
    });

    /// <summary>What a sensor would see.</summary>
    /// <exception cref="PowerException">QEMU does not answer.</exception>
    public Task<PowerSample> SampleAsync() => InTurnAsync(async () =>
        await IsThereAsync() && await AskAsync("query-status") is { } status
            ? _load.Sample(_process!, status)
            : default);

    /// <summary>Lets go of the process, which runs on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _rise;
        await Console.DisposeAsync();
        _control?.Dispose();
        _gate.Dispose();
    }

    private async Task StartAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit, _time);
        QemuProcess process = await QemuProcess.StartAsync(_options, _time, limit.Token);
        PowerChanged(true); // from here on the chip is the board's
        try
        {
            await TakeAsync(process);
            _rise = Task.Run(() => RiseAsync(process)); // away from the caller's thread
        }
        catch (Exception e) when (e is PowerException or SocketException)
        {
            await process.EndAsync(_time);
            await LoseAsync();
            throw new PowerException($"the QEMU board did not come up: {e.Message}", e);
        }
    }

    // The caller has time to look before the first byte comes.
    private async Task RiseAsync(QemuProcess process)
    {
        await Task.Delay(Standby, _time, CancellationToken.None);
        try
        {
            await InTurnAsync(async () => process == _process && await AskAsync("cont") is not null);
        }
        catch (PowerException)
        {
            // The board stays in standby, and the sensor shows it.
        }
    }

    private async Task EndAsync()
    {
        await _process!.EndAsync(_time);
        await LoseAsync();
    }

    private async Task TakeAsync(QemuProcess process)
    {
        (_process, _control) = (process, await ConnectAsync(process));
        _load.Start(process);
        PowerChanged(true);
        await Console.AttachAsync(process.Here(QemuArguments.ConsoleSocket));
    }

    // The pid file is there before the sockets are.
    private async Task<QmpClient> ConnectAsync(QemuProcess process)
    {
        long began = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return await QmpClient.ConnectAsync(process.Here(QemuArguments.QmpSocket), _time);
            }
            catch (SocketException) when (process.IsAlive && _time.GetElapsedTime(began) < StartLimit)
            {
                await Task.Delay(Look, _time, CancellationToken.None);
            }
            catch (Exception e) when (e is SocketException or QmpException)
            {
                throw Silent(process, e);
            }
        }
    }

    private async Task<bool> IsThereAsync()
    {
        if (_process is null or { IsAlive: true })
            return _process is not null;
        await LoseAsync();
        return false;
    }

    // Null if the process is gone.
    private async Task<string?> AskAsync(string command)
    {
        try
        {
            return await _control!.ExecuteAsync(command);
        }
        catch (QmpException e)
        {
            if (await IsThereAsync())
                throw Silent(_process!, e);
            return null;
        }
    }

    private async Task LoseAsync()
    {
        _control?.Dispose();
        (_process, _control) = (null, null);
        await Console.DetachAsync(ended: true);
        PowerChanged(false);
    }

    private static PowerException Silent(QemuProcess process, Exception inner) => new(
        $"QEMU, process {process.Id}, runs but does not answer: end it by hand, then switch the board on anew", inner);

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work)
    {
        await _gate.WaitAsync();
        try
        {
            return await work();
        }
        finally
        {
            _gate.Release();
        }
    }
}
