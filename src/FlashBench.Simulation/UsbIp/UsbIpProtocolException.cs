namespace FlashBench.Simulation.UsbIp;

/// <summary>A USB/IP peer sent what the protocol does not allow; its connection is closed.</summary>
/// <param name="reason">What was wrong, as words without a full stop.</param>
public sealed class UsbIpProtocolException(string reason) : Exception(reason);
