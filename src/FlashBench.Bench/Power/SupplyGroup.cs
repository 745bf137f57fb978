using FlashBench.Bench.Fleet;
using FlashBench.Hardware;

namespace FlashBench.Bench.Power;

/// <summary>Boards on one supply: their inrush currents must not come in the same moment.</summary>
/// <remarks>
/// Whoever switches on keeps the others waiting for the stagger time: those of this instance in the order in which they
/// came, those of other processes by a lock file that the operating system takes back when its owner dies.
/// </remarks>
/// <param name="file">Lock file; its folder exists. Null where no other process counts, as on virtual time.</param>
/// <param name="id">The group's name.</param>
/// <param name="stagger">Shortest time between two starts.</param>
/// <param name="time">Clock of the waits.</param>
public sealed class SupplyGroup(string? file, string id, TimeSpan stagger, TimeProvider time)
{
    private const int WaitersMax = 100; // that many boards may start before this one
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly FifoSlots _turns = new(capacity: 1);

    /// <summary>Waits until no other board of the group starts, switches on, and keeps the others waiting for the
    /// stagger time.</summary>
    /// <exception cref="PowerException">The group did not become free.</exception>
    public async Task SwitchOnAsync(Func<Task> close, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(close);
        FifoSlots.Slot turn = await _turns.EnterAsync(id, () => { }, cancel);
        try
        {
            await using FileStream? held = file is null ? null : await HoldAsync(file, cancel);
            await close();
            await Task.Delay(stagger, time, cancel);
        }
        finally
        {
            _turns.Leave(turn);
        }
    }

    private async Task<FileStream> HoldAsync(string file, CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        TimeSpan limit = stagger * WaitersMax + TimeSpan.FromSeconds(10);
        while (time.GetElapsedTime(began) < limit)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                await Task.Delay(LookInterval, time, cancel); // another board starts
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PowerException($"the lock of supply group {id} cannot be used: {e.Message.TrimEnd('.')}", e);
            }
        }

        throw new PowerException($"supply group {id} did not become free within {limit.TotalSeconds:0} s ({file})");
    }
}
