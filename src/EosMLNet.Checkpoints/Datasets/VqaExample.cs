namespace EosMLNet.Checkpoints;

/// <summary>A question about images, with its answer.</summary>
/// <param name="Images">Indices into <see cref="VqaDataset.Images"/>, at least one, in the order in which the model sees them.</param>
/// <param name="Question">The question; never empty.</param>
/// <param name="Answer">The expected answer.</param>
/// <param name="Family">The kind of question, such as <c>count</c>; empty when there are no kinds.</param>
public sealed record VqaExample(IReadOnlyList<int> Images, string Question, string Answer, string Family)
{
    /// <summary>A question about one image, with its answer.</summary>
    /// <param name="image">Index into <see cref="VqaDataset.Images"/>.</param>
    /// <param name="question">The question; never empty.</param>
    /// <param name="answer">The expected answer.</param>
    /// <param name="family">The kind of question; empty when there are no kinds.</param>
    public VqaExample(int image, string question, string answer, string family)
        : this([image], question, answer, family)
    {
    }

    /// <summary>The table that the row was read from; null where it was made in memory.</summary>
    public string? File { get; init; }

    /// <summary>The image's path, or the list of several, as the table gives it; null where the row was made in memory.</summary>
    public string? ImagePath { get; init; }

    /// <summary>The row's line in <see cref="File"/>, counted from 1; null where there is none.</summary>
    public int? Line { get; init; }

    /// <summary>Whether both say the same; where they were read from does not matter.</summary>
    public bool Equals(VqaExample? other) =>
        other is not null && Images.SequenceEqual(other.Images) &&
            (Question, Answer, Family) == (other.Question, other.Answer, other.Family);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Images[0], Question, Answer, Family);
}
