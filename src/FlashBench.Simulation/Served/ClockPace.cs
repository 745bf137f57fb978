namespace FlashBench.Simulation.Served;

/// <summary>How the time of a served bench passes.</summary>
public enum ClockPace
{
    /// <summary>As on the wall: what takes a second on the device takes a second.</summary>
    RealTime,

    /// <summary>Jumps over what the device needs while it works; passes as on the wall while it is idle.</summary>
    Free,

    /// <summary>Jumps over what the device needs while it works; stands still while it is idle.</summary>
    Still,

    /// <summary>Stands still unless a client sleeps or waits by the control channel: runs can be repeated.</summary>
    Held,
}
