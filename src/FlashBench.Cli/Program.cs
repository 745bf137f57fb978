using FlashBench.Cli.Diagnostics;

using ProcessFigures? figures = ProcessFigures.FromEnvironment();
return await FlashBench.Cli.TopFrame.RunAsync(args, Console.Out, Console.Error);
