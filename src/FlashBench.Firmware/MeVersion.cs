namespace FlashBench.Firmware;

/// <summary>Version of an ME firmware as its manifest states it.</summary>
/// <param name="Major">6 to 10 generation 2, 11 and later generation 3.</param>
/// <param name="Minor">Minor version.</param>
/// <param name="Hotfix">Hotfix number.</param>
/// <param name="Build">Build number.</param>
public readonly record struct MeVersion(int Major, int Minor, int Hotfix, int Build)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}.{Hotfix}.{Build}";
}
