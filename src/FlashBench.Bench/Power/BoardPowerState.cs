namespace FlashBench.Bench.Power;

/// <summary>The legal states of a board on a bench.</summary>
public enum BoardPowerState
{
    /// <summary>No supply (G3), and nobody drives the SPI bus.</summary>
    Off,

    /// <summary>No supply, and the programmer drives the SPI bus.</summary>
    SpiOwned,

    /// <summary>No supply, and the programmer was asked to let go of the SPI bus and did not confirm it.</summary>
    SpiUnknown,

    /// <summary>Supply without main rail (S5 and sleep states).</summary>
    Standby,

    /// <summary>Main rail up (S0).</summary>
    On,

    /// <summary>Nothing measures, so that nobody can say.</summary>
    Unmeasured,
}

/// <summary>What can be asked of a board on a bench.</summary>
public enum PowerRequest
{
    /// <summary>Let the programmer drive the SPI bus.</summary>
    OwnSpi,

    /// <summary>Supply the board.</summary>
    SwitchOn,

    /// <summary>Press its power button.</summary>
    PressButton,

    /// <summary>Press its reset button.</summary>
    PressReset,
}

/// <summary>Which request is legal in which state. Switching off is always legal.</summary>
public static class PowerRules
{
    /// <summary>Why a request is refused.</summary>
    /// <returns>A clause without a full stop; null if the request is legal.</returns>
    public static string? Refusal(BoardPowerState state, PowerRequest request) => (request, state) switch
    {
        (_, BoardPowerState.SpiUnknown) => "the programmer did not confirm that it let go of the SPI bus",
        (PowerRequest.OwnSpi, BoardPowerState.Standby) => "the board has standby power, so its SPI bus is not ours",
        (PowerRequest.OwnSpi, BoardPowerState.On) => "the board is on, so its SPI bus is not ours",
        (PowerRequest.OwnSpi, _) => null,
        (_, BoardPowerState.SpiOwned) => "the programmer drives the SPI bus",
        (PowerRequest.PressButton or PowerRequest.PressReset, BoardPowerState.Off) =>
            "the board has no supply, so its buttons do nothing",
        (PowerRequest.PressReset, BoardPowerState.Standby) => "the board is in standby: there is nothing to reset",
        _ => null,
    };
}
