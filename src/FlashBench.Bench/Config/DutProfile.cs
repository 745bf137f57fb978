namespace FlashBench.Bench.Config;

/// <summary>Evidence levels; a higher one contains the lower ones (design: evidence).</summary>
public enum EvidenceLevel
{
    /// <summary>Nothing shown yet.</summary>
    None = -1,

    /// <summary>Image written and verified.</summary>
    L0,

    /// <summary>Neutralized in flash, decoded from the re-read.</summary>
    L1,

    /// <summary>Survives the watchdog.</summary>
    L2,

    /// <summary>Disabled, observed in the ME's registers.</summary>
    L3,
}

/// <summary>One type of board: what to expect of it and what to ask of it (hardware/profiles/ID.json).</summary>
/// <param name="Id">File name without extension.</param>
/// <param name="Board">Board name for people.</param>
/// <param name="Chips">JEDEC ids that may carry the firmware.</param>
/// <param name="Me">The ME generation and its disable bit on this board's PCH.</param>
/// <param name="Power">Power thresholds and times.</param>
/// <param name="Console">How its console talks.</param>
/// <param name="Watch">Numbers of the watch.</param>
/// <param name="RequiredLevel">What a PASS needs unless the operator asks for less.</param>
/// <param name="Sha256">SHA-256 of the profile file, lower-case hex; goes into the record.</param>
public sealed record DutProfile(
    string Id, string Board, IReadOnlyList<uint> Chips, MeProfile Me, PowerProfile Power, ConsoleProfile Console,
    WatchProfile Watch, EvidenceLevel RequiredLevel, string Sha256)
{
    /// <summary>What must be said of every profile that was written from documents alone.</summary>
    public const string UnverifiedText = "from documents; not run on this board yet";

    /// <summary>True while no bench has run this profile on the board that it describes.</summary>
    public bool Unverified { get; init; }

    /// <summary>Where the facts come from, a fact and its document an entry; never empty when
    /// <see cref="Unverified"/>.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>True if boards of this type may be lost: only then a negative control's image is written to a real
    /// one.</summary>
    public bool Sacrificial { get; init; }

    /// <summary>The board's flash chips; null when the profile does not say.</summary>
    public FlashProfile? Flash { get; init; }
}

/// <summary>What the profile pins about the ME.</summary>
/// <param name="Majors">ME major versions that this board ships with.</param>
/// <param name="StrapOffset">Byte offset of the strap dword with the disable bit, from FPSBA.</param>
/// <param name="StrapBit">Bit number inside that dword.</param>
public sealed record MeProfile(IReadOnlyList<int> Majors, uint StrapOffset, int StrapBit)
{
    /// <summary>Short name of the chipset's platform; offset, bit and majors are those that it is known for. Null when
    /// the profile does not pin one.</summary>
    public string? Pch { get; init; }

    /// <summary>False for an emulated board whose flash carries an ME region that no ME ever runs.</summary>
    public bool Silicon { get; init; } = true;
}

/// <summary>Thresholds and times of the board's supply.</summary>
/// <param name="OnMillivolts">Main rail at or above this is on.</param>
/// <param name="OffMillivolts">Main rail at or below this is off.</param>
/// <param name="OffMilliamps">Supply current at or below this means that the supply is disconnected.</param>
/// <param name="Discharge">How long off must hold before the board counts as cold.</param>
/// <param name="OnLimit">Latest power-good after the relay closed.</param>
/// <param name="OffLimit">Latest verified off after the relay opened.</param>
/// <param name="SampleInterval">Between two sensor samples.</param>
public sealed record PowerProfile(
    int OnMillivolts, int OffMillivolts, int OffMilliamps, TimeSpan Discharge, TimeSpan OnLimit, TimeSpan OffLimit,
    TimeSpan SampleInterval)
{
    /// <summary>True while the thresholds are guesses: measure them on the first board and write them down.</summary>
    public bool ToBeCommissioned { get; init; }

    /// <summary>Supply current of the sleeping board in milliamps, from and to; both 0 when it is not known.</summary>
    public (int From, int To) SleepMilliamps { get; init; }
}

/// <summary>What the board's console says when.</summary>
/// <param name="Banner">Regular expression of the first line of every boot.</param>
/// <param name="BootLimit">Latest first heartbeat after power-good.</param>
/// <param name="ProbesLogin">True if return may be pressed at a login prompt of a board without agent, to see that it
/// lives.</param>
public sealed record ConsoleProfile(string Banner, TimeSpan BootLimit, bool ProbesLogin = false)
{
    /// <summary>True for a board that prints nothing before its operating system runs.</summary>
    public bool ExpectedSilence { get; init; }

    /// <summary>Where the console is, for people; empty when the profile does not say.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Numbers of the watch (design: evidence).</summary>
/// <param name="Minimum">Power must hold this long since t0 and since the last reset; 31:00 or more.</param>
/// <param name="ColdBoots">Number of watched cold boots.</param>
/// <param name="GapMax">Longest accepted silence between two signs of life once the OS is up.</param>
/// <param name="Grace">How long after <paramref name="Minimum"/> the watch still waits for the last sample.</param>
/// <param name="BaselineMinimum">How long the untouched board is watched.</param>
public sealed record WatchProfile(
    TimeSpan Minimum, int ColdBoots, TimeSpan GapMax, TimeSpan Grace, TimeSpan BaselineMinimum)
{
    /// <summary>Number of watched warm boots beside the cold ones.</summary>
    public int WarmBoots { get; init; }

    /// <summary>Minutes of each further cold boot that is watched longer, such as 65 or 130.</summary>
    public IReadOnlyList<int> SoakMinutes { get; init; } = [];

    /// <summary>True if an early register sample that says that the ME is not disabled ends a boot at once.</summary>
    public bool FailFast { get; init; }

    /// <summary>The same on a commissioned bench: long enough for the operating system and some register samples.
    /// </summary>
    public TimeSpan BaselineShort { get; init; } = TimeSpan.FromSeconds(WatchLimits.BaselineShortSeconds);
}
