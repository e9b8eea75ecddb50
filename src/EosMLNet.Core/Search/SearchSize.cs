namespace EosMLNet.Search;

/// <summary>How much data there is, for an estimate of the time that it takes.</summary>
/// <param name="Rows">Sequences that steps draw from.</param>
/// <param name="Questions">Questions.</param>
/// <param name="Images">Images.</param>
internal sealed record SearchSize(int Rows, int Questions, int Images)
{
    /// <summary>Of data that is not packed yet; the rows are then about right.</summary>
    internal static SearchSize Of(VqaDataset data, SearchSettings settings)
    {
        var (questions, images) = (data.Examples.Count, data.Images.Count);
        return new(settings.SeesQuestion ? questions
            : Math.Max(images, (questions + settings.QuestionsPerImage - 1) / settings.QuestionsPerImage), questions, images);
    }

    internal static SearchSize Of(SearchData data) =>
        new(data.Rows.Count, data.Rows.Sum(row => row.Segments.Count), PackedRow.ImagesOf(data.Rows).Distinct().Count());

    /// <summary>Images that so many rows are likely to be about.</summary>
    internal double ImagesOf(int rows) => rows >= Rows ? Images : Images * (1 - Math.Pow(1 - 1.0 / Math.Max(1, Images), rows));
}
