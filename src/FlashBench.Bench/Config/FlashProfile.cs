namespace FlashBench.Bench.Config;

/// <summary>The flash chips that hold one image, in the order in which the image runs through them.</summary>
/// <param name="SupplyMillivolts">Nominal supply of the chips.</param>
/// <param name="Package">Package, for choosing clip or socket.</param>
/// <param name="Components">One or two chips; the first holds descriptor and ME, and is the one that a job writes.
/// </param>
public sealed record FlashProfile(int SupplyMillivolts, string Package, IReadOnlyList<FlashComponent> Components);

/// <summary>One flash chip of a board.</summary>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Holds">Regions of the image that lie in it, wholly or in part: fd, gbe, me, pd, bios, ec.</param>
/// <param name="Where">How a person finds it.</param>
public sealed record FlashComponent(int SizeBytes, IReadOnlyList<string> Holds, string Where);
