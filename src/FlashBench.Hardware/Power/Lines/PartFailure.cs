using System.Runtime.InteropServices;

namespace FlashBench.Hardware.Power.Lines;

/// <summary>What the kernel answers when a part of the bench cannot be used, as a sentence.</summary>
internal static class PartFailure
{
    private const int NotPermitted = 1, NoEntry = 2, InputOutput = 5, NoAddress = 6, Denied = 13, Busy = 16;
    private const int NoDevice = 19, RemoteIo = 121;

    /// <summary>The part cannot be opened.</summary>
    /// <param name="part">What it is, for people.</param>
    /// <param name="error">errno.</param>
    /// <param name="group">Group that may open it.</param>
    public static PowerException CannotOpen(string part, int error, string group) => error switch
    {
        NoEntry or NoAddress or NoDevice => new($"{part} is not there")
        {
            IsPartGone = true,
            Cause = PartCause.Unavailable,
        },
        NotPermitted or Denied => new($"{part} may not be opened by this user: add the user to the group {group}")
        {
            Cause = PartCause.Permission,
        },
        Busy => new($"{part} is in use by another program or a kernel driver") { Cause = PartCause.Busy },
        _ => new($"{part} cannot be opened ({Marshal.GetPInvokeErrorMessage(error)})"),
    };

    /// <summary>A call on an open part failed.</summary>
    /// <param name="part">What it is, for people.</param>
    /// <param name="doing">"driven", "read".</param>
    /// <param name="error">errno.</param>
    public static PowerException Failed(string part, string doing, int error) => error switch
    {
        NoDevice => new($"{part} could not be {doing}: it is gone") { IsPartGone = true },
        NoAddress or RemoteIo or InputOutput => new($"{part} could not be {doing}: it does not answer"),
        _ => new($"{part} could not be {doing} ({Marshal.GetPInvokeErrorMessage(error)})"),
    };

    /// <summary>Text of a foreign program or of the kernel, fit for one line of a message.</summary>
    public static string Plain(string text, int lengthMax = 200)
    {
        string plain = new([.. text.Take(lengthMax).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return text.Length > lengthMax ? plain + "..." : plain;
    }
}
