namespace EosMLNet.Checkpoints;

/// <summary>A question about an image, with its answer.</summary>
/// <param name="Image">Index into <see cref="VqaDataset.Images"/>.</param>
/// <param name="Question">The question; never empty.</param>
/// <param name="Answer">The expected answer.</param>
/// <param name="Family">The kind of question, such as <c>count</c>; empty when there are no kinds.</param>
public sealed record VqaExample(int Image, string Question, string Answer, string Family)
{
    /// <summary>The table that the row was read from; null where it was made in memory.</summary>
    public string? File { get; init; }

    /// <summary>The image's path as the table gives it; null where the row was made in memory.</summary>
    public string? ImagePath { get; init; }

    /// <summary>The row's line in <see cref="File"/>, counted from 1; null where there is none.</summary>
    public int? Line { get; init; }

    /// <summary>Whether both say the same; where they were read from does not matter.</summary>
    public bool Equals(VqaExample? other) =>
        other is not null && (Image, Question, Answer, Family) == (other.Image, other.Question, other.Answer, other.Family);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Image, Question, Answer, Family);
}
