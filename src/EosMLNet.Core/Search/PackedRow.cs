namespace EosMLNet.Search;

/// <summary>
/// One sequence of the search: a picture once, and behind it several questions with their answers. Each question sees the prefix, the picture
/// and itself, and counts its positions on from the picture, so the sequence gives exactly what one sequence for each question would give.
/// </summary>
/// <param name="Picture">Index of the picture.</param>
/// <param name="Prefix">The token ids in front of the picture, the same for all its questions.</param>
/// <param name="Segments">What stands behind the picture.</param>
internal sealed record PackedRow(int Picture, int[] Prefix, IReadOnlyList<PackedRow.Segment> Segments)
{
    /// <summary>How many tokens stand behind the picture.</summary>
    internal int TextLength => Segments.Sum(segment => segment.Question.Length + segment.Answer.Length);

    /// <summary>One question with its answer.</summary>
    /// <param name="Question">The token ids from the picture to the end of the instruction.</param>
    /// <param name="Answer">The token ids of the answer, the end token included.</param>
    /// <param name="Family">Index of the kind of question.</param>
    internal sealed record Segment(int[] Question, int[] Answer, int Family = 0);

    /// <summary>Packs questions that are asked about the same picture behind the same prefix, in the order given.</summary>
    /// <param name="questions">Picture, prefix and segment of each question.</param>
    /// <param name="questionsPerRow">The most questions of one row.</param>
    internal static IReadOnlyList<PackedRow> Pack(IEnumerable<(int Picture, int[] Prefix, Segment Segment)> questions, int questionsPerRow) =>
        [.. questions
            .GroupBy(q => (q.Picture, Prefix: string.Join(',', q.Prefix)))
            .SelectMany(group => group.Chunk(questionsPerRow))
            .Select(chunk => new PackedRow(chunk[0].Picture, chunk[0].Prefix, [.. chunk.Select(q => q.Segment)]))];
}
