using System.Net.Sockets;
using FlashBench.Hardware.Native;
using FlashBench.Hardware.Power.Lines;

namespace FlashBench.Hardware.Power.Holder;

/// <summary>Keeps output lines open for programs that come and go, so that none of them moves a relay by starting,
/// ending or dying (rule I5).</summary>
/// <remarks>
/// It opens a line when somebody first asks for it, adopts its level, and keeps it until it ends itself; it commands
/// nothing of its own accord, also not at its end. Who drives a line first has it until the connection ends; others are
/// refused, and may read. Clients are the holder's own user and root, as the kernel says. What a client sends is
/// bounded; one client's slow or broken part keeps only those waiting who use that part.
/// </remarks>
/// <param name="socket">Where it listens; the caller disposes it.</param>
/// <param name="lines">Opens lines; the caller disposes it.</param>
/// <param name="time">For pauses.</param>
public sealed class RelayHolder(HolderSocket socket, OutputLines lines, TimeProvider time) : IDisposable
{
    private const int ClientsMax = 256, PartsMax = 512;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100); // no descriptor is free
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);          // for commands under way

    private readonly HashSet<Task> _clients = [];
    private readonly Dictionary<string, HeldPart> _parts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Lock _leases = new();

    /// <summary>One sentence for everything that happened to a line; raised on any thread.</summary>
    public event Action<string>? Noticed;

    /// <summary>Serves until <paramref name="cancel"/>; commands under way are finished, no line is driven.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                Socket client = await socket.Listener.AcceptAsync(cancel);
                _clients.RemoveWhere(IsOver);
                if (_clients.Count >= ClientsMax)
                    client.Dispose();
                else
                    _clients.Add(ServeAsync(client, cancel));
            }
            catch (SocketException)
            {
                await Task.WhenAny(Task.Delay(AcceptPause, time, cancel));
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAny(Task.WhenAll(_clients), Task.Delay(EndLimit, time, CancellationToken.None));
        _clients.RemoveWhere(IsOver);
    }

    // A bug costs one client its connection: the relays of the others are worth more than the holder's purity.
    private bool IsOver(Task client)
    {
        if (client.Exception is { } bug)
            Noticed?.Invoke($"a connection was ended by a bug: {bug.InnerException?.Message}");
        return client.IsCompleted;
    }

    /// <summary>Call it when <see cref="RunAsync"/> has ended; no line is driven.</summary>
    public void Dispose() => _opening.Dispose();

    private async Task ServeAsync(Socket connection, CancellationToken cancel)
    {
        using Socket mine = connection;
        HolderClient? client = null;
        try
        {
            client = HolderClient.Of(connection);
            if (client.User != 0 && client.User != LibC.EffectiveUser())
                return;
            await AnswerAsync(connection, client, cancel);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The client is gone, or the holder ends.
        }
        finally
        {
            if (client is not null)
                Release(client);
        }
    }

    private async Task AnswerAsync(Socket connection, HolderClient client, CancellationToken cancel)
    {
        byte[] buffer = new byte[HolderJson.LineBytesMax];
        int length = 0;
        while (true)
        {
            int count = await connection.ReceiveAsync(buffer.AsMemory(length), cancel);
            if (count == 0)
                return;
            length += count;
            while (Array.IndexOf(buffer, (byte)'\n', 0, length) is >= 0 and int end)
            {
                HolderAnswer answer = await AnswerAsync(HolderJson.ReadRequest(buffer.AsSpan(0, end)), client, cancel);
                await connection.SendAsync(HolderJson.Line(answer), cancel);
                length -= end + 1;
                buffer.AsSpan(end + 1, length).CopyTo(buffer);
            }

            if (length == buffer.Length)
                return;
        }
    }

    private async Task<HolderAnswer> AnswerAsync(
        HolderRequest? request, HolderClient client, CancellationToken cancel)
    {
        try
        {
            return request switch
            {
                { Op: "open", Line: { } spec } => await OpenAsync(spec, client, cancel),
                { Op: "read" } when client.PartOf(request.Handle) is { } part => await ReadAsync(part, cancel),
                { Op: "drive", Active: { } active } when client.PartOf(request.Handle) is { } part =>
                    await DriveAsync(part, active, client, cancel),
                _ => Refusal("this is no request that the relay holder understands"),
            };
        }
        catch (PowerException failure)
        {
            return Refusal(failure) with { Gone = failure.IsPartGone };
        }
        catch (BenchException failure)
        {
            return Refusal(failure);
        }
    }

    private async Task<HolderAnswer> OpenAsync(OutputLineSpec spec, HolderClient client, CancellationToken cancel)
    {
        if (client.IsFull)
            return Refusal("one client may open no more lines");
        HeldPart part;
        await _opening.WaitAsync(cancel);
        try
        {
            part = Find(spec);
        }
        finally
        {
            _opening.Release();
        }

        HolderAnswer answer = await ReadAsync(part, cancel);
        client.Parts.Add(part);
        PartIdentity identity = part.Line.Identity;
        return answer with
        {
            Handle = client.Parts.Count - 1,
            Part = identity.Description,
            Simulated = identity.Simulated,
        };
    }

    private HeldPart Find(OutputLineSpec spec)
    {
        string place = lines.PlaceOf(spec);
        if (_parts.TryGetValue(place, out HeldPart? known))
        {
            return known.IsWiredAs(spec) ? known : throw new PowerException(
                $"{known.Line.Identity.Description} is held with other settings: restart relayd to change them");
        }

        if (_parts.Count >= PartsMax)
            throw new PowerException($"the relay holder keeps {PartsMax} lines already");
        var part = new HeldPart(place, spec, lines.Open(spec));
        _parts.Add(place, part);
        Noticed?.Invoke($"holds {part.Line.Identity.Description}");
        return part;
    }

    private async Task<HolderAnswer> ReadAsync(HeldPart part, CancellationToken cancel) =>
        new(Ok: true, Level: await UseAsync(part, async line => await line.ReadAsync(cancel), cancel));

    private async Task<HolderAnswer> DriveAsync(
        HeldPart part, bool active, HolderClient client, CancellationToken cancel)
    {
        if (!TryLease(part, client, out int pid))
        {
            return Refusal($"{part.Line.Identity.Description} is in use by pid {pid}") with { Cause = PartCause.Busy };
        }

        bool? level = await UseAsync(
            part,
            async line =>
            {
                await line.DriveAsync(active, CancellationToken.None);
                return active;
            },
            cancel);
        Noticed?.Invoke($"pid {client.Pid} drives {part.Line.Identity.Description} {(active ? "on" : "off")}");
        return new HolderAnswer(Ok: true, Level: level);
    }

    private async Task<bool?> UseAsync(
        HeldPart part, Func<IOutputLine, Task<bool?>> use, CancellationToken cancel)
    {
        await part.Gate.WaitAsync(cancel);
        try
        {
            if (part.IsGone)
                throw Gone(part);
            return await use(part.Line);
        }
        catch (PowerException failure) when (failure.IsPartGone)
        {
            await ForgetAsync(part);
            throw;
        }
        catch (ObjectDisposedException)
        {
            await ForgetAsync(part); // another line of the same part has found it gone
            throw Gone(part);
        }
        finally
        {
            part.Gate.Release();
        }
    }

    private static PowerException Gone(HeldPart part) =>
        new($"{part.Line.Identity.Description} is gone") { IsPartGone = true };

    private async Task ForgetAsync(HeldPart part)
    {
        await _opening.WaitAsync(CancellationToken.None);
        try
        {
            if (part.IsGone)
                return;
            part.IsGone = true;
            _parts.Remove(part.Place);
            lines.Forget(part.Line);
            Noticed?.Invoke($"lost {part.Line.Identity.Description}");
        }
        finally
        {
            _opening.Release();
        }
    }

    private bool TryLease(HeldPart part, HolderClient client, out int pid)
    {
        lock (_leases)
        {
            part.Owner ??= client;
            pid = part.Owner.Pid;
            return part.Owner == client;
        }
    }

    private void Release(HolderClient client)
    {
        lock (_leases)
        {
            foreach (HeldPart part in client.Parts.Where(part => part.Owner == client))
                part.Owner = null;
        }
    }

    private static HolderAnswer Refusal(string sentence) => new(Ok: false, Error: sentence);

    private static HolderAnswer Refusal(BenchException failure) =>
        Refusal(failure.Message) with { Cause = failure.Cause == PartCause.Failed ? null : failure.Cause };
}
