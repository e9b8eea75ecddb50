using ScenesVqa;

namespace Benchmarks.Quality;

/// <summary>Drawn images with questions, in three parts that share no image.</summary>
/// <param name="Search">What searches learn from.</param>
/// <param name="Validation">What searches decide by.</param>
/// <param name="Test">What no search sees.</param>
internal sealed record QualityData(VqaDataset Search, VqaDataset Validation, VqaDataset Test)
{
    /// <summary>Draws the images unless an earlier run has, and reads them.</summary>
    /// <param name="folder">Where they are kept.</param>
    /// <param name="settings">How many.</param>
    /// <param name="sizes">Their sizes, which take turns; null for the usual one.</param>
    internal static QualityData Load(string folder, QualitySettings settings, IReadOnlyList<ImageSize>? sizes = null)
    {
        var place = Path.Combine(folder, $"data-{settings.DataSeed}-{settings.SearchImages}-{settings.ValidationImages}-{settings.TestImages}{string.Concat(sizes?.Select(size => $"-{size.Height}x{size.Width}") ?? [])}");
        if (!Directory.Exists(place))
        {
            var unfinished = $"{place}.{Guid.NewGuid():N}";
            DatasetWriter.Write(unfinished, settings.DataSeed, settings.SearchImages, settings.ValidationImages, settings.TestImages, sizes);
            Directory.Move(unfinished, place);
        }
        VqaDataset Read(string split) => VqaDataset.LoadTsv(Path.Combine(place, $"{split}.tsv"), Path.Combine(place, "images"));
        return new QualityData(Read("train"), Read("validation"), Read("test"));
    }

    /// <summary>The rows that fulfil a condition.</summary>
    internal static VqaDataset Where(VqaDataset data, Func<VqaExample, bool> condition)
    {
        var chosen = new VqaDataset.Builder();
        foreach (var row in data.Examples.Where(condition))
            chosen.Add([.. row.Images.Select(image => data.Images[image])], row.Question, row.Answer, row.Family);
        return chosen.Build();
    }
}
