namespace Benchmarks.Report;

/// <summary>
/// The test questions that fine detail decides: the unreduced model answers them rightly on the whole image, and wrongly on a shrunk one.
/// </summary>
/// <param name="Rows">Their places among the test questions.</param>
internal sealed record DifficultQuestions(IReadOnlyList<int> Rows)
{
    /// <summary>Finds them by the unreduced model's scores.</summary>
    /// <param name="whole">Those on whole images, 1 for each right answer, 0 for each wrong one.</param>
    /// <param name="shrunk">Those on shrunk images.</param>
    internal static DifficultQuestions Of(IReadOnlyList<double> whole, IReadOnlyList<double> shrunk) =>
        new([.. Enumerable.Range(0, whole.Count).Where(row => whole[row] > shrunk[row])]);

    /// <summary>The share of them that is answered rightly, averaged over seeds; <see langword="null"/> where there are none.</summary>
    /// <param name="seeds">The scores of each seed's plan.</param>
    internal double? Accuracy(IEnumerable<IReadOnlyList<double>> seeds) =>
        Rows.Count == 0 ? null : seeds.Average(scores => Rows.Average(row => scores[row]));
}
