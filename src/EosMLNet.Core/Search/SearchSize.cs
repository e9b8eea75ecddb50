using EosMLNet.Data;

namespace EosMLNet.Search;

/// <summary>How much data there is, for an estimate of the time that it takes.</summary>
/// <param name="Rows">Sequences that steps draw from.</param>
/// <param name="Questions">Questions.</param>
/// <param name="Pictures">Pictures.</param>
internal sealed record SearchSize(int Rows, int Questions, int Pictures)
{
    /// <summary>Of data that is not packed yet; the rows are then about right.</summary>
    internal static SearchSize Of(VqaDataset data, SearchSettings settings)
    {
        var (questions, pictures) = (data.Examples.Count, data.Pictures.Count);
        return new(settings.SeesQuestion ? questions : Math.Max(pictures, (questions + settings.QuestionsPerPicture - 1) / settings.QuestionsPerPicture), questions, pictures);
    }

    internal static SearchSize Of(SearchData data) =>
        new(data.Rows.Count, data.Rows.Sum(row => row.Segments.Count), data.Rows.Select(row => row.Picture).Distinct().Count());

    /// <summary>Pictures that so many rows are likely to be about.</summary>
    internal double PicturesOf(int rows) => rows >= Rows ? Pictures : Pictures * (1 - Math.Pow(1 - 1.0 / Math.Max(1, Pictures), rows));
}
