namespace FlashBench.Hardware.Flash;

/// <summary>Register bits that are never written without a person's typed word: some of them only once.</summary>
[Flags]
public enum GuardedBits
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>SRP1 or SRL: locks the registers until the next power-up, or for good.</summary>
    RegisterLock = 1 << 0,

    /// <summary>LB1-3: lock the security registers for good.</summary>
    SecurityLocks = 1 << 1,

    /// <summary>WPS: replaces block protection by a lock per block.</summary>
    IndividualLocks = 1 << 2,

    /// <summary>TB of Macronix and ISSI parts: can be set once.</summary>
    OneTimeTopBottom = 1 << 3,

    /// <summary>Bits this program knows nothing about.</summary>
    UnknownBits = 1 << 4,
}

/// <summary>A person's typed word that guarded bits of this chip may be written.</summary>
public sealed class TypedConfirmation
{
    private TypedConfirmation(uint jedecId, GuardedBits bits) => (JedecId, Bits) = (jedecId, bits);

    /// <summary>The chip it was given for.</summary>
    public uint JedecId { get; }

    /// <summary>What may be written.</summary>
    public GuardedBits Bits { get; }

    /// <summary>What the person must type.</summary>
    /// <param name="chip">The chip.</param>
    /// <param name="bits">What would be written.</param>
    public static string PhraseFor(SpiNorChip chip, GuardedBits bits)
    {
        ArgumentNullException.ThrowIfNull(chip);
        return $"{chip.JedecId:X6} {bits}";
    }

    /// <summary>Takes the typed words.</summary>
    /// <param name="chip">The chip.</param>
    /// <param name="bits">What is to be written.</param>
    /// <param name="typed">What the person typed.</param>
    /// <returns>The confirmation, or null if the words are not <see cref="PhraseFor"/> to the letter.</returns>
    public static TypedConfirmation? From(SpiNorChip chip, GuardedBits bits, string typed) =>
        string.Equals(PhraseFor(chip, bits), typed, StringComparison.Ordinal)
            ? new TypedConfirmation(chip.JedecId, bits)
            : null;
}
