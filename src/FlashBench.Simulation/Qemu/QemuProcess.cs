using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using FlashBench.Hardware;

namespace FlashBench.Simulation.Qemu;

/// <summary>One running QEMU, known by its process id and by the folder in which it runs.</summary>
/// <remarks>
/// It belongs to nobody: it goes on when the program that started it ends, as a board does, and any later one finds it
/// by the pid file that QEMU itself writes. A process id that was given away again is not mistaken for it: only QEMU
/// of this folder has the folder's token in its working directory. Source: Linux proc(5).
/// </remarks>
/// <param name="folder">Folder of the process.</param>
/// <param name="id">Process id.</param>
internal sealed class QemuProcess(string folder, int id)
{
    private const string TokenFile = "token";
    private const int TokenBytes = 16;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5), Look = TimeSpan.FromMilliseconds(10);

    /// <summary>Process id.</summary>
    public int Id => id;

    /// <summary>True as long as the process runs; a zombie does not.</summary>
    public bool IsAlive => Read($"/proc/{id}/comm").StartsWith("qemu-system", StringComparison.Ordinal)
        && Read(Here(TokenFile)) is { Length: > 0 } token && token == Read(Path.Combine(folder, TokenFile));

    /// <summary>Path of one of its files, short enough for a socket, wherever the folder lies.</summary>
    public string Here(string name) => $"/proc/{id}/cwd/{name}";

    /// <summary>Finds the process that runs in a folder.</summary>
    /// <returns>Null if there is none.</returns>
    public static QemuProcess? Find(string folder)
    {
        string pid = Read(Path.Combine(folder, QemuArguments.PidFile)).Trim();
        if (!int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            return null;
        var found = new QemuProcess(folder, id);
        return found.IsAlive ? found : null;
    }

    /// <summary>Starts QEMU in its folder; it runs on return, the board's processor waits.</summary>
    /// <param name="options">The board.</param>
    /// <param name="limit">Ends the wait.</param>
    /// <param name="time">Clock of the wait.</param>
    /// <exception cref="PowerException">It does not start; the message says what QEMU said.</exception>
    public static async Task<QemuProcess> StartAsync(
        QemuBenchOptions options, TimeProvider time, CancellationToken limit)
    {
        string folder = options.RunFolder;
        if (Find(folder) is { } left)
            await left.EndAsync(time); // it read the chip as it was then
        Prepare(folder);
        using Process shell = StartShell(options);
        try
        {
            while (true)
            {
                if (Find(folder) is { } process)
                    return process;
                if (shell.HasExited)
                    throw new PowerException($"QEMU does not start: {Words(folder)}");
                await Task.Delay(Look, time, limit);
            }
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            throw new PowerException($"QEMU did not start in time: {Words(folder)}");
        }
    }

    /// <summary>Ends the process, as a board ends whose supply is cut; it is gone on return.</summary>
    /// <exception cref="PowerException">It cannot be ended, or does not go.</exception>
    public async Task EndAsync(TimeProvider time)
    {
        long began = time.GetTimestamp();
        while (IsAlive)
        {
            Kill();
            if (time.GetElapsedTime(began) > EndLimit)
                throw new PowerException($"QEMU, process {id}, does not end: end it by hand");
            await Task.Delay(Look, time, CancellationToken.None);
        }
    }

    /// <summary>Processor time of all its threads; only differences mean something.</summary>
    /// <returns>Zero if the kernel does not tell.</returns>
    public TimeSpan ProcessorTime()
    {
        long ns = 0;
        try
        {
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{id}/task"))
            {
                string time = Read(Path.Combine(thread, "schedstat")).Split(' ')[0];
                ns += long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out long of) ? of : 0;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has just ended; the next look at it says so.
        }

        return TimeSpan.FromTicks(ns / TimeSpan.NanosecondsPerTick);
    }

    private void Kill()
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It was quicker.
        }
        catch (Win32Exception e)
        {
            throw new PowerException($"QEMU, process {id}, may not be ended by this user", e);
        }
    }

    private static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(TokenBytes));
            File.WriteAllText(Path.Combine(folder, TokenFile), token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PowerException($"the folder {folder} of the QEMU board cannot be made: {e.Message}", e);
        }
    }

    private static Process StartShell(QemuBenchOptions options)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("/bin/sh", QemuArguments.Shell(options))
            {
                WorkingDirectory = options.RunFolder,
            })!;
        }
        catch (Win32Exception e)
        {
            throw new PowerException($"QEMU does not start: {e.Message}", e);
        }
    }

    private static string Words(string folder)
    {
        string said = Read(Path.Combine(folder, QemuArguments.Log)).Trim();
        return said.Length > 0 ? said.Split('\n')[^1] : "it says nothing (is qemu-system-x86 installed?)";
    }

    private static string Read(string path)
    {
        const int bytesMax = 4096;
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[bytesMax];
            int count = file.ReadAtLeast(bytes, bytesMax, throwOnEndOfStream: false);
            return System.Text.Encoding.UTF8.GetString(bytes, 0, count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
