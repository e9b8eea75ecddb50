using Benchmarks.Pictures;
using Benchmarks.Quality;
using EosMLNet.Execution;
using static TorchSharp.torch;

namespace Benchmarks.Report;

/// <summary>For each budget, what becomes of the first test image's tokens under the operator search's plan of seed 1.</summary>
internal static class TokenMaps
{
    internal static IEnumerable<string> Draw(QualityResults results, string folder)
    {
        var bench = results.Bench;
        foreach (var done in results.Searched.Where(done => done.Trial.Seed == 1))
        {
            var row = bench.Data.Test.Examples[0];
            var image = (RgbImage)bench.Data.Test.Images[row.Images[0]];
            using var scope = NewDisposeScope();
            using var reduced = new ReducedModel(bench.Model, done.Plan);
            using var batch = PromptBatch.Create(bench.Model, [([image], row.Question)], done.Plan);
            var name = $"tokens-{bench.Subject.Name}-{done.Trial.Budget}.png";
            TokenMap.Save(Path.Combine(folder, name), image, done.Plan, reduced.Trace(batch));
            yield return name;
        }
    }
}
