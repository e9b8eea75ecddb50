using EosMLNet.Cluster.Storage;
using EosMLNet.Models;
using EosMLNet.Search;

namespace EosMLNet.Cluster.Work;

/// <summary>A search: its plan, what belongs to it, and its report lie in the attempt's folder behind it, and its checkpoint.</summary>
internal static class SearchWork
{
    private const string State = "state";

    /// <summary>What a search leaves, by file name.</summary>
    internal static IEnumerable<string> Results(SearchItem item) =>
        [$"{item.Name}.json", $"{item.Name}.safetensors", $"{item.Name}.report.txt"];

    /// <summary>Searches; goes on where the attempt before this one was stopped.</summary>
    internal static void Run(SearchItem item, int index, int attempt, JobFolder job, SharedFolder shared, ModelHolder models,
        WorkProgress progress, CancellationToken cancellation)
    {
        var folder = job.Attempt(index, attempt);
        var settings = item.ToSettings(Path.Combine(folder, State));
        var checkpoint = OperatorSearch.CheckpointOf(settings, item.Seed)!;
        job.TakeOver(index, attempt, Path.GetFileName(checkpoint));
        var model = models.Get(shared.Resolve(item.Model), item.DataType, ModelUse.Search, PaddingChoice.Default, cancellation);
        var images = shared.Resolve(item.Images);
        var training = Load(item.Data);
        var held = item.Validation is { } table ? Load(table) : null;
        SearchResult result;
        try
        {
            result = Search();
        }
        catch (EosException e) when (e.Code == EosErrors.SearchCheckpoint)
        {
            // Of another kind of device, or of another version of this library: nothing to go on from.
            File.Delete(checkpoint);
            result = Search();
        }
        result.Plan.Save(Path.Combine(folder, $"{item.Name}.json"));
        AtomicFile.WriteText(Path.Combine(folder, $"{item.Name}.report.txt"), $"{result}\n");

        SearchResult Search() => new OperatorSearch(model, settings)
            .RunFrontAndKeep([settings.Constraints], [item.Seed], training, held, progress, cancellation)[0][0];

        VqaDataset Load(string table) =>
            VqaDataset.LoadTsv(shared.Resolve(table), images, videos: model.Processor?.Images.Sampling);
    }
}
