using FlashBench.EndToEnd.Tests.Foreign;
using FlashBench.EndToEnd.Tests.Qemu;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(FlashBench.EndToEnd.Tests.LongestFirst))]

namespace FlashBench.EndToEnd.Tests;

/// <summary>Begins with the classes that wait for minutes of real time, so that none of them is left over at the end.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Long =
    [
        typeof(StoppedControllerTests), typeof(StopSignalTests), typeof(FlashromTests), typeof(FleetVerbTests),
        typeof(RegressTests), typeof(LiveTests), typeof(QemuCertifyTests), typeof(FlashromOverSerprogTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    private static int Place<T>(T collection)
        where T : ITestCollection
    {
        string name = collection.TestCollectionDisplayName;
        int place = Array.FindIndex(Long, type => name.Contains($" {type.FullName} ", StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
