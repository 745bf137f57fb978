using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using FlashBench.Firmware;
using FlashBench.Firmware.Formats;
using FlashBench.Firmware.Neutralization;
using FlashBench.Simulation.Images;

namespace FlashBench.Benchmarks;

/// <summary>Neutralization of a 16 MiB dump in memory, against one SHA-256 over the same bytes.</summary>
[MemoryDiagnoser]
public class NeutralizeBenchmarks
{
    private static readonly KeyRing Keys = KeyRing.Intel.With("test key", TestKey.FingerprintSha256);

    private byte[] _image = [];

    /// <summary>Generation 2 with its chunk map, and generation 3.</summary>
    [Params("me8", "me11")]
    public string Kind { get; set; } = "";

    /// <summary>Makes the image.</summary>
    [GlobalSetup]
    public void Make() => _image = ImageGenerator.Create(Kind, 0x100_0000);

    /// <summary>The measure of all: one pass over the bytes.</summary>
    [Benchmark(Baseline = true)]
    public byte[] Sha256() => SHA256.HashData(_image);

    /// <summary>Reading alone.</summary>
    [Benchmark]
    public ImageAnalysis Read() => ImageAnalysis.Read(_image, Keys);

    /// <summary>Reading, planning and making the changed image.</summary>
    [Benchmark]
    public byte[] Neutralize() => NeutralizationPlan.Create(ImageAnalysis.Read(_image, Keys)).Apply(_image);

    /// <summary>The same with the check that `image neutralize` makes before it writes anything.</summary>
    [Benchmark]
    public NeutralizationCheck NeutralizeAndCheck()
    {
        ImageAnalysis image = ImageAnalysis.Read(_image, Keys);
        return NeutralizationCheck.Measure(image, NeutralizationPlan.Create(image).Apply(_image), Keys);
    }
}
