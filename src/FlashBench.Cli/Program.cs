return await FlashBench.Cli.TopFrame.RunAsync(args, Console.Out, Console.Error);
