namespace FlashBench.Hardware.Flash.Writing;

/// <summary>What is known of a sector before a write.</summary>
public enum SectorState : byte
{
    /// <summary>Not part of the job, and its bytes are not known: it is neither erased nor programmed.</summary>
    Untouchable,

    /// <summary>Its bytes were read.</summary>
    Known,

    /// <summary>Its bytes are those of the target, as its hash says.</summary>
    Equal,

    /// <summary>Part of the job, and nothing is known of it: it has to be erased.</summary>
    Unknown,
}
