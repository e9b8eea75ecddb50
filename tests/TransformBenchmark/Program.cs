// Measures what goes through ML.NET, and prints it as JSON. Started by the benchmarks.
//   dotnet TransformBenchmark.dll ROUNDS IMAGES [MEAN-TOKENS]       of each round, the seconds of the bare loop divided by those of Transform
//   dotnet TransformBenchmark.dll first-token MODEL TABLE [PLAN]    seconds to a first token, and the largest working set
using System.Text.Json;
using TransformBenchmark;

Console.WriteLine(args is ["first-token", var model, var table, ..] ? JsonSerializer.Serialize(FirstToken.Measure(model, table, args.ElementAtOrDefault(3)))
    : JsonSerializer.Serialize(Comparison.Measure(int.Parse(args[0]), int.Parse(args[1]), args.Length > 2 ? double.Parse(args[2]) : null)));
