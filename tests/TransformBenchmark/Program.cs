// Prints, as a JSON list, the seconds of the bare loop divided by those of Transform, of each round. Started by Benchmarks.Speed.TransformSpeed:
//   dotnet TransformBenchmark.dll ROUNDS IMAGES [MEAN-TOKENS]
using System.Text.Json;
using TransformBenchmark;

Console.WriteLine(JsonSerializer.Serialize(Comparison.Measure(int.Parse(args[0]), int.Parse(args[1]), args.Length > 2 ? double.Parse(args[2]) : null)));
