using Benchmarks.Speed;
using EosMLNet.Models;
using EosMLNet.Tests;
using ScenesVqa;

namespace Benchmarks.Tests.Speed;

public class SearchStepSpeedTests
{
    [Fact]
    public void Every_step_but_the_first_is_timed_beside_a_plain_pass()
    {
        var folder = Directory.CreateTempSubdirectory("eos-speed-").FullName;
        try
        {
            DatasetWriter.Write(folder, 5, 3, 1, 1);
            using var model = LlavaModel.Load(Repository.At("samples", "ScenesVqa", "scenes-llava"), use: ModelUse.Search);
            var ratios = SearchStepSpeed.Ratios(model, VqaDataset.LoadTsv(Path.Combine(folder, "train.tsv"), Path.Combine(folder, "images")), new() { Constraints = new() { MeanVisualTokens = 16 }, Steps = 4, BatchSize = 2 });
            Assert.Equal(3, ratios.Count);
            Assert.All(ratios, ratio => Assert.True(ratio > 0 && double.IsFinite(ratio)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
