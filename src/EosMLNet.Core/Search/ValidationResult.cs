namespace EosMLNet.Search;

/// <summary>The quality of a plan on held-out questions.</summary>
/// <param name="Loss">Mean cross-entropy of the answers' tokens.</param>
/// <param name="Accuracy">The part of the answers that greedy decoding gets right to the last token.</param>
/// <param name="Families">The same by kind of question.</param>
/// <param name="Rows">The same by row, in the order of the data.</param>
internal sealed record ValidationResult(
    double Loss, double Accuracy, IReadOnlyList<ValidationResult.Family> Families, IReadOnlyList<ValidationResult.Row> Rows)
{
    /// <summary>By how much the accuracy of each kind of question falls, where there are any.</summary>
    /// <param name="names">The names of all kinds.</param>
    /// <param name="reached">What is compared with this.</param>
    internal IReadOnlyDictionary<string, double> Drops(IReadOnlyList<string> names, ValidationResult reached) =>
        names.Select((name, i) => (name, Before: Families[i], After: reached.Families[i])).Where(x => x.Before.Questions > 0)
            .ToDictionary(x => x.name, x => x.Before.Accuracy - x.After.Accuracy);

    /// <summary>One kind of question.</summary>
    /// <param name="Questions">How many there are; where there are none, the other numbers are not numbers.</param>
    /// <param name="Accuracy">The part that is answered right.</param>
    /// <param name="Probability">The mean probability of the right answer.</param>
    internal sealed record Family(int Questions, double Accuracy, double Probability);

    /// <summary>One row: an image with some questions.</summary>
    /// <param name="Losses">The cross-entropy of each answer, summed over its tokens; not a number where it is not known.</param>
    /// <param name="Correct">Which answers are right.</param>
    internal sealed record Row(double[] Losses, bool[] Correct)
    {
        internal double Loss => Losses.Sum();

        internal int Wrong => Correct.Count(right => !right);
    }

    /// <summary>The cross-entropy of all answers.</summary>
    internal double Sum => Rows.Sum(row => row.Loss);

    /// <summary>Wrong answers.</summary>
    internal int Wrong => Rows.Sum(row => row.Wrong);

    /// <summary>The result of some rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="found">What was found of each.</param>
    /// <param name="families">How many kinds of questions there are.</param>
    internal static ValidationResult Of(IReadOnlyList<PackedRow> rows, IReadOnlyList<Row> found, int families)
    {
        var kinds = new (int Questions, int Correct, double Probability)[families];
        var tokens = 0L;
        foreach (var (row, result) in rows.Zip(found))
        {
            for (var i = 0; i < row.Segments.Count; i++)
            {
                ref var kind = ref kinds[row.Segments[i].Family];
                kind = (kind.Questions + 1, kind.Correct + (result.Correct[i] ? 1 : 0), kind.Probability + Math.Exp(-result.Losses[i]));
                tokens += row.Segments[i].Answer.Length;
            }
        }
        return new(found.Sum(row => row.Loss) / tokens, (double)kinds.Sum(kind => kind.Correct) / kinds.Sum(kind => kind.Questions),
            [.. kinds.Select(kind =>
                new Family(kind.Questions, (double)kind.Correct / kind.Questions, kind.Probability / kind.Questions))], found);
    }
}
