using System.Text;
using FlashBench.Bench.Journal;
using FlashBench.Bench.Watch;

namespace FlashBench.Bench.Jobs;

/// <summary>Asks the board of a warm boot to restart: its agent if it has spoken, else the reset button.</summary>
/// <remarks>
/// The journal says so before it is asked, and the watch forgets what came before. A board that does not restart then
/// shows no line that counts, since its uptime began too early.
/// </remarks>
internal sealed class WarmRestart(JobContext job, BootWatch watch, (int Number, string Nonce) boot)
{
    private const long SettleUs = 20_000_000, AgainUs = 5_000_000;
    private const int AttemptsMax = 3;

    private bool _byAgent;
    private int _attempts;
    private long _askedUs;

    /// <summary>Asks if it is time to.</summary>
    /// <exception cref="FlashBench.Hardware.PowerException">The reset button could not be pressed.</exception>
    public async Task AskAsync(long nowUs, CancellationToken cancel)
    {
        if (watch.CanRestart)
            await BeginAsync(nowUs, cancel);
        else if (_byAgent && _attempts < AttemptsMax && nowUs - _askedUs >= AgainUs && watch.LastSignUs is null)
            await SendAsync(nowUs, cancel);
    }

    private async Task BeginAsync(long nowUs, CancellationToken cancel)
    {
        if (watch.FirstSignUs is not long up || nowUs - up < SettleUs)
            return;
        _byAgent = watch.LastSampleUs is not null;
        if (!_byAgent && !job.Power.HasReset)
            return;
        job.Journal.Append(new JournalData.BootRestart(boot.Number, _byAgent ? "agent" : "button"));
        watch.OnRestartAsked(job.Clock.NowUs);
        if (_byAgent)
            await SendAsync(nowUs, cancel);
        else
            await job.Power.PressResetAsync("warm boot", cancel);
    }

    private async Task SendAsync(long nowUs, CancellationToken cancel)
    {
        (_askedUs, _attempts) = (nowUs, _attempts + 1);
        byte[] order = Encoding.ASCII.GetBytes($"FBR {boot.Nonce}");
        await job.Console.SendAsync(Encoding.ASCII.GetBytes($"FBR {boot.Nonce} {Crc32.Of(order):x8}\n"), cancel);
    }
}
