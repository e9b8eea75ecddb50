using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>
/// One sequence of the search: its images once, and behind them several questions with their answers. Each question sees the images, the
/// text in front of them and itself, and counts its positions on from the last image, so the sequence gives exactly what one sequence for
/// each question would give.
/// </summary>
/// <param name="Images">The images, at least one.</param>
/// <param name="Segments">What stands behind the last image.</param>
internal sealed record PackedRow(IReadOnlyList<PackedImage> Images, IReadOnlyList<PackedRow.Segment> Segments)
{
    /// <summary>How many tokens stand behind the last image.</summary>
    internal int TextLength => Segments.Sum(segment => segment.Question.Length + segment.Answer.Length);

    /// <summary>One question with its answer.</summary>
    /// <param name="Question">The token ids from the last image to the end of the instruction.</param>
    /// <param name="Answer">The token ids of the answer, the end token included.</param>
    /// <param name="Family">Index of the kind of question.</param>
    internal sealed record Segment(int[] Question, int[] Answer, int Family = 0);

    /// <summary>Packs questions that are asked about the same images behind the same text, in the order given.</summary>
    /// <param name="questions">Images and segment of each question.</param>
    /// <param name="questionsPerRow">The most questions of one row.</param>
    internal static IReadOnlyList<PackedRow> Pack(IEnumerable<(IReadOnlyList<PackedImage> Images, Segment Segment)> questions,
        int questionsPerRow) =>
        [.. questions
            .GroupBy(q => q.Images, ImagesComparer.Instance)
            .SelectMany(group => group.Chunk(questionsPerRow))
            .Select(chunk => new PackedRow(chunk[0].Images, [.. chunk.Select(q => q.Segment)]))];

    /// <summary>
    /// Splits rows into runs that can stand side by side as one batch: their images have the same layouts, with as much text between them.
    /// Rows keep their order within a run; runs stand in the order of their first rows.
    /// </summary>
    internal static IEnumerable<IReadOnlyList<PackedRow>> Alike(IReadOnlyList<PackedRow> rows) =>
        rows.GroupBy(row => row.Images, ShapeComparer.Instance)
        .Select(group => (IReadOnlyList<PackedRow>)[.. group]);

    /// <summary>The rows' images, one row behind the other.</summary>
    internal static IReadOnlyList<PromptImage> ImagesOf(IEnumerable<PackedRow> rows) =>
        PromptImage.Of(rows.Select(row => (IReadOnlyList<int>)[.. row.Images.Select(image => image.Image)]));

    private sealed class ImagesComparer : IEqualityComparer<IReadOnlyList<PackedImage>>
    {
        internal static readonly ImagesComparer Instance = new();

        public bool Equals(IReadOnlyList<PackedImage>? x, IReadOnlyList<PackedImage>? y) => x!.SequenceEqual(y!);

        public int GetHashCode(IReadOnlyList<PackedImage> images) => images.Aggregate(images.Count, HashCode.Combine);
    }

    private sealed class ShapeComparer : IEqualityComparer<IReadOnlyList<PackedImage>>
    {
        internal static readonly ShapeComparer Instance = new();

        public bool Equals(IReadOnlyList<PackedImage>? x, IReadOnlyList<PackedImage>? y) => Shape(x!).SequenceEqual(Shape(y!));

        public int GetHashCode(IReadOnlyList<PackedImage> images) =>
            images.Aggregate(images.Count, (hash, image) => HashCode.Combine(hash, image.Layout));

        // Text in front of the first image is padded; text between images is not.
        private static IEnumerable<(VisualLayout, int)> Shape(IReadOnlyList<PackedImage> images) =>
            images.Select((image, i) => (image.Layout, i == 0 ? 0 : image.Before.Length));
    }
}
