namespace EosMLNet.Search;

/// <summary>
/// One sequence of the search: an image once, and behind it several questions with their answers. Each question sees the prefix, the image
/// and itself, and counts its positions on from the image, so the sequence gives exactly what one sequence for each question would give.
/// </summary>
/// <param name="Image">Index of the image.</param>
/// <param name="Prefix">The token ids in front of the image, the same for all its questions.</param>
/// <param name="Segments">What stands behind the image.</param>
internal sealed record PackedRow(int Image, int[] Prefix, IReadOnlyList<PackedRow.Segment> Segments)
{
    /// <summary>How many tokens stand behind the image.</summary>
    internal int TextLength => Segments.Sum(segment => segment.Question.Length + segment.Answer.Length);

    /// <summary>One question with its answer.</summary>
    /// <param name="Question">The token ids from the image to the end of the instruction.</param>
    /// <param name="Answer">The token ids of the answer, the end token included.</param>
    /// <param name="Family">Index of the kind of question.</param>
    internal sealed record Segment(int[] Question, int[] Answer, int Family = 0);

    /// <summary>Packs questions that are asked about the same image behind the same prefix, in the order given.</summary>
    /// <param name="questions">Image, prefix and segment of each question.</param>
    /// <param name="questionsPerRow">The most questions of one row.</param>
    internal static IReadOnlyList<PackedRow> Pack(IEnumerable<(int Image, int[] Prefix, Segment Segment)> questions, int questionsPerRow) =>
        [.. questions
            .GroupBy(q => (q.Image, Prefix: string.Join(',', q.Prefix)))
            .SelectMany(group => group.Chunk(questionsPerRow))
            .Select(chunk => new PackedRow(chunk[0].Image, chunk[0].Prefix, [.. chunk.Select(q => q.Segment)]))];
}
