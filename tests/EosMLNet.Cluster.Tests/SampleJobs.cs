using EosMLNet.Models;
using EosMLNet.Search;

namespace EosMLNet.Cluster.Tests;

/// <summary>Jobs about a <see cref="TinyModel"/>, and what one machine makes of them.</summary>
internal static class SampleJobs
{
    internal static SearchJob Searches(int count, int steps = 4, int priority = 0, JobDevice device = JobDevice.Any) => new()
    {
        Priority = priority,
        Device = device,
        Searches = [.. Enumerable.Range(1, count).Select(seed => new SearchItem
        {
            Name = $"plan-{seed}", Model = "model", Data = "rows.tsv", Images = "images", Seed = seed, Steps = steps, CheckpointEvery = 2,
            Limits = new Dictionary<string, double> { ["MeanVisualTokens"] = 8 },
        })],
    };

    internal static BatchJob Batch(string table = "rows.tsv", int partRows = 4) =>
        new() { Model = "model", Table = table, Images = "images", PartRows = partRows, MaxNewTokens = 4 };

    /// <summary>The files that a search of this process writes, by name.</summary>
    internal static Dictionary<string, byte[]> PlanOf(TinyModel tiny, SearchItem item)
    {
        using var folder = new TemporaryFolder();
        using var model = VisionLanguageModel.Load(tiny.Model, use: ModelUse.Search);
        new OperatorSearch(model, item.ToSettings(null)).Run(VqaDataset.LoadTsv(tiny.Table, tiny.Images)).Plan.Save(folder[$"{item.Name}.json"]);
        return Directory.EnumerateFiles(folder.Path).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
    }
}
