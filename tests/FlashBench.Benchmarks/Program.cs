using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(FlashBench.Benchmarks.NeutralizeBenchmarks).Assembly).Run(args);
